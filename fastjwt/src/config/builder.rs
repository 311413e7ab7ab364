//! The builder: every option with its default and reason.

use std::{
    fmt,
    marker::PhantomData,
    sync::Arc,
    time::{Duration, SystemTime},
};

use super::{
    hooks::Hooks,
    keys::{GivenKey, GivenKeys},
    loaded::Origin,
    sessions::SessionOptions,
};
use crate::{
    Algorithm, Clock, DefaultRealm, Entropy, Realm, SigningKey, VerifyingKey, clock::ClockChoice,
    entropy::EntropyChoice,
};

const MINUTE: Duration = Duration::from_secs(60);
const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// Collects the configuration of a [`FastJwt`](crate::FastJwt); [`build`](Self::build) checks all of it.
///
/// # Defaults
/// - access tokens end after 15 minutes: a stolen one is soon worthless;
/// - refresh tokens end after 20 days: a person who comes back every other week stays logged in;
/// - no token lives longer than 30 days, whatever a handler asks for: a key can be retired after that;
/// - leeway 10 seconds: machines with synchronised clocks need no more;
/// - no issuer and no audience: a token with an audience is then refused (RFC 7519 section 4.1.3);
/// - verifiers may keep the served key set for 10 minutes and fetch it every 30 seconds at most: a new key waits as long before
///   it signs;
/// - access tokens say `JWT`, not `at+jwt`: RFC 9068 is for issuers that know their clients;
/// - `nbf` is written, equal to `iat`;
/// - tokens up to 8 KiB: what servers accept as a header line;
/// - the header `Authorization` with the scheme `Bearer` (RFC 6750 section 2.1);
/// - challenges name the realm's name, or `api`;
/// - no verified token is kept: a cache needs memory, and pays where tokens come again;
/// - scopes are compared exactly: a wildcard grants nothing unless it is chosen;
/// - the system's clock and randomness;
/// - errors are JSON: `{"error", "message"}`;
/// - tokens are looked for in the header only: [`locations`](Self::locations) adds cookies, which are then the ones that
///   [`CookieOptions`](crate::CookieOptions) describes, bodies, the query and WebSocket protocols;
/// - a token from a cookie needs its csrf value for every method but GET, HEAD and OPTIONS, and requests from pages of other
///   origins are refused: cookies go with requests that the user knows nothing of;
/// - of a body 256 KiB are read for a token: more than tokens and what comes with them need;
/// - no session store: nothing is kept, and no token can be taken back before it ends. With one:
///   - a session ends 30 days after its login: a person proves who they are once a month;
///   - and when it is not refreshed for as long as its refresh token lives;
///   - a refresh token that is spent gets the same successor for 10 seconds: for two tabs, and an answer that was lost;
///   - a request waits for the store for 250 milliseconds, in two attempts;
///   - what the store can't tell is 503: a token that may be revoked is not let in.
///
/// A key has no default: without one, and without an issuer to trust, `build` fails.
#[must_use = "a builder does nothing until `build` is called"]
pub struct Builder<R = DefaultRealm> {
    pub(super) origin: Origin,
    pub(super) keys: GivenKeys,
    #[cfg(feature = "jwks")]
    pub(super) trusted: Vec<super::TrustedIssuer>,
    pub(super) at_jwt: bool,
    pub(super) client_id: Option<String>,
    pub(super) issuer: Option<String>,
    pub(super) audience: Option<Vec<String>>,
    pub(super) access_token_expires_in: Duration,
    pub(super) refresh_token_expires_in: Duration,
    pub(super) max_token_lifetime: Duration,
    pub(super) leeway: Duration,
    pub(super) not_before: bool,
    pub(super) max_token_size: usize,
    pub(super) header_name: String,
    pub(super) header_scheme: String,
    pub(super) challenge_realm: Option<String>,
    pub(super) cache: super::cache::CacheOptions,
    pub(super) clock: ClockChoice,
    pub(super) entropy: EntropyChoice,
    pub(super) hooks: Hooks,
    pub(super) sessions: SessionOptions,
    #[cfg(feature = "axum")]
    pub(super) responder: Option<crate::respond::Responder>,
    #[cfg(feature = "axum")]
    pub(super) resource: Option<crate::ProtectedResource>,
    #[cfg(feature = "axum")]
    pub(super) travel: super::travel::TravelOptions,
    #[cfg(feature = "axum")]
    pub(super) implicit_refresh: super::implicit_refresh::ImplicitRefreshOptions,
    pub(super) realm: PhantomData<fn() -> R>,
}

impl<R: Realm> Builder<R> {
    pub(crate) fn new() -> Self {
        Self {
            origin: Origin::default(),
            keys: GivenKeys::new(),
            #[cfg(feature = "jwks")]
            trusted: Vec::new(),
            at_jwt: false,
            client_id: None,
            issuer: None,
            audience: None,
            access_token_expires_in: 15 * MINUTE,
            refresh_token_expires_in: 20 * DAY,
            max_token_lifetime: 30 * DAY,
            leeway: Duration::from_secs(10),
            not_before: true,
            max_token_size: 8 * 1024,
            header_name: "authorization".to_owned(),
            header_scheme: "Bearer".to_owned(),
            challenge_realm: None,
            cache: super::cache::CacheOptions::default(),
            clock: ClockChoice::default(),
            entropy: EntropyChoice::default(),
            hooks: Hooks::default(),
            sessions: SessionOptions::default(),
            #[cfg(feature = "axum")]
            responder: None,
            #[cfg(feature = "axum")]
            resource: None,
            #[cfg(feature = "axum")]
            travel: super::travel::TravelOptions::default(),
            #[cfg(feature = "axum")]
            implicit_refresh: super::implicit_refresh::ImplicitRefreshOptions::default(),
            realm: PhantomData,
        }
    }

    /// Signs and verifies with HS256 and this secret: [`SigningKey::from_secret`] says what makes a good one.
    ///
    /// A weak secret is told by [`build`](Self::build).
    pub fn secret(mut self, secret: impl AsRef<[u8]>) -> Self {
        self.keys.push(SigningKey::from_secret(Algorithm::HS256, secret).map(GivenKey::Signing));
        self
    }

    /// Signs and verifies with this key.
    pub fn key(mut self, key: SigningKey) -> Self {
        self.keys.push(Ok(GivenKey::Signing(key)));
        self
    }

    /// Verifies with this key and publishes it; [`KeyRing::activate`](crate::KeyRing::activate) makes it sign later.
    ///
    /// It counts as published from now on; [`next_key_published_at`](Self::next_key_published_at) says since when, so that a
    /// restart does not start the wait anew.
    pub fn next_key(mut self, key: SigningKey) -> Self {
        self.keys.push(Ok(GivenKey::Next(key, None)));
        self
    }

    /// As [`next_key`](Self::next_key), for a key that has been published since a moment, which may be ahead of this machine's clock by the
    /// leeway.
    pub fn next_key_published_at(mut self, key: SigningKey, moment: SystemTime) -> Self {
        self.keys.push(Ok(GivenKey::Next(key, Some(moment))));
        self
    }

    /// Verifies with this key until a moment: one that signed before.
    ///
    /// Its last token should have ended by then, and `jwks_max_age` have passed. It is at most 3660 days ahead. A key whose moment has
    /// passed is left out, so that a service starts with it, and the [event](crate::events) `passive_key_ended` says so.
    pub fn passive_key(mut self, key: VerifyingKey, until: SystemTime) -> Self {
        self.keys.push(Ok(GivenKey::Passive(key, until)));
        self
    }

    /// Verifies with this key and issues nothing; call it once for each key.
    ///
    /// It is for tokens of this crate, of a service with the same configuration: they say their kind (`type`), and list `scopes`. Those of
    /// other systems need a `TrustedIssuer` (feature `jwks`), whose keys may be given, too.
    pub fn verifying_key(mut self, key: VerifyingKey) -> Self {
        self.keys.push(Ok(GivenKey::Verifying(key)));
        self
    }

    /// Accepts tokens of this issuer, too; call it once for each. A service that has one needs no key of its own.
    ///
    /// Its tokens are recognized by their `iss`, which must not be this service's own [`issuer`](Self::issuer), and verified with
    /// the issuer's keys. They are fetched from `build` on, or, if that is called outside of a tokio runtime, when the first
    /// token comes. [`FastJwt::authenticate`](crate::FastJwt::authenticate) and all handlers can wait for them;
    /// [`FastJwt::verify`](crate::FastJwt::verify) can't, and always says so.
    #[cfg(feature = "jwks")]
    pub fn trusted_issuer(mut self, issuer: super::TrustedIssuer) -> Self {
        self.trusted.push(issuer);
        self
    }

    /// How long verifiers may keep the key set that [`FastJwt::jwks`](crate::FastJwt::jwks) serves, at most a day.
    ///
    /// A key is published for this long and [`jwks_cooldown`](Self::jwks_cooldown) before it signs.
    pub fn jwks_max_age(mut self, max_age: Duration) -> Self {
        self.keys.max_age = max_age;
        self
    }

    /// The gap that verifiers leave between two fetches of the key set, at most an hour.
    pub fn jwks_cooldown(mut self, cooldown: Duration) -> Self {
        self.keys.cooldown = cooldown;
        self
    }

    /// Issues and demands access tokens in the form of RFC 9068: `typ` is `at+jwt`, scopes are one string, `scope`, and the
    /// claims `iss`, `aud`, `client_id`, `iat` and `jti` are there.
    ///
    /// Needs an [`issuer`](Self::issuer) and an [`audience`](Self::audience).
    pub fn at_jwt(mut self, demanded: bool) -> Self {
        self.at_jwt = demanded;
        self
    }

    /// The client that tokens are issued to, unless a call says another (`client_id`, RFC 8693 section 4.3).
    pub fn client_id(mut self, client_id: impl Into<String>) -> Self {
        self.client_id = Some(client_id.into());
        self
    }

    /// Writes this issuer into tokens, and demands exactly it of tokens (RFC 7519 section 4.1.1).
    pub fn issuer(mut self, issuer: impl Into<String>) -> Self {
        self.issuer = Some(issuer.into());
        self
    }

    /// Writes this audience into tokens, and demands that a token names one of it (RFC 7519 section 4.1.3); not an empty list.
    pub fn audience(mut self, audience: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.audience = Some(audience.into_iter().map(Into::into).collect());
        self
    }

    /// How long access tokens live, at least a second and at most [`max_token_lifetime`](Self::max_token_lifetime).
    pub fn access_token_expires_in(mut self, lifetime: Duration) -> Self {
        self.access_token_expires_in = lifetime;
        self
    }

    /// How long refresh tokens live, at least a second and at most [`max_token_lifetime`](Self::max_token_lifetime).
    pub fn refresh_token_expires_in(mut self, lifetime: Duration) -> Self {
        self.refresh_token_expires_in = lifetime;
        self
    }

    /// How long any token may live, whatever a handler asks for; at most ten years.
    pub fn max_token_lifetime(mut self, lifetime: Duration) -> Self {
        self.max_token_lifetime = lifetime;
        self
    }

    /// How far the clocks of issuer and verifier may be apart, at most five minutes.
    pub fn leeway(mut self, leeway: Duration) -> Self {
        self.leeway = leeway;
        self
    }

    /// Whether tokens carry `nbf`; one that is there is always heeded.
    pub fn not_before(mut self, written: bool) -> Self {
        self.not_before = written;
        self
    }

    /// The longest token that is issued or read, 256 to 65536 bytes.
    pub fn max_token_size(mut self, bytes: usize) -> Self {
        self.max_token_size = bytes;
        self
    }

    /// The header that carries the token.
    pub fn header_name(mut self, name: impl Into<String>) -> Self {
        self.header_name = name.into();
        self
    }

    /// The scheme before the token, case-insensitive; empty if the header holds the bare token.
    pub fn header_scheme(mut self, scheme: impl Into<String>) -> Self {
        self.header_scheme = scheme.into();
        self
    }

    /// What challenges call the protected area (RFC 9110 section 11.5).
    pub fn challenge_realm(mut self, name: impl Into<String>) -> Self {
        self.challenge_realm = Some(name.into());
        self
    }

    /// Where the time comes from.
    pub fn clock(mut self, clock: impl Clock + 'static) -> Self {
        self.clock = ClockChoice::given(clock);
        self
    }

    /// Where random bytes come from; for tests, or an HSM.
    pub fn entropy(mut self, entropy: impl Entropy + 'static) -> Self {
        self.entropy = EntropyChoice(Arc::new(entropy));
        self
    }

    /// Answers refused requests in place of the usual JSON, whatever door refused them: attribute, extractor, layer or `?`.
    #[cfg(feature = "axum")]
    pub fn responder<F, A>(mut self, responder: F) -> Self
    where
        F: Fn(&crate::Refusal) -> A + Send + Sync + 'static,
        A: axum::response::IntoResponse,
    {
        self.responder = Some(Box::new(move |refusal| responder(refusal).into_response()));
        self
    }

    /// Tells clients without a token who issues one (RFC 9728): challenges name the document that
    /// [`FastJwt::resource_metadata`](crate::FastJwt::resource_metadata) serves.
    #[cfg(feature = "axum")]
    pub fn protected_resource(mut self, resource: crate::ProtectedResource) -> Self {
        self.resource = Some(resource);
        self
    }

    /// Changes the resource; one that has no name yet is refused by [`build`](Self::build), under the name's option.
    #[cfg(feature = "axum")]
    pub(super) fn change_resource(
        mut self,
        change: impl FnOnce(crate::ProtectedResource) -> crate::ProtectedResource,
    ) -> Self {
        self.resource = Some(change(self.resource.unwrap_or_else(|| crate::ProtectedResource::new(""))));
        self
    }
}

impl<R> fmt::Debug for Builder<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Builder")
            .field("issuer", &self.issuer)
            .field("audience", &self.audience)
            .field("access_token_expires_in", &self.access_token_expires_in)
            .field("refresh_token_expires_in", &self.refresh_token_expires_in)
            .finish_non_exhaustive()
    }
}

//! The configuration: every option with its default and reason, and all of it checked at once.

#[cfg(feature = "axum")]
mod cookies;
mod fault;
#[cfg(feature = "axum")]
mod travel;

use std::{fmt, marker::PhantomData, sync::Arc, time::Duration};

use crate::{
    Algorithm, Clock, DefaultRealm, Entropy, FastJwt, Realm, SigningKey, VerifyingKey, clock::ClockChoice,
    entropy::EntropyChoice, key::KeyError,
};

#[cfg(feature = "axum")]
pub use self::cookies::{CookieLifetime, CookieOptions, SameSite};
pub use self::fault::{ConfigError, ConfigFault};
#[cfg(feature = "axum")]
pub(crate) use self::{
    cookies::{Cookie, KindCookies},
    travel::Travel,
};

const MINUTE: Duration = Duration::from_secs(60);
const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// The longest leeway that may be configured.
const MOST_LEEWAY: Duration = Duration::from_secs(5 * 60);
/// The longest life that may be configured: beyond it a token is a password.
const MOST_LIFETIME: Duration = Duration::from_secs(3650 * 24 * 60 * 60);
/// The token sizes that may be configured, in bytes.
const TOKEN_SIZES: std::ops::RangeInclusive<usize> = 256..=65_536;
const MOST_NAME: usize = 255;

/// Collects the configuration of a [`FastJwt`]; [`build`](Self::build) checks all of it.
///
/// # Defaults
/// - access tokens end after 15 minutes: a stolen one is soon worthless;
/// - refresh tokens end after 20 days: a person who comes back every other week stays logged in;
/// - no token lives longer than 30 days, whatever a handler asks for: a key can be retired after that;
/// - leeway 10 seconds: machines with synchronised clocks need no more;
/// - no issuer and no audience: a token with an audience is then refused (RFC 7519 section 4.1.3);
/// - `nbf` is written, equal to `iat`;
/// - tokens up to 8 KiB: what servers accept as a header line;
/// - the header `Authorization` with the scheme `Bearer` (RFC 6750 section 2.1);
/// - challenges name the realm's name, or `api`;
/// - the system's clock and randomness;
/// - errors are JSON: `{"error", "message"}`;
/// - tokens are looked for in the header only: [`locations`](Self::locations) adds cookies, which are then the ones that
///   [`CookieOptions`] describes, bodies, the query and WebSocket protocols;
/// - a token from a cookie needs its csrf value for every method but GET, HEAD and OPTIONS, and requests from pages of other
///   origins are refused: cookies go with requests that the user knows nothing of;
/// - of a body 256 KiB are read for a token: more than tokens and what comes with them need.
///
/// A key has no default: without one, `build` fails.
#[must_use = "a builder does nothing until `build` is called"]
pub struct Builder<R = DefaultRealm> {
    keys: Vec<Result<KeyChoice, KeyError>>,
    issuer: Option<String>,
    audience: Option<Vec<String>>,
    access_token_expires_in: Duration,
    refresh_token_expires_in: Duration,
    max_token_lifetime: Duration,
    leeway: Duration,
    not_before: bool,
    max_token_size: usize,
    header_name: String,
    header_scheme: String,
    challenge_realm: Option<String>,
    clock: ClockChoice,
    entropy: EntropyChoice,
    #[cfg(feature = "axum")]
    responder: Option<crate::respond::Responder>,
    #[cfg(feature = "axum")]
    travel: travel::TravelOptions,
    realm: PhantomData<fn() -> R>,
}

#[derive(Clone)]
enum KeyChoice {
    Signing(SigningKey),
    Verifying(VerifyingKey),
}

/// The checked configuration; everything on both roads reads it and nothing changes it.
pub(crate) struct Config {
    /// Tells instances apart, so that what one verified is never taken for another's.
    #[cfg(feature = "axum")]
    pub(crate) instance: u64,
    pub(crate) signing: Option<SigningKey>,
    pub(crate) verifying: VerifyingKey,
    pub(crate) issuer: Option<String>,
    pub(crate) audience: Vec<String>,
    pub(crate) access_token_expires_in: Duration,
    pub(crate) refresh_token_expires_in: Duration,
    pub(crate) max_token_lifetime: Duration,
    pub(crate) leeway: Duration,
    pub(crate) not_before: bool,
    pub(crate) max_token_size: usize,
    #[cfg(feature = "axum")]
    pub(crate) header_name: http::HeaderName,
    #[cfg(not(feature = "axum"))]
    #[expect(dead_code, reason = "checked all the same, so that a configuration is good or bad whatever the features")]
    pub(crate) header_name: String,
    #[cfg(feature = "axum")]
    pub(crate) header_scheme: String,
    #[cfg(feature = "axum")]
    pub(crate) travel: Arc<Travel>,
    #[cfg(feature = "axum")]
    pub(crate) answers: Arc<crate::respond::Answers>,
    pub(crate) clock: ClockChoice,
    pub(crate) entropy: EntropyChoice,
}

impl Config {
    /// Whether a check may have to wait: for keys that are fetched, for a store, for the service's own checks.
    #[expect(clippy::unused_self, reason = "nothing that waits is configurable yet")]
    pub(crate) fn awaits(&self) -> bool {
        false
    }
}

impl<R: Realm> Builder<R> {
    pub(crate) fn new() -> Self {
        Self {
            keys: Vec::new(),
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
            clock: ClockChoice::default(),
            entropy: EntropyChoice::default(),
            #[cfg(feature = "axum")]
            responder: None,
            #[cfg(feature = "axum")]
            travel: travel::TravelOptions::default(),
            realm: PhantomData,
        }
    }

    /// Signs and verifies with HS256 and this secret: [`SigningKey::from_secret`] says what makes a good one.
    ///
    /// A weak secret is told by [`build`](Self::build).
    pub fn secret(mut self, secret: impl AsRef<[u8]>) -> Self {
        self.keys.push(SigningKey::from_secret(Algorithm::HS256, secret).map(KeyChoice::Signing));
        self
    }

    /// Signs and verifies with this key.
    pub fn key(mut self, key: SigningKey) -> Self {
        self.keys.push(Ok(KeyChoice::Signing(key)));
        self
    }

    /// Verifies with this key and issues nothing.
    pub fn verifying_key(mut self, key: VerifyingKey) -> Self {
        self.keys.push(Ok(KeyChoice::Verifying(key)));
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
        self.clock = ClockChoice::Given(Arc::new(clock));
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

    /// Checks everything and prepares the keys.
    ///
    /// # Errors
    /// Every fault at once, each with what was found and what is allowed; never a byte of a key.
    pub fn build(self) -> Result<FastJwt<R>, ConfigError> {
        let mut faults = Vec::new();
        self.check_names::<R>(&mut faults);
        self.check_times(&mut faults);
        if !TOKEN_SIZES.contains(&self.max_token_size) {
            faults.push(ConfigFault::new(
                "max_token_size",
                format!("{} bytes: it must be {} to {}", self.max_token_size, TOKEN_SIZES.start(), TOKEN_SIZES.end()),
            ));
        }
        let header_name = http_header_name(&self.header_name, &mut faults);
        #[cfg(feature = "axum")]
        let travel = self.travel.check::<R>(self.max_token_size, header_name.as_ref(), &mut faults).map(Arc::new);
        let key = only_key(self.keys, &mut faults);
        let (Some(key), Some(header_name), true) = (key, header_name, faults.is_empty()) else {
            return Err(ConfigError::new(faults));
        };
        // It is there if nothing is wrong.
        #[cfg(feature = "axum")]
        let Some(travel) = travel else { return Err(ConfigError::new(faults)) };
        let (signing, verifying) = match key {
            KeyChoice::Signing(key) => (Some(key.clone()), key.verifying_key().clone()),
            KeyChoice::Verifying(key) => (None, key),
        };
        Ok(FastJwt::from_config(Config {
            #[cfg(feature = "axum")]
            instance: next_instance(),
            signing,
            verifying,
            issuer: self.issuer,
            audience: self.audience.unwrap_or_default(),
            access_token_expires_in: self.access_token_expires_in,
            refresh_token_expires_in: self.refresh_token_expires_in,
            max_token_lifetime: self.max_token_lifetime,
            leeway: self.leeway,
            not_before: self.not_before,
            max_token_size: self.max_token_size,
            header_name,
            #[cfg(feature = "axum")]
            answers: Arc::new(crate::respond::Answers::new(
                if self.header_scheme.is_empty() { "Bearer".to_owned() } else { self.header_scheme.clone() },
                self.challenge_realm.unwrap_or_else(|| default_challenge_realm::<R>().to_owned()),
                self.responder,
                Arc::clone(&travel),
            )),
            #[cfg(feature = "axum")]
            travel,
            #[cfg(feature = "axum")]
            header_scheme: self.header_scheme,
            clock: self.clock,
            entropy: self.entropy,
        }))
    }

    fn check_names<S: Realm>(&self, faults: &mut Vec<ConfigFault>) {
        let length = format!("it must have 1 to {MOST_NAME} bytes");
        let fits = |name: &str| (1..=MOST_NAME).contains(&name.len());
        if self.issuer.as_deref().is_some_and(|issuer| !fits(issuer)) {
            faults.push(ConfigFault::new("issuer", length.clone()));
        }
        if let Some(audience) = &self.audience {
            // An empty list would switch the check off.
            if audience.is_empty() {
                faults.push(ConfigFault::new("audience", "it is empty: it must name one or more, or not be called"));
            }
            if audience.iter().any(|audience| !fits(audience)) {
                faults.push(ConfigFault::new("audience", format!("of every member, {length}")));
            }
        }
        let scheme = &self.header_scheme;
        if !scheme.bytes().all(is_token_byte) {
            faults.push(ConfigFault::new(
                "header_scheme",
                "it must be one word of letters, digits and `-._~`, or empty for a bare token",
            ));
        }
        if self.challenge_realm.as_deref().is_some_and(|realm| !is_quotable(realm, MOST_NAME)) {
            faults.push(ConfigFault::new(
                "challenge_realm",
                format!("it must be 1 to {MOST_NAME} printable ASCII characters without `\"` and `\\`"),
            ));
        }
        let is_default = std::any::TypeId::of::<S>() == std::any::TypeId::of::<DefaultRealm>();
        if !is_default && !is_quotable(S::NAME, 64) {
            faults.push(ConfigFault::new(
                "Realm::NAME",
                "it must be 1 to 64 printable ASCII characters without `\"` and `\\`",
            ));
        }
    }

    fn check_times(&self, faults: &mut Vec<ConfigFault>) {
        let longest = self.max_token_lifetime;
        if longest > MOST_LIFETIME || longest < Duration::from_secs(1) {
            faults
                .push(ConfigFault::new("max_token_lifetime", format!("{longest:?}: it must be 1 second to 3650 days")));
        }
        let lives = [
            ("access_token_expires_in", self.access_token_expires_in),
            ("refresh_token_expires_in", self.refresh_token_expires_in),
        ];
        for (option, lifetime) in lives {
            if lifetime < Duration::from_secs(1) || lifetime > longest {
                faults.push(ConfigFault::new(
                    option,
                    format!("{lifetime:?}: it must be 1 second to `max_token_lifetime`, which is {longest:?}"),
                ));
            }
        }
        if self.leeway > MOST_LEEWAY {
            faults.push(ConfigFault::new("leeway", format!("{:?}: it must be at most {MOST_LEEWAY:?}", self.leeway)));
        }
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

fn only_key(keys: Vec<Result<KeyChoice, KeyError>>, faults: &mut Vec<ConfigFault>) -> Option<KeyChoice> {
    match keys.len() {
        0 => faults.push(ConfigFault::new("key", "there is none: give `secret`, `key` or `verifying_key`")),
        1 => {}
        given => faults.push(ConfigFault::new(
            "key",
            format!("{given} were given: give one of `secret`, `key`, `verifying_key`, once"),
        )),
    }
    let mut usable = None;
    for key in keys {
        match key {
            Ok(key) => usable = Some(key),
            Err(error) => faults.push(ConfigFault::new("key", error.to_string())),
        }
    }
    usable
}

#[cfg(feature = "axum")]
fn http_header_name(name: &str, faults: &mut Vec<ConfigFault>) -> Option<http::HeaderName> {
    match http::HeaderName::try_from(name) {
        Ok(name) if name != http::header::COOKIE => Some(name),
        _ => {
            faults.push(ConfigFault::new("header_name", "it must be the name of an HTTP header other than `Cookie`"));
            None
        }
    }
}

#[cfg(not(feature = "axum"))]
fn http_header_name(name: &str, faults: &mut Vec<ConfigFault>) -> Option<String> {
    if name.is_empty() || !name.bytes().all(is_token_byte) {
        faults.push(ConfigFault::new("header_name", "it must be the name of an HTTP header other than `Cookie`"));
        return None;
    }
    Some(name.to_owned())
}

#[cfg(feature = "axum")]
fn default_challenge_realm<R: Realm>() -> &'static str {
    if R::NAME.is_empty() { "api" } else { R::NAME }
}

fn is_token_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"-._~".contains(&byte)
}

/// Whether a text can stand between quotes in a header (RFC 9110 section 5.6.4) without being escaped.
fn is_quotable(text: &str, most: usize) -> bool {
    (1..=most).contains(&text.len())
        && text.bytes().all(|byte| matches!(byte, b' '..=b'~') && byte != b'"' && byte != b'\\')
}

#[cfg(feature = "axum")]
fn next_instance() -> u64 {
    static NEXT: std::sync::atomic::AtomicU64 = std::sync::atomic::AtomicU64::new(0);
    NEXT.fetch_add(1, std::sync::atomic::Ordering::Relaxed)
}

//! `TokenPayload`: what a verified token says, as a cheap, read-only handle.

mod facts;

use std::{
    fmt,
    marker::PhantomData,
    ops::Deref,
    str::FromStr,
    sync::Arc,
    time::{Duration, SystemTime},
};

use serde::{Serialize, Serializer};

use self::facts::Facts;
use crate::{
    Claims, DefaultRealm, NoClaims, NumericDate, Realm, RegisteredClaims, access::held::Held, clock::ClockChoice,
    realm, scope::Matching, session::refresh::Refreshable,
};

/// The claims of a verified token.
///
/// There is no way to one but verification: in a handler's signature it means that the handler runs only with a valid access
/// token. The registered claims are its fields (`payload.sub`), and so are those of `C` (`payload.age`). Cloning it copies a
/// pointer; nothing can change it. [`into_parts`](Self::into_parts) gives the claims by value.
///
/// `Debug` shows subject, id, kind and expiry; `Serialize` writes the claims without the csrf value.
pub struct TokenPayload<C = NoClaims, R = DefaultRealm> {
    held: Arc<Held<C>>,
    clock: ClockChoice,
    /// The leeway that its door gave it, in nanoseconds: half of a `Duration`, and without spare values.
    #[cfg(feature = "ws")]
    leeway: u64,
    facts: Facts,
    /// Of a refresh token, where there are sessions.
    refreshable: Option<Arc<Refreshable>>,
    realm: PhantomData<fn() -> R>,
}

impl<C, R> TokenPayload<C, R> {
    pub(crate) fn new(held: Arc<Held<C>>, clock: ClockChoice, matching: Matching) -> Self {
        Self {
            held,
            clock,
            #[cfg(feature = "ws")]
            leeway: 0,
            facts: Facts::new(matching),
            refreshable: None,
            realm: PhantomData,
        }
    }

    /// What is held of its token.
    #[cfg(feature = "ws")]
    pub(crate) fn held(&self) -> &Held<C> {
        &self.held
    }

    /// Adds what it takes to refresh it.
    pub(crate) fn set_refreshable(&mut self, refreshable: Refreshable) {
        self.refreshable = Some(Arc::new(refreshable));
    }

    pub(crate) fn refreshable(&self) -> Option<&Refreshable> {
        self.refreshable.as_deref()
    }

    /// The same, of a token that was found in a request.
    #[cfg(feature = "axum")]
    pub(crate) fn found_in(self, location: crate::Location) -> Self {
        Self { facts: self.facts.found_in(location), ..self }
    }

    /// The same, of a token that was taken with this leeway.
    #[cfg(feature = "ws")]
    pub(crate) fn with_leeway(self, leeway: Duration) -> Self {
        // Some hundred years are enough.
        Self { leeway: u64::try_from(leeway.as_nanos()).unwrap_or(u64::MAX), ..self }
    }

    /// From when on its door would not take the token any more, and the clock that says when that is.
    #[cfg(feature = "ws")]
    pub(crate) fn valid_until(&self) -> (ClockChoice, NumericDate) {
        (self.clock.clone(), self.held.claims.exp.saturating_add(Duration::from_nanos(self.leeway)))
    }

    /// Where in the request the token was found; `None` if there was no request.
    #[cfg(feature = "axum")]
    #[must_use]
    pub fn location(&self) -> Option<crate::Location> {
        self.facts.location()
    }

    /// Where it was found, as events name it.
    #[cfg(feature = "axum")]
    pub(crate) fn location_name(&self) -> Option<&'static str> {
        self.facts.location().map(crate::Location::as_str)
    }

    /// Without requests there is no place.
    #[cfg(not(feature = "axum"))]
    #[expect(clippy::unused_self, reason = "with requests it tells where the token was")]
    pub(crate) fn location_name(&self) -> Option<&'static str> {
        None
    }

    /// Whether the token has this scope, by the rule that the configuration chose.
    pub(crate) fn grants(&self, scope: &str) -> bool {
        self.facts.matching().has(&self.held.claims.scopes, scope)
    }

    /// The subject as a type of the service's own, such as a number or a UUID.
    ///
    /// # Errors
    /// What `T` says about a text that it can't read.
    pub fn subject<T: FromStr>(&self) -> Result<T, T::Err> {
        self.held.claims.sub.parse()
    }

    /// When the token was issued, if it says so.
    #[must_use]
    pub fn issued_at(&self) -> Option<SystemTime> {
        self.held.claims.iat.map(SystemTime::from)
    }

    /// When the token ends.
    #[must_use]
    pub fn expiry(&self) -> SystemTime {
        self.held.claims.exp.into()
    }

    /// How long the token is valid from now on, by the configuration's clock; zero once it has ended.
    #[must_use]
    pub fn time_until_expiry(&self) -> Duration {
        self.held.claims.exp.saturating_duration_since(NumericDate::from(self.clock.now()))
    }

    /// How long ago the token was issued, by the configuration's clock, if it says when.
    #[must_use]
    pub fn time_since_issued(&self) -> Option<Duration> {
        self.held.claims.iat.map(|issued| NumericDate::from(self.clock.now()).saturating_duration_since(issued))
    }

    /// Whether the token is fresh, by the configuration's clock and without leeway; if so it comes from a proof of who the subject
    /// is, and not from a refresh.
    #[must_use]
    pub fn is_fresh(&self) -> bool {
        self.held.claims.fresh.is_fresh_at(self.clock.now())
    }

    /// Whether the token has all of these scopes, by the rule of every door: each must be equal to one of the token's, case
    /// included, or with [`wildcard_scopes`](crate::Builder::wildcard_scopes) be covered by one.
    #[must_use]
    pub fn has_scopes<S: AsRef<str>>(&self, scopes: impl IntoIterator<Item = S>) -> bool {
        scopes.into_iter().all(|scope| self.grants(scope.as_ref()))
    }

    /// The claims by value: the registered ones, and the service's own.
    ///
    /// They are moved out if this is the only handle, and cloned otherwise.
    #[must_use]
    pub fn into_parts(self) -> (RegisteredClaims, C)
    where
        C: Clone,
    {
        let RegisteredClaims {
            iss,
            sub,
            aud,
            exp,
            nbf,
            iat,
            jti,
            kind,
            fresh,
            scopes,
            csrf,
            auth_time,
            sid,
            client_id,
            extra,
        } = Arc::try_unwrap(self.held).map_or_else(|held| held.claims.clone(), |held| held.claims);
        let registered = RegisteredClaims {
            iss,
            sub,
            aud,
            exp,
            nbf,
            iat,
            jti,
            kind,
            fresh,
            scopes,
            csrf,
            auth_time,
            sid,
            client_id,
            extra: NoClaims::default(),
        };
        (registered, extra)
    }
}

impl<C, R> Deref for TokenPayload<C, R> {
    type Target = RegisteredClaims<C>;

    fn deref(&self) -> &RegisteredClaims<C> {
        &self.held.claims
    }
}

impl<C, R> Clone for TokenPayload<C, R> {
    fn clone(&self) -> Self {
        Self {
            held: Arc::clone(&self.held),
            clock: self.clock.clone(),
            #[cfg(feature = "ws")]
            leeway: self.leeway,
            facts: self.facts,
            refreshable: self.refreshable.clone(),
            realm: PhantomData,
        }
    }
}

impl<C, R> fmt::Debug for TokenPayload<C, R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TokenPayload")
            .field("sub", &self.held.claims.sub)
            .field("jti", &self.held.claims.jti)
            .field("kind", &self.held.claims.kind)
            .field("exp", &self.held.claims.exp)
            .finish_non_exhaustive()
    }
}

impl<C: Claims, R: Realm> Serialize for TokenPayload<C, R> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.held.claims.as_written(realm::claim::<R>()).serialize(serializer)
    }
}

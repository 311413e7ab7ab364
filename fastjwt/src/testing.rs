//! For the tests of services: payloads, tokens, and a clock that stands still.
//!
//! A handler with an attribute takes a guarded payload, so that a test can't call it with claims made up on the spot. The
//! usual test sends a request with a real token through the router; [`payload`] and [`guard`] are for calling a handler
//! directly, and [`current_subject`], [`required`] and their like for what other extractors hold.
//!
//! Switch the feature `testing` on under `[dev-dependencies]` only: with it, a payload can be had without a token.
//!
//! ```
//! # #[cfg(feature = "axum")]
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! use std::time::Duration;
//! use fastjwt::{FastJwt, TokenPayload, access_token_required, jwt_claims, testing};
//!
//! #[jwt_claims]
//! #[derive(Clone)]
//! struct Profile {
//!     age: u8,
//! }
//!
//! #[access_token_required]
//! async fn age(payload: TokenPayload<Profile>) -> String {
//!     format!("{} is {}", payload.sub, payload.age)
//! }
//!
//! // A handler, called directly.
//! let runtime = tokio::runtime::Runtime::new()?;
//! let payload = testing::payload("USER_ID", Profile { age: 22 });
//! assert_eq!(runtime.block_on(age(testing::guard(payload))), "USER_ID is 22");
//!
//! // A token, and a clock that a test moves.
//! let clock = testing::StillClock::default();
//! let jwt = testing::builder(&clock).build()?;
//! let token = jwt.create_access_token("USER_ID").sign()?;
//! assert!(jwt.verify_access_token::<fastjwt::NoClaims>(token.as_str()).is_ok());
//! clock.advance(Duration::from_secs(3600));
//! assert!(jwt.verify_access_token::<fastjwt::NoClaims>(token.as_str()).is_err());
//! # Ok(())
//! # }
//! # #[cfg(not(feature = "axum"))]
//! # fn main() {}
//! ```

use std::{
    sync::{Arc, PoisonError, RwLock},
    time::{Duration, SystemTime},
};

use crate::{
    Builder, Claims, Clock, FastJwt, Freshness, NumericDate, Realm, RegisteredClaims, SigningKey, TokenKind,
    TokenPayload, access::held::Held, clock::ClockChoice, scope::Matching,
};

/// 2026-01-01T00:00:00Z.
const START: Duration = Duration::from_secs(1_767_225_600);

/// A clock that moves only when it is told to. Clones show the same time.
#[derive(Debug, Clone)]
pub struct StillClock(Arc<RwLock<SystemTime>>);

impl StillClock {
    /// A clock that stands at `now`.
    #[must_use]
    pub fn at(now: SystemTime) -> Self {
        Self(Arc::new(RwLock::new(now)))
    }

    /// Moves the clock on.
    pub fn advance(&self, duration: Duration) {
        let mut now = self.0.write().unwrap_or_else(PoisonError::into_inner);
        *now = now.checked_add(duration).unwrap_or(*now);
    }

    /// Puts the clock to another time, an earlier one too.
    pub fn set(&self, now: SystemTime) {
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = now;
    }
}

/// Stands at 2026-01-01T00:00:00Z.
impl Default for StillClock {
    fn default() -> Self {
        Self::at(SystemTime::UNIX_EPOCH + START)
    }
}

impl Clock for StillClock {
    fn now(&self) -> SystemTime {
        *self.0.read().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A configuration for tests: a fixed HS256 secret, which no other configuration takes, and this clock.
pub fn builder(clock: &StillClock) -> Builder {
    FastJwt::builder().key(SigningKey::for_tests()).clock(clock.clone())
}

/// The payload of an access token for `sub`, as if it had been verified; it ends in 15 minutes by a clock that stands still.
///
/// [`PayloadBuilder`] makes others.
#[must_use]
pub fn payload<C: Claims, R: Realm>(sub: &str, extra: C) -> TokenPayload<C, R> {
    PayloadBuilder::new(sub, extra).build()
}

/// For how long a payload is valid that says nothing else.
const LIFE: Duration = Duration::from_secs(15 * 60);

/// Makes payloads that no token stood behind.
///
/// # Defaults
/// - An access token, issued now, that ends in 15 minutes, neither fresh nor with scopes.
/// - A clock of its own that stands at 2026-01-01T00:00:00Z: a test gives the payload its own clock where time is to pass.
/// - Scopes are compared exactly, as they are without configuration.
#[derive(Debug)]
#[must_use]
pub struct PayloadBuilder<C> {
    claims: RegisteredClaims<C>,
    clock: StillClock,
    matching: Matching,
}

impl<C: Claims> PayloadBuilder<C> {
    /// Starts the payload of an access token.
    pub fn new(sub: &str, extra: C) -> Self {
        let clock = StillClock::default();
        let now = NumericDate::from(clock.now());
        let claims = RegisteredClaims {
            iss: None,
            sub: sub.to_owned(),
            aud: Vec::new(),
            exp: now.saturating_add(LIFE),
            nbf: Some(now),
            iat: Some(now),
            jti: Some("testing".to_owned()),
            kind: TokenKind::Access,
            fresh: Freshness::Stale,
            scopes: Vec::new(),
            csrf: None,
            auth_time: None,
            sid: None,
            client_id: None,
            extra,
        };
        Self { claims, clock, matching: Matching::Exact }
    }

    /// Makes it the payload of a token of this kind.
    pub fn kind(mut self, kind: TokenKind) -> Self {
        self.claims.kind = kind;
        self
    }

    /// Makes it fresh.
    pub fn fresh(mut self) -> Self {
        self.claims.fresh = Freshness::Fresh;
        self.claims.auth_time = self.claims.iat;
        self
    }

    /// Gives it scopes.
    pub fn scopes(mut self, scopes: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.claims.scopes = scopes.into_iter().map(Into::into).collect();
        self
    }

    /// Compares its scopes as a service with [`wildcard_scopes`](Builder::wildcard_scopes) does, or exactly.
    ///
    /// ```
    /// use fastjwt::{NoClaims, TokenPayload, testing::PayloadBuilder};
    ///
    /// let made = PayloadBuilder::new("USER_ID", NoClaims::default()).scopes(["orders:*"]).wildcard_scopes(true);
    /// let payload: TokenPayload = made.build();
    /// assert!(payload.has_scopes(["orders:read"]));
    /// ```
    pub fn wildcard_scopes(mut self, granted: bool) -> Self {
        self.matching = if granted { Matching::Wildcard } else { Matching::Exact };
        self
    }

    /// Gives it this clock, which the test can move. It is issued at the time that the clock shows now, and ends 15 minutes later;
    /// other times are said behind this.
    ///
    /// ```
    /// use std::time::Duration;
    /// use fastjwt::{NoClaims, TokenPayload, testing::{PayloadBuilder, StillClock}};
    ///
    /// let clock = StillClock::default();
    /// let payload: TokenPayload = PayloadBuilder::new("USER_ID", NoClaims::default()).clock(&clock).build();
    /// clock.advance(Duration::from_secs(840));
    /// assert_eq!(payload.time_until_expiry(), Duration::from_secs(60));
    /// ```
    pub fn clock(mut self, clock: &StillClock) -> Self {
        let now = NumericDate::from(clock.now());
        self.clock = clock.clone();
        let claims = &mut self.claims;
        (claims.iat, claims.nbf, claims.exp) = (Some(now), Some(now), now.saturating_add(LIFE));
        // Who is fresh has logged in when the token was issued.
        claims.auth_time = claims.auth_time.map(|_| now);
        self
    }

    /// Changes any other registered claim.
    pub fn with(mut self, change: impl FnOnce(&mut RegisteredClaims<C>)) -> Self {
        change(&mut self.claims);
        self
    }

    /// The payload.
    #[must_use]
    pub fn build<R: Realm>(self) -> TokenPayload<C, R> {
        TokenPayload::new(Arc::new(Held::of_no_token(self.claims)), ClockChoice::given(self.clock), self.matching)
    }
}

/// What a guarded handler takes in place of its payload: to call it directly.
#[cfg(feature = "axum")]
pub fn guard<T: crate::__private::Payload, P>(payload: T) -> crate::__private::Guard<T, P> {
    crate::__private::Guard(payload, std::marker::PhantomData)
}

/// What a guarded handler without a payload takes first: to call it directly.
#[cfg(feature = "axum")]
#[must_use]
pub fn pass<R: Realm, P>() -> crate::__private::Guard<crate::__private::PutThisAttributeFirst<R>, P> {
    guard(crate::__private::PutThisAttributeFirst::for_a_test())
}

macro_rules! extracted {
    ($($(#[$doc:meta])* $function:ident -> $extractor:ident),* $(,)?) => { $(
        $(#[$doc])*
        #[cfg(feature = "axum")]
        #[must_use]
        pub fn $function<C, R>(payload: TokenPayload<C, R>) -> crate::$extractor<C, R> {
            crate::$extractor::for_a_test(payload)
        }
    )* };
}

extracted! {
    /// The extractor of this name, with a payload that nobody has looked at: to call a handler directly.
    fresh_payload -> FreshPayload,
    /// The extractor of this name, with a payload that nobody has looked at: to call a handler directly.
    refresh_payload -> RefreshPayload,
    /// The extractor of this name, with a payload that nobody has looked at: to call a handler directly.
    any_payload -> AnyPayload,
}

/// The extractor [`Required`](crate::Required), with a payload that its policy has not judged: to call a handler directly.
#[cfg(feature = "axum")]
#[must_use]
pub fn required<P, C, R>(payload: TokenPayload<C, R>) -> crate::Required<P, C, R> {
    crate::Required::new(payload)
}

/// The extractor [`CurrentSubject`](crate::CurrentSubject), with a user whom nobody has loaded: to call a handler directly.
///
/// ```
/// use fastjwt::{CurrentSubject, testing};
///
/// struct User {
///     name: String,
/// }
///
/// async fn hello(user: CurrentSubject<User>) -> String {
///     format!("hello {}", user.name)
/// }
///
/// let runtime = tokio::runtime::Runtime::new().unwrap();
/// let said = runtime.block_on(hello(testing::current_subject(User { name: "Ada".to_owned() })));
/// assert_eq!(said, "hello Ada");
/// ```
#[cfg(feature = "axum")]
#[must_use]
pub fn current_subject<U, R>(user: U) -> crate::CurrentSubject<U, R> {
    crate::CurrentSubject::new(Arc::new(user))
}

/// What a [`Check`](crate::Check) is told where there is no request, as by [`FastJwt::authenticate`](crate::FastJwt::authenticate): to ask
/// it directly.
#[must_use]
pub fn no_request() -> crate::CheckedRequest<'static> {
    crate::CheckedRequest::none()
}

//! `FastJwt`: the handle that a service keeps in its state, the start of both roads.

use std::{fmt, marker::PhantomData, sync::Arc};

use crate::{
    AccessToken, Builder, Claims, ConfigError, DefaultRealm, Error, ErrorKind, KeyRing, LogoutToken, NoClaims, Policy,
    Realm, RefreshToken, TokenBuilder, TokenPayload, UsageFault, access,
    config::Settings,
    event::{self, About},
};

/// Issues, verifies and guards, for one realm. Cloning it is cheap.
///
/// ```
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// use fastjwt::{Algorithm, FastJwt, SigningKey, jwt_claims};
///
/// #[jwt_claims]
/// struct Profile {
///     age: u8,
/// }
///
/// let jwt = FastJwt::builder().key(SigningKey::generate(Algorithm::ES256)?).build()?;
///
/// let token = jwt.create_access_token("USER_ID").claims(&Profile { age: 22 }).sign()?;
/// let payload = jwt.verify_access_token::<Profile>(token.as_str())?;
/// assert_eq!((payload.sub.as_str(), payload.age), ("USER_ID", 22));
/// # Ok(())
/// # }
/// ```
pub struct FastJwt<R = DefaultRealm> {
    config: Arc<Settings>,
    realm: PhantomData<fn() -> R>,
}

impl FastJwt {
    /// Starts the configuration of the default realm.
    pub fn builder() -> Builder {
        Builder::new()
    }

    /// The default realm as the environment configures it, in variables that begin with `JWT_`; [`Config`](crate::Config) lists
    /// them.
    ///
    /// ```no_run
    /// # fn main() -> Result<(), fastjwt::ConfigError> {
    /// let jwt = fastjwt::FastJwt::from_env()?; // the least that it needs: JWT_SECRET_KEY
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// As [`Builder::build`], with the names of the variables. One that is nearly one of ours is refused, too.
    pub fn from_env() -> Result<Self, ConfigError> {
        Self::builder().config(crate::Config::from_env()).build()
    }
}

impl<R: Realm> FastJwt<R> {
    /// A realm as the environment configures it, in variables that begin with a prefix of its own.
    ///
    /// ```no_run
    /// # struct Staff;
    /// # impl fastjwt::Realm for Staff { const NAME: &'static str = "staff"; }
    /// # fn main() -> Result<(), fastjwt::ConfigError> {
    /// use fastjwt::FastJwt;
    ///
    /// let customers = FastJwt::from_env()?; // JWT_SECRET_KEY, ...
    /// let staff = FastJwt::<Staff>::from_env_prefixed("STAFF_JWT_")?; // STAFF_JWT_SECRET_KEY, ...
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// As [`Builder::build`], with the names of the variables. One that is nearly one of ours is refused, too.
    pub fn from_env_prefixed(prefix: &str) -> Result<Self, ConfigError> {
        Self::realm_builder().config(crate::Config::from_env_prefixed(prefix)).build()
    }

    /// Starts the configuration of the realm `R`.
    pub fn realm_builder() -> Builder<R> {
        Builder::new()
    }

    /// Starts an access token for the subject `sub`, anything that displays.
    pub fn create_access_token(&self, sub: impl fmt::Display) -> TokenBuilder<'_, AccessToken, NoClaims, R> {
        TokenBuilder::new(self, &sub)
    }

    /// Starts a refresh token for the subject `sub`, anything that displays.
    ///
    /// Give it the scopes and extra claims of the access tokens that it shall obtain.
    pub fn create_refresh_token(&self, sub: impl fmt::Display) -> TokenBuilder<'_, RefreshToken, NoClaims, R> {
        TokenBuilder::new(self, &sub)
    }

    /// Verifies an access token.
    ///
    /// # Errors
    /// [`ErrorKind::Token`] with the first thing that is wrong, and [`ErrorKind::Request`] if the text is too long.
    pub fn verify_access_token<C: Claims>(&self, token: &str) -> Result<TokenPayload<C, R>, Error> {
        self.verify(token, &Policy::access())
    }

    /// Verifies a refresh token.
    ///
    /// # Errors
    /// As [`verify_access_token`](Self::verify_access_token).
    pub fn verify_refresh_token<C: Claims>(&self, token: &str) -> Result<TokenPayload<C, R>, Error> {
        self.verify(token, &Policy::refresh())
    }

    /// Verifies a token against a policy. There is a token, so that [`Policy::optional`] makes no difference here.
    ///
    /// # Errors
    /// As [`verify_access_token`](Self::verify_access_token); [`ErrorKind::Usage`] if the policy has a
    /// [`subject_param`](Policy::subject_param), since there is no route here, and if the configuration has checks that must be
    /// awaited: [`authenticate`](Self::authenticate) does that.
    pub fn verify<C: Claims>(&self, token: &str, policy: &Policy) -> Result<TokenPayload<C, R>, Error> {
        let nothing = self.config.awaits_nothing().ok_or_else(|| self.error(UsageFault::MustAwait))?;
        access::token_at_once(self, token, policy, nothing)
    }

    /// Verifies a token against a policy with everything that a request's token goes through, what has to be waited for
    /// included: keys that are fetched, a store, the service's own checks.
    ///
    /// ```
    /// # async fn run() -> Result<(), Box<dyn std::error::Error>> {
    /// use fastjwt::{Algorithm, FastJwt, NoClaims, Policy, SigningKey};
    ///
    /// let jwt = FastJwt::builder().key(SigningKey::generate(Algorithm::ES256)?).build()?;
    /// let token = jwt.create_access_token("USER_ID").sign()?;
    /// let payload = jwt.authenticate::<NoClaims>(token.as_str(), &Policy::access()).await?;
    /// assert_eq!(payload.sub, "USER_ID");
    /// # Ok(())
    /// # }
    /// # tokio::runtime::Runtime::new().unwrap().block_on(run()).unwrap();
    /// ```
    ///
    /// # Errors
    /// As [`verify_access_token`](Self::verify_access_token).
    pub async fn authenticate<C: Claims>(&self, token: &str, policy: &Policy) -> Result<TokenPayload<C, R>, Error> {
        access::token(self, token, policy).await
    }

    /// Verifies a token for [`log_out`](Self::log_out) alone: of any kind, expired or not.
    ///
    /// # Errors
    /// [`ErrorKind::Token`] with the first thing that is wrong, but for the token's end and what a store says of it.
    pub async fn verify_for_logout(&self, token: &str) -> Result<LogoutToken<R>, Error> {
        access::leave::token(self, token).await
    }

    /// The keys: which there are, and how one takes the place of another.
    #[must_use]
    pub fn keys(&self) -> KeyRing {
        KeyRing::new(Arc::clone(&self.config))
    }

    pub(crate) fn from_config(config: Settings) -> Self {
        Self { config: Arc::new(config), realm: PhantomData }
    }

    /// An error that is told once it becomes an answer.
    pub(crate) fn error(&self, kind: impl Into<ErrorKind>) -> Error {
        Error::new(kind.into(), Some((&self.config, R::NAME)))
    }

    /// An error that is told here and now, and what it is about; the realm is this one.
    pub(crate) fn refuse(&self, kind: impl Into<ErrorKind>, about: About<'_>) -> Error {
        let error = self.error(kind);
        event::refused(&error, About { realm: Some(R::NAME), ..about });
        error.told()
    }
}

impl<R> FastJwt<R> {
    #[inline]
    pub(crate) fn config(&self) -> &Settings {
        &self.config
    }
}

impl<R> Clone for FastJwt<R> {
    fn clone(&self) -> Self {
        Self { config: Arc::clone(&self.config), realm: PhantomData }
    }
}

/// Shows what tokens say, and of the keys their algorithms and ids.
impl<R: Realm> fmt::Debug for FastJwt<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FastJwt")
            .field("realm", &R::NAME)
            .field("keys", &self.keys())
            .field("issuer", &self.config.terms.issuer)
            .field("audience", &self.config.terms.audience)
            .finish_non_exhaustive()
    }
}

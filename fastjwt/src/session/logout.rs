//! `LogoutToken`: a token that was good once, and is good for logging out.

use std::{fmt, marker::PhantomData, sync::Arc};

use crate::{DefaultRealm, NoClaims, RegisteredClaims, access::held::Held};

/// A well-signed token of any kind, expired or not: all that it is good for is [`FastJwt::log_out`](crate::FastJwt::log_out).
///
/// As a parameter of a handler it is found like the token of any other door, and its issuer, audience, origin and csrf value are
/// demanded as there. Only its end is not, and neither is the store asked about it: who was away for a while can log out, and
/// who logs out twice sees no error. It tells nothing and opens nothing.
///
/// ```
/// use axum::{extract::State, http::StatusCode, response::IntoResponse};
/// use fastjwt::{Error, FastJwt, LogoutToken};
///
/// async fn logout(State(jwt): State<FastJwt>, token: LogoutToken) -> Result<impl IntoResponse, Error> {
///     jwt.log_out(&token).await?;
///     Ok((jwt.unset_cookies(), StatusCode::NO_CONTENT))
/// }
/// ```
#[must_use]
pub struct LogoutToken<R = DefaultRealm> {
    held: Arc<Held<NoClaims>>,
    realm: PhantomData<fn() -> R>,
}

impl<R> LogoutToken<R> {
    pub(crate) fn new(held: Arc<Held<NoClaims>>) -> Self {
        Self { held, realm: PhantomData }
    }

    pub(crate) fn claims(&self) -> &RegisteredClaims {
        &self.held.claims
    }
}

/// Shows nothing of the token, since nothing of it may be relied on.
impl<R> fmt::Debug for LogoutToken<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LogoutToken").finish_non_exhaustive()
    }
}

//! `Required`: an extractor with a policy of the service's own.

use std::{fmt, marker::PhantomData, ops::Deref};

use axum::extract::{FromRequestParts, OptionalFromRequestParts};
use http::request::Parts;

use super::HasFastJwt;
use crate::{Claims, DefaultRealm, Error, NoClaims, Policy, Realm, RequestFault, TokenPayload, access, event::About};

/// A [`Policy`] as a type, for [`Required`].
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a policy",
    label = "not a policy",
    note = "write `impl fastjwt::ConstPolicy for {Self} {{ const POLICY: fastjwt::Policy = fastjwt::Policy::access(); }}`, with what is demanded behind it"
)]
pub trait ConstPolicy: 'static {
    /// What is demanded.
    const POLICY: Policy;
}

/// The payload of a token that fulfils the policy `P`: what the attributes' arguments say, for a handler without one.
///
/// ```
/// use axum::{Router, routing::get};
/// use fastjwt::{ConstPolicy, FastJwt, Policy, Required, scopes};
///
/// struct ReadOrders;
///
/// impl ConstPolicy for ReadOrders {
///     const POLICY: Policy = Policy::access().scopes(scopes!("orders:read"));
/// }
///
/// async fn orders(payload: Required<ReadOrders>) -> String {
///     format!("the orders of {}", payload.sub)
/// }
///
/// fn app(jwt: FastJwt) -> Router {
///     Router::new()
///         .route("/orders", get(orders))
///         // The same for routes that need no payload.
///         .merge(Router::new().route("/report", get("...")).route_layer(jwt.require(ReadOrders::POLICY)))
///         .with_state(jwt)
/// }
/// ```
///
/// An `Option<Required<P>>` is `None` for a request without a token, and with
/// [`optional_or_expired`](Policy::optional_or_expired) in the policy for one whose token has expired.
pub struct Required<P, C = NoClaims, R = DefaultRealm> {
    payload: TokenPayload<C, R>,
    policy: PhantomData<fn() -> P>,
}

impl<P, C, R> Required<P, C, R> {
    pub(crate) fn new(payload: TokenPayload<C, R>) -> Self {
        Self { payload, policy: PhantomData }
    }

    /// The payload itself.
    #[must_use]
    pub fn into_payload(self) -> TokenPayload<C, R> {
        self.payload
    }
}

impl<P, C, R> Deref for Required<P, C, R> {
    type Target = TokenPayload<C, R>;

    fn deref(&self) -> &TokenPayload<C, R> {
        &self.payload
    }
}

impl<P, C, R> Clone for Required<P, C, R> {
    fn clone(&self) -> Self {
        Self::new(self.payload.clone())
    }
}

impl<P, C, R> fmt::Debug for Required<P, C, R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Required").field(&self.payload).finish()
    }
}

impl<S, P, C, R> FromRequestParts<S> for Required<P, C, R>
where
    S: HasFastJwt<R> + Sync,
    P: ConstPolicy,
    C: Claims,
    R: Realm,
{
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Error> {
        let jwt = state.fastjwt();
        let payload = access::request(&jwt, parts, &P::POLICY).await?;
        // Only an optional one takes a request without a token.
        payload.map(Self::new).ok_or_else(|| jwt.refuse(RequestFault::MissingToken, About::default()))
    }
}

impl<S, P, C, R> OptionalFromRequestParts<S> for Required<P, C, R>
where
    S: HasFastJwt<R> + Sync,
    P: ConstPolicy,
    C: Claims,
    R: Realm,
{
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Option<Self>, Error> {
        let jwt = state.fastjwt();
        let policy = P::POLICY.at_least_optional();
        let payload = access::request(&jwt, parts, &policy).await?;
        Ok(payload.map(Self::new))
    }
}

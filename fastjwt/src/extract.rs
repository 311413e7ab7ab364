//! The extractors: payloads in a handler's signature, and the guard that the attributes put there.

mod required;
mod subject;

use std::{marker::PhantomData, ops::Deref, pin::pin, sync::Arc};

use axum::extract::{FromRef, FromRequestParts, OptionalFromRequestParts, RawPathParams};
use http::request::Parts;

pub use self::{
    required::{ConstPolicy, Required},
    subject::{CurrentSubject, LoadSubject},
};
use crate::{
    __private::{Guard, GuardedPayload},
    Claims, DefaultRealm, Error, FastJwt, LogoutToken, NoClaims, Policy, Realm, RequestFault, TokenPayload, access,
    event::About,
};

/// A router's state that holds the [`FastJwt`] of the realm `R`.
///
/// Implemented for every state that axum can take one out of: `FastJwt` itself, a struct with `#[derive(FromRef)]` (axum's
/// feature `macros`) that has one as a field, and an `Arc` around either.
#[diagnostic::on_unimplemented(
    message = "the router's state `{Self}` holds no `FastJwt<{R}>`",
    label = "no `FastJwt` in this state",
    note = "give the router `.with_state(jwt)`, or put a field `jwt: FastJwt<{R}>` into the state and `#[derive(Clone, axum::extract::FromRef)]` on it, which is behind axum's feature `macros`",
    note = "`FastJwt` alone is short for `FastJwt<DefaultRealm>`"
)]
pub trait HasFastJwt<R = DefaultRealm> {
    /// The instance, cheaply.
    #[doc(hidden)]
    fn fastjwt(&self) -> FastJwt<R>;
}

#[diagnostic::do_not_recommend]
impl<S, R> HasFastJwt<R> for S
where
    FastJwt<R>: FromRef<S>,
{
    fn fastjwt(&self) -> FastJwt<R> {
        FastJwt::from_ref(self)
    }
}

/// An `Arc` around a state holds what the state holds. A service can't say so itself: neither type is its own.
impl<S, R> FromRef<Arc<S>> for FastJwt<R>
where
    FastJwt<R>: FromRef<S>,
{
    fn from_ref(state: &Arc<S>) -> Self {
        Self::from_ref(&**state)
    }
}

/// A valid access token is required: without the attribute, too.
impl<S, C, R> FromRequestParts<S> for TokenPayload<C, R>
where
    S: HasFastJwt<R> + Sync,
    C: Claims,
    R: Realm,
{
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Error> {
        required(parts, state, &Policy::access()).await
    }
}

/// A request without a token passes as `None`; one with a token that is not valid does not pass.
impl<S, C, R> OptionalFromRequestParts<S> for TokenPayload<C, R>
where
    S: HasFastJwt<R> + Sync,
    C: Claims,
    R: Realm,
{
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Option<Self>, Error> {
        let jwt = state.fastjwt();
        access::request(&jwt, parts, &Policy::access().optional()).await
    }
}

macro_rules! payload_extractor {
    ($(#[$doc:meta])* $name:ident, $policy:expr) => {
        $(#[$doc])*
        #[derive(Debug)]
        pub struct $name<C = NoClaims, R = DefaultRealm>(TokenPayload<C, R>);

        impl<C, R> $name<C, R> {
            #[cfg(feature = "testing")]
            pub(crate) fn for_a_test(payload: TokenPayload<C, R>) -> Self {
                Self(payload)
            }

            /// The payload itself.
            #[must_use]
            pub fn into_payload(self) -> TokenPayload<C, R> {
                self.0
            }
        }

        impl<C, R> Clone for $name<C, R> {
            fn clone(&self) -> Self {
                Self(self.0.clone())
            }
        }

        impl<C, R> Deref for $name<C, R> {
            type Target = TokenPayload<C, R>;

            fn deref(&self) -> &TokenPayload<C, R> {
                &self.0
            }
        }

        impl<S, C, R> FromRequestParts<S> for $name<C, R>
        where
            S: HasFastJwt<R> + Sync,
            C: Claims,
            R: Realm,
        {
            type Rejection = Error;

            async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Error> {
                required(parts, state, &$policy).await.map(Self)
            }
        }
    };
}

payload_extractor! {
    /// The payload of a valid refresh token, in the signature of a handler that hands out new access tokens.
    RefreshPayload, Policy::refresh()
}
payload_extractor! {
    /// The payload of a valid access token for which the subject proved who they are.
    FreshPayload, Policy::fresh()
}
payload_extractor! {
    /// The payload of a valid token of any kind; [`kind`](crate::RegisteredClaims::kind) says which.
    AnyPayload, Policy::any()
}

impl<T: GuardedPayload, P: ConstPolicy> Guard<T, P> {
    const POLICY: Policy = if T::OPTIONAL { P::POLICY.at_least_optional() } else { P::POLICY };
}

impl<S, T, P> FromRequestParts<S> for Guard<T, P>
where
    S: HasFastJwt<T::Realm> + Sync,
    T: GuardedPayload,
    P: ConstPolicy,
{
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Error> {
        let jwt = state.fastjwt();
        let policy = const { &Self::POLICY };
        let payload = access::request::<T::Claims, T::Realm>(&jwt, parts, policy).await?;
        // Only an optional payload takes a request without a token.
        let payload =
            T::from_payload(payload).ok_or_else(|| jwt.refuse(RequestFault::MissingToken, About::default()))?;
        Ok(Self(payload, PhantomData))
    }
}

/// A well-signed token is required, of any kind and expired or not, for logging out.
impl<S, R> FromRequestParts<S> for LogoutToken<R>
where
    S: HasFastJwt<R> + Sync,
    R: Realm,
{
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Error> {
        access::leave::request(&state.fastjwt(), parts).await
    }
}

async fn required<S, C, R>(parts: &mut Parts, state: &S, policy: &Policy) -> Result<TokenPayload<C, R>, Error>
where
    S: HasFastJwt<R>,
    C: Claims,
    R: Realm,
{
    let jwt = state.fastjwt();
    let payload = access::request(&jwt, parts, policy).await?;
    payload.ok_or_else(|| jwt.refuse(RequestFault::MissingToken, About::default()))
}

/// A parameter of the route that a request took.
pub(crate) enum RouteParameter {
    /// The route has no parameter of that name.
    Missing,
    /// Whether the decoded value is the wanted one.
    Equal(bool),
}

/// Compares the decoded value of the route's parameter `name` with `wanted`.
pub(crate) fn compare_route_parameter(parts: &mut Parts, name: &str, wanted: &str) -> RouteParameter {
    // The future only reads the request's extensions, so that it is ready at the first look.
    match access::at_once(pin!(RawPathParams::from_request_parts(parts, &()))) {
        // Nested routers may have a parameter of the same name each; the handler may read any of them, so that all must equal.
        Some(Ok(parameters)) => parameters
            .iter()
            .filter(|(parameter, _)| *parameter == name)
            .map(|(_, value)| value == wanted)
            .reduce(|all, equal| all && equal)
            .map_or(RouteParameter::Missing, RouteParameter::Equal),
        // A subject is UTF-8, so that it can't be what the path says.
        Some(Err(axum::extract::rejection::RawPathParamsRejection::InvalidUtf8InPathParam(_))) => {
            RouteParameter::Equal(false)
        }
        _ => RouteParameter::Missing,
    }
}

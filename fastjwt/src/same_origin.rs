//! The check of a request's origin by itself, as a layer and an extractor: for the login, which has no token yet.

use std::{
    fmt,
    marker::PhantomData,
    task::{Context, Poll},
};

use axum::{
    extract::FromRequestParts,
    response::{IntoResponse, Response},
};
use http::{Request, request::Parts};
use tower_layer::Layer;
use tower_service::Service;

use crate::{DefaultRealm, Error, FastJwt, GuardFuture, HasFastJwt, Realm, access::origin, event::About};

impl<R: Realm> FastJwt<R> {
    /// A layer that refuses requests that a page of another origin sent, for every method but GET, HEAD and OPTIONS, and for
    /// a WebSocket.
    ///
    /// For the login: without it, another site's page can log its visitor in as somebody else, and read later what the visitor
    /// left there. What comes from no browser passes.
    ///
    /// ```
    /// use axum::{Router, routing::post};
    /// use fastjwt::FastJwt;
    ///
    /// async fn login() {}
    ///
    /// fn app(jwt: FastJwt) -> Router {
    ///     Router::new().route("/login", post(login)).route_layer(jwt.same_origin()).with_state(jwt)
    /// }
    /// ```
    #[must_use]
    pub fn same_origin(&self) -> SameOriginLayer<R> {
        SameOriginLayer(self.clone())
    }

    fn demand_same_origin(&self, parts: &Parts) -> Result<(), Error> {
        origin::demand(self.config(), parts).map_err(|fault| self.refuse(fault, About::default()))
    }
}

/// In a handler's signature: no page of another origin sent the request, or it changes nothing.
///
/// The same check as [`FastJwt::same_origin`]'s, for a single handler. Put it first.
///
/// ```
/// use axum::Json;
/// use fastjwt::SameOrigin;
///
/// async fn login(_: SameOrigin, credentials: Json<(String, String)>) {}
/// ```
#[non_exhaustive]
pub struct SameOrigin<R = DefaultRealm>(PhantomData<fn() -> R>);

impl<R> fmt::Debug for SameOrigin<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SameOrigin")
    }
}

impl<S, R> FromRequestParts<S> for SameOrigin<R>
where
    S: HasFastJwt<R> + Sync,
    R: Realm,
{
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Error> {
        state.fastjwt().demand_same_origin(parts).map(|()| Self(PhantomData))
    }
}

/// Puts a [`SameOriginService`] around a service; [`FastJwt::same_origin`] makes one.
pub struct SameOriginLayer<R>(FastJwt<R>);

impl<R> Clone for SameOriginLayer<R> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl<R> fmt::Debug for SameOriginLayer<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SameOriginLayer")
    }
}

impl<S, R> Layer<S> for SameOriginLayer<R> {
    type Service = SameOriginService<S, R>;

    fn layer(&self, inner: S) -> SameOriginService<S, R> {
        SameOriginService { inner, jwt: self.0.clone() }
    }
}

/// A service behind a [`SameOriginLayer`].
pub struct SameOriginService<S, R> {
    inner: S,
    jwt: FastJwt<R>,
}

impl<S: Clone, R> Clone for SameOriginService<S, R> {
    fn clone(&self) -> Self {
        Self { inner: self.inner.clone(), jwt: self.jwt.clone() }
    }
}

impl<S: fmt::Debug, R> fmt::Debug for SameOriginService<S, R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SameOriginService").field("inner", &self.inner).finish_non_exhaustive()
    }
}

impl<S, B, R> Service<Request<B>> for SameOriginService<S, R>
where
    S: Service<Request<B>>,
    S::Response: IntoResponse,
    R: Realm,
{
    type Response = Response;
    type Error = S::Error;
    type Future = GuardFuture<S::Future>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, request: Request<B>) -> GuardFuture<S::Future> {
        let (parts, body) = request.into_parts();
        match self.jwt.demand_same_origin(&parts) {
            Ok(()) => GuardFuture::inner(self.inner.call(Request::from_parts(parts, body))),
            Err(error) => GuardFuture::refused(error.into_response()),
        }
    }
}

//! The layer: the same check as the attributes and extractors, around any service over `http` requests.

use std::{
    fmt,
    pin::Pin,
    task::{Context, Poll, ready},
};

use axum::response::{IntoResponse, Response};
use http::{Method, Request, header};
use tower_layer::Layer;
use tower_service::Service;

use crate::{FastJwt, NoClaims, Policy, Realm, access};

impl<R: Realm> FastJwt<R> {
    /// A layer that lets only requests with a valid access token through, for `Router::route_layer`.
    ///
    /// What it verified, an extractor behind it does not verify again. It sits before the routing of methods, so that a CORS
    /// preflight (`OPTIONS` with `Origin` and `Access-Control-Request-Method`) passes it: a browser sends no token with one.
    /// A handler that answers `OPTIONS` itself (`any(..)`, `options(..)`) is guarded by the attribute or the extractor instead.
    ///
    /// ```
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// use axum::{Router, routing::get};
    /// use fastjwt::{Algorithm, FastJwt, SigningKey};
    ///
    /// let jwt = FastJwt::builder().key(SigningKey::generate(Algorithm::ES256)?).build()?;
    /// let app: Router = Router::new()
    ///     .route("/protected", get(async || "You have access"))
    ///     .route_layer(jwt.access_token_required());
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn access_token_required(&self) -> GuardLayer<R> {
        self.require(Policy::access())
    }

    /// A layer that lets only requests through whose access token is fresh.
    #[must_use]
    pub fn fresh_token_required(&self) -> GuardLayer<R> {
        self.require(Policy::fresh())
    }

    /// A layer that lets only requests with a valid refresh token through.
    #[must_use]
    pub fn refresh_token_required(&self) -> GuardLayer<R> {
        self.require(Policy::refresh())
    }

    /// A layer that lets only requests through whose token fulfils a policy.
    #[must_use]
    pub fn require(&self, policy: Policy) -> GuardLayer<R> {
        GuardLayer { jwt: self.clone(), policy }
    }
}

/// Puts a [`GuardService`] around a service; [`FastJwt::access_token_required`] and its kin make one.
pub struct GuardLayer<R> {
    jwt: FastJwt<R>,
    policy: Policy,
}

impl<R> Clone for GuardLayer<R> {
    fn clone(&self) -> Self {
        Self { jwt: self.jwt.clone(), policy: self.policy }
    }
}

impl<R> fmt::Debug for GuardLayer<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("GuardLayer").field("policy", &self.policy).finish_non_exhaustive()
    }
}

impl<S, R> Layer<S> for GuardLayer<R> {
    type Service = GuardService<S, R>;

    fn layer(&self, inner: S) -> GuardService<S, R> {
        GuardService { inner, guard: self.clone() }
    }
}

/// A service behind a [`GuardLayer`].
pub struct GuardService<S, R> {
    inner: S,
    guard: GuardLayer<R>,
}

impl<S: Clone, R> Clone for GuardService<S, R> {
    fn clone(&self) -> Self {
        Self { inner: self.inner.clone(), guard: self.guard.clone() }
    }
}

impl<S: fmt::Debug, R> fmt::Debug for GuardService<S, R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("GuardService").field("inner", &self.inner).field("guard", &self.guard).finish()
    }
}

impl<S, B, R> Service<Request<B>> for GuardService<S, R>
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
        let (mut parts, body) = request.into_parts();
        if !is_preflight(&parts) {
            let jwt = &self.guard.jwt;
            if let Err(kind) = access::request::<NoClaims, R>(jwt, &mut parts, &self.guard.policy) {
                return GuardFuture(State::Refused(Some(jwt.error(kind).into_response())));
            }
        }
        // The very service that was polled ready is called, not a clone of it.
        GuardFuture(State::Inner(Box::pin(self.inner.call(Request::from_parts(parts, body)))))
    }
}

/// A CORS preflight as the Fetch standard defines it, and nothing else that comes with `OPTIONS`.
fn is_preflight(parts: &http::request::Parts) -> bool {
    parts.method == Method::OPTIONS
        && parts.headers.contains_key(header::ORIGIN)
        && parts.headers.contains_key(header::ACCESS_CONTROL_REQUEST_METHOD)
}

/// The answer of a [`GuardService`].
pub struct GuardFuture<F>(State<F>);

enum State<F> {
    Refused(Option<Response>),
    Inner(Pin<Box<F>>),
}

impl<F> fmt::Debug for GuardFuture<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.0 {
            State::Refused(_) => "GuardFuture(Refused)",
            State::Inner(_) => "GuardFuture(Inner)",
        })
    }
}

impl<F, A, E> Future for GuardFuture<F>
where
    F: Future<Output = Result<A, E>>,
    A: IntoResponse,
{
    type Output = Result<Response, E>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        match &mut self.0 {
            // A future that is polled after its end may wait for ever; it must not panic.
            State::Refused(response) => response.take().map_or(Poll::Pending, |response| Poll::Ready(Ok(response))),
            State::Inner(inner) => Poll::Ready(ready!(inner.as_mut().poll(context)).map(IntoResponse::into_response)),
        }
    }
}

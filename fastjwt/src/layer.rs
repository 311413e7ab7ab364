//! The layer: the same check as the attributes and extractors, around any service over `http` requests.

use std::{
    fmt,
    pin::{Pin, pin},
    task::{Context, Poll, ready},
};

use axum::response::{IntoResponse, Response};
use http::{Method, Request, header, request::Parts};
use tower_layer::Layer;
use tower_service::Service;

use crate::{FastJwt, NoClaims, Policy, Realm, UsageFault, access};

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

    /// A layer that lets only requests with a valid token through, of any kind.
    #[must_use]
    pub fn token_required(&self) -> GuardLayer<R> {
        self.require(Policy::any())
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
    S: Service<Request<B>, Future: Send> + Clone + Send + 'static,
    S::Response: IntoResponse,
    B: Send + 'static,
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
        if is_preflight(&parts) {
            return GuardFuture::inner(self.inner.call(Request::from_parts(parts, body)));
        }
        let GuardLayer { jwt, policy } = self.guard.clone();
        // The very service that was polled ready is called, not a clone of it.
        let clone = self.inner.clone();
        let mut inner = std::mem::replace(&mut self.inner, clone);
        if jwt.config().awaits() {
            return GuardFuture(State::Checking(Box::pin(async move {
                check(&jwt, &mut parts, &policy).await?;
                Ok(inner.call(Request::from_parts(parts, body)))
            })));
        }
        let checked = access::at_once(pin!(check(&jwt, &mut parts, &policy)));
        match checked {
            Some(Ok(())) => GuardFuture::inner(inner.call(Request::from_parts(parts, body))),
            Some(Err(response)) => GuardFuture::refused(*response),
            None => GuardFuture::refused(jwt.error(UsageFault::MustAwait).into_response()),
        }
    }
}

/// The answer to a request that is refused.
async fn check<R: Realm>(jwt: &FastJwt<R>, parts: &mut Parts, policy: &Policy) -> Result<(), Box<Response>> {
    match access::request::<NoClaims, R>(jwt, parts, policy).await {
        Ok(_) => Ok(()),
        Err(error) => Err(Box::new(error.into_response())),
    }
}

/// A CORS preflight as the Fetch standard defines it, and nothing else that comes with `OPTIONS`.
fn is_preflight(parts: &Parts) -> bool {
    parts.method == Method::OPTIONS
        && parts.headers.contains_key(header::ORIGIN)
        && parts.headers.contains_key(header::ACCESS_CONTROL_REQUEST_METHOD)
}

/// The answer of a [`GuardService`].
pub struct GuardFuture<F>(State<F>);

impl<F> GuardFuture<F> {
    /// The answer of the service behind.
    pub(crate) fn inner(future: F) -> Self {
        Self(State::Inner(Box::pin(future)))
    }

    /// An answer that the service behind is not asked for.
    pub(crate) fn refused(response: Response) -> Self {
        Self(State::Refused(Some(response)))
    }
}

enum State<F> {
    /// The check waits for something; it comes to the inner service's future.
    Checking(Pin<Box<dyn Future<Output = Result<F, Box<Response>>> + Send>>),
    Refused(Option<Response>),
    Inner(Pin<Box<F>>),
}

impl<F> fmt::Debug for GuardFuture<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.0 {
            State::Checking(_) => "GuardFuture(Checking)",
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
        loop {
            match &mut self.0 {
                State::Checking(check) => {
                    let checked = ready!(check.as_mut().poll(context));
                    self.0 = match checked {
                        Ok(inner) => State::Inner(Box::pin(inner)),
                        Err(response) => State::Refused(Some(*response)),
                    };
                }
                // A future that is polled after its end may wait for ever; it must not panic.
                State::Refused(response) => {
                    return response.take().map_or(Poll::Pending, |response| Poll::Ready(Ok(response)));
                }
                State::Inner(inner) => {
                    return Poll::Ready(ready!(inner.as_mut().poll(context)).map(IntoResponse::into_response));
                }
            }
        }
    }
}

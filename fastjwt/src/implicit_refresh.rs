//! The layer that renews a cookie whose access token is about to end, after the handler has answered.

mod answer;
pub(crate) mod pattern;
mod renew;
pub(crate) mod rules;

use std::{
    fmt,
    pin::Pin,
    task::{Context, Poll},
};

use http::{Method, Request, Response, request::Parts};
use tower_layer::Layer;
use tower_service::Service;

use crate::{FastJwt, Realm, access::renewable};

impl<R: Realm> FastJwt<R> {
    /// A layer that renews an access token in a cookie before it ends, so that who keeps using the application stays logged in
    /// without a refresh token. No token is renewed without it.
    ///
    /// After the handler has answered, a token with less than half of
    /// [`access_token_expires_in`](crate::Builder::access_token_expires_in) left, and less than 10 minutes, on any method, is followed by one
    /// that says the same (scopes, extra claims, audience, client, csrf value, `auth_time`, session), but for what an
    /// [`OnRefresh`](crate::OnRefresh) takes away or changes, and lives as long as the configuration says. It is never fresh, and never lives beyond 12 hours after `auth_time` nor the end of its session.
    /// One that belongs to no session keeps `iat` where there is a session store, so that
    /// [`end_sessions_before`](Self::end_sessions_before) cuts it off together with the token that it follows; it then ends
    /// [`max_token_lifetime`](crate::Builder::max_token_lifetime) after that at the latest.
    ///
    /// [`Builder::implicit_refresh`](crate::Builder::implicit_refresh) changes when, and on which routes and with which methods.
    ///
    /// ```
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// use axum::{Router, routing::get};
    /// use fastjwt::{Algorithm, FastJwt, Locations, SigningKey, TokenPayload};
    ///
    /// async fn me(payload: TokenPayload) -> String {
    ///     payload.sub.clone()
    /// }
    ///
    /// let jwt = FastJwt::builder()
    ///     .key(SigningKey::generate(Algorithm::ES256)?)
    ///     .locations(Locations::COOKIES)
    ///     .build()?;
    /// let app: Router = Router::new().route("/me", get(me)).layer(jwt.implicit_refresh()).with_state(jwt);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # What is not renewed
    /// - A token that a door would refuse: one that is not valid, has ended (the leeway does not count), is revoked, whose session
    ///   has ended, that a [check](crate::Check) or an [`OnRefresh`](crate::OnRefresh) of the service's own refuses, or that lacks its csrf value on a method that
    ///   needs it. The store is asked once, after the handler, so that a session which the handler has ended is not renewed; what
    ///   the store can't tell, whatever [`store_fail_open`](crate::Builder::store_fail_open) says, is not renewed either.
    /// - A token without `auth_time`, one of a session where there is no store to ask, and a trusted issuer's.
    /// - A token that came otherwise, or with another beside it: an explicit one counts, and the cookie does not.
    /// - Where the answer sets or takes away one of the cookies that this instance names, or says `Clear-Site-Data`: a logout
    ///   stays one. A request that was under way meanwhile may still bring a cookie; of a session that has ended it is worth
    ///   nothing, and of a token that belongs to none it is good: where a logout must hold, use sessions.
    /// - Where the answer is no success: 2xx is one, and a redirect by 302, 303 or 307. Of what caches know already (304), of the
    ///   redirects that they keep, and of a WebSocket that opens (101, or `CONNECT`) the next request renews.
    /// - Where the answer may be stored by a shared cache because its headers let it (RFC 9111 section 3): `public`, `s-maxage`,
    ///   `max-age`, `Expires`, a field for CDNs. With `private` or `no-store` in them, or without a word of it, the cookie is set,
    ///   and the answer becomes `no-store`.
    ///
    /// To all other requests the answer is left as it is, to the byte. A renewal that fails leaves it, too: the event
    /// `implicit_refresh_failed` tells of it, and `implicit_refresh` of each that was made.
    ///
    /// # Where it belongs
    /// Around all routes, by `Router::layer`, and inside [`body_tokens`](Self::body_tokens), which is added after it.
    pub fn implicit_refresh(&self) -> ImplicitRefreshLayer<R> {
        ImplicitRefreshLayer { jwt: self.clone() }
    }
}

/// Puts an [`ImplicitRefreshService`] around a service; [`FastJwt::implicit_refresh`] makes one.
#[must_use = "a layer renews nothing until it is put around a router"]
pub struct ImplicitRefreshLayer<R> {
    jwt: FastJwt<R>,
}

impl<R> Clone for ImplicitRefreshLayer<R> {
    fn clone(&self) -> Self {
        Self { jwt: self.jwt.clone() }
    }
}

impl<R> fmt::Debug for ImplicitRefreshLayer<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ImplicitRefreshLayer")
            .field("rules", &self.jwt.config().implicit_refresh)
            .finish_non_exhaustive()
    }
}

impl<S, R> Layer<S> for ImplicitRefreshLayer<R> {
    type Service = ImplicitRefreshService<S, R>;

    fn layer(&self, inner: S) -> ImplicitRefreshService<S, R> {
        ImplicitRefreshService { inner, layer: self.clone() }
    }
}

/// A service behind an [`ImplicitRefreshLayer`].
pub struct ImplicitRefreshService<S, R> {
    inner: S,
    layer: ImplicitRefreshLayer<R>,
}

impl<S: Clone, R> Clone for ImplicitRefreshService<S, R> {
    fn clone(&self) -> Self {
        Self { inner: self.inner.clone(), layer: self.layer.clone() }
    }
}

impl<S: fmt::Debug, R> fmt::Debug for ImplicitRefreshService<S, R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ImplicitRefreshService").field("inner", &self.inner).field("layer", &self.layer).finish()
    }
}

impl<S, B, A, R> Service<Request<B>> for ImplicitRefreshService<S, R>
where
    S: Service<Request<B>, Response = Response<A>, Future: Send> + Clone + Send + 'static,
    A: Send + 'static,
    B: Send + 'static,
    R: Realm,
{
    type Response = Response<A>;
    type Error = S::Error;
    type Future = ImplicitRefreshFuture<Response<A>, S::Error>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        // The very service that was polled ready is called, not a clone of it.
        let clone = self.inner.clone();
        let mut inner = std::mem::replace(&mut self.inner, clone);
        let ImplicitRefreshLayer { jwt } = self.layer.clone();
        ImplicitRefreshFuture(Box::pin(async move {
            let (mut parts, body) = request.into_parts();
            let candidate = candidate(&jwt, &mut parts).await;
            let mut response = inner.call(Request::from_parts(parts, body)).await?;
            if let Some(candidate) = candidate
                && answer::may_bring_cookies(&response, &jwt.config().travel)
                && let Some(cookies) = renew::renew(&jwt, candidate).await
            {
                cookies.write(response.headers_mut());
            }
            Ok(response)
        }))
    }
}

/// The token of a request that is to be renewed if the answer and all that is asked later allow it.
async fn candidate<R: Realm>(jwt: &FastJwt<R>, parts: &mut Parts) -> Option<renewable::Renewable<R>> {
    // A WebSocket opens over HTTP/2 with a `CONNECT` that is a success (RFC 8441 section 4).
    if parts.method == Method::CONNECT || !jwt.config().implicit_refresh.apply_to(parts) {
        return None;
    }
    match renewable::arrive(jwt, parts).await {
        Ok(candidate) => candidate.filter(|candidate| renew::is_due(jwt, candidate)),
        // What is wrong with the request, a door says.
        Err(reason) => {
            renew::tell(jwt, reason);
            None
        }
    }
}

/// The answer of an [`ImplicitRefreshService`].
pub struct ImplicitRefreshFuture<A, E>(Pin<Box<dyn Future<Output = Result<A, E>> + Send>>);

impl<A, E> fmt::Debug for ImplicitRefreshFuture<A, E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ImplicitRefreshFuture")
    }
}

impl<A, E> Future for ImplicitRefreshFuture<A, E> {
    type Output = Result<A, E>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        self.0.as_mut().poll(context)
    }
}

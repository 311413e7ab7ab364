//! Ready routes for what every service with sessions needs: login, refresh, logout, and the list of sessions.
//!
//! Each is an axum route of its own, so that a service writes its paths itself, mounts what it wants, and puts its own layers
//! around it. The method is fixed: a logout by GET would need no csrf value.

mod answer;
mod behind;
mod list;
mod login;
mod logout;

use axum::{
    extract::Request,
    handler::Handler,
    middleware::{Next, from_fn},
    response::Response,
    routing::{MethodRouter, delete, get, post},
};
use http::request::Parts;

pub use self::login::{Login, WrongCredentials};
use crate::{Error, FastJwt, Location, NoClaims, Policy, Realm, RequestFault, TokenFault, TokenPayload, access};

impl<R: Realm> FastJwt<R> {
    /// The login: `POST`, with a handler of the service's own that says who it is.
    ///
    /// The handler takes what it needs, as any handler of axum's does, and returns a [`Login`], or [`WrongCredentials`], or any
    /// other response, which goes out as it is. For a `Login` a session is opened, and its tokens are the answer: each kind
    /// in its cookies, where it may travel in one, or else in the body, in the form of [`TokenResponse`](crate::TokenResponse).
    /// [`Login::in_body`] puts both into the body.
    ///
    /// The session is a new one, with ids and a csrf value of its own, so that nobody can have put it into the browser before. What
    /// the browser had is over: the session of a token, expired or not, whose cookie the answer replaces ends first, whoever's it
    /// is, since nobody could log it out any more. Tokens that come otherwise, and with [`Login::in_body`] all, are left alone.
    ///
    /// Pages of other origins are refused before the handler is asked ([`same_origin`](Self::same_origin)): they could log their
    /// visitor in as somebody else. How many attempts there may be is for a layer of the service's own, around the route.
    ///
    /// ```
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// use axum::Router;
    /// use fastjwt::{Algorithm, FastJwt, Login, SigningKey, WrongCredentials, session::MemoryStore};
    ///
    /// // Yours reads a name and a password, and compares a hash of it.
    /// async fn log_in(body: String) -> Result<Login, WrongCredentials> {
    ///     if body != "open sesame" {
    ///         return Err(WrongCredentials);
    ///     }
    ///     Ok(Login::new("USER_ID").scopes(["caves:read"]).device("a voice"))
    /// }
    ///
    /// let jwt = FastJwt::builder()
    ///     .key(SigningKey::generate(Algorithm::ES256)?)
    ///     .session_store(MemoryStore::default())
    ///     .build()?;
    /// let app: Router = Router::new()
    ///     .route("/login", jwt.login_route(log_in))
    ///     .route("/refresh", jwt.refresh_route())
    ///     .route("/logout", jwt.logout_route())
    ///     .route("/logout-everywhere", jwt.logout_everywhere_route())
    ///     .route("/sessions", jwt.sessions_route())
    ///     .route("/sessions/{id}", jwt.session_route());
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// The route answers as [`TokenPairBuilder::open`](crate::TokenPairBuilder::open) fails: 500 without a session store, and 503
    /// if it is out of reach.
    pub fn login_route<H, T, S>(&self, log_in: H) -> MethodRouter<S>
    where
        H: Handler<T, S>,
        T: 'static,
        S: Clone + Send + Sync + 'static,
    {
        let jwt = self.clone();
        post(log_in)
            .route_layer(from_fn(move |request: Request, next: Next| {
                let jwt = jwt.clone();
                async move {
                    let cookies = login::cookies(request.headers());
                    let said = login::ask(next.run(request)).await;
                    login::answer(&jwt, &cookies, said).await
                }
            }))
            .route_layer(self.same_origin())
    }

    /// The refresh: `POST` with a refresh token, from wherever the configuration lets one travel; for JSON bodies it needs no layer.
    ///
    /// It answers in kind. For a token from a cookie there are cookies, and no refresh token in the body, where a script could read
    /// it; the access token stands there only if none travels in cookies. For any other there are both tokens in the
    /// body, in the form of [`TokenResponse`](crate::TokenResponse). [`refresh`](Self::refresh) says which tokens they are, and
    /// when there are none.
    pub fn refresh_route<S: Clone + Send + Sync + 'static>(&self) -> MethodRouter<S> {
        let jwt = self.clone();
        let refresh = async move |request: Request| refresh(&jwt, request.into_parts().0).await;
        post(refresh).route_layer(self.body_tokens())
    }

    /// The logout: `POST` with a token of any kind, expired or not. The session ends, the cookies are taken away, 204. If the cookies hold
    /// a token of another session, that ends, too, since nobody could log it out any more.
    ///
    /// It tells nothing of the token: whether it was good, has ended long ago or never was one, the answer is the same, and
    /// so it is without one (RFC 7009 section 2.2). What is refused: a cookie without its csrf value, a page of another origin, a
    /// request that is malformed. If the store is out of reach the answer is 503 and takes no cookie away, so that the client
    /// can come again.
    ///
    /// The route must lie where the browser sends the refresh token's cookie ([`CookieOptions::path`](crate::CookieOptions::path)): when the
    /// access token has ended, nothing else tells which session it is.
    pub fn logout_route<S: Clone + Send + Sync + 'static>(&self) -> MethodRouter<S> {
        let jwt = self.clone();
        let log_out = async move |request: Request| logout::here(&jwt, &request.into_parts().0).await;
        post(log_out).route_layer(self.body_tokens())
    }

    /// The logout everywhere: `POST` with a valid access token. All sessions of its subject end
    /// ([`end_all_sessions`](Self::end_all_sessions)), the cookies are taken away, 204.
    ///
    /// The token need not be fresh: whoever fears for an account must be able to close it at once, and all that a thief gains is
    /// to be logged out. Where the subject has to prove who they are before that (ASVS 7.5.2), the layer says so; behind it comes the one
    /// that reads bodies, where tokens travel in JSON:
    ///
    /// ```
    /// # fn app(jwt: fastjwt::FastJwt) -> axum::Router {
    /// # use axum::Router;
    /// let route = jwt.logout_everywhere_route().route_layer(jwt.fresh_token_required()).route_layer(jwt.body_tokens());
    /// Router::new().route("/logout-everywhere", route)
    /// # }
    /// ```
    pub fn logout_everywhere_route<S: Clone + Send + Sync + 'static>(&self) -> MethodRouter<S> {
        let jwt = self.clone();
        let log_out = async move |request: Request| logout::everywhere(&jwt, request.into_parts().0).await;
        post(log_out).route_layer(self.body_tokens())
    }

    /// The sessions of who asks, newest first: `GET` with a valid access token.
    ///
    /// The answer is a JSON array of objects: `id`, `created`, `refreshed` (the login counts), `ends` (however often it is
    /// refreshed), `idle_end` (if it is not), all in whole seconds since 1970, `device`, and `current`, which is true for the
    /// session of the token itself. No cache may store it.
    pub fn sessions_route<S: Clone + Send + Sync + 'static>(&self) -> MethodRouter<S> {
        let jwt = self.clone();
        let list = async move |request: Request| list::list(&jwt, request.into_parts().0).await;
        get(list).route_layer(self.body_tokens())
    }

    /// The end of one session: `DELETE` with a valid access token, at a path that ends with a parameter, such as `/sessions/{id}`.
    ///
    /// 204 if the session has ended by that; if it is the token's own, its cookies are taken away. 404 if the token's subject has
    /// no such session, whether somebody else has it or nobody; one's own was there when the token was let in.
    pub fn session_route<S: Clone + Send + Sync + 'static>(&self) -> MethodRouter<S> {
        let jwt = self.clone();
        let end = async move |request: Request| list::end(&jwt, request.into_parts().0).await;
        delete(end).route_layer(self.body_tokens())
    }
}

async fn refresh<R: Realm>(jwt: &FastJwt<R>, mut parts: Parts) -> Result<Response, Error> {
    // The store is asked here, and not left to the refresh: that needs the session's ends before it can sign, so that leaving it
    // out would spare nothing, and the service's own checks would see tokens of sessions that have ended.
    let payload = admit(jwt, &mut parts, &Policy::refresh()).await?;
    let pair = jwt.refresh(&payload).await?;
    answer::tokens(jwt, pair, payload.location() == Some(Location::Cookie))
}

/// The payload of a token that a door has let in.
async fn admit<R: Realm>(
    jwt: &FastJwt<R>,
    parts: &mut Parts,
    policy: &Policy,
) -> Result<TokenPayload<NoClaims, R>, Error> {
    let payload = access::request(jwt, parts, policy).await?;
    payload.ok_or_else(|| jwt.error(RequestFault::MissingToken))
}

/// The payload of an access token of this service's own: the subjects of other issuers may have the names of ours.
async fn admit_own<R: Realm>(jwt: &FastJwt<R>, parts: &mut Parts) -> Result<TokenPayload<NoClaims, R>, Error> {
    let payload = admit(jwt, parts, &Policy::access()).await?;
    if jwt.config().is_foreign(payload.iss.as_deref()) {
        return Err(jwt.error(TokenFault::WrongIssuer));
    }
    Ok(payload)
}

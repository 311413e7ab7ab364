//! Sessions from the outside in: logins, refreshes, logouts and revocations through a router, on every store.

mod asking;
mod at_once;
mod doors;
mod events;
mod everywhere;
mod foreign;
pub mod ill;
mod large_cookies;
mod lifetimes;
mod most;
mod outage;
mod refreshing;
mod revoking;
mod routes;
mod routes_login;
mod routes_login_again;
mod routes_logout;
mod servers;
pub mod settings;
mod travel;
mod unanswered;

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, SystemTime},
};

use axum::{
    Router,
    extract::State,
    http::StatusCode,
    routing::{get, post},
};
use fastjwt::{
    Builder, Error, FastJwt, LogoutToken, Policy, TokenPair, TokenPayload, TokenResponse, access_token_required,
    fresh_token_required, refresh_token_required,
    session::{MemoryStore, SessionStore},
};
use serde_json::Value;

use crate::support::{Answer, NOW, SECRET, ask, at, segment_text, unique};

/// A clock that a test moves, in milliseconds.
#[derive(Clone)]
pub struct Hands(Arc<AtomicU64>);

impl Hands {
    pub fn new() -> Self {
        Self(Arc::new(AtomicU64::new(NOW * 1000)))
    }

    /// Puts it so many seconds after [`NOW`].
    pub fn put(&self, seconds: u64) {
        self.put_millis(seconds * 1000);
    }

    pub fn put_millis(&self, millis: u64) {
        self.0.store(NOW * 1000 + millis, Ordering::SeqCst);
    }

    pub fn back(&self, seconds: u64) {
        self.0.store((NOW - seconds) * 1000, Ordering::SeqCst);
    }

    pub fn now(&self) -> SystemTime {
        at(0) + Duration::from_millis(self.0.load(Ordering::SeqCst))
    }
}

/// A configuration with sessions in `store`, a token's usual lifetimes, and a clock to be moved.
pub fn builder(store: impl SessionStore + 'static, hands: &Hands) -> Builder {
    let hands = hands.clone();
    FastJwt::builder().secret(SECRET).clock(move || hands.now()).session_store(store)
}

/// An instance with sessions in memory.
pub fn in_memory(hands: &Hands) -> FastJwt {
    builder(MemoryStore::default(), hands).build().unwrap()
}

/// A subject that no other test has.
pub fn somebody() -> String {
    format!("user-{}", unique())
}

/// The routes of a service, as its developer writes them.
pub fn app(jwt: &FastJwt) -> Router {
    Router::new()
        .route("/me", get(me))
        .route("/fresh", get(fresh))
        .route("/refresh", post(refresh))
        .route("/logout", post(logout))
        .merge(
            Router::new().route("/unchecked", get("in")).route_layer(jwt.require(Policy::access().revocation(false))),
        )
        .with_state(jwt.clone())
}

#[access_token_required]
async fn me(payload: TokenPayload) -> String {
    payload.sub.clone()
}

#[fresh_token_required]
async fn fresh() -> &'static str {
    "in"
}

#[refresh_token_required]
async fn refresh(State(jwt): State<FastJwt>, payload: TokenPayload) -> Result<TokenResponse, Error> {
    Ok(jwt.refresh(&payload).await?.into())
}

async fn logout(State(jwt): State<FastJwt>, token: LogoutToken) -> Result<StatusCode, Error> {
    jwt.log_out(&token).await?;
    Ok(StatusCode::NO_CONTENT)
}

pub async fn with_bearer(app: &Router, method: &str, path: &str, token: &str) -> Answer {
    ask(app, method, path, &[("authorization", &format!("Bearer {token}"))], "").await
}

/// `GET path` with this token: the status, and the body's code if there is one.
pub async fn see(app: &Router, path: &str, token: &str) -> (u16, String) {
    told(&with_bearer(app, "GET", path, token).await)
}

pub fn told(answer: &Answer) -> (u16, String) {
    (answer.status.as_u16(), answer.code())
}

/// Both tokens of an answer that has them.
#[derive(Debug, Clone, PartialEq)]
pub struct Pair {
    pub access: String,
    pub refresh: String,
}

impl Pair {
    pub fn of(answer: &Answer) -> Self {
        assert_eq!(answer.status, StatusCode::OK, "{answer:?}");
        let body: Value = serde_json::from_str(&answer.body).unwrap();
        let text = |name: &str| body[name].as_str().unwrap().to_owned();
        Self { access: text("access_token"), refresh: text("refresh_token") }
    }
}

impl From<TokenPair> for Pair {
    fn from(pair: TokenPair) -> Self {
        let (access, refresh) = pair.into_tokens();
        Self { access: access.into_string(), refresh: refresh.into_string() }
    }
}

pub async fn log_in(jwt: &FastJwt, sub: &str) -> Pair {
    jwt.create_token_pair(sub).open().await.unwrap().into()
}

/// `POST /refresh` that must succeed.
pub async fn renew(app: &Router, refresh: &str) -> Pair {
    Pair::of(&with_bearer(app, "POST", "/refresh", refresh).await)
}

/// `POST /refresh`: the status, and the body's code if there is one.
pub async fn try_refresh(app: &Router, refresh: &str) -> (u16, String) {
    told(&with_bearer(app, "POST", "/refresh", refresh).await)
}

pub fn invalid() -> (u16, String) {
    (401, "invalid_token".to_owned())
}

pub fn expired() -> (u16, String) {
    (401, "token_expired".to_owned())
}

pub fn unavailable() -> (u16, String) {
    (503, "unavailable".to_owned())
}

pub fn good() -> (u16, String) {
    (200, String::new())
}

/// What a token says, as JSON.
pub fn claims(token: &str) -> Value {
    serde_json::from_str(&segment_text(token, 1)).unwrap()
}

pub fn jti(token: &str) -> String {
    claims(token)["jti"].as_str().unwrap().to_owned()
}

//! Scopes, demands, subjects and checks.

#![deny(warnings, clippy::all, clippy::pedantic, missing_docs)]

use axum::{Router, extract::FromRef, routing::get};
use fastjwt::{
    Check, CheckedRequest, ConstPolicy, CurrentSubject, Denied, FastJwt, LoadSubject, Policy, Required, Scope, TokenPayload,
    access_token_required, fresh_token_required, scopes, token_required,
};

/// What may be done to orders.
#[derive(Scope, Debug, Clone, Copy)]
pub enum Orders {
    /// See them.
    Read,
    /// Change them.
    Write,
}

#[derive(Scope)]
#[repr(i16)]
enum Hidden {
    Low = -300,
    #[scope(name = "high")]
    High = 300,
}

/// The user.
#[derive(Debug)]
pub struct User(String);

/// The state.
#[derive(Clone, Debug, FromRef)]
pub struct App {
    /// The instance.
    pub jwt: FastJwt,
}

impl LoadSubject<User> for App {
    type Error = std::convert::Infallible;

    async fn load_subject(&self, sub: &str) -> Result<Option<User>, Self::Error> {
        Ok(std::future::ready(Some(User(sub.to_owned()))).await)
    }
}

/// Reads orders.
#[derive(Debug)]
pub struct ReadOrders;

impl ConstPolicy for ReadOrders {
    const POLICY: Policy = Policy::access().scopes(scopes!(any(Orders::Read, all("admin", "support"))));
}

/// Lets everybody in.
#[derive(Debug)]
pub struct Open;

impl Check for Open {
    async fn check(&self, payload: &TokenPayload, _: CheckedRequest<'_>) -> Result<(), Denied> {
        std::future::ready(payload.sub.is_empty()).await.then_some(()).map_or(Ok(()), |()| Err(Denied::unavailable()))
    }
}

/// Scopes.
#[access_token_required(state = App, scopes(all(Orders::Read, Orders::Write), any("admin", Hidden::Low, Hidden::High)))]
pub async fn scoped(payload: TokenPayload, user: CurrentSubject<User>) -> String {
    payload.sub.clone() + &user.0
}

/// Demands.
#[fresh_token_required(max_age = "5m", leeway = "1s", audience("a", "b"), issuer = "https://login.example.org")]
pub async fn demanded() -> &'static str {
    "in"
}

/// Either kind.
#[token_required(optional(expired), scopes("a"))]
pub async fn any(payload: Option<TokenPayload>) -> String {
    const NOBODY: &str = "nobody";
    payload.map_or_else(|| NOBODY.to_owned(), |payload| payload.sub.clone())
}

/// An extractor.
pub async fn required(payload: Required<ReadOrders>) -> String {
    std::future::ready(payload.sub.clone()).await
}

/// The routes.
#[derive(Debug)]
pub struct Routes;

impl Routes {
    /// Associated.
    #[access_token_required(scopes(Orders::Read))]
    pub async fn index() -> &'static str {
        std::future::ready("in").await
    }
}

fn main() {
    let _ = FastJwt::builder().check(Open).wildcard_scopes(true);
    let _: Router<App> = Router::new()
        .route("/scoped", get(scoped))
        .route("/demanded", get(demanded))
        .route("/any", get(any))
        .route("/required", get(required))
        .route("/index", get(Routes::index));
}

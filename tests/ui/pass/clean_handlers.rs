//! Handlers of every shape.

#![deny(warnings, clippy::all, clippy::pedantic, missing_docs)]

use axum::{
    Json, Router,
    extract::{FromRef, Path, State},
    http::StatusCode,
    response::IntoResponse,
    routing::{get, post},
};
use fastjwt::{
    Claims, FastJwt, NoClaims, Realm, TokenPayload, access_token_required, fresh_token_required, jwt_claims,
    refresh_token_required,
};

/// The claims.
#[jwt_claims]
#[derive(Debug, Clone)]
pub struct Profile {
    /// The age.
    pub age: u8,
}

/// The staff.
#[derive(Debug)]
pub enum Staff {}

impl Realm for Staff {
    const NAME: &'static str = "staff";
}

/// The state.
#[derive(Clone, FromRef)]
pub struct App {
    /// Of the customers.
    pub jwt: FastJwt,
    /// Of the staff.
    pub staff: FastJwt<Staff>,
}

/// Guarded.
#[access_token_required]
pub async fn guarded() -> &'static str {
    "guarded"
}

/// With a payload.
#[access_token_required]
pub async fn profile(payload: TokenPayload<Profile>) -> String {
    format!("{} {}", payload.sub, payload.age)
}

/// With a state, a path, a body and an error.
///
/// # Errors
/// If the subject is no number.
#[access_token_required(state = App, subject_param = "id")]
pub async fn update(
    State(_app): State<App>,
    Path(_id): Path<u64>,
    payload: TokenPayload<Profile>,
    Json(age): Json<u8>,
) -> Result<Json<u8>, StatusCode> {
    let subject: u8 = payload.subject().map_err(|_| StatusCode::BAD_REQUEST)?;
    Ok(Json(age.max(subject)))
}

/// Without a token, too.
#[access_token_required(optional)]
pub async fn visitor(payload: Option<TokenPayload>) -> impl IntoResponse {
    payload.map_or_else(String::new, |payload| payload.sub.clone())
}

/// For the staff.
#[fresh_token_required(realm = Staff)]
pub async fn staff(payload: TokenPayload<NoClaims, Staff>) -> String {
    const GREETING: &str = "hello ";
    GREETING.to_owned() + &payload.sub
}

/// For the staff, too.
#[access_token_required(realm = Staff, state = App)]
pub async fn office() -> &'static str {
    "office"
}

/// For new access tokens.
///
/// # Errors
/// If no token can be made.
#[refresh_token_required]
pub async fn refresh(
    payload: TokenPayload,
    State(jwt): State<FastJwt>,
) -> Result<fastjwt::TokenResponse, fastjwt::Error> {
    Ok(fastjwt::TokenResponse::new(jwt.create_access_token(&payload.sub).sign()?))
}

/// For any claims.
#[access_token_required]
pub async fn any<C>(payload: TokenPayload<C>) -> String
where
    C: Claims,
{
    payload.sub.clone()
}

/// For any state.
#[access_token_required(state = S)]
pub async fn any_state<S>(State(_state): State<S>) -> &'static str
where
    S: Clone + Send + Sync + 'static,
{
    "any"
}

/// The routes.
#[derive(Debug)]
pub struct Routes;

impl Routes {
    /// Associated.
    #[access_token_required]
    pub async fn index(_: TokenPayload<Profile>) -> StatusCode {
        std::future::ready(StatusCode::NO_CONTENT).await
    }
}

fn main() {
    let _: Router<App> = Router::new()
        .route("/guarded", get(guarded))
        .route("/profile", get(profile))
        .route("/user/{id}", post(update))
        .route("/visitor", get(visitor))
        .route("/staff", get(staff))
        .route("/office", get(office))
        .route("/refresh", post(refresh))
        .route("/any", get(any::<Profile>))
        .route("/state", get(any_state::<App>))
        .route("/index", get(Routes::index));
}

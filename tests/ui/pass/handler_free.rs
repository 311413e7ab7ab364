use axum::{
    Json, Router,
    extract::{Path, Query, State},
    http::HeaderMap,
    routing::get,
};
use fastjwt::{FastJwt, TokenPayload, access_token_required, fresh_token_required, jwt_claims, refresh_token_required};

#[jwt_claims]
struct Profile {
    age: u8,
}

#[access_token_required]
async fn bare() {}

#[access_token_required()]
async fn with_parentheses() -> &'static str {
    "guarded"
}

#[access_token_required]
async fn injected(payload: TokenPayload) -> String {
    payload.sub.clone()
}

#[access_token_required]
async fn typed(payload: fastjwt::TokenPayload<Profile>) -> Json<u8> {
    Json(payload.age)
}

#[access_token_required]
async fn last(State(_): State<FastJwt>, Path(id): Path<u64>, _: HeaderMap, payload: TokenPayload<Profile>) -> String {
    format!("{id} {}", payload.age)
}

#[access_token_required]
async fn between(
    Query(ids): Query<Vec<u64>>,
    payload: TokenPayload,
    State(jwt): State<FastJwt>,
) -> Result<String, fastjwt::Error> {
    let token = jwt.create_access_token(&payload.sub).sign()?;
    Ok(format!("{ids:?} {}", token.as_str()))
}

#[fresh_token_required]
async fn fresh(payload: TokenPayload) -> String {
    payload.sub.clone()
}

#[refresh_token_required]
async fn refresh(payload: TokenPayload) -> String {
    payload.sub.clone()
}

fn main() {
    let _: Router<FastJwt> = Router::new()
        .route("/bare", get(bare))
        .route("/parentheses", get(with_parentheses))
        .route("/injected", get(injected))
        .route("/typed", get(typed))
        .route("/last/{id}", get(last))
        .route("/between", get(between))
        .route("/fresh", get(fresh))
        .route("/refresh", get(refresh));
}

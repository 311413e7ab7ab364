use std::fmt;

use axum::{
    Json, Router,
    http::StatusCode,
    response::{IntoResponse, Response},
    routing::get,
};
use fastjwt::{Freshness, FastJwt, TokenPayload, access_token_required};

#[derive(Debug)]
struct Failure(String);

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        (StatusCode::BAD_REQUEST, self.0).into_response()
    }
}

#[access_token_required]
async fn opaque(payload: TokenPayload) -> impl IntoResponse {
    (StatusCode::OK, payload.sub.clone())
}

#[access_token_required]
async fn question_mark(payload: TokenPayload) -> Result<Json<u64>, Failure> {
    let id: u64 = payload.subject().map_err(|error: std::num::ParseIntError| Failure(error.to_string()))?;
    Ok(Json(id))
}

#[access_token_required]
async fn early(payload: TokenPayload) -> Response {
    if payload.fresh != Freshness::Stale {
        return StatusCode::NO_CONTENT.into_response();
    }
    payload.sub.clone().into_response()
}

#[access_token_required]
async fn never(_payload: TokenPayload) -> ! {
    std::future::pending().await
}

#[access_token_required]
async fn nothing(_: TokenPayload) {}

fn main() {
    let _: Router<FastJwt> = Router::new()
        .route("/opaque", get(opaque))
        .route("/question", get(question_mark))
        .route("/early", get(early))
        .route("/nothing", get(nothing));
    let _ = never;
}

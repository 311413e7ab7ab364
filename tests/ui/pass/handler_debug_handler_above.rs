use axum::{
    Json, Router,
    extract::{FromRef, State},
    routing::post,
};
use fastjwt::{FastJwt, TokenPayload, access_token_required};

#[derive(Clone, FromRef)]
struct App {
    jwt: FastJwt,
}

#[axum::debug_handler(state = App)]
#[access_token_required]
async fn with_a_payload(payload: TokenPayload) -> String {
    payload.sub.clone()
}

#[axum::debug_handler]
#[access_token_required]
async fn state_told_by_a_parameter(State(_): State<App>, payload: TokenPayload, Json(_): Json<u8>) -> String {
    payload.sub.clone()
}

fn main() {
    let _: Router<App> =
        Router::new().route("/payload", post(with_a_payload)).route("/told", post(state_told_by_a_parameter));
}

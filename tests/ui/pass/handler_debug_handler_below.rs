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

#[access_token_required]
#[axum::debug_handler(state = App)]
async fn with_a_payload(payload: TokenPayload) -> String {
    payload.sub.clone()
}

#[access_token_required]
#[axum::debug_handler(state = App)]
async fn guarded() -> &'static str {
    "guarded"
}

#[access_token_required]
#[axum::debug_handler]
async fn state_told_by_a_parameter(State(_): State<App>, Json(_): Json<u8>) -> &'static str {
    "guarded"
}

fn main() {
    let _: Router<App> = Router::new()
        .route("/payload", post(with_a_payload))
        .route("/guarded", post(guarded))
        .route("/told", post(state_told_by_a_parameter));
}

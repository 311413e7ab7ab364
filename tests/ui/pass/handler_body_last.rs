use axum::{
    Form, Json, Router,
    body::Bytes,
    extract::{Request, State},
    routing::post,
};
use fastjwt::{FastJwt, TokenPayload, access_token_required};

#[access_token_required]
async fn json(payload: TokenPayload, Json(body): Json<serde_json::Value>) -> Json<serde_json::Value> {
    Json(serde_json::json!([payload.sub, body]))
}

#[access_token_required]
async fn form(State(_): State<FastJwt>, Form(body): Form<Vec<(String, String)>>) -> String {
    format!("{body:?}")
}

#[access_token_required]
async fn text(body: String) -> String {
    body
}

#[access_token_required]
async fn payload_before_bytes(State(_): State<FastJwt>, payload: TokenPayload, body: Bytes) -> String {
    format!("{} {}", payload.sub, body.len())
}

/// The payload is taken from the request's head, wherever it stands.
#[access_token_required]
async fn payload_behind_the_body(request: Request, payload: TokenPayload) -> String {
    format!("{} {}", payload.sub, request.uri())
}

fn main() {
    let _: Router<FastJwt> = Router::new()
        .route("/json", post(json))
        .route("/form", post(form))
        .route("/text", post(text))
        .route("/bytes", post(payload_before_bytes))
        .route("/request", post(payload_behind_the_body));
}

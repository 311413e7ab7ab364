use axum::{
    Router,
    http::{HeaderMap, Method, Uri, Version},
    routing::get,
};
use fastjwt::{FastJwt, TokenPayload, access_token_required};

#[access_token_required]
async fn with_the_payload(
    payload: TokenPayload,
    _: HeaderMap,
    _: Method,
    _: Uri,
    _: Version,
    _: HeaderMap,
    _: Method,
    _: Uri,
    _: Version,
    _: HeaderMap,
    _: Method,
    _: Uri,
    _: Version,
    _: HeaderMap,
    _: Method,
    _: String,
) -> String {
    payload.sub.clone()
}

#[access_token_required]
async fn with_the_guard(
    _: HeaderMap,
    _: Method,
    _: Uri,
    _: Version,
    _: HeaderMap,
    _: Method,
    _: Uri,
    _: Version,
    _: HeaderMap,
    _: Method,
    _: Uri,
    _: Version,
    _: HeaderMap,
    _: Method,
    _: String,
) -> &'static str {
    "guarded"
}

fn main() {
    let _: Router<FastJwt> =
        Router::new().route("/payload", get(with_the_payload)).route("/guard", get(with_the_guard));
}

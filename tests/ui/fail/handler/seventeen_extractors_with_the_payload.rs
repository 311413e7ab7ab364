use axum::http::HeaderMap;
use fastjwt::{TokenPayload, access_token_required};

#[access_token_required]
async fn profile(
    payload: TokenPayload,
    _: HeaderMap,
    _: HeaderMap,
    _: HeaderMap,
    _: HeaderMap,
    _: HeaderMap,
    _: HeaderMap,
    _: HeaderMap,
    _: HeaderMap,
    _: HeaderMap,
    _: HeaderMap,
    _: HeaderMap,
    _: HeaderMap,
    _: HeaderMap,
    _: HeaderMap,
    _: HeaderMap,
    _: HeaderMap,
) -> String {
    payload.sub.clone()
}

fn main() {}

use axum::http::HeaderMap;
use fastjwt::access_token_required;

#[access_token_required]
async fn profile(
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
) -> &'static str {
    "profile"
}

fn main() {}

use axum::{Router, http::HeaderMap, routing::get};
use fastjwt::{FastJwt, TokenPayload, access_token_required};

#[access_token_required]
async fn on_other_parameters(
    payload: TokenPayload,
    #[cfg(any())] absent: Absent,
    #[cfg(all())] _: HeaderMap,
) -> String {
    payload.sub.clone()
}

#[cfg(any())]
#[access_token_required]
async fn on_the_handler(payload: Absent) -> String {
    payload.sub.clone()
}

#[cfg_attr(all(), access_token_required)]
async fn on_the_attribute(payload: TokenPayload) -> String {
    payload.sub.clone()
}

fn main() {
    let _: Router<FastJwt> =
        Router::new().route("/parameters", get(on_other_parameters)).route("/attribute", get(on_the_attribute));
}

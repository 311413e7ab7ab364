use axum::{Router, routing::get};
use fastjwt::{FastJwt, TokenPayload, access_token_required};

#[access_token_required]
fn profile(payload: TokenPayload) -> String {
    payload.sub.clone()
}

fn main() {
    let _: Router<FastJwt> = Router::new().route("/profile", get(profile));
}

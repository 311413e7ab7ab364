use axum::{Router, routing::get};
use fastjwt::{FastJwt, NoClaims, danger::UnverifiedToken};

async fn profile(token: UnverifiedToken<NoClaims>) -> String {
    token.sub.unwrap_or_default()
}

fn main() {
    let _: Router<FastJwt> = Router::new().route("/profile", get(profile));
}

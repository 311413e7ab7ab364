use axum::{Router, routing::get};
use fastjwt::TokenPayload;

async fn profile(payload: TokenPayload) -> String {
    payload.sub.clone()
}

fn main() {
    let app: Router<()> = Router::new().route("/profile", get(profile));
    let _ = app;
}

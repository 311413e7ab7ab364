use axum::{Router, routing::get};
use fastjwt::{TokenPayload, access_token_required};

#[derive(Clone)]
struct App {
    name: String,
}

#[access_token_required]
async fn profile(payload: TokenPayload) -> String {
    payload.sub.clone()
}

fn main() {
    let _: Router<App> = Router::new().route("/profile", get(profile));
}

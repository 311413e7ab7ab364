//~ 3 errors: rustc asks for what stands in a `where` clause at the definition and at each use, at a route twice
use axum::{Router, routing::get};
use fastjwt::{TokenPayload, access_token_required};

#[derive(Clone)]
struct App {
    name: String,
}

#[access_token_required(state = App)]
async fn profile(payload: TokenPayload) -> String {
    payload.sub.clone()
}

fn main() {
    let _: Router<App> = Router::new().route("/profile", get(profile));
}

use fastjwt::{TokenPayload, access_token_required};

#[derive(Clone)]
struct App {
    name: String,
}

#[access_token_required]
#[axum::debug_handler(state = App)]
async fn profile(payload: TokenPayload) -> String {
    payload.sub.clone()
}

fn main() {}

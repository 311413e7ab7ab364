use fastjwt::{TokenPayload, access_token_required};

#[access_token_required]
#[axum::debug_handler]
async fn profile(payload: TokenPayload) -> String {
    payload.sub.clone()
}

fn main() {}

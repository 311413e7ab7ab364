use fastjwt::{TokenPayload, access_token_required};

#[access_token_required]
async fn profile(payload: TokenPayload) -> String {
    payload.sub.clone()
}

async fn elsewhere(payload: TokenPayload) -> String {
    profile(payload).await
}

fn main() {}

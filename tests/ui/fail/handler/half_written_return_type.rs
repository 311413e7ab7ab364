use fastjwt::{TokenPayload, access_token_required};

#[access_token_required]
async fn profile(payload: TokenPayload) -> {
    payload.sub.clone()
}

fn main() {}

use fastjwt::{TokenPayload, access_token_required};

#[access_token_required]
async fn profile(payload: TokenPayload) -> u8 {
    payload.sub.clone()
}

fn main() {}

use fastjwt::{TokenPayload, access_token_required};

#[access_token_required]
async fn profile(payload: TokenPayload) -> String {
    payload.su
}

fn main() {}

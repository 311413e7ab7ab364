use fastjwt::{TokenPayload, access_token_required};

#[access_token_required(optional)]
async fn profile(payload: TokenPayload) -> String {
    payload.sub.clone()
}

fn main() {}

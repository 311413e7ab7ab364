use fastjwt::{TokenPayload, access_token_required};

#[access_token_required]
async fn profile(#[r#cfg(any())] payload: TokenPayload) -> String {
    payload.sub.clone()
}

fn main() {}

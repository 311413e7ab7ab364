use fastjwt::{TokenPayload, access_token_required};

#[access_token_required]
async fn profile(#[cfg(any())] payload: TokenPayload) -> &'static str {
    "profile"
}

fn main() {}

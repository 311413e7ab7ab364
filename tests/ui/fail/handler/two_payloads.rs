use fastjwt::{TokenPayload, access_token_required};

#[access_token_required]
async fn profile(first: TokenPayload, second: TokenPayload) -> String {
    first.sub.clone() + &second.sub
}

fn main() {}

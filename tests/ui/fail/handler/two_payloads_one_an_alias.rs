use fastjwt::{TokenPayload, access_token_required};

type User = TokenPayload;

#[access_token_required]
async fn profile(#[payload] first: User, second: TokenPayload) -> String {
    first.sub.clone() + &second.sub
}

fn main() {}

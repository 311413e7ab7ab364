use fastjwt::{TokenPayload, access_token_required};

type User = TokenPayload;

#[access_token_required]
async fn profile(#[payload(optional)] user: User) -> String {
    user.sub.clone()
}

fn main() {}

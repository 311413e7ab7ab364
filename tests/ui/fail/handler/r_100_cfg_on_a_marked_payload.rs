use fastjwt::{TokenPayload, access_token_required};

type User = TokenPayload;

#[access_token_required]
async fn profile(#[payload] #[cfg(any())] payload: User) -> String {
    payload.sub.clone()
}

fn main() {}

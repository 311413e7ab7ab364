use fastjwt::{TokenPayload, access_token_required};

type User = Option<TokenPayload>;

#[access_token_required]
async fn profile(#[payload] user: User) -> String {
    user.map(|user| user.sub.clone()).unwrap_or_default()
}

fn main() {}

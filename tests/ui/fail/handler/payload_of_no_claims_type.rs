use fastjwt::{TokenPayload, access_token_required};

struct Profile {
    age: u8,
}

#[access_token_required]
async fn profile(payload: TokenPayload<Profile>) -> String {
    payload.sub.clone()
}

fn main() {}

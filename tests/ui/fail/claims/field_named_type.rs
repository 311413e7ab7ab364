//~ 2 errors: rustc tells it and goes on, and without an error of ours the stand-ins could compile
use fastjwt::{TokenPayload, access_token_required, jwt_claims};

#[jwt_claims]
struct Profile {
    name: String,
    type: String,
}

#[access_token_required]
async fn profile(payload: TokenPayload<Profile>) -> String {
    payload.name.clone()
}

fn main() {}

//~ 3 errors: rustc tells it, the attribute finds no struct that it could read, and the handler has no claims
use fastjwt::{TokenPayload, access_token_required, jwt_claims};

#[jwt_claims]
struct Profile {
    name: String,
    age:
}

#[access_token_required]
async fn profile(payload: TokenPayload<Profile>) -> String {
    payload.name.clone()
}

fn main() {}

use fastjwt::{TokenPayload, access_token_required, jwt_claims};

#[jwt_claims]
struct Profile {
    age: u8,
}

#[access_token_required]
async fn profile(payload: TokenPayload<Profile>) -> String {
    payload.height.to_string()
}

fn main() {}

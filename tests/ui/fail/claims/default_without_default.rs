use fastjwt::{TokenPayload, access_token_required, jwt_claims};

#[jwt_claims]
#[serde(default)]
struct Profile {
    name: String,
}

#[access_token_required]
async fn profile(payload: TokenPayload<Profile>) -> String {
    payload.name.clone()
}

fn main() {}

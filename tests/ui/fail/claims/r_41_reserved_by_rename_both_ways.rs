//~ 2 errors: two names, each reserved
use fastjwt::jwt_claims;

#[jwt_claims]
struct Profile {
    #[serde(rename(serialize = "iss", deserialize = "aud"))]
    user: String,
}

fn main() {}

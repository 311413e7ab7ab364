//~ 2 errors: two derives, each one too many
use fastjwt::jwt_claims;

#[jwt_claims]
#[derive(serde::Serialize, Clone, serde::Deserialize)]
struct Profile {
    name: String,
}

fn main() {}

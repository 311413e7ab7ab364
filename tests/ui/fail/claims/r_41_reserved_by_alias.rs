use fastjwt::jwt_claims;

#[jwt_claims]
struct Profile {
    #[serde(alias = "jti")]
    id: String,
}

fn main() {}

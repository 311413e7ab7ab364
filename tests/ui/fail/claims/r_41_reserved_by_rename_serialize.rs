use fastjwt::jwt_claims;

#[jwt_claims]
struct Profile {
    #[serde(rename(serialize = "iss"))]
    user: String,
}

fn main() {}

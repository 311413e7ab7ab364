use fastjwt::jwt_claims;

#[jwt_claims]
#[derive(Debug, serde::Deserialize)]
struct Profile {
    name: String,
}

fn main() {}

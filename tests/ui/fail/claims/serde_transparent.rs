use fastjwt::jwt_claims;

#[jwt_claims]
#[serde(transparent)]
struct Profile {
    name: String,
}

fn main() {}

use fastjwt::jwt_claims;

#[jwt_claims]
#[serde(untagged)]
struct Profile {
    name: String,
}

fn main() {}

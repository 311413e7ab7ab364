use fastjwt::jwt_claims;

#[jwt_claims]
#[serde(tag = "kind")]
struct Profile {
    name: String,
}

fn main() {}

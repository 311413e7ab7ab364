use fastjwt::jwt_claims;

#[jwt_claims]
#[serde(tag = "t", content = "c")]
struct Profile {
    name: String,
}

fn main() {}

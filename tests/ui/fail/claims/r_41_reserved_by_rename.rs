use fastjwt::jwt_claims;

#[jwt_claims]
struct Profile {
    #[serde(rename = "sub")]
    user: String,
}

fn main() {}

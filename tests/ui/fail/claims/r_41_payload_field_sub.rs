use fastjwt::jwt_claims;

#[jwt_claims]
struct Profile {
    #[serde(rename = "subject")]
    sub: String,
}

fn main() {}

use fastjwt::jwt_claims;

#[jwt_claims]
struct Profile {
    #[serde(rename = b"sub")]
    subject: String,
}

fn main() {}

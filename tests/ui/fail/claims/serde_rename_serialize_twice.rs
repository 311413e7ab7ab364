use fastjwt::jwt_claims;

#[jwt_claims]
struct Profile {
    #[serde(rename(serialize = "x", serialize = "y"), alias = "x")]
    subject: String,
}

fn main() {}

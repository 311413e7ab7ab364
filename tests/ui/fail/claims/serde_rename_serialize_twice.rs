use fastjwt::jwt_claims;

#[jwt_claims]
struct Profile {
    #[serde(rename(serialize = "x", serialize = "y"))]
    subject: String,
}

fn main() {}

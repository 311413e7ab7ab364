use fastjwt::jwt_claims;

#[jwt_claims]
struct Profile {
    #[serde(rename(serialize = "x", deserialize = "x", deserialize = "sub"))]
    subject: String,
}

fn main() {}

use fastjwt::jwt_claims;

#[jwt_claims]
struct Profile {
    #[serde(rename(deserialize = "sub"))]
    #[serde(rename = "x")]
    subject: String,
}

fn main() {}

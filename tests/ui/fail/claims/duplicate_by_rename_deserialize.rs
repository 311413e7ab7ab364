use fastjwt::jwt_claims;

#[jwt_claims]
struct Profile {
    name: String,
    #[serde(rename(deserialize = "name"))]
    surname: String,
}

fn main() {}

use fastjwt::jwt_claims;

#[jwt_claims]
struct Profile {
    name: String,
    #[serde(rename = "name")]
    surname: String,
}

fn main() {}

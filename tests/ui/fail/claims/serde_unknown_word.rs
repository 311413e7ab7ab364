use fastjwt::jwt_claims;

#[jwt_claims]
struct Profile {
    name: String,
    #[serde(rename_to = "years")]
    age: u8,
}

fn main() {}

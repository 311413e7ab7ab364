use fastjwt::jwt_claims;

#[jwt_claims]
struct Profile {
    name: String,
    #[serde(rename = "years", rename = "lustra")]
    age: u8,
}

fn main() {}

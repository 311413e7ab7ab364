use fastjwt::jwt_claims;

#[jwt_claims]
struct Profile {
    name: String,
    #[serde(with = seconds)]
    age: u8,
}

fn main() {}

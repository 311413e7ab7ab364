use fastjwt::jwt_claims;

#[jwt_claims]
struct Profile {
    name: String,
    #[serde("years")]
    age: u8,
}

fn main() {}

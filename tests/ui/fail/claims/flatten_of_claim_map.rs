use fastjwt::{ClaimMap, jwt_claims};

#[jwt_claims]
struct Profile {
    age: u8,
    #[serde(flatten)]
    others: ClaimMap,
}

fn main() {}

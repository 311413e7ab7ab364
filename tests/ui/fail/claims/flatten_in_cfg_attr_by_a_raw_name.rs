use fastjwt::{claim_value, jwt_claims};

#[claim_value]
struct Person {
    name: String,
}

#[jwt_claims]
struct Profile {
    age: u8,
    #[r#cfg_attr(all(), serde(flatten))]
    person: Person,
}

fn main() {}

use fastjwt::{claim_value, jwt_claims};

#[claim_value]
struct Actor {
    sub: String,
}

#[jwt_claims]
struct Profile {
    age: u8,
    #[serde(flatten)]
    actor: Actor,
}

fn main() {}

use fastjwt::{claim_value, jwt_claims};

#[claim_value]
struct Actor {
    sub: String,
}

#[claim_value]
struct Person {
    #[serde(flatten)]
    actor: Actor,
}

#[jwt_claims]
struct Profile {
    #[serde(flatten)]
    person: Person,
}

fn main() {}

use fastjwt::{claim_value, jwt_claims};

#[claim_value]
struct First {
    name: String,
}

#[claim_value]
struct Second {
    #[serde(alias = "name")]
    surname: String,
}

#[jwt_claims]
struct Profile {
    #[serde(flatten)]
    first: First,
    #[serde(flatten)]
    second: Second,
}

fn main() {}

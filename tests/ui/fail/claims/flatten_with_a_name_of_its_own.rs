use fastjwt::{claim_value, jwt_claims};

#[claim_value]
struct Other {
    name: String,
}

#[jwt_claims]
struct Profile {
    name: String,
    #[serde(flatten)]
    other: Other,
}

fn main() {}

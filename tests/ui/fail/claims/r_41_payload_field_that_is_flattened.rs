use fastjwt::{claim_value, jwt_claims};

#[claim_value]
struct Other {
    name: String,
}

#[jwt_claims]
struct Profile {
    #[serde(flatten)]
    extra: Other,
}

fn main() {}

use fastjwt::{claim_value, jwt_claims};

#[claim_value]
enum Role {
    Admin,
}

#[jwt_claims]
struct Profile {
    age: u8,
    #[serde(flatten)]
    role: Role,
}

fn main() {}

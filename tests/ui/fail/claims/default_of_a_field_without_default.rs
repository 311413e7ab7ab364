use fastjwt::{claim_value, jwt_claims};

#[claim_value]
enum Role {
    User,
    Admin,
}

#[jwt_claims]
struct Profile {
    #[serde(default)]
    role: Role,
}

fn main() {}

use fastjwt::claim_value;

#[claim_value]
enum Role {
    User,
    #[serde(skip_deserializing)]
    Admin,
}

fn main() {}

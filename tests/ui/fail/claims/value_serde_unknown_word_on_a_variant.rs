use fastjwt::claim_value;

#[claim_value]
enum Role {
    Admin,
    #[serde(renamed = "user")]
    User,
}

fn main() {}

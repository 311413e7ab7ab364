use fastjwt::claim_value;

#[claim_value]
#[derive(Clone, serde::Deserialize)]
enum Role {
    Admin,
}

fn main() {}

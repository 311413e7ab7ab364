use fastjwt::claim_value;

#[claim_value]
#[serde(rename_all(serialize = "lowercase"))]
enum Role {
    Admin,
}

fn main() {}

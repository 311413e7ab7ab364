use fastjwt::claim_value;

#[claim_value]
#[serde(rename_all = "lowercase")]
enum Role {
    Admin,
    #[serde(alias = "admin")]
    Root,
}

fn main() {}

use fastjwt::claim_value;

#[claim_value]
struct Address {
    #[serde(skip_serializing_if = "Vec::is_empty")]
    lines: Vec<String>,
}

fn main() {}

use fastjwt::claim_value;

#[claim_value]
#[serde(untagged)]
struct Address {
    city: String,
}

fn main() {}

use std::collections::BTreeMap;

use fastjwt::claim_value;

#[claim_value]
struct Address {
    city: String,
    #[serde(flatten)]
    others: BTreeMap<String, u8>,
}

fn main() {}

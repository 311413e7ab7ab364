use std::collections::BTreeMap;

use fastjwt::jwt_claims;

mod pairs {}

#[jwt_claims]
struct Profile {
    age: u8,
    #[serde(with = "pairs")]
    #[cfg_attr(all(), serde(flatten))]
    others: BTreeMap<String, u8>,
}

fn main() {}

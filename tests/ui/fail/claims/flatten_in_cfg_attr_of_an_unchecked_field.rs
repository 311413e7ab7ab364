use std::collections::BTreeMap;

use fastjwt::jwt_claims;

#[jwt_claims]
struct Profile {
    age: u8,
    #[claim(unchecked)]
    #[cfg_attr(all(), serde(flatten))]
    others: BTreeMap<String, u8>,
}

fn main() {}

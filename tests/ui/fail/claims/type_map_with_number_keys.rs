use std::collections::BTreeMap;

use fastjwt::jwt_claims;

#[jwt_claims]
struct Profile {
    name: String,
    value: BTreeMap<u64, String>,
}

fn main() {}

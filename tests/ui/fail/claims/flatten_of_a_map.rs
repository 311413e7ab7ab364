use std::collections::HashMap;

use fastjwt::jwt_claims;

#[jwt_claims]
struct Profile {
    age: u8,
    #[serde(flatten)]
    others: HashMap<String, String>,
}

fn main() {}

use std::collections::HashMap;

use fastjwt::jwt_claims;

#[jwt_claims]
struct Profile {
    name: String,
    value: HashMap<(u8, u8), String>,
}

fn main() {}

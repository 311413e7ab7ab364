use std::time::SystemTime;

use fastjwt::jwt_claims;

#[jwt_claims]
struct Profile {
    name: String,
    value: Option<SystemTime>,
}

fn main() {}

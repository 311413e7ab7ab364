use std::sync::Mutex;

use fastjwt::jwt_claims;

#[jwt_claims]
struct Profile {
    name: String,
    value: Option<Mutex<u8>>,
}

fn main() {}

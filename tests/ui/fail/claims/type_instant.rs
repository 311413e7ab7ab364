use std::time::Instant;

use fastjwt::jwt_claims;

#[jwt_claims]
struct Profile {
    name: String,
    value: Instant,
}

fn main() {}

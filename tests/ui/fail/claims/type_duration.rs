use std::time::Duration;

use fastjwt::jwt_claims;

#[jwt_claims]
struct Profile {
    name: String,
    value: Duration,
}

fn main() {}

//~ 3 errors: three fields, each of a wrong type
use std::time::{Instant, SystemTime};

use fastjwt::jwt_claims;

#[jwt_claims]
struct Profile {
    since: SystemTime,
    last: Vec<Instant>,
    first: Instant,
}

fn main() {}

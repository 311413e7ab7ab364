use std::time::Instant;

use fastjwt::claim_value;

#[claim_value]
struct Visit {
    at: Instant,
}

fn main() {}

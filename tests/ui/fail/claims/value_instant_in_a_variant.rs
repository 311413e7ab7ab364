use std::time::Instant;

use fastjwt::claim_value;

#[claim_value]
enum Visit {
    Never,
    Once(Instant),
}

fn main() {}

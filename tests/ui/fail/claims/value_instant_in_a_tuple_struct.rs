use std::time::Instant;

use fastjwt::claim_value;

#[claim_value]
struct Visit(String, Instant);

fn main() {}

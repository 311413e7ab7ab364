use std::time::SystemTime;

use fastjwt::claim_value;

#[claim_value]
enum Visit {
    Never,
    Once { at: SystemTime },
}

fn main() {}

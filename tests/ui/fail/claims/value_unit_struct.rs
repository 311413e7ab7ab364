use fastjwt::claim_value;

#[claim_value]
struct Nothing;

fn main() {}

use fastjwt::claim_value;

#[claim_value]
fn address() {}

fn main() {}

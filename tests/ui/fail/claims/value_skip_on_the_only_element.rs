use fastjwt::claim_value;

#[claim_value]
struct Secret(#[serde(skip)] String);

fn main() {}

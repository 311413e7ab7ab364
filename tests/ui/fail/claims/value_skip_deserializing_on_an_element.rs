use fastjwt::claim_value;

#[claim_value]
struct Place(#[serde(skip_deserializing)] u8, u8);

fn main() {}

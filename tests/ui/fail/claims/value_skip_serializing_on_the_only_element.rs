use fastjwt::claim_value;

#[claim_value]
struct Secret(#[serde(skip_serializing, default)] String);

fn main() {}

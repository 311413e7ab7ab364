use fastjwt::claim_value;

#[claim_value]
struct Place(#[serde(default, skip_serializing_if = "Option::is_none")] Option<u8>, #[serde(default)] Option<u8>);

fn main() {}

use fastjwt::claim_value;

#[claim_value]
struct Place(u8, #[serde(skip_serializing_if = "Option::is_none")] Option<u8>);

fn main() {}

use fastjwt::claim_value;

#[claim_value]
#[serde(tag = "kind", deny_unknown_fields)]
struct Place {
    desk: u8,
}

fn main() {}

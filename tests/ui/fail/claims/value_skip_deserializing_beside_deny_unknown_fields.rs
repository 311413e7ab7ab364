use fastjwt::claim_value;

#[claim_value]
#[serde(deny_unknown_fields)]
struct Place {
    desk: u8,
    #[serde(skip_deserializing)]
    floor: u8,
}

fn main() {}

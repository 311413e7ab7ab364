use fastjwt::claim_value;

#[claim_value]
enum Place {
    Nowhere,
    At(#[serde(skip_serializing, default)] u8, u8),
}

fn main() {}

use fastjwt::claim_value;

#[claim_value]
#[serde(untagged)]
enum Limit {
    Unlimited,
    Unknown,
    At(u64),
}

fn main() {}

use fastjwt::claim_value;

#[claim_value]
#[serde(tag = "kind")]
enum Limit {
    None,
    Bytes(u64),
}

fn main() {}

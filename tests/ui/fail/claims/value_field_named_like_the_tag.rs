use fastjwt::claim_value;

#[claim_value]
#[serde(tag = "kind")]
struct Contact {
    kind: String,
}

fn main() {}

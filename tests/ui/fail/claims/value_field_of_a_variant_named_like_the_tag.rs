use fastjwt::claim_value;

#[claim_value]
#[serde(tag = "kind")]
enum Contact {
    Post { kind: String },
}

fn main() {}

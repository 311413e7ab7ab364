use fastjwt::claim_value;

#[claim_value]
#[serde(tag = "kind", content = "kind")]
enum Contact {
    Post(String),
}

fn main() {}

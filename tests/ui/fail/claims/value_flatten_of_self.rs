use fastjwt::claim_value;

#[claim_value]
struct Node {
    age: u8,
    #[serde(flatten)]
    parent: Option<Box<Self>>,
}

fn main() {}

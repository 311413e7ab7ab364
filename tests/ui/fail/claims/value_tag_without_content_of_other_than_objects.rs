//~ 5 errors: each variant is another form that has no members
use fastjwt::claim_value;

#[claim_value]
struct Inner {
    size: u8,
}

#[claim_value]
#[serde(tag = "kind")]
enum Limit {
    Maybe(Option<Inner>),
    List(std::vec::Vec<Inner>),
    Array([Inner; 2]),
    Pair((Inner, Inner)),
    Boxed(Box<String>),
}

fn main() {}

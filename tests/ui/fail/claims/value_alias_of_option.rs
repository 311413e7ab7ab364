use fastjwt::claim_value;

type Maybe = Option<String>;

#[claim_value]
struct Address {
    country: Maybe,
}

fn main() {}

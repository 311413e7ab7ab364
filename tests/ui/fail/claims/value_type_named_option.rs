use fastjwt::claim_value;

#[claim_value]
#[derive(Default)]
struct Option<T> {
    value: T,
}

#[claim_value]
enum Owner {
    One { address: Option<Box<str>> },
}

fn main() {}

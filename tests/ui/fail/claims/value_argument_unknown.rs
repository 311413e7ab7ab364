use fastjwt::claim_value;

#[claim_value(untagged)]
struct Address {
    city: String,
}

fn main() {}

use fastjwt::claim_value;

#[claim_value]
struct Address<'a> {
    city: &'a str,
}

fn main() {}

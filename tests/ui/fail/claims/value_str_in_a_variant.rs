use fastjwt::claim_value;

#[claim_value]
enum Name {
    Known(&'static str),
}

fn main() {}

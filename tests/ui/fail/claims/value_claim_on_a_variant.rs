use fastjwt::claim_value;

#[claim_value]
enum Visit {
    #[claim(unchecked)]
    Once(String),
}

fn main() {}

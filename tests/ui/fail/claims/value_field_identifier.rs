use fastjwt::claim_value;

#[claim_value]
#[serde(field_identifier)]
enum Name {
    First,
    Last,
}

fn main() {}

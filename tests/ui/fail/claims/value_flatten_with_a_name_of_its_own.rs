use fastjwt::claim_value;

#[claim_value]
struct Place {
    city: String,
}

#[claim_value]
struct Address {
    city: String,
    #[serde(flatten)]
    place: Place,
}

fn main() {}

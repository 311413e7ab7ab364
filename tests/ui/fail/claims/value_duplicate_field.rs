use fastjwt::claim_value;

#[claim_value]
struct Address {
    city: String,
    #[serde(rename = "city")]
    town: String,
}

fn main() {}

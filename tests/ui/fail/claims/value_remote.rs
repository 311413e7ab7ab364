use fastjwt::claim_value;

struct Other {
    city: String,
}

#[claim_value]
#[serde(remote = "Other")]
struct Address {
    city: String,
}

fn main() {}

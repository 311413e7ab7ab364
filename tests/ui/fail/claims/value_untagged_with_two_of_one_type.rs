use fastjwt::claim_value;

#[claim_value]
#[serde(untagged)]
enum Login {
    Mail(String),
    Id(u64),
    Name(String),
}

fn main() {}

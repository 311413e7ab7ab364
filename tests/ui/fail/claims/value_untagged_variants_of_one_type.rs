use fastjwt::claim_value;

#[claim_value]
enum Login {
    Id(u64),
    #[serde(untagged)]
    Mail(Vec<String>),
    #[serde(untagged)]
    Name(Vec<String>),
}

fn main() {}

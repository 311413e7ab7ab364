use fastjwt::claim_value;

#[claim_value]
#[serde(untagged)]
enum Id {
    Number(u64),
    #[serde(skip_deserializing)]
    Text(String),
}

fn main() {}

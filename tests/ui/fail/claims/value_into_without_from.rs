use fastjwt::claim_value;

#[claim_value]
#[derive(Clone)]
#[serde(into = "String")]
struct Desk {
    number: u8,
}

impl From<Desk> for String {
    fn from(desk: Desk) -> Self {
        desk.number.to_string()
    }
}

fn main() {}

use fastjwt::{claim_value, jwt_claims};

#[claim_value]
struct Person {
    name: String,
}

fn read<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Person, D::Error> {
    serde::Deserialize::deserialize(deserializer)
}

#[jwt_claims]
struct Profile {
    age: u8,
    #[serde(flatten)]
    #[serde(deserialize_with = "read")]
    person: Person,
}

fn main() {}

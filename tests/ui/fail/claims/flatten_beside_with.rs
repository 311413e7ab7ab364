use std::collections::BTreeMap;

use fastjwt::jwt_claims;

mod pairs {
    use std::collections::BTreeMap;

    pub fn serialize<S: serde::Serializer>(pairs: &BTreeMap<String, u8>, serializer: S) -> Result<S::Ok, S::Error> {
        serde::Serialize::serialize(pairs, serializer)
    }

    pub fn deserialize<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<BTreeMap<String, u8>, D::Error> {
        serde::Deserialize::deserialize(deserializer)
    }
}

#[jwt_claims]
struct Profile {
    age: u8,
    #[serde(flatten, with = "pairs")]
    others: BTreeMap<String, u8>,
}

fn main() {}

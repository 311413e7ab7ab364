use std::collections::BTreeMap;

use fastjwt::jwt_claims;

fn write<S: serde::Serializer>(pairs: &BTreeMap<String, u8>, serializer: S) -> Result<S::Ok, S::Error> {
    serde::Serialize::serialize(pairs, serializer)
}

fn read<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<BTreeMap<String, u8>, D::Error> {
    serde::Deserialize::deserialize(deserializer)
}

#[jwt_claims]
struct Profile {
    age: u8,
    #[serde(flatten, serialize_with = "write", deserialize_with = "read")]
    others: BTreeMap<String, u8>,
}

fn main() {}

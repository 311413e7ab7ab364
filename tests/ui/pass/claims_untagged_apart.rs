//! Untagged variants that serde tells apart, though one is like another.

use fastjwt::claim_value;
use serde_json::{from_str, to_string};

#[claim_value]
#[derive(Debug, PartialEq)]
#[serde(untagged)]
enum Target {
    Team { id: u64, name: String },
    User { id: u64 },
    Bot { bot: u64, nick: Option<String> },
    // Of another type.
    Alias { id: String },
}

#[claim_value]
#[derive(Debug, PartialEq)]
#[serde(untagged, deny_unknown_fields)]
enum Exact {
    User { id: u64 },
    Team { id: u64, name: String },
}

#[claim_value]
#[derive(Debug, PartialEq)]
#[serde(untagged)]
enum Number {
    Byte(u8),
    // The smaller ones are read as the other.
    Signed(i64),
    Unsigned(u64),
    Ratio(f64),
    Pair(f64, f64),
    Triple(f64, f64, f64),
}

fn comes_back<T: serde::Serialize + serde::de::DeserializeOwned + PartialEq + std::fmt::Debug>(values: &[T]) {
    for value in values {
        assert_eq!(from_str::<T>(&to_string(value).unwrap()).unwrap(), *value);
    }
}

fn main() {
    let name = || "a".to_owned();
    comes_back(&[
        Target::Team { id: 1, name: name() },
        Target::User { id: 1 },
        Target::Bot { bot: 1, nick: None },
        Target::Alias { id: name() },
    ]);
    comes_back(&[Exact::User { id: 1 }, Exact::Team { id: 1, name: name() }]);
    comes_back(&[
        Number::Byte(1),
        Number::Signed(-1),
        Number::Unsigned(u64::MAX),
        Number::Ratio(0.5),
        Number::Pair(1.0, 2.0),
        Number::Triple(1.0, 2.0, 3.0),
    ]);
}

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

/// What a condition takes away is there, or what it adds is not.
#[claim_value]
#[derive(Debug, PartialEq)]
#[serde(untagged)]
enum Conditional {
    Team {
        id: u64,
        #[cfg_attr(all(), doc = "what it is called")]
        name: String,
    },
    User {
        id: u64,
        #[cfg(any())]
        never: u64,
    },
    Pair(f64, #[cfg_attr(all(), doc = "the second one")] f64),
    Ratio(f64),
}

/// Two names of one field are refused by serde, and so read as another variant.
#[claim_value]
#[derive(Debug, PartialEq)]
#[serde(untagged)]
enum Owner {
    User {
        #[serde(alias = "user_id")]
        id: u64,
    },
    Both { id: u64, user_id: u64 },
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
    comes_back(&[
        Conditional::Team { id: 1, name: name() },
        Conditional::User { id: 1 },
        Conditional::Pair(1.0, 2.0),
        Conditional::Ratio(1.0),
    ]);
    comes_back(&[Owner::User { id: 1 }, Owner::Both { id: 1, user_id: 2 }]);
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

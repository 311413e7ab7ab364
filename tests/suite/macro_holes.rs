//! The names that the macros see, against those that serde writes and reads (R-41).

use std::collections::BTreeSet;

use fastjwt::{ClaimNames, Claims, claim_value, jwt_claims};
use serde::{Deserialize, Deserializer};

/// Names that a struct below could have if a word were read wrongly.
const CANDIDATES: &[&str] = &[
    "a",
    "b",
    "c",
    "d",
    "x",
    "y",
    "z",
    "own",
    "first",
    "second",
    "user_id",
    "userId",
    "UserId",
    "USER_ID",
    "user-id",
    "USER-ID",
    "userid",
    "USERID",
    "r#type_of",
    "type_of",
    "typeOf",
    "TypeOf",
    "inner",
    "part",
    "role",
    "rank",
    "deep",
    "tagged",
    "kind_of",
    "Profile",
    "0",
    "",
    "sub",
    "subject",
    "n\\u{61}me",
    "name",
    "naïve",
    "r\"x\"",
];

/// Compares the names of `sample`'s type with those that serde writes and with those that it reads.
fn compare<C: Claims>(sample: &C, written: &[&str], read: &[&str]) {
    let type_name = std::any::type_name::<C>();
    let set = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<BTreeSet<String>>();
    let text = serde_json::to_string(sample).unwrap();
    let members: Members = serde_json::from_str(&text).unwrap();
    let really_written: BTreeSet<String> = members.0.iter().cloned().collect();
    assert_eq!(members.0.len(), really_written.len(), "{type_name} writes a name twice: {text}");
    let known: BTreeSet<String> = C::NAMES.iter().map(str::to_owned).collect();
    let really_read: BTreeSet<String> =
        known.iter().cloned().chain(set(CANDIDATES)).filter(|name| reads::<C>(name)).collect();
    assert_eq!(really_written, set(written), "written by {type_name}");
    assert_eq!(really_read, set(read), "read by {type_name}");
    assert_eq!(known, &really_written | &really_read, "the names of {type_name}");
}

/// Whether the name means something to the type: no field below can be read from an object that holds nothing but this.
fn reads<C: Claims>(name: &str) -> bool {
    let object = serde_json::json!({ name: { "no such name": [] } }).to_string();
    match serde_json::from_str::<C>(&object) {
        Ok(_) => false,
        Err(error) => error.to_string().contains("invalid type"),
    }
}

/// The names of an object, as often as they stand.
struct Members(Vec<String>);

impl<'de> Deserialize<'de> for Members {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visitor;
        impl<'de> serde::de::Visitor<'de> for Visitor {
            type Value = Members;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: serde::de::MapAccess<'de>>(self, mut map: A) -> Result<Members, A::Error> {
                let mut names = Vec::new();
                while let Some((name, serde::de::IgnoredAny)) = map.next_entry()? {
                    names.push(name);
                }
                Ok(Members(names))
            }
        }
        deserializer.deserialize_map(Visitor)
    }
}

/// Each struct in turn, with a value of it, the names that it writes and those that it reads.
macro_rules! cases {
    ($($test:ident: $(#[$meta:meta])* { $($(#[$word:meta])* $field:ident: $type:ty = $value:expr),* $(,)? }
        writes $written:tt reads $read:tt)*) => { $(
        #[test]
        fn $test() {
            #[jwt_claims]
            $(#[$meta])*
            struct Case { $($(#[$word])* $field: $type),* }

            compare(&Case { $($field: $value),* }, &$written, &$read);
        }
    )* };
}

cases! {
    r_41_names_as_they_are: { a: u8 = 1, r#type_of: u8 = 2, naïve: u8 = 3 }
        writes ["a", "type_of", "naïve"] reads ["a", "type_of", "naïve"]
    r_41_names_by_rename: { #[serde(rename = "x")] a: u8 = 1 } writes ["x"] reads ["x"]
    r_41_names_by_a_raw_string: { #[serde(rename = r"n\u{61}me", alias = r#"r"x""#)] a: u8 = 1 }
        writes ["n\\u{61}me"] reads ["n\\u{61}me", "r\"x\""]
    r_41_names_by_an_escaped_string: { #[serde(rename = "n\u{61}m\x65", alias = "\
        x")] a: u8 = 1 } writes ["name"] reads ["name", "x"]
    r_41_names_by_an_empty_string: { #[serde(rename = "")] a: u8 = 1 } writes [""] reads [""]
    r_41_names_in_both_directions: { #[serde(rename(serialize = "x", deserialize = "y"), alias = "x")] a: u8 = 1 }
        writes ["x"] reads ["x", "y"]
    r_41_names_in_one_direction: { #[serde(rename(deserialize = "y"), alias = "a")] a: u8 = 1 }
        writes ["a"] reads ["a", "y"]
    r_41_names_for_reading_several_times: {
        #[serde(rename(serialize = "x", deserialize = "y", deserialize = "z", deserialize = "x"))] a: u8 = 1
    } writes ["x"] reads ["x", "y", "z"]
    r_41_names_for_reading_in_two_words: {
        #[serde(rename(deserialize = "y"), alias = "c")] #[serde(rename = "x")] #[serde(rename(deserialize = "z"))]
        a: u8 = 1
    } writes ["x"] reads ["y", "x", "z", "c"]
    r_41_names_by_aliases: { #[serde(alias = "b", alias = "c")] #[serde(alias = "d", alias = "a")] a: u8 = 1 }
        writes ["a"] reads ["a", "b", "c", "d"]
    r_41_names_by_a_rule: #[serde(rename_all = "camelCase")] { user_id: u8 = 1, #[serde(alias = "user_id")] a: u8 = 2 }
        writes ["userId", "a"] reads ["userId", "user_id", "a"]
    r_41_names_by_two_rules: #[serde(rename_all(serialize = "kebab-case"))]
        #[serde(rename_all(deserialize = "SCREAMING_SNAKE_CASE"))] {
            #[serde(alias = "user-id")] user_id: u8 = 1,
            #[serde(alias = "type-of")] r#type_of: Option<u8> = None,
        }
        writes ["user-id", "type-of"] reads ["user-id", "type-of", "USER_ID", "TYPE_OF"]
    r_41_names_by_a_rule_and_a_name: #[serde(rename_all = "PascalCase")] {
        #[serde(rename(serialize = "x"), alias = "x")] user_id: u8 = 1,
        #[serde(rename(deserialize = "y"), alias = "TypeOf")] r#type_of: u8 = 1,
    } writes ["x", "TypeOf"] reads ["UserId", "x", "y", "TypeOf"]
    r_41_names_of_what_is_skipped: #[serde(default)] #[derive(Default)] {
        #[serde(skip, rename = "x", alias = "b")] a: u8 = 1,
        #[serde(skip_serializing, rename = "y")] first: u8 = 1,
        #[serde(skip_deserializing, rename(serialize = "z", deserialize = "c"), alias = "d")] second: u8 = 1,
    } writes ["z"] reads ["y"]
    r_41_names_under_a_condition: {
        #[cfg_attr(all(), serde(rename = "x"), cfg_attr(all(), serde(alias = "y")))] a: u8 = 1,
        #[cfg_attr(any(), serde(rename = "z"))] b: u8 = 1,
        #[cfg_attr(all(), serde[rename = "c"])] first: u8 = 1,
    } writes ["x", "b", "c"] reads ["x", "y", "b", "c"]
    r_41_names_in_brackets: { #[serde[rename = "x"]] a: u8 = 1, #[serde{alias = "y",}] b: u8 = 1, #[serde()] c: u8 = 1 }
        writes ["x", "b", "c"] reads ["x", "b", "y", "c"]
    r_41_names_beside_other_words: #[serde(rename = "x", bound = "", expecting = "claims")] {
        #[serde(bound(serialize = ""), default, rename = "y")] a: Vec<u8> = Vec::new(),
        #[serde(default = "Default::default", skip_serializing_if = "Option::is_none")] b: Option<u8> = Some(1),
    } writes ["y", "b"] reads ["y", "b"]
    r_41_names_of_a_flattened_part: {
        #[serde(default)] own: u8 = 1,
        #[serde(flatten, rename = "x", alias = "y")] part: Part = Part { rank: 1, inner: Inner { deep: 2 } },
    } writes ["own", "part_rank", "deep"] reads ["own", "part_rank", "rank", "deep"]
    r_41_names_of_a_flattened_option: {
        #[serde(default)] own: u8 = 1,
        #[serde(flatten)] part: Option<Box<Part>> = Some(Box::new(Part { rank: 1, inner: Inner { deep: 2 } })),
    } writes ["own", "part_rank", "deep"] reads ["own", "part_rank", "rank", "deep"]
    r_41_names_with_a_foreign_attribute: {
        #[doc = "serde(rename = \"x\")"] user_id: u8 = 1,
        #[serde(rename(deserialize = "a"), alias = "user_name")] user_name: u8 = 1,
        #[serde(rename = "b")] user_rank: u8 = 1,
    } writes ["user_id", "user_name", "b"] reads ["user_id", "user_name", "a", "b"]
}

#[claim_value]
struct Part {
    #[serde(rename(serialize = "part_rank"), alias = "part_rank", default)]
    rank: u8,
    #[serde(flatten)]
    inner: Inner,
}

#[claim_value]
#[serde(tag = "kind_of")]
struct Tagged {
    rank: u8,
}

#[claim_value]
struct Inner {
    deep: u8,
}

/// A struct with words out of a `macro_rules!`, whose fragments stand in groups that nobody sees.
macro_rules! fragments {
    ($whole:meta, $word:meta, $text:literal, $value:expr, $name:ident, $type:ty) => {
        #[jwt_claims]
        struct Fragments {
            #[$whole]
            first: u8,
            #[serde($word)]
            second: u8,
            #[serde(rename = $text, alias = "USER_ID")]
            a: $type,
            #[serde($name = "c")]
            b: $type,
            #[cfg_attr(all(), $whole, serde(alias = $text))]
            #[cfg(any())]
            gone: u8,
            #[cfg_attr(all(), serde(alias = $value))]
            d: u8,
        }
    };
}

/// The same, once more through another macro.
macro_rules! again {
    ($whole:meta, $word:meta, $text:literal, $value:expr) => {
        fragments!($whole, $word, $text, $value, rename, u8);
    };
}

again!(serde(rename = "x"), rename(serialize = "y", deserialize = "y", deserialize = "z"), "user_id", "userId");

#[test]
fn r_41_names_out_of_a_macro() {
    #[jwt_claims]
    struct Generic<#[cfg_attr(all(), cfg(all()))] T> {
        #[serde(rename = "x")]
        a: T,
    }
    compare(&Generic { a: 1_u8 }, &["x"], &["x"]);
    compare(
        &Fragments { first: 1, second: 2, a: 3, b: 4, d: 5 },
        &["x", "y", "user_id", "c", "d"],
        &["x", "y", "z", "user_id", "USER_ID", "c", "d", "userId"],
    );
}

#[test]
fn r_41_names_with_a_tag() {
    #[jwt_claims]
    struct Holds {
        own: u8,
        #[serde(flatten)]
        tagged: Tagged,
    }
    let text = serde_json::to_string(&Holds { own: 1, tagged: Tagged { rank: 2 } }).unwrap();
    let written: Members = serde_json::from_str(&text).unwrap();
    assert_eq!(written.0, ["own", "kind_of", "rank"]);
    let known: BTreeSet<&str> = <Holds as ClaimNames>::NAMES.iter().collect();
    assert_eq!(known, written.0.iter().map(String::as_str).collect());
}

//! A payload is read quickly if it is written as usual and by serde_json if not: what comes out is the same.
//!
//! A blank before the payload makes it unusual and changes nothing else, so that every text can be held against itself.

use std::{collections::BTreeMap, fmt};

use fastjwt::{ClaimMap, Claims, ErrorKind, NoClaims, claim_value, jwt_claims};
use proptest::prelude::*;
use serde::{
    Deserializer,
    de::{SeqAccess, Visitor},
};
use serde_json::{Value, json};

use crate::support::{NOW, cases, forge_text, good_header, jwt};

#[jwt_claims]
struct Typed {
    text: Option<String>,
    letter: Option<char>,
    small: Option<i8>,
    large: Option<u64>,
    float: Option<f64>,
    flag: Option<bool>,
    pair: Option<(u8, String)>,
    fixed: Option<[u16; 2]>,
    list: Option<Vec<Option<i64>>>,
    names: Option<BTreeMap<String, Word>>,
    word: Option<Word>,
    any: Option<Value>,
    nested: Option<Box<Nested>>,
    #[serde(default, deserialize_with = "patiently")]
    patient: Vec<Option<i64>>,
}

/// Takes no notice of what is wrong with a member of a list.
fn patiently<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<Option<i64>>, D::Error> {
    struct Patient;

    impl<'de> Visitor<'de> for Patient {
        type Value = Vec<Option<i64>>;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("a list")
        }

        fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Self::Value, A::Error> {
            let mut found = Vec::new();
            while found.len() < 9 {
                match list.next_element() {
                    Ok(Some(number)) => found.push(Some(number)),
                    Ok(None) => break,
                    Err(_) => found.push(None),
                }
            }
            Ok(found)
        }
    }

    deserializer.deserialize_seq(Patient)
}

#[claim_value]
#[derive(PartialEq, Eq)]
enum Word {
    One,
    Two(u8),
}

#[claim_value]
struct Nested {
    next: Option<Box<Nested>>,
    value: Id,
}

#[claim_value]
struct Id(u32);

const NAMES: &[&str] = &[
    "text", "letter", "small", "large", "float", "flag", "pair", "fixed", "list", "names", "word", "any", "nested",
    "patient", "next", "value", "One", "Two", "sub", "aud", "exp", "nbf", "scopes", "scope", "type", "cnf", "unread",
];

fn read<C: Claims>(payload: &str) -> Result<Value, ErrorKind> {
    let token = forge_text(good_header().to_string(), payload);
    let verified = jwt().verify_access_token::<C>(&token);
    verified.map(|payload| serde_json::to_value(payload).unwrap()).map_err(|error| error.kind().clone())
}

fn compare(payload: &str) {
    let unusual = format!(" {payload}");
    assert_eq!(read::<NoClaims>(payload), read::<NoClaims>(&unusual), "{payload}");
    assert_eq!(read::<ClaimMap>(payload), read::<ClaimMap>(&unusual), "{payload}");
    assert_eq!(read::<Typed>(payload), read::<Typed>(&unusual), "{payload}");
}

fn any_text() -> impl Strategy<Value = String> {
    prop_oneof![
        Just("A".to_owned()),
        Just("One".to_owned()),
        "[ -~]{0,40}",
        // Quotes and the like at every place of eight bytes, and more than ASCII.
        "[a-z]{0,17}[\"\\\\\u{1}\u{1f}\u{7f}é\u{1F600}][a-z]{0,9}",
    ]
}

fn any_number() -> impl Strategy<Value = Value> {
    prop_oneof![
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        (-300_i64..300).prop_map(Value::from),
    ]
}

fn any_value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any_number(),
        any_text().prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 24, 5, |inner| {
        let name = prop_oneof![4 => proptest::sample::select(NAMES).prop_map(str::to_owned), 1 => any_text()];
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
            proptest::collection::btree_map(name, inner, 0..4)
                .prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}

/// A good payload with a few members more, as text: the same name may stand twice.
fn payload() -> impl Strategy<Value = String> {
    let name = prop_oneof![6 => proptest::sample::select(NAMES).prop_map(str::to_owned), 1 => any_text()];
    proptest::collection::vec((name, any_value()), 0..6).prop_map(|members| {
        let members: String = members.iter().map(|(name, value)| format!(",{}:{value}", json!(name))).collect();
        format!(r#"{{"sub":"u","type":"access","exp":{}{members}}}"#, NOW + 60)
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(cases(400, 20_000)))]

    #[test]
    fn a_payload_is_read_as_serde_json_reads_it(payload in payload()) {
        compare(&payload);
    }

    #[test]
    fn so_is_one_in_which_something_is_wrong(
        payload in payload(),
        place in any::<prop::sample::Index>(),
        put in proptest::sample::select(&["", "\"", "\\", "{", "}", "[", "]", ",", ":", "0", "-", ".", "e1", " ", "null", "tru", "é", "\u{0}"][..]),
        removed in 0_usize..3,
    ) {
        let mut letters: Vec<char> = payload.chars().collect();
        let at = place.index(letters.len());
        let end = (at + removed).min(letters.len());
        letters.splice(at..end, put.chars());
        compare(&letters.into_iter().collect::<String>());
    }
}

#[test]
fn what_is_rarely_written_is_read_all_the_same() {
    let start = format!(r#"{{"sub":"u","type":"access","exp":{}"#, NOW + 60);
    let members = [
        r#""small":-0"#,
        r#""small":-1"#,
        r#""small":-128"#,
        r#""small":-129"#,
        r#""small":00"#,
        r#""small":01"#,
        r#""small":1.0"#,
        r#""large":18446744073709551615"#,
        r#""large":18446744073709551616"#,
        r#""large":999999999999999999"#,
        r#""large":1e2"#,
        r#""float":-0"#,
        r#""float":1"#,
        r#""float":-999999999999999999"#,
        r#""any":-0"#,
        r#""any":[1,-1,0,-0]"#,
        r#""fixed":[1]"#,
        r#""fixed":[1,2]"#,
        r#""fixed":[1,2,3]"#,
        r#""pair":[1,"a"]"#,
        r#""pair":[1,"a",2]"#,
        r#""pair":{"0":1}"#,
        r#""letter":"\u0041""#,
        r#""letter":"é""#,
        r#""letter":"ab""#,
        r#""word":"One""#,
        r#""word":{"Two":1}"#,
        r#""word":"Two""#,
        r#""word":{"One":null}"#,
        r#""names":{"a":"One","a":"One"}"#,
        r#""any":{"a":1,"a":2}"#,
        r#""any":{"a":{"b":1,"b":1}}"#,
        r#""text":null,"text":null"#,
        r#""list":[1,null,-3]"#,
        r#""patient":[1,-,2]"#,
        r#""patient":[-,2]"#,
        r#""patient":[1,-a,2]"#,
        r#""patient":[1,"a",2]"#,
        r#""patient":[1,,2]"#,
        r#""patient":[1,[2],3]"#,
        r#""patient":[1,2"#,
        r#""patient":[1,]"#,
        r#""patient":[1,1e400,2]"#,
        r#""patient":[99999999999999999999,2]"#,
        r#""list":[1,]"#,
        r#""list":[,1]"#,
        r#""nested":{"value":1,"next":{"value":2}}"#,
        r#""nested":[null,1]"#,
        r#""unread":[[[{"a":[]}]]]"#,
        r#""unread":tru"#,
        r#""unread":"\ud800""#,
        "\"unread\":\"\u{1f}\"",
        r#""aud":[]"#,
        r#""nbf":1.5"#,
        r#""scopes":["a","b"]"#,
        r#""scope":"a b""#,
    ];
    for member in members {
        for text in [format!("{start},{member}}}"), format!("{start},{member}}} "), format!("{start},{member},}}")] {
            compare(&text);
        }
    }
    for depth in [1, 60, 63, 64, 65, 126, 127, 128, 200] {
        let deep = format!("{}{}", "[".repeat(depth), "]".repeat(depth));
        compare(&format!(r#"{start},"any":{deep}}}"#));
        compare(&format!(r#"{start},"unread":{deep}}}"#));
    }
    for text in ["{}", "[]", "null", "\"\"", "{", "{\"", "{\"sub\"", "{\"sub\":", "{}{}", "{},"] {
        compare(text);
    }
}

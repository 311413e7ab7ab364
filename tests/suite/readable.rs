//! What is signed can be read back and says the same, or is refused at `sign`.

use std::{
    cmp::Ordering,
    collections::{BTreeMap, HashMap},
};

use fastjwt::{AccessToken, ClaimKey, ClaimMap, Claims, FastJwt, NoClaims, TokenBuilder, claim_value, jwt_claims};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::{Map, Value, json, value::RawValue};

use crate::{
    issuing::refusal,
    support::{builder, forge_text, good_claims, jwt},
};

/// Signs the claims and reads them back out of the token.
fn there_and_back<C: Claims + Clone>(claims: &C) -> C {
    let jwt = jwt();
    let token = jwt.create_access_token("u").claims(claims).sign().unwrap();
    jwt.verify_access_token::<C>(token.as_str()).unwrap().into_parts().1
}

/// Whether a token with these members beside good claims is read.
fn reads<C: Claims>(members: &str) -> bool {
    let claims = good_claims().to_string();
    let payload = format!("{},{members}}}", claims.strip_suffix('}').unwrap());
    let token = forge_text(json!({ "alg": "HS256", "typ": "JWT" }).to_string(), payload);
    jwt().verify_access_token::<C>(&token).is_ok()
}

#[claim_value]
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
struct UserId(u64);

impl ClaimKey for UserId {}

#[claim_value]
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Flag(bool);

impl ClaimKey for Flag {}

/// A key that is a float; an order that is total makes it one.
#[claim_value]
#[derive(Clone, Copy, Debug)]
struct Share(f64);

impl ClaimKey for Share {}

impl PartialEq for Share {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Share {}

impl PartialOrd for Share {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Share {
    fn cmp(&self, other: &Self) -> Ordering {
        self.0.total_cmp(&other.0)
    }
}

/// An adapter for a map that the macro does not look at.
mod as_map {
    use super::{BTreeMap, Deserialize, Deserializer, Serialize, Serializer};

    pub fn serialize<S: Serializer>(map: &BTreeMap<i32, u8>, serializer: S) -> Result<S::Ok, S::Error> {
        map.serialize(serializer)
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<BTreeMap<i32, u8>, D::Error> {
        BTreeMap::deserialize(deserializer)
    }
}

#[jwt_claims]
#[derive(Clone, Debug, Default, PartialEq)]
#[serde(default)]
struct Keys {
    #[claim(unchecked)]
    limits: BTreeMap<u64, String>,
    #[serde(with = "as_map")]
    adapted: BTreeMap<i32, u8>,
    users: HashMap<UserId, BTreeMap<UserId, u8>>,
    flags: BTreeMap<Flag, u8>,
    shares: BTreeMap<Share, u8>,
    #[claim(unchecked)]
    long: BTreeMap<u128, u8>,
    #[claim(unchecked)]
    maybe: BTreeMap<Option<String>, u8>,
    #[claim(unchecked)]
    letters: BTreeMap<char, u8>,
}

#[test]
fn r_08_numbers_and_booleans_are_keys_and_none_stands_twice() {
    let keys = Keys {
        limits: BTreeMap::from([(0, "a".into()), (u64::MAX, "b".into())]),
        adapted: BTreeMap::from([(-7, 1), (i32::MAX, 2)]),
        users: HashMap::from([(UserId(7), BTreeMap::from([(UserId(8), 1), (UserId(9), 2)]))]),
        flags: BTreeMap::from([(Flag(true), 1), (Flag(false), 2)]),
        shares: BTreeMap::from([(Share(0.5), 1), (Share(-2.0), 2)]),
        long: BTreeMap::from([(u128::MAX, 1)]),
        maybe: BTreeMap::from([(Some("x".into()), 1)]),
        letters: BTreeMap::from([('x', 1)]),
    };
    assert_eq!(there_and_back(&keys), keys);
    let table = [
        (r#""limits":{"1":"a","2":"b"}"#, true),
        (r#""limits":{"1":"a","1":"b"}"#, false),
        (r#""limits":{"1":"a","\u0031":"b"}"#, false),
        (r#""limits":{"x":"a"}"#, false),
        (r#""limits":{"01":"a"}"#, false),
        (r#""limits":{"-1":"a"}"#, false),
        (r#""adapted":{"-1":1,"1":1}"#, true),
        (r#""adapted":{"-1":1,"-1":2}"#, false),
        (r#""users":{"7":{"8":1},"8":{"8":1}}"#, true),
        (r#""users":{"7":{"8":1},"7":{}}"#, false),
        (r#""users":{"7":{"8":1,"8":2}}"#, false),
        (r#""flags":{"true":1,"false":2}"#, true),
        (r#""flags":{"true":1,"true":2}"#, false),
        (r#""shares":{"0.5":1,"2":2}"#, true),
        (r#""shares":{"0.5":1,"0.5":2}"#, false),
        (r#""shares":{"0.5":1,"0.50":2}"#, false),
        (r#""shares":{"x":1}"#, false),
        (r#""maybe":{"x":1,"y":1}"#, true),
        (r#""maybe":{"x":1,"x":2}"#, false),
        (r#""letters":{"x":1,"x":2}"#, false),
    ];
    for (members, good) in table {
        assert_eq!(reads::<Keys>(members), good, "{members}");
    }
}

#[jwt_claims]
#[derive(Clone, Debug, Default, PartialEq)]
#[serde(default)]
struct Long {
    #[claim(unchecked)]
    unsigned: u128,
    #[claim(unchecked)]
    signed: i128,
    #[claim(unchecked)]
    deep: Vec<Option<u128>>,
}

#[test]
fn an_integer_of_more_than_64_bits_is_an_error_however_deep() {
    const BEYOND: u128 = 1 << 64;
    let jwt = jwt();
    let table = [
        ("unsigned", Long { unsigned: BEYOND, ..Long::default() }),
        ("unsigned", Long { unsigned: u128::MAX, ..Long::default() }),
        ("signed", Long { signed: 1 << 64, ..Long::default() }),
        ("signed", Long { signed: i128::from(i64::MIN) - 1, ..Long::default() }),
        ("deep", Long { deep: vec![Some(1), None, Some(BEYOND)], ..Long::default() }),
    ];
    for (claim, long) in table {
        let reason = refusal(jwt.create_access_token("u").claims(&long));
        assert!(reason.contains(&format!("claim `{claim}`: an integer must fit in 64 bits")), "{reason}");
    }
    assert!(refusal(jwt.create_access_token("u").claim("long", [BEYOND])).contains("64 bits"));
    for (unsigned, signed) in [(u64::MAX, i128::from(u64::MAX)), (0, i128::from(i64::MIN)), (7, -7)] {
        let long = Long { unsigned: unsigned.into(), signed, deep: vec![Some(unsigned.into())] };
        assert_eq!(there_and_back(&long), long);
    }
}

#[jwt_claims]
#[derive(Clone, Debug, PartialEq)]
struct Renamed {
    #[serde(rename = "tenantId", alias = "tenant", alias = "org", default, skip_serializing_if = "String::is_empty")]
    tenant: String,
    #[serde(flatten)]
    place: Place,
}

#[claim_value]
#[derive(Clone, Debug, PartialEq)]
struct Place {
    #[serde(alias = "room")]
    desk: u8,
}

fn renamed(tenant: &str) -> Renamed {
    Renamed { tenant: tenant.into(), place: Place { desk: 1 } }
}

fn with_default(name: &'static str, value: Value) -> FastJwt {
    let claims = ClaimMap::from(Map::from_iter([(name.to_owned(), value)]));
    builder().default_claims(move |_| claims.clone()).build().unwrap()
}

#[test]
fn r_08_a_claim_is_not_given_again_by_an_alias() {
    let jwt = jwt();
    let blue = renamed("blue");
    for (name, written) in [("tenant", "tenantId"), ("org", "tenantId"), ("room", "desk")] {
        let reason = refusal(jwt.create_access_token("u").claims(&blue).claim(name, 1));
        assert!(reason.contains(&format!("claim `{written}` is given twice: `{name}` is another name")), "{reason}");
        let by_default = with_default(name, json!(1));
        assert_eq!(refusal(by_default.create_access_token("u").claims(&blue)), reason);
        // Without the type nobody takes the two for one.
        assert!(by_default.create_access_token("u").claim(written, 2).sign().is_ok());
    }
    let token = |jwt: &FastJwt| {
        let token = jwt.create_access_token("u").claims(&blue).claim("other", 1).sign().unwrap();
        jwt.verify_access_token::<Renamed>(token.as_str()).unwrap().into_parts().1
    };
    assert_eq!(token(&jwt), blue);
    assert_eq!(token(&with_default("tenantId", json!("none"))), blue);
    assert_eq!(token(&with_default("desk", json!(2))), blue);
}

#[test]
fn r_08_a_claim_that_is_left_out_is_given_by_one_name_only() {
    let jwt = jwt();
    let out = renamed("");
    let read = |jwt: &FastJwt, name: Option<&str>| {
        let token = jwt.create_access_token("u").claims(&out);
        let token = match name {
            Some(name) => token.claim(name, "blue"),
            None => token,
        };
        jwt.verify_access_token::<Renamed>(token.sign().unwrap().as_str()).unwrap().tenant.clone()
    };
    for name in ["tenantId", "tenant", "org"] {
        assert_eq!(read(&jwt, Some(name)), "blue");
        assert_eq!(read(&with_default(name, json!("red")), None), "red");
        assert_eq!(read(&with_default(name, json!("red")), Some(name)), "blue");
    }
    assert!(refusal(jwt.create_access_token("u").claims(&out).claim("tenant", 1).claim("org", 2)).contains("twice"));
    let by_default = with_default("org", json!("red"));
    assert!(refusal(by_default.create_access_token("u").claims(&out).claim("tenant", "blue")).contains("twice"));
}

#[test]
fn r_09_a_header_is_written_with_as_many_members_as_are_read() {
    fn signed(jwt: &FastJwt, members: u8) -> TokenBuilder<'_, AccessToken> {
        let token = jwt.create_access_token("u");
        (0..members).fold(token, |token, member| token.header(format!("member{member}"), member))
    }
    let jwt = jwt();
    let most = signed(&jwt, 29).sign().unwrap();
    assert!(jwt.verify_access_token::<NoClaims>(most.as_str()).is_ok());
    assert!(refusal(signed(&jwt, 30)).contains("at most 32"));
    let by_default = builder().default_header(|_| json!({ "env": "test", "member0": 1 })).build().unwrap();
    let most = signed(&by_default, 28).sign().unwrap();
    assert!(by_default.verify_access_token::<NoClaims>(most.as_str()).is_ok());
    assert!(refusal(signed(&by_default, 29)).contains("at most 32"));
}

#[claim_value]
#[derive(Clone, Debug, PartialEq)]
struct Inner {
    #[serde(alias = "b")]
    a: u8,
}

#[claim_value]
#[derive(Clone, Debug, PartialEq)]
#[serde(deny_unknown_fields)]
struct Denying {
    id: u8,
    #[serde(flatten)]
    inner: Option<Inner>,
}

#[jwt_claims]
#[derive(Clone, Debug, PartialEq)]
struct Denies {
    v: Denying,
}

#[test]
fn r_08_a_flattened_option_is_read_where_unknown_fields_are_denied() {
    for inner in [None, Some(Inner { a: 1 })] {
        let denies = Denies { v: Denying { id: 1, inner } };
        assert_eq!(there_and_back(&denies), denies);
    }
    let table = [
        (r#""v":{"id":1}"#, true),
        (r#""v":{"b":2,"id":1}"#, true),
        (r#""v":{"id":1,"c":2}"#, false),
        (r#""v":{"id":1,"a":2,"c":2}"#, false),
        (r#""v":{"id":1,"a":2,"a":2}"#, false),
        (r#""v":{"id":1,"a":2,"b":2}"#, false),
        (r#""v":{"id":1,"a":"x"}"#, false),
    ];
    for (members, good) in table {
        assert_eq!(reads::<Denies>(members), good, "{members}");
    }
}

#[jwt_claims]
#[derive(Clone, Debug, PartialEq)]
struct Form {
    about: BTreeMap<String, String>,
}

/// The names that serde_json gives to its own types on their way.
const RAW_VALUE: &str = "$serde_json::private::RawValue";
const NUMBER: &str = "$serde_json::private::Number";

#[test]
fn r_08_r_41_a_text_in_a_claim_is_not_taken_for_json() {
    let jwt = jwt();
    for text in [r#"{"role":"admin"}"#, r#"{"role":"user","role":"admin"}"#, "1", "no json"] {
        for name in [RAW_VALUE, NUMBER, "$serde_json::private::"] {
            let about = BTreeMap::from([("a".to_owned(), "b".to_owned()), (name.to_owned(), text.to_owned())]);
            assert!(refusal(jwt.create_access_token("u").claim("about", [&about])).contains("serde_json"), "{name}");
            let reason = refusal(jwt.create_access_token("u").claims(&Form { about: about.clone() }));
            assert!(reason.contains("claim `about`: ") && reason.contains("serde_json"), "{reason}");
            assert!(refusal(with_default("about", json!(about)).create_access_token("u")).contains("serde_json"));
        }
        let members = [
            format!(r#""about":{{"{RAW_VALUE}":{}}}"#, json!(text)),
            format!(r#""about":{{"a":"b","{RAW_VALUE}":{}}}"#, json!(text)),
            format!(r#""about":{{"\u0024serde_json::private::RawValue":{}}}"#, json!(text)),
        ];
        for members in members {
            assert!(!reads::<ClaimMap>(&members) && !reads::<Form>(&members), "{members}");
        }
    }
    // That one is how serde_json reads a number, where a service asks for all its digits.
    assert!(reads::<Form>(&format!(r#""about":{{"{NUMBER}":"1"}}"#)));
    // Nobody reads the claims themselves as a `Value`.
    let token = jwt.create_access_token("u").claim(RAW_VALUE, "{}").sign().unwrap();
    let read = jwt.verify_access_token::<ClaimMap>(token.as_str()).unwrap().into_parts().1;
    assert_eq!(read, ClaimMap::from(Map::from_iter([(RAW_VALUE.to_owned(), json!("{}"))])));
}

#[jwt_claims]
#[derive(Clone, Debug)]
struct Texts {
    #[claim(unchecked)]
    one: Box<RawValue>,
    #[claim(unchecked)]
    list: Vec<Box<RawValue>>,
}

#[test]
fn a_claim_may_be_kept_as_its_text() {
    let raw = |text: &str| RawValue::from_string(text.to_owned()).unwrap();
    let texts = Texts { one: raw(r#"{"b": 1, "a":[2]}"#), list: vec![raw("1"), raw("[ ]")] };
    let read = there_and_back(&texts);
    assert_eq!(read.one.get(), texts.one.get());
    assert_eq!(read.list.iter().map(|one| one.get()).collect::<Vec<_>>(), ["1", "[ ]"]);
}

//! Whatever comes in, nothing panics, overflows or hangs, and nothing but the token itself is accepted.

use std::{collections::HashMap, sync::LazyLock};

use axum::{
    body::Body,
    http::{Request, StatusCode},
};
use fastjwt::{ClaimMap, Claims, ErrorKind, FastJwt, NoClaims, claim_value, danger, jwt_claims};
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::{
    support::{
        builder, cases, encode, forge_text, good_claims, good_header, guarded, jwt, refusal, send, sign_segments,
    },
    test_keys::every_algorithm,
};

#[jwt_claims]
struct Typed {
    foo: Option<String>,
    number: Option<i64>,
    list: Option<Vec<HashMap<String, Value>>>,
    nested: Option<Box<Nested>>,
}

#[claim_value]
struct Nested {
    next: Option<Box<Nested>>,
}

/// Reads a text in every way there is; what is refused is refused as a token or a request, never as a fault of the machine.
fn read_as<C: Claims>(jwt: &FastJwt, text: &str) -> bool {
    let _ = danger::decode_unverified::<C>(text);
    let results = [jwt.verify_access_token::<C>(text), jwt.verify_refresh_token::<C>(text)];
    results.into_iter().any(|result| match result {
        Ok(_) => true,
        Err(error) => {
            assert!(matches!(error.kind(), ErrorKind::Token(_) | ErrorKind::Request(_)), "{error}");
            assert!(!error.to_string().is_empty());
            false
        }
    })
}

fn read(jwt: &FastJwt, text: &str) -> bool {
    [read_as::<NoClaims>(jwt, text), read_as::<ClaimMap>(jwt, text), read_as::<Typed>(jwt, text)].contains(&true)
}

/// Any JSON, with the names that tokens use among the others.
fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        any::<String>().prop_map(Value::from),
        Just(json!("access")),
    ];
    leaf.prop_recursive(4, 32, 6, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
            prop::collection::vec((any_name(), inner), 0..6).prop_map(|members| members.into_iter().collect()),
        ]
    })
}

fn any_name() -> impl Strategy<Value = String> {
    let known = fastjwt::RESERVED_NAMES.to_vec();
    let more = ["alg", "typ", "kid", "jwk", "x5c", "crit", "foo", "number", "list", "nested", "next", ""];
    prop_oneof![prop::sample::select([known, more.to_vec()].concat()).prop_map(str::to_owned), any::<String>()]
}

/// A token of each algorithm and who accepts it, made once for all cases.
static TOKENS: LazyLock<Vec<(FastJwt, String)>> =
    LazyLock::new(|| every_algorithm().into_iter().map(|(signer, jwt)| (jwt, signer.token(&good_claims()))).collect());

proptest! {
    #![proptest_config(ProptestConfig::with_cases(cases(300, 20_000)))]

    #[test]
    fn r_12_no_text_is_accepted(text in any::<String>()) {
        prop_assert!(!read(&jwt(), &text));
    }

    #[test]
    fn r_12_no_text_of_the_alphabet_is_accepted(text in "[A-Za-z0-9_-]{0,40}(\\.[A-Za-z0-9_-]{0,90}){0,5}") {
        prop_assert!(!read(&jwt(), &text));
    }

    #[test]
    fn r_12_no_change_of_a_token_is_accepted(
        index in any::<prop::sample::Index>(),
        length in 0..4_usize,
        replacement in prop_oneof!["[A-Za-z0-9_.-]{0,4}", any::<String>()],
    ) {
        for (jwt, token) in &*TOKENS {
            let start = index.index(token.len() + 1);
            let end = (start + length).min(token.len());
            let changed = format!("{}{replacement}{}", &token[..start], &token[end..]);
            prop_assert_eq!(read(jwt, &changed), changed == *token, "{:?}", changed);
        }
    }

    #[test]
    fn r_12_any_bytes_may_be_signed(header in any::<Vec<u8>>(), payload in any::<Vec<u8>>()) {
        let good = (good_header().to_string(), good_claims().to_string());
        prop_assert!(!read(&jwt(), &forge_text(&header, &good.1)));
        prop_assert!(!read(&jwt(), &forge_text(&good.0, &payload)));
        prop_assert!(!read(&jwt(), &sign_segments(&String::from_utf8_lossy(&header), &encode(payload))));
    }

    #[test]
    fn r_12_any_json_may_be_signed(name in any_name(), value in any_json(), header_name in any_name(), whole in any_json()) {
        let (mut header, mut claims) = (good_header(), good_claims());
        claims[&name] = value.clone();
        header[&header_name] = value;
        let (header, claims) = (header.to_string(), claims.to_string());
        read(&jwt(), &forge_text(good_header().to_string(), &claims));
        read(&jwt(), &forge_text(&header, &claims));
        read(&jwt(), &forge_text(whole.to_string(), &claims));
        read(&jwt(), &forge_text(&header, whole.to_string()));
        // Cut off somewhere.
        let cut = claims.len() / 2;
        let cut = (cut..).find(|place| claims.is_char_boundary(*place)).unwrap();
        prop_assert!(!read(&jwt(), &forge_text(good_header().to_string(), &claims[..cut])));
    }

    #[test]
    fn r_12_any_bytes_may_stand_in_the_header(
        bytes in prop::collection::vec(prop_oneof![Just(b'\t'), 0x20..0x7F_u8, 0x80..=0xFF_u8], 0..200),
        prefix in prop::sample::select(vec!["", "Bearer", "Bearer ", "bearer  ", "Basic ", "Bearer a.b.c"]),
    ) {
        let value = [prefix.as_bytes(), &bytes].concat();
        let request = Request::builder().uri("/").header("authorization", value).body(Body::empty()).unwrap();
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let answer = runtime.block_on(send(&guarded(), request));
        let expected = [StatusCode::BAD_REQUEST, StatusCode::UNAUTHORIZED, StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE];
        prop_assert!(expected.contains(&answer.status), "{:?}", answer);
    }
}

/// Brackets within brackets, closed again or not.
fn nested(open: &str, middle: &str, close: &str, levels: usize) -> [String; 2] {
    [format!("{}{middle}{}", open.repeat(levels), close.repeat(levels)), open.repeat(levels)]
}

#[test]
fn r_12_deep_nesting_does_not_exhaust_the_stack() {
    const LEVELS: usize = 10_000;
    let jwt = builder().max_token_size(65_536).build().unwrap();
    let (header, claims) = (good_header().to_string(), good_claims().to_string());
    let (header, claims) = (header.strip_suffix('}').unwrap(), claims.strip_suffix('}').unwrap());
    let [lists, open_lists] = nested("[", "", "]", LEVELS);
    let [objects, open_objects] = nested(r#"{"":"#, "0", "}", LEVELS / 2);
    for deep in [&lists, &open_lists, &objects, &open_objects] {
        for name in ["x", "foo", "list", "nested", "sub", "exp", "aud", "scopes", "cnf"] {
            let token = forge_text(format!("{header}}}"), format!(r#"{claims},"{name}":{deep}}}"#));
            assert!(token.len() <= 65_536, "{}", token.len());
            // Who reads no such claim may skip it; nobody who reads it accepts it.
            read(&jwt, &token);
            let map = jwt.verify_access_token::<ClaimMap>(&token);
            assert!(map.is_err(), "{name}");
        }
        for name in ["x", "kid", "jwk", "x5c", "typ"] {
            read(&jwt, &forge_text(format!(r#"{header},"{name}":{deep}}}"#), format!("{claims}}}")));
        }
        read(&jwt, &forge_text(deep, deep));
    }
    let [chain, _] = nested(r#"{"next":"#, "null", "}", 4_000);
    let token = forge_text(format!("{header}}}"), format!(r#"{claims},"nested":{chain}}}"#));
    assert!(matches!(refusal::<Typed>(&jwt, &token), ErrorKind::Token(_)));
}

#[test]
fn r_12_extreme_numbers_are_read_or_refused() {
    let numbers = [
        "0",
        "-0",
        "-1",
        "0.0",
        "-0.0",
        "1e0",
        "1E+2",
        "0.1e1",
        "1e308",
        "1e309",
        "1e400",
        "-1e400",
        "1e-400",
        "1e99999999999",
        "253402300799",
        "253402300800",
        "9223372036854775807",
        "9223372036854775808",
        "18446744073709551615",
        "18446744073709551616",
        "-9223372036854775808",
        "-9223372036854775809",
        "99999999999999999999999999999999999999999",
        "0.00000000000000000000000000000000000000000000000001",
        "1767225600.9999999999999999999999999",
    ];
    let claims = json!({ "sub": "u", "type": "access" }).to_string();
    let claims = claims.strip_suffix('}').unwrap();
    let header = good_header().to_string();
    for number in numbers {
        for name in ["nbf", "iat", "auth_time", "number", "x"] {
            read(&jwt(), &forge_text(&header, format!(r#"{claims},"exp":2000000000,"{name}":{number}}}"#)));
        }
        read(&jwt(), &forge_text(&header, format!(r#"{claims},"exp":{number}}}"#)));
    }
}

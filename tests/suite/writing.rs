//! A payload is written quickly where nothing needs an escape: what comes out is what `serde_json` would have written.

use std::collections::BTreeMap;

use fastjwt::{Builder, jwt_claims};
use proptest::prelude::*;
use serde_json::{Map, Value, json};

use crate::support::{builder, cases, segment_text};

#[jwt_claims]
#[derive(Debug)]
struct Extra {
    text: String,
    list: Vec<String>,
    number: i64,
    maybe: Option<String>,
    names: BTreeMap<String, String>,
    any: Value,
}

/// With quotes, backslashes, controls and letters of all lengths, at all distances from each other.
fn text() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        4 => "[a-z0-9]{0,12}",
        1 => any::<char>().prop_map(String::from),
        1 => proptest::sample::select(&["\"", "\\", "\n", "\u{0}", "\u{1f}", "\u{7f}", "/", "é", "\u{2028}", "🦀"][..]).prop_map(str::to_owned),
    ];
    prop::collection::vec(piece, 0..8).prop_map(|pieces| pieces.concat())
}

fn extra() -> impl Strategy<Value = Extra> {
    let list = || prop::collection::vec(text(), 0..5);
    (text(), list(), any::<i64>(), prop::option::of(text()), list(), text()).prop_map(
        |(text, list, number, maybe, names, any)| Extra {
            text,
            any: json!({ "list": [any, null, number] }),
            names: names.into_iter().map(|name| (name.clone(), name)).collect(),
            list,
            number,
            maybe,
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(cases(300, 20_000)))]

    #[test]
    fn every_text_is_written_as_serde_json_writes_it(
        sub in text(),
        issuer in text(),
        audience in prop::collection::vec(text(), 0..3),
        csrf in prop::option::of(text()),
        scopes in prop::collection::vec("[!#-\\[\\]-~]{1,12}", 0..6),
        is_fresh in any::<bool>(),
        extra in extra(),
    ) {
        let configured = |builder: Builder| builder.issuer(issuer.as_str()).audience(audience.clone());
        let Ok(jwt) = configured(builder()).build() else { return Ok(()) };
        let mut token = jwt.create_access_token(&sub).scopes(&scopes).claims(&extra).csrf(csrf.as_deref());
        if is_fresh {
            token = token.fresh();
        }
        let Ok(token) = token.sign() else { return Ok(()) };
        let written = segment_text(token.as_str(), 1);
        let payload: Map<String, Value> = serde_json::from_str(&written).unwrap();
        let own: Map<String, Value> = serde_json::from_str(&serde_json::to_string(&extra).unwrap()).unwrap();
        let mut expected = vec![("sub", json!(sub)), ("iss", json!(issuer)), ("type", json!("access")), ("fresh", json!(is_fresh))];
        expected.extend(csrf.as_ref().map(|csrf| ("csrf", json!(csrf))));
        expected.extend(own.iter().map(|(name, value)| (name.as_str(), value.clone())));
        if let [one] = audience.as_slice() {
            expected.push(("aud", if payload.get("aud").is_some_and(Value::is_string) { json!(one) } else { json!([one]) }));
        } else if !audience.is_empty() {
            expected.push(("aud", json!(audience)));
        }
        for (name, value) in expected {
            prop_assert_eq!(payload.get(name), Some(&value), "{} in {}", name, written);
        }
        let granted: Vec<&str> = payload.get("scopes").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str).collect();
        prop_assert!(scopes.iter().all(|scope| granted.contains(&scope.as_str())), "{written}");
        // Byte by byte: each member, and nothing between them.
        let mut rest = written.strip_prefix('{').unwrap();
        while rest != "}" {
            rest = rest.strip_prefix(',').unwrap_or(rest);
            let member = payload.iter().find_map(|(name, value)| {
                rest.strip_prefix(&format!("{}:{}", serde_json::to_string(name).unwrap(), serde_json::to_string(value).unwrap()))
            });
            let Some(behind) = member else { return Err(TestCaseError::fail(format!("{rest} in {written}"))) };
            rest = behind;
        }
        prop_assert!(jwt.verify_access_token::<Extra>(token.as_str()).is_ok(), "{written}");
    }
}

//! No extra claim takes a reserved name or another's place, however it is given.

use fastjwt::{ClaimMap, ErrorKind, FastJwt, RESERVED_NAMES, UsageFault, jwt_claims};
use proptest::prelude::*;
use serde_json::{Map, Value, json};

use crate::support::{builder, cases, jwt, segment_text};

#[jwt_claims]
struct Typed {
    foo: u8,
    #[serde(rename = "b\u{e4}r \"\\")]
    bar: u8,
}

const TYPED: Typed = Typed { foo: 1, bar: 2 };

fn map(names: &[&str]) -> ClaimMap {
    names.iter().map(|name| ((*name).to_owned(), json!(1))).collect::<Map<_, _>>().into()
}

/// Why a token with these extra claims can't be issued, or all that it says.
fn issued(jwt: &FastJwt, untyped: &[&str], typed: &[&str]) -> Result<Map<String, Value>, String> {
    let claims = map(typed);
    let mut token = jwt.create_access_token("u").claims(&claims);
    for name in untyped {
        token = token.claim(*name, 1);
    }
    match token.sign() {
        Ok(token) => Ok(serde_json::from_str(&segment_text(token.as_str(), 1)).unwrap()),
        Err(error) => match error.kind() {
            ErrorKind::Usage(UsageFault::CannotIssue(reason)) => Err(reason.clone()),
            other => panic!("another error: {other:?}"),
        },
    }
}

#[test]
fn r_41_the_reserved_names_are_these() {
    let expected = [
        "iss",
        "sub",
        "aud",
        "exp",
        "nbf",
        "iat",
        "jti",
        "type",
        "fresh",
        "csrf",
        "scopes",
        "scope",
        "auth_time",
        "sid",
        "realm",
        "cnf",
        "client_id",
    ];
    assert_eq!(RESERVED_NAMES, expected);
}

#[test]
fn r_41_every_reserved_name_is_refused_by_every_way_in() {
    // With and without the configuration that would write the claim itself.
    let configured = builder().issuer("us").audience(["api"]).build().unwrap();
    for jwt in [jwt(), configured] {
        for name in RESERVED_NAMES {
            let reason = format!("claim `{name}` is reserved: it must not be an extra claim");
            assert_eq!(issued(&jwt, &[name], &[]), Err(reason.clone()));
            assert_eq!(issued(&jwt, &["ok", name], &[]), Err(reason.clone()));
            assert_eq!(issued(&jwt, &[], &["ok", name]), Err(reason.clone()));
            assert_eq!(issued(&jwt, &[name], &[name]), Err(reason));
        }
    }
}

#[test]
fn r_41_a_name_stands_once_whatever_the_order() {
    let jwt = jwt();
    let twice = |name: &str| Err(format!("claim `{name}` is given twice"));
    assert_eq!(issued(&jwt, &["a", "b", "a"], &[]), twice("a"));
    assert_eq!(issued(&jwt, &["a"], &["b", "a"]), twice("a"));
    for name in ["foo", "b\u{e4}r \"\\"] {
        let before = jwt.create_access_token("u").claim(name, 1).claims(&TYPED).sign().unwrap_err();
        let after = jwt.create_access_token("u").claims(&TYPED).claim(name, 1).sign().unwrap_err();
        assert_eq!(before.kind(), after.kind());
        assert!(before.to_string().contains("is given twice"), "{before}");
    }
    // A later error does not hide the first.
    let error = jwt.create_access_token("u").claim("sub", 1).claim("sub", 2).claim("x", f64::NAN).sign().unwrap_err();
    assert!(error.to_string().contains("`sub` is reserved"), "{error}");
}

#[test]
fn r_41_what_only_looks_like_a_reserved_name_is_free() {
    let jwt = jwt();
    let names = [
        "Sub",
        "SUB",
        "sub ",
        " sub",
        "sub\0",
        "s\u{fc}b",
        "\\u0073ub",
        "\\u{73}ub",
        "%73ub",
        "user_id",
        "ex",
        "expo",
        "",
    ];
    let claims = issued(&jwt, &names, &[]).unwrap();
    assert_eq!(issued(&jwt, &[], &names).unwrap().len(), claims.len());
    for name in names {
        assert_eq!(claims[name], 1, "{name:?}");
    }
    assert_eq!(claims["sub"], "u");
}

/// Names: reserved ones, some that nearly are, and any text at all.
fn name() -> impl Strategy<Value = String> {
    let reserved = || proptest::sample::select(RESERVED_NAMES).prop_map(str::to_owned);
    prop_oneof![
        reserved(),
        reserved().prop_map(|name| name.to_uppercase()),
        reserved().prop_map(|name| name.bytes().map(|byte| format!("\\u{byte:04x}")).collect()),
        (reserved(), any::<char>()).prop_map(|(name, more)| format!("{name}{more}")),
        "[a-c]",
        any::<String>(),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(cases(512, 50_000)))]

    /// Either the token can't be issued, for a reserved or a repeated name, or it says exactly what was given beside what
    /// the token says without it.
    #[test]
    fn r_41_extra_claims_never_overwrite_anything(
        untyped in proptest::collection::vec(name(), 0..4),
        typed in proptest::collection::btree_set(name(), 0..4),
    ) {
        let jwt = jwt();
        let untyped: Vec<&str> = untyped.iter().map(String::as_str).collect();
        let typed: Vec<&str> = typed.iter().map(String::as_str).collect();
        let given: Vec<&str> = untyped.iter().chain(&typed).copied().collect();
        let reserved = given.iter().any(|name| RESERVED_NAMES.contains(name));
        let repeated = (1..given.len()).any(|index| given[..index].contains(&given[index]));
        match issued(&jwt, &untyped, &typed) {
            Err(_) => prop_assert!(reserved || repeated),
            Ok(mut claims) => {
                prop_assert!(!reserved && !repeated);
                for name in given {
                    prop_assert_eq!(claims.remove(name), Some(json!(1)));
                }
                let mut plain = issued(&jwt, &[], &[]).unwrap();
                // The id is every token's own.
                claims.remove("jti");
                plain.remove("jti");
                prop_assert_eq!(claims, plain);
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(cases(256, 20_000)))]

    /// What was issued with any names is read back with them.
    #[test]
    fn r_41_free_names_survive_the_round_trip(names in proptest::collection::btree_set(any::<String>(), 0..6)) {
        let jwt = builder().max_token_size(65_536).build().unwrap();
        let names: Vec<&str> = names.iter().map(String::as_str).filter(|name| !RESERVED_NAMES.contains(name)).collect();
        let claims = map(&names);
        let token = jwt.create_access_token("u").claims(&claims).sign().unwrap();
        let payload = jwt.verify_access_token::<ClaimMap>(token.as_str()).unwrap();
        prop_assert!(payload.extra == claims);
    }
}

//! Claims and header members that the configuration gives every token, and that what is given per token comes before.

use fastjwt::{ClaimMap, Claims, FastJwt, NewToken, NoClaims, TokenKind, jwt_claims};
use serde_json::{Map, Value, json};

use crate::support::{builder, segment_text};

#[jwt_claims]
#[derive(Clone)]
struct Origin {
    region: String,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    zone: Option<u8>,
}

fn object(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(object) => object,
        other => panic!("{other}"),
    }
}

fn untyped(jwt: &FastJwt, value: &str) -> Value {
    Value::Object(jwt.verify_access_token::<ClaimMap>(value).unwrap().into_parts().1.into_inner())
}

fn with_defaults() -> FastJwt {
    builder()
        .default_claims(|token| {
            ClaimMap::from(object(json!({ "region": "eu", "zone": 1, "for": token.kind.as_str(), "who": token.sub })))
        })
        .default_header(|token: &NewToken<'_>| json!({ "env": "test", "fresh": token.fresh }))
        .build()
        .unwrap()
}

#[test]
fn every_token_has_them() {
    let jwt = with_defaults();
    let access = jwt.create_access_token("USER_ID").fresh().sign().unwrap();
    assert_eq!(untyped(&jwt, access.as_str()), json!({ "region": "eu", "zone": 1, "for": "access", "who": "USER_ID" }));
    let header: Value = serde_json::from_str(&segment_text(access.as_str(), 0)).unwrap();
    assert_eq!((&header["env"], &header["fresh"]), (&json!("test"), &json!(true)));

    let refresh = jwt.create_refresh_token("USER_ID").sign().unwrap();
    let payload = jwt.verify_refresh_token::<ClaimMap>(refresh.as_str()).unwrap();
    assert_eq!(payload.extra.get("for"), Some(&json!("refresh")));
}

#[test]
fn what_a_token_is_given_counts() {
    let jwt = with_defaults();
    let by_name = jwt.create_access_token("u").claim("region", "us").claim("zone", Value::Null).sign().unwrap();
    assert_eq!(untyped(&jwt, by_name.as_str()), json!({ "region": "us", "zone": null, "for": "access", "who": "u" }));

    let typed = jwt.create_access_token("u").claims(&Origin { region: "us".into(), zone: Some(7) }).sign().unwrap();
    assert_eq!(untyped(&jwt, typed.as_str()), json!({ "region": "us", "zone": 7, "for": "access", "who": "u" }));

    // A claim that the type leaves out is not given.
    let partly = jwt.create_access_token("u").claims(&Origin { region: "us".into(), zone: None }).sign().unwrap();
    assert_eq!(untyped(&jwt, partly.as_str()), json!({ "region": "us", "zone": 1, "for": "access", "who": "u" }));

    // Of a map, too, whose names nobody knows beforehand.
    let map = ClaimMap::from(object(json!({ "who": [1], "other": true })));
    let mapped = jwt.create_access_token("u").claims(&map).sign().unwrap();
    assert_eq!(
        untyped(&jwt, mapped.as_str()),
        json!({ "region": "eu", "zone": 1, "for": "access", "who": [1], "other": true })
    );

    let header = jwt.create_access_token("u").header("env", 5).sign().unwrap();
    let header: Value = serde_json::from_str(&segment_text(header.as_str(), 0)).unwrap();
    assert_eq!((&header["env"], &header["fresh"]), (&json!(5), &json!(false)));
}

#[test]
fn a_typed_default_is_checked_by_its_type() {
    let jwt = builder().default_claims(|_| Origin { region: "eu".into(), zone: None }).build().unwrap();
    let token = jwt.create_access_token("u").claim("other", 1).sign().unwrap();
    assert_eq!(untyped(&jwt, token.as_str()), json!({ "region": "eu", "other": 1 }));
    let nothing = builder().default_claims(|_| NoClaims::default()).build().unwrap();
    let token = nothing.create_access_token("u").sign().unwrap();
    assert_eq!(untyped(&nothing, token.as_str()), json!({}));
}

/// Why no token can be made with these defaults.
fn fault<D: Claims>(claims: impl Fn() -> D + Send + Sync + 'static) -> String {
    let jwt = builder().default_claims(move |_| claims()).build().unwrap();
    jwt.create_access_token("u").sign().unwrap_err().to_string()
}

#[test]
fn r_41_a_default_is_never_a_reserved_claim() {
    for name in fastjwt::RESERVED_NAMES {
        let said = fault(move || ClaimMap::from(object(json!({ *name: "x" }))));
        assert!(said.contains(&format!("`{name}` is reserved")), "{said}");
    }
}

#[test]
fn a_default_that_is_no_json_is_told() {
    #[jwt_claims]
    struct Odd {
        ratio: f64,
    }
    let said = fault(|| Odd { ratio: f64::NAN });
    assert!(said.contains("default claims"), "{said}");
}

#[test]
fn a_default_header_member_has_no_meaning_of_its_own() {
    for (name, value) in [("alg", json!("none")), ("kid", json!("x")), ("typ", json!("x")), ("crit", json!(["x"]))] {
        let members = json!({ name: value });
        let jwt = builder().default_header(move |_| members.clone()).build().unwrap();
        let said = jwt.create_access_token("u").sign().unwrap_err().to_string();
        assert!(said.contains(&format!("default header member `{name}`")), "{said}");
    }
    let jwt = builder().default_header(|_| [1, 2]).build().unwrap();
    let said = jwt.create_access_token("u").sign().unwrap_err().to_string();
    assert!(said.contains("must be written as a JSON object"), "{said}");
    // A map without members is the usual header.
    let jwt = builder().default_header(|_| json!({})).build().unwrap();
    let token = jwt.create_access_token("u").sign().unwrap();
    assert!(jwt.verify_access_token::<NoClaims>(token.as_str()).is_ok());
}

#[test]
fn the_callback_sees_what_the_token_is() {
    let jwt = builder()
        .default_claims(|token| {
            assert_eq!((token.kind, token.sub, token.fresh), (TokenKind::Access, "u", true));
            ClaimMap::from(object(json!({ "count": token.scopes.len() })))
        })
        .build()
        .unwrap();
    let token = jwt.create_access_token("u").scopes(["a", "b"]).fresh().sign().unwrap();
    assert_eq!(untyped(&jwt, token.as_str()), json!({ "count": 2 }));
}

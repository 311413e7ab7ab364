//! The bytes of a token's payload, signed with the right key, into no claims, a type with everything, and `ClaimMap`: what is
//! accepted says what any reader of JSON sees, names nothing twice that is read, and comes back from a token made of it.
#![no_main]

use std::{collections::BTreeMap, fmt::Debug, sync::LazyLock, time::SystemTime};

use fastjwt::{
    ClaimMap, ClaimNames, Claims, ErrorKind, FastJwt, Freshness, NoClaims, RESERVED_NAMES, RegisteredClaims,
    TokenFault, TokenKind, TokenPayload, claim_value, danger, jwt_claims,
};
use fastjwt_fuzz::{
    json::{Object, same},
    support::{NOW, builder, forge_text, jwt},
};
use libfuzzer_sys::fuzz_target;
use serde_json::{Value, json};

#[jwt_claims]
#[derive(Debug, Clone)]
struct Typed {
    name: Option<String>,
    #[serde(rename = "displayName")]
    display_name: Option<String>,
    count: Option<u64>,
    small: Option<i8>,
    ratio: Option<f64>,
    flag: Option<bool>,
    #[serde(default)]
    list: Vec<i64>,
    #[serde(default)]
    limits: BTreeMap<String, u64>,
    role: Option<Role>,
    nested: Option<Nested>,
    anything: Option<Value>,
    #[serde(flatten)]
    address: Address,
    #[serde(flatten)]
    badge: Option<Badge>,
}

#[claim_value]
#[derive(Debug, Clone)]
#[serde(rename_all = "snake_case")]
enum Role {
    Admin,
    Member { team: String },
    Level(u8),
    Pair(u8, bool),
}

#[claim_value]
#[derive(Debug, Clone)]
struct Nested {
    next: Option<Box<Nested>>,
    label: Option<String>,
    map: Option<BTreeMap<String, Value>>,
}

#[jwt_claims]
#[derive(Debug, Clone)]
struct Address {
    city: Option<String>,
    zip_code: Option<u32>,
}

#[jwt_claims]
#[derive(Debug, Clone)]
struct Badge {
    badge_id: u32,
    badge_text: Option<String>,
}

/// The registered names that are read.
const READ: [&str; 16] = [
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
    "auth_time",
    "sid",
    "realm",
    "scope",
    "client_id",
];

static VERIFIER: LazyLock<FastJwt> = LazyLock::new(jwt);

/// Takes what the verifier takes and what is written longer than it was read.
static ISSUER: LazyLock<FastJwt> =
    LazyLock::new(|| builder().max_token_size(65_536).build().expect("a good configuration"));

/// Verifies as both kinds of token; at most one of them is accepted, and what reads without verifying sees the same.
fn verify<C: Claims>(token: &str) -> Result<TokenPayload<C>, TokenFault> {
    let access = VERIFIER.verify_access_token::<C>(token);
    let refresh = VERIFIER.verify_refresh_token::<C>(token);
    assert!(access.is_err() || refresh.is_err());
    let unverified = danger::decode_unverified::<C>(token);
    let verified = match &access {
        Err(error) if matches!(error.kind(), ErrorKind::Token(TokenFault::WrongKind { .. })) => refresh,
        _ => access,
    };
    match verified {
        Ok(payload) => {
            let unverified = unverified.expect("what verifies can be read");
            assert_eq!((unverified.sub, unverified.exp), (Some(payload.sub.clone()), Some(payload.exp)));
            Ok(payload)
        }
        Err(error) => match error.kind() {
            ErrorKind::Token(fault) => Err(fault.clone()),
            other => panic!("{other:?}"),
        },
    }
}

/// The registered claims are what the payload says.
fn check_registered<C: Claims>(claims: &RegisteredClaims<C>, said: &Object<'_>) {
    let text = |name: &str| said.value(name).and_then(|value| value.as_str().map(str::to_owned));
    let number = |name: &str| said.value(name).and_then(|value| value.as_f64());
    let repeated = said.repeated();
    assert!(!READ.iter().any(|name| repeated.contains(name)), "{repeated:?}");
    assert_eq!(Some(&claims.sub), text("sub").as_ref());
    assert!((1..=255).contains(&claims.sub.len()));
    let kind = text("type");
    assert_eq!(kind.as_deref(), Some(if claims.kind == TokenKind::Access { "access" } else { "refresh" }));
    let seconds = |moment| {
        SystemTime::from(moment).duration_since(SystemTime::UNIX_EPOCH).expect("not before the epoch").as_secs_f64()
    };
    for (name, moment) in
        [("exp", Some(claims.exp)), ("nbf", claims.nbf), ("iat", claims.iat), ("auth_time", claims.auth_time)]
    {
        assert_eq!(moment.is_some(), said.has(name), "{name}");
        if let Some(moment) = moment {
            let number = number(name).expect("it is a number");
            assert!((seconds(moment) - number).abs() < 1e-3, "{name}: {moment} is {number}");
        }
    }
    let now = NOW as f64;
    assert!(number("exp").is_some_and(|exp| exp + 10.0 > now));
    assert!(["nbf", "iat"].into_iter().all(|name| number(name).is_none_or(|start| start < now + 11.0)));
    for (name, value) in [
        ("iss", &claims.iss),
        ("jti", &claims.jti),
        ("csrf", &claims.csrf),
        ("sid", &claims.sid),
        ("client_id", &claims.client_id),
    ] {
        assert_eq!((value, said.has(name)), (&text(name), value.is_some()), "{name}");
    }
    match claims.fresh {
        Freshness::Until(end) => {
            let number = number("fresh").expect("it is a number");
            assert!((seconds(end) - number).abs() < 1e-3, "fresh: {end} is {number}");
        }
        fresh => {
            let said = said.value("fresh").map(|fresh| fresh.as_bool().expect("it is a bool"));
            assert_eq!(fresh == Freshness::Fresh, said.unwrap_or(false));
        }
    }
    assert_eq!(json!(claims.scopes), said.value("scopes").unwrap_or_else(|| json!([])));
    assert!(!said.has("aud") && !said.has("realm"), "no audience and no realm is configured");
    assert!(!said.has("cnf"), "a bearer shows no key");
}

/// Claims come back from a token that is made of them.
fn check_round_trip<C: Claims + Debug>(payload: &TokenPayload<C>) {
    let Ok(token) = ISSUER.create_access_token(&payload.sub).claims(&payload.extra).sign() else {
        let extra = value(&payload.extra).to_string();
        assert!(
            extra.contains("$serde_json::private::"),
            "what was read can be issued, but for a name that serde_json keeps: {extra}"
        );
        return;
    };
    let again = ISSUER.verify_access_token::<C>(token.as_str()).expect("what was issued verifies");
    assert_eq!(again.sub, payload.sub);
    assert!(same(&value(&again.extra), &value(&payload.extra)), "{:?} is not {:?}", again.extra, payload.extra);
}

fn value<C: Claims>(extra: &C) -> Value {
    serde_json::to_value(extra).expect("claims are JSON")
}

fn check_map(payload: &TokenPayload<ClaimMap>, said: &Object<'_>) {
    let extra: Vec<_> = said.members.iter().filter(|(name, _)| !RESERVED_NAMES.contains(&name.as_str())).collect();
    assert_eq!(extra.len(), payload.extra.len(), "nothing twice, nothing left out");
    for (name, _) in extra {
        assert!(!said.repeats_below.contains(name), "`{name}` names something twice");
        assert_eq!(said.value(name).as_ref(), payload.extra.get(name), "{name}");
    }
}

fn check_typed(payload: &TokenPayload<Typed>, said: &Object<'_>) {
    let repeated = said.repeated();
    let written = value(&payload.extra);
    for name in Typed::NAMES.iter() {
        assert!(!repeated.contains(name), "{name} stands twice");
        let claim = written.get(name).unwrap_or(&Value::Null);
        match said.value(name) {
            Some(said) => assert!(covers(claim, &said), "{name}: {claim} is not {said}"),
            None => {
                assert!(!said.has(name), "{name} was read, though it can't be");
                assert!(matches!(claim, Value::Null) || *claim == json!([]) || *claim == json!({}), "{name}: {claim}");
            }
        }
    }
    // Nobody takes notice of other names in a struct, but these are read in full.
    for name in ["limits", "anything"] {
        assert!(!said.repeats_below.contains(name), "{name} names something twice");
    }
    let address = &payload.address;
    assert_eq!(json!(address.city), said.value("city").unwrap_or_default());
    assert_eq!(json!(address.zip_code), said.value("zip_code").unwrap_or_default());
    assert_eq!(payload.badge.is_some(), said.has("badge_id"));
    assert!(payload.badge.is_some() || !said.has("badge_text"));
}

/// Whether what was read is what the token says; a struct leaves out the members that it does not have.
fn covers(read: &Value, said: &Value) -> bool {
    match (read, said) {
        (Value::Object(read), Value::Object(said)) => read.iter().all(|(name, value)| match said.get(name) {
            Some(said) => covers(value, said),
            None => value.is_null(),
        }),
        // A struct may be written as the list of its fields.
        (Value::Object(read), Value::Array(_)) => read.len() <= 3,
        // A unit variant may be written like one with content.
        (Value::String(read), Value::Object(said)) => said.len() == 1 && said.get(read).is_some_and(Value::is_null),
        _ => same(read, said),
    }
}

fuzz_target!(|payload: &[u8]| {
    let token = forge_text(r#"{"alg":"HS256","typ":"JWT"}"#, payload);
    if token.len() > 8 * 1024 {
        return;
    }
    let said = str::from_utf8(payload).ok().and_then(Object::read);
    let (none, map, typed) = (verify::<NoClaims>(&token), verify::<ClaimMap>(&token), verify::<Typed>(&token));
    let Ok(none) = none else {
        assert!(map.is_err() && typed.is_err(), "who reads more is not more easily content");
        return;
    };
    let said = said.expect("an accepted payload is an object");
    check_registered(&none, &said);
    match map {
        Ok(payload) => {
            check_registered(&payload, &said);
            check_map(&payload, &said);
            check_round_trip(&payload);
        }
        Err(fault) => assert!(matches!(fault, TokenFault::Claims(_)), "{fault}"),
    }
    match typed {
        Ok(payload) => {
            check_registered(&payload, &said);
            check_typed(&payload, &said);
            check_round_trip(&payload);
        }
        Err(fault) => assert!(matches!(fault, TokenFault::Claims(_)), "{fault}"),
    }
});

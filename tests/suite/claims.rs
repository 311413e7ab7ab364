//! What a signed token must say to be believed: types of claims, issuer, audience, type, kind and subject (R-29, R-30, R-35 to R-39).

use std::{collections::HashSet, time::Duration};

use fastjwt::{Builder, ClaimFault, ErrorKind, FastJwt, HeaderFault, NoClaims, Policy, TokenFault, TokenKind};
use serde_json::{Value, json};

use crate::support::{
    NOW, builder, cases, forge, forge_claims, forge_text, good_claims, good_header, jwt, spoil_signature,
};

/// What is wrong with an access token; `None` if nothing is.
pub fn fault(jwt: &FastJwt, token: &str) -> Option<TokenFault> {
    match jwt.verify_access_token::<NoClaims>(token) {
        Ok(_) => None,
        Err(error) => match error.kind() {
            ErrorKind::Token(fault) => Some(fault.clone()),
            other => panic!("not the token's fault: {other:?}"),
        },
    }
}

/// The good claims with these in their place.
pub fn with(changes: &Value) -> Value {
    let mut claims = good_claims();
    claims.as_object_mut().unwrap().extend(changes.as_object().unwrap().clone());
    claims
}

fn without(claim: &str) -> Value {
    let mut claims = good_claims();
    claims.as_object_mut().unwrap().remove(claim);
    claims
}

pub fn wrong_type(claim: &'static str) -> Option<TokenFault> {
    Some(TokenFault::Claims(ClaimFault::WrongType(Some(claim))))
}

fn missing(claim: &'static str) -> Option<TokenFault> {
    Some(TokenFault::Claims(ClaimFault::Missing(Some(claim))))
}

/// A payload text whose member `claim` is this JSON text, for values that a `Value` can't hold.
fn payload_with(claim: &str, text: &str) -> String {
    let mut members = vec![format!(r#""{claim}":{text}"#)];
    for (name, value) in good_claims().as_object().unwrap() {
        if name != claim {
            members.push(format!(r#""{name}":{value}"#));
        }
    }
    format!("{{{}}}", members.join(","))
}

pub fn forge_member(claim: &str, text: &str) -> String {
    forge_text(good_header().to_string(), payload_with(claim, text))
}

#[test]
fn r_29_a_bad_signature_is_told_before_anything_about_the_claims() {
    let jwt = builder().issuer("us").audience(["here"]).build().unwrap();
    let bad_claims = [
        with(&json!({ "exp": 1 })),
        with(&json!({ "exp": null })),
        with(&json!({ "nbf": NOW + 1000, "iat": NOW + 1000 })),
        with(&json!({ "iss": "them" })),
        with(&json!({ "aud": ["there"] })),
        with(&json!({ "realm": "staff" })),
        with(&json!({ "type": "refresh" })),
        with(&json!({ "sub": "" })),
        json!({}),
        json!([]),
    ];
    for claims in bad_claims {
        let token = spoil_signature(&forge_claims(&claims));
        assert_eq!(fault(&jwt, &token), Some(TokenFault::BadSignature), "{claims}");
    }
}

/// What a cell of the table below comes to.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Cell {
    Good,
    WrongType,
    OtherIssuer,
    OtherAudience,
}

#[test]
fn r_30_twelve_json_types_in_seven_claims() {
    use Cell::{Good, OtherAudience, OtherIssuer, WrongType};
    // The issuer and the audience are a number's text, so that a string and a number of the same look meet.
    let word = (NOW + 5).to_string();
    let jwt = builder().issuer(&word).audience([&word]).build().unwrap();
    let claims = ["iss", "sub", "aud", "exp", "nbf", "iat", "jti"];
    let none = [WrongType; 7];
    let moment = [WrongType, WrongType, WrongType, Good, Good, Good, WrongType];
    let table: [(String, [Cell; 7]); 12] = [
        ("null".into(), none),
        ("true".into(), none),
        ("false".into(), none),
        (word.clone(), moment),
        (format!("{word}.5"), moment),
        ("-1".into(), none),
        ("1e400".into(), none),
        (format!(r#""{word}""#), [Good, Good, Good, WrongType, WrongType, WrongType, Good]),
        (r#""""#.into(), [OtherIssuer, WrongType, OtherAudience, WrongType, WrongType, WrongType, Good]),
        ("[]".into(), [WrongType, WrongType, OtherAudience, WrongType, WrongType, WrongType, WrongType]),
        (format!("[{word}]"), none),
        ("{}".into(), none),
    ];
    for (text, cells) in &table {
        for (claim, cell) in claims.into_iter().zip(cells) {
            // The other claims are right, so that only the one in question can be refused.
            let mut payload = payload_with(claim, text);
            for name in ["iss", "aud"].into_iter().filter(|name| *name != claim) {
                payload = payload.replacen('{', &format!(r#"{{"{name}":"{word}","#), 1);
            }
            let expected = match cell {
                Good => None,
                WrongType => wrong_type(claim),
                OtherIssuer => Some(TokenFault::WrongIssuer),
                OtherAudience => Some(TokenFault::WrongAudience),
            };
            let token = forge_text(good_header().to_string(), &payload);
            assert_eq!(fault(&jwt, &token), expected, "{payload}");
        }
    }
}

#[test]
fn r_30_the_claims_of_our_own_have_their_types_too() {
    let jwt = jwt();
    let table = [
        ("type", r#""access""#, true),
        ("fresh", "true", true),
        ("fresh", "17.5", true),
        ("scopes", r#"["a","b"]"#, true),
        ("auth_time", "17", true),
        ("sid", r#""s""#, true),
        ("csrf", r#""c""#, true),
        ("realm", r#""staff""#, false),
    ];
    for (claim, good, accepted) in table {
        assert_eq!(fault(&jwt, &forge_member(claim, good)).is_none(), accepted, "{claim}: {good}");
        for text in ["null", "true", "-1", "1e400", "17", r#""x""#, "[]", "[null]", "[1]", "{}"] {
            let fits = match claim {
                "type" | "sid" | "csrf" | "realm" => text.starts_with('"'),
                "fresh" => text == "true" || text == "17",
                "scopes" => text == "[]",
                _ => text == "17",
            };
            let told = fault(&jwt, &forge_member(claim, text));
            assert_eq!(told == wrong_type(claim), !fits || claim == "type", "{claim}: {text}: {told:?}");
        }
    }
}

#[test]
fn r_30_an_absent_end_is_refused_for_both_kinds() {
    let jwt = jwt();
    assert_eq!(fault(&jwt, &forge_claims(&without("exp"))), missing("exp"));
    let mut refresh = without("exp");
    refresh["type"] = json!("refresh");
    let error = jwt.verify_refresh_token::<NoClaims>(&forge_claims(&refresh)).unwrap_err();
    assert_eq!(error.kind(), &ErrorKind::Token(missing("exp").unwrap()));
}

#[test]
fn r_30_absent_claims_that_may_be_absent() {
    let jwt = jwt();
    for claim in ["nbf", "iat", "jti", "fresh"] {
        assert_eq!(fault(&jwt, &forge_claims(&without(claim))), None, "{claim}");
    }
    assert_eq!(fault(&jwt, &forge_claims(&without("sub"))), missing("sub"));
    assert_eq!(fault(&jwt, &forge_claims(&without("type"))), missing("type"));
}

/// A configuration that demands this issuer and this audience.
fn strict() -> Builder {
    builder().issuer("https://issuer.example").audience(["api", "web"])
}

#[test]
fn r_35_configured_issuer_must_be_exact() {
    let jwt = builder().issuer("https://issuer.example").build().unwrap();
    let issued_by = |iss: &Value| fault(&jwt, &forge_claims(&with(&json!({ "iss": iss }))));
    assert_eq!(issued_by(&json!("https://issuer.example")), None);
    assert_eq!(fault(&jwt, &forge_claims(&good_claims())), Some(TokenFault::WrongIssuer));
    let others = [
        "",
        "https://issuer",
        "issuer.example",
        "https://issuer.example/",
        "https://issuer.example.org",
        "HTTPS://issuer.example",
        " https://issuer.example",
        "https://issuer.example ",
        "https://issuer.example\0",
        "xhttps://issuer.example",
        "*",
    ];
    for other in others {
        assert_eq!(issued_by(&json!(other)), Some(TokenFault::WrongIssuer), "{other:?}");
    }
    // A list that holds it is not it.
    assert_eq!(issued_by(&json!(["https://issuer.example"])), wrong_type("iss"));
    // Where none is configured none is demanded.
    assert_eq!(fault(&self::jwt(), &forge_claims(&with(&json!({ "iss": "anybody" })))), None);
}

#[test]
fn r_36_a_configured_audience_must_be_named() {
    let jwt = strict().build().unwrap();
    let wrong = Some(TokenFault::WrongAudience);
    let table = [
        (json!("api"), None),
        (json!(["api"]), None),
        (json!(["other", "web"]), None),
        (json!(["api", "api"]), None),
        (json!([]), wrong.clone()),
        (json!(""), wrong.clone()),
        (json!("ap"), wrong.clone()),
        (json!("apis"), wrong.clone()),
        (json!("API"), wrong.clone()),
        (json!("api web"), wrong.clone()),
        (json!(["other"]), wrong.clone()),
        (json!(["ap", "i"]), wrong.clone()),
        (json!(["api", 1]), wrong_type("aud")),
        (json!(["api", null]), wrong_type("aud")),
        (json!([["api"]]), wrong_type("aud")),
        (json!({ "api": true }), wrong_type("aud")),
        (json!(null), wrong_type("aud")),
    ];
    for (aud, expected) in table {
        let token = forge_claims(&with(&json!({ "iss": "https://issuer.example", "aud": aud })));
        assert_eq!(fault(&jwt, &token), expected, "{aud}");
    }
    let absent = forge_claims(&with(&json!({ "iss": "https://issuer.example" })));
    assert_eq!(fault(&jwt, &absent), wrong);
}

#[test]
fn r_36_a_token_for_somebody_is_not_for_nobody_in_particular() {
    for aud in [json!("api"), json!(["api"]), json!([]), json!("")] {
        let token = forge_claims(&with(&json!({ "aud": aud })));
        assert_eq!(fault(&jwt(), &token), Some(TokenFault::WrongAudience), "{aud}");
    }
}

#[test]
fn r_37_the_type_of_the_whole_token() {
    let jwt = jwt();
    let of_type = |typ: Value| {
        let mut header = good_header();
        header["typ"] = typ;
        fault(&jwt, &forge(&header, &good_claims()))
    };
    for typ in ["JWT", "jwt", "Jwt", "at+jwt", "AT+JWT", "application/at+jwt", "Application/AT+jwt"] {
        assert_eq!(of_type(json!(typ)), None, "{typ}");
    }
    assert_eq!(fault(&jwt, &forge(&json!({ "alg": "HS256" }), &good_claims())), None);
    let others = [
        "",
        "JWS",
        "JOSE",
        "JWT ",
        "application/jwt",
        "at+jwt;x=y",
        "rt+jwt",
        "dpop+jwt",
        "logout+jwt",
        "id+jwt",
        "secevent+jwt",
    ];
    for typ in others {
        assert_eq!(of_type(json!(typ)), Some(TokenFault::Header(HeaderFault::WrongTyp)), "{typ}");
    }
    for typ in [json!(null), json!(1), json!(true), json!(["JWT"]), json!({})] {
        assert_eq!(of_type(typ.clone()), Some(TokenFault::Header(HeaderFault::WrongType)), "{typ}");
    }
}

#[test]
fn r_37_an_untyped_or_otherwise_typed_token_is_no_kind() {
    let jwt = jwt();
    for kind in ["", "Access", "ACCESS", "access ", "refresh_token", "id", "bearer"] {
        let token = forge_claims(&with(&json!({ "type": kind })));
        for policy in [Policy::access(), Policy::fresh(), Policy::refresh()] {
            let error = jwt.verify::<NoClaims>(&token, &policy).unwrap_err();
            assert_eq!(error.kind(), &ErrorKind::Token(wrong_type("type").unwrap()), "{kind:?}");
        }
    }
}

#[test]
fn r_38_every_kind_against_every_demand() {
    let jwt = jwt();
    let wrong = |expected| Some(ErrorKind::Token(TokenFault::WrongKind { expected }));
    let not_fresh = Some(ErrorKind::Token(TokenFault::NotFresh { max_age: Duration::ZERO }));
    let (access, refresh) = (TokenKind::Access, TokenKind::Refresh);
    // A forged refresh token that calls itself fresh is none the less a refresh token.
    let table = [
        ("access", false, [None, not_fresh, wrong(refresh)]),
        ("access", true, [None, None, wrong(refresh)]),
        ("refresh", false, [wrong(access), wrong(access), None]),
        ("refresh", true, [wrong(access), wrong(access), None]),
    ];
    for (kind, fresh, expected) in table {
        let token = forge_claims(&with(&json!({ "type": kind, "fresh": fresh })));
        for (policy, expected) in [Policy::access(), Policy::fresh(), Policy::refresh()].into_iter().zip(expected) {
            // What lets a request without a token in changes nothing for one that has a token.
            for policy in [policy, policy.optional()] {
                let told = jwt.verify::<NoClaims>(&token, &policy).err().map(|error| error.kind().clone());
                assert_eq!(told, expected, "{kind}, fresh: {fresh}, {policy:?}");
            }
        }
    }
}

#[test]
fn r_39_a_subject_has_1_to_255_bytes() {
    let jwt = jwt();
    for (sub, fits) in [
        ("x".to_owned(), true),
        ("x".repeat(255), true),
        ("x".repeat(256), false),
        ("é".repeat(127), true),
        // 128 characters, 256 bytes.
        ("é".repeat(128), false),
        (String::new(), false),
    ] {
        let expected = if fits { None } else { wrong_type("sub") };
        assert_eq!(fault(&jwt, &forge_claims(&with(&json!({ "sub": sub })))), expected, "{} bytes", sub.len());
        assert_eq!(jwt.create_access_token(&sub).sign().is_ok(), fits, "{} bytes", sub.len());
    }
}

#[test]
fn r_39_every_token_has_an_id_of_its_own() {
    let jwt = jwt();
    let count = cases(20_000, 1_000_000) as usize;
    let ids: HashSet<u128> = (0..count)
        .map(|number| {
            let id = if number % 2 == 0 {
                let token = jwt.create_access_token("u").sign().unwrap();
                jwt.verify_access_token::<NoClaims>(token.as_str()).unwrap().jti.clone()
            } else {
                let token = jwt.create_refresh_token("u").sign().unwrap();
                jwt.verify_refresh_token::<NoClaims>(token.as_str()).unwrap().jti.clone()
            };
            bits(&id.unwrap())
        })
        .collect();
    assert_eq!(ids.len(), count);
    // Every one of the 128 bits is drawn: each is set in some ids and clear in others.
    assert_eq!(ids.iter().fold(0, |all, id| all | id), u128::MAX);
    assert_eq!(ids.iter().fold(u128::MAX, |all, id| all & id), 0);
}

/// An id is the base64url text of exactly 128 bits.
fn bits(id: &str) -> u128 {
    use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};
    let bytes = BASE64_URL_SAFE_NO_PAD.decode(id).unwrap();
    u128::from_be_bytes(bytes.try_into().unwrap())
}

//! Nothing of a request or a token gets into an answer or an error's text, and every challenge is well-formed (R-48, R-49).

use std::sync::{Arc, Mutex};

use axum::{
    Router,
    body::Body,
    http::{HeaderValue, Request},
};
use fastjwt::Refusal;
use proptest::prelude::*;
use serde_json::json;

use crate::{
    http::app,
    support::{Answer, NOW, builder, cases, forge, forge_text, jwt, send, spoil_signature},
};

/// What is looked for in answers: no message of ours holds it.
const MARK: &str = "Zq7Zq";

/// The members of a challenge after its scheme and one space, by the grammar of RFC 9110 section 11.6.1 with quoted values
/// only; `None` if it is anything else.
fn parse_challenge(text: &str) -> Option<Vec<(&str, &str)>> {
    let mut rest = text.strip_prefix("Bearer ")?;
    let mut members = Vec::new();
    loop {
        let (name, after) = rest.split_once("=\"")?;
        let (value, after) = after.split_once('"')?;
        // RFC 6750 section 3: %x20-21 / %x23-5B / %x5D-7E.
        let is_plain = value.bytes().all(|byte| matches!(byte, 0x20..=0x21 | 0x23..=0x5B | 0x5D..=0x7E));
        let is_name = !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_');
        if !is_plain || !is_name || members.iter().any(|(given, _)| *given == name) {
            return None;
        }
        members.push((name, value));
        match after {
            "" => return Some(members),
            _ => rest = after.strip_prefix(", ")?,
        }
    }
}

#[test]
fn the_challenge_parser_is_strict() {
    assert_eq!(parse_challenge(r#"Bearer realm="a", error="b""#), Some(vec![("realm", "a"), ("error", "b")]));
    for bad in [
        r#"Bearer realm="a", realm="b""#,
        r#"Bearer realm="a"x"#,
        r#"Bearer realm="a\""#,
        "Bearer realm=a",
        "Bearer",
        r#"Bearer realm="a","#,
    ] {
        assert_eq!(parse_challenge(bad), None, "{bad}");
    }
}

/// A service whose responder keeps what it is told, and gives the usual answer.
fn listening() -> (Router, Arc<Mutex<String>>) {
    let log = Arc::new(Mutex::new(String::new()));
    let listener = Arc::clone(&log);
    let jwt = builder()
        .issuer("us")
        .responder(move |refusal: &Refusal| {
            // The text of the error is what the log gets.
            *listener.lock().unwrap() = format!("{} {0:?} {:?}", refusal.error(), refusal);
            refusal.response()
        })
        .build()
        .unwrap();
    (app(jwt), log)
}

fn ask(app: &Router, values: &[HeaderValue]) -> Answer {
    let mut request = Request::builder().uri("/me");
    for value in values {
        request = request.header("authorization", value);
    }
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    runtime.block_on(send(app, request.body(Body::empty()).unwrap()))
}

/// Text that would break out of a header, a quoted string or JSON, with [`MARK`] in it.
fn hostile() -> impl Strategy<Value = String> {
    let breaker = prop_oneof![
        Just("\r\nset-cookie: a=b\r\n\r\n".to_owned()),
        Just("\", error=\"none".to_owned()),
        Just("\\\"\\".to_owned()),
        Just("\",\"x\":\"".to_owned()),
        Just("\0\u{7f}\u{85}\u{2028}".to_owned()),
        Just("`".to_owned()),
        any::<String>(),
    ];
    (breaker.clone(), breaker).prop_map(|(before, after)| format!("{before}{MARK}{after}"))
}

fn assert_says_nothing(answer: &Answer, log: &str) -> Result<(), TestCaseError> {
    prop_assert!(matches!(answer.status.as_u16(), 400 | 401 | 431), "{:?}", answer);
    if let Some(challenge) = answer.headers.get("www-authenticate") {
        let members = parse_challenge(challenge.to_str().unwrap());
        prop_assert!(members.is_some(), "{:?}", challenge);
        prop_assert_eq!(members.unwrap()[0], ("realm", "api"));
    }
    let shown = format!("{:?} {} {log}", answer.headers, answer.body);
    prop_assert!(!shown.contains(MARK), "{}", shown);
    let body: serde_json::Value = serde_json::from_str(&answer.body).unwrap();
    let message = body["message"].as_str().unwrap();
    prop_assert!(message.bytes().all(|byte| matches!(byte, 0x20..=0x21 | 0x23..=0x5B | 0x5D..=0x7E)));
    prop_assert_eq!(answer.headers.len(), 2 + usize::from(answer.challenge().is_some()));
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(cases(256, 20_000)))]

    /// Hostile text in place of credentials.
    #[test]
    fn r_48_no_byte_of_the_credentials_gets_out(scheme in "(Bearer |bearer  |Bearer|Basic |)", text in hostile(), twice in any::<bool>()) {
        // A server hands on no line breaks; the rest can stand in a header.
        let bytes: Vec<u8> = format!("{scheme}{text}").into_bytes().into_iter().filter(|byte| *byte >= b' ' && *byte != 0x7f).collect();
        let value = HeaderValue::from_bytes(&bytes).unwrap();
        let (app, log) = listening();
        let answer = ask(&app, &vec![value; 1 + usize::from(twice)]);
        assert_says_nothing(&answer, &log.lock().unwrap())?;
    }

    /// Hostile text in every part of a token that is well signed, and of one that is not.
    #[test]
    fn r_48_no_byte_of_a_token_gets_out(text in hostile(), place in 0_usize..24, spoiled in any::<bool>()) {
        let mut header = json!({ "alg": "HS256", "typ": "JWT" });
        let mut claims = json!({ "iss": "us", "sub": "USER_ID", "exp": NOW - 100, "type": "access" });
        let text_value = json!(text);
        match place {
            0 => header["alg"] = text_value.clone(),
            1 => header["typ"] = text_value.clone(),
            2 => header["kid"] = text_value.clone(),
            3 => header["crit"] = json!([&text]),
            4 => header["jku"] = text_value.clone(),
            5 => header[text.as_str()] = json!(1),
            6 => claims["iss"] = text_value.clone(),
            7 => claims["sub"] = text_value.clone(),
            8 => claims["aud"] = json!([&text]),
            9 => claims["exp"] = text_value.clone(),
            10 => claims["nbf"] = text_value.clone(),
            11 => claims["type"] = text_value.clone(),
            12 => claims["realm"] = text_value.clone(),
            13 => claims["scopes"] = text_value.clone(),
            14 => claims["fresh"] = text_value.clone(),
            15 => claims["jti"] = json!({ text.as_str(): 1 }),
            16 => claims["sid"] = json!([&text]),
            17 => claims["sub"] = json!({ text.as_str(): 1 }),
            18 => claims[text.as_str()] = json!(1),
            _ => {}
        }
        let token = match place {
            19 => forge_text(header.to_string(), &text),
            20 => forge_text(&text, claims.to_string()),
            // Twice the same member.
            21 => forge_text(header.to_string(), format!(r#"{{"sub":{text_value},"sub":{text_value}}}"#)),
            22 => forge_text(format!(r#"{{"alg":{text_value},"alg":1}}"#), claims.to_string()),
            23 => forge_text(header.to_string(), format!("{claims}{text_value}")),
            _ => forge(&header, &claims),
        };
        let token = if spoiled { spoil_signature(&token) } else { token };
        let (app, log) = listening();
        let answer = ask(&app, &[HeaderValue::try_from(format!("Bearer {token}")).unwrap()]);
        assert_says_nothing(&answer, &log.lock().unwrap())?;
        prop_assert_eq!(answer.status.as_u16(), if token.len() > 8192 { 431 } else { 401 });
    }

    /// Hostile names of claims that a service reads into a map: a repeated one is an error of its own.
    #[test]
    fn r_48_no_name_of_an_untyped_claim_gets_out(name in hostile()) {
        let name = json!(name);
        let payload = format!(r#"{{"sub":"u","exp":{},"type":"access",{name}:1,{name}:2}}"#, NOW + 9);
        let token = forge_text(r#"{"alg":"HS256"}"#, payload);
        let error = jwt().verify_access_token::<fastjwt::ClaimMap>(&token).unwrap_err();
        let shown = format!("{error} {error:?}");
        prop_assert!(!shown.contains(MARK), "{}", shown);
    }
}

//! How often the two roads ask for memory: it is what they cost beside the signature.

use fastjwt::{FastJwt, NoClaims, Policy, jwt_claims};
use serde_json::json;

use crate::{
    counting::allocations,
    logs::Log,
    support::{NOW, builder, encode, forge, jwt, sign_segments},
};

#[jwt_claims]
struct Profile {
    name: String,
    age: u8,
    groups: Vec<String>,
}

fn profile() -> Profile {
    Profile { name: "A. Person".to_owned(), age: 22, groups: vec!["staff".to_owned(), "admins".to_owned()] }
}

/// Verifies a token that is good, and says how often memory was asked for.
fn verifying(jwt: &FastJwt, token: &str) -> usize {
    // The first time prepares what is made once a process.
    jwt.verify_access_token::<Profile>(token).unwrap();
    let (made, payload) = allocations(|| jwt.verify_access_token::<Profile>(token));
    assert_eq!(payload.unwrap().age, 22);
    made.times
}

#[test]
fn verifying_allocates_three_times_more_than_the_payload_owns_strings_and_lists() {
    let jwt_alone = jwt();
    let profile = profile();
    // sub, jti; name, groups and its two members.
    let plain = jwt_alone.create_access_token("USER_ID").claims(&profile).sign().unwrap();
    let times = verifying(&jwt_alone, plain.as_str());
    assert!(times <= 6 + 3, "{times}");

    let jwt = builder().issuer("https://issuer.example").audience(["a", "b"]).build().unwrap();
    let full =
        jwt.create_access_token("USER_ID").claims(&profile).scopes(["read", "write", "admin"]).fresh().sign().unwrap();
    // And iss, aud and its two members, scopes and its three.
    let times = verifying(&jwt, full.as_str());
    assert!(times <= 6 + 8 + 3, "{times}");
}

#[test]
fn verifying_owns_nothing_that_the_payload_does_not_have() {
    let jwt = jwt();
    let header = json!({ "alg": "HS256", "typ": "JWT", "kid": jwt_kid(&jwt) });
    let claims = json!({
        "sub": "USER_ID", "exp": NOW + 900, "type": "access", "unread": ["a", { "b": "c" }], "name": "", "age": 22, "groups": [],
    });
    // sub; an empty string and an empty list own no memory.
    let own_header = encode(format!(r#"{{"alg":"HS256","typ":"JWT","kid":"{}"}}"#, jwt_kid(&jwt)));
    let times = verifying(&jwt, &sign_segments(&own_header, &encode(claims.to_string())));
    assert!(times <= 1 + 3, "{times}");
    // A header of another issuer is parsed: a number of steps that its members bound.
    let times = verifying(&jwt, &forge(&header, &claims));
    assert!(times <= 1 + 3 + 8, "{times}");
}

fn jwt_kid(jwt: &FastJwt) -> String {
    let token = jwt.create_access_token("u").sign().unwrap();
    let header: serde_json::Value = serde_json::from_str(&crate::support::segment_text(token.as_str(), 0)).unwrap();
    header["kid"].as_str().unwrap().to_owned()
}

#[test]
fn refusing_allocates_for_the_error_only() {
    let jwt = jwt();
    let good = jwt.create_access_token("USER_ID").sign().unwrap();
    let (message, _) = good.as_str().rsplit_once('.').unwrap();
    for token in [format!("{message}.{}", "A".repeat(43)), message.to_owned(), String::new()] {
        let (made, result) = allocations(|| jwt.verify::<NoClaims>(&token, &Policy::access()).map(drop));
        assert!(result.is_err());
        // The payload of a token with a bad signature is not even decoded.
        assert!(made.times <= 1 && made.bytes <= 256, "{made:?}");
    }
}

#[test]
fn events_cost_no_memory_while_nobody_listens() {
    let jwt = jwt();
    let good = jwt.create_access_token("USER_ID").sign().unwrap();
    let expired =
        forge(&json!({ "alg": "HS256" }), &json!({ "sub": "USER_ID", "jti": "id", "type": "access", "exp": 1 }));
    let let_in = || jwt.verify::<NoClaims>(good.as_str(), &Policy::access()).map(drop);
    let refused = || jwt.verify::<NoClaims>(&expired, &Policy::access()).map(drop);
    // The first time prepares what is made once a process.
    let_in().unwrap();
    refused().unwrap_err();
    let (silent, _) = allocations(let_in);
    let (refusal, _) = allocations(refused);
    // The header, the payload, `sub` and `jti`, and the error or the claims.
    assert!(silent.times <= 5, "{silent:?}");
    assert!(refusal.times <= 5 + 8, "{refusal:?}");
    // With somebody who listens it is seen to cost something.
    Log::listen();
    let log = Log::default();
    let heard = tracing::subscriber::with_default(log.clone(), || (allocations(let_in).0, allocations(refused).0));
    assert!(heard.0.times > silent.times && heard.1.times > refusal.times, "{heard:?} {:?}", log.events());
}

#[test]
fn signing_allocates_for_the_tokens_text_alone() {
    let jwt = builder().issuer("https://issuer.example").audience(["a", "b"]).build().unwrap();
    let profile = profile();
    let sign = || {
        let token = jwt.create_access_token("5f0c7a3e-8a4b-4c57-9d0c-2b1f6e3d9a71").claims(&profile);
        token.scopes(["read", "write", "admin"]).fresh().sign()
    };
    sign().unwrap();
    let (made, token) = allocations(sign);
    assert!(token.is_ok());
    assert_eq!(made.times, 1, "{made:?}");
    // What does not fit into its usual place asks for memory once more: a subject, a list of scopes, a payload.
    let long = "s".repeat(200);
    let sign = || jwt.create_access_token(&long).scopes([&long]).claim("long", "x".repeat(1200)).sign();
    sign().unwrap();
    let (made, token) = allocations(sign);
    assert!(token.is_ok());
    // The claim's name, its value as it is given and kept, and the list of claims.
    assert!(made.times <= 1 + 3 + 4, "{made:?}");
}

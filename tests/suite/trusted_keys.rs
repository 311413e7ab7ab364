//! Trusted issuers whose keys are given: pinned, or a secret from before this crate.

use std::time::Duration;

use fastjwt::{
    Algorithm, FastJwt, NoClaims, NumericDate, Policy, SigningKey, TokenFault, TokenKind, TrustedIssuer, VerifyingKey,
};
use serde_json::{Value, json};

use crate::{
    issuer_server::{GOOD, INVALID, ISSUER, Time, builder, fault, issuing_with, token, told, trusting},
    support::{NOW, SECRET},
    test_keys::{P256, P256_PUBLIC, Signer},
    trusted::{foreign_claims, foreign_header, forge, with, without},
};

const OTHER_SECRET: &[u8] = b"Zk3vQ8nT5xWc1LpY7rJdH2mFbG9sAeUo";

/// A service from before, which knows neither kinds of tokens nor ids of keys.
fn legacy(claims: &Value) -> String {
    Signer::Hs256.forge(&json!({ "alg": "HS256", "typ": "JWT" }), claims)
}

fn shared(secret: &[u8]) -> TrustedIssuer {
    let key = VerifyingKey::from_secret(Algorithm::HS256, secret).unwrap();
    TrustedIssuer::keys(ISSUER, [key]).audience(["api"]).untyped_tokens()
}

fn pinned() -> TrustedIssuer {
    let key = VerifyingKey::from_pem(Algorithm::ES256, P256_PUBLIC).unwrap().with_id("a").unwrap();
    TrustedIssuer::keys(ISSUER, [key])
}

fn untyped() -> TrustedIssuer {
    pinned().audience(["api"]).untyped_tokens()
}

#[tokio::test]
async fn r_37_a_secret_that_another_system_signs_with_verifies_its_tokens() {
    let verifier = trusting(shared(SECRET));
    assert_eq!(told(&verifier, &legacy(&foreign_claims())).await, GOOD);
    let payload = verifier.authenticate::<NoClaims>(&legacy(&foreign_claims()), &Policy::access()).await.unwrap();
    assert_eq!(payload.scopes, ["read", "write"]);
    assert_eq!(
        fault(&trusting(shared(OTHER_SECRET)), &legacy(&foreign_claims())).await,
        TokenFault::BadSignature.into()
    );
    // All that is demanded of other issuers is demanded of this one.
    for (name, value, expected) in [
        ("exp", json!(NOW - 600), TokenFault::Expired { at: NumericDate::from_secs(NOW - 600).unwrap() }),
        ("aud", json!("others"), TokenFault::WrongAudience),
        ("type", json!("refresh"), TokenFault::WrongKind { expected: TokenKind::Access }),
        ("cnf", json!({ "jkt": "a" }), TokenFault::Bound),
    ] {
        assert_eq!(fault(&verifier, &legacy(&with(foreign_claims(), name, value))).await, expected.into(), "{name}");
    }
    // Of nobody who is trusted it would be the service's own, which has no key.
    for iss in [json!("https://other.example"), json!(null)] {
        let token = legacy(&with(foreign_claims(), "iss", iss));
        assert_eq!(fault(&verifier, &token).await, TokenFault::WrongAlgorithm.into());
    }
    assert_eq!(told(&verifier, &legacy(&without(foreign_claims(), "exp"))).await, INVALID);
    // What a key is for, no header decides.
    let public = trusting(untyped());
    assert_eq!(fault(&public, &legacy(&foreign_claims())).await, TokenFault::WrongAlgorithm.into());
}

#[tokio::test]
async fn r_17_a_pinned_key_is_found_by_its_id_and_verifies_for_its_issuer_alone() {
    let verifier = trusting(untyped());
    assert_eq!(told(&verifier, &forge(&foreign_header(), &foreign_claims())).await, GOOD);
    assert_eq!(told(&verifier, &forge(&without(foreign_header(), "kid"), &foreign_claims())).await, GOOD);
    let unknown = forge(&with(foreign_header(), "kid", json!("b")), &foreign_claims());
    assert_eq!(fault(&verifier, &unknown).await, TokenFault::UnknownKey.into());
    // Tokens of this crate need nothing said.
    let issuer = issuing_with(SigningKey::from_pem(Algorithm::ES256, P256).unwrap().with_id("a").unwrap());
    assert_eq!(told(&trusting(pinned()), &token(&issuer)).await, GOOD);
    // Its own tokens are verified beside it, and neither key for the other one.
    let own = builder(&Time::new()).secret(SECRET).trusted_issuer(untyped()).build().unwrap();
    let ours = own.create_access_token("u").sign().unwrap();
    assert!(own.authenticate::<NoClaims>(ours.as_str(), &Policy::access()).await.is_ok());
    assert_eq!(told(&own, &forge(&foreign_header(), &foreign_claims())).await, GOOD);
    assert_eq!(fault(&own, &legacy(&foreign_claims())).await, TokenFault::WrongAlgorithm.into());
    // Nothing is fetched, in a year neither.
    let time = Time::new();
    let cached = builder(&time).token_cache_entries(64).trusted_issuer(untyped()).build().unwrap();
    let lasting = |exp: u64| forge(&foreign_header(), &with(foreign_claims(), "exp", json!(exp)));
    time.set(365 * 24 * 3600);
    for _ in 0..2 {
        assert_eq!(told(&cached, &lasting(NOW + 366 * 24 * 3600)).await, GOOD);
    }
    assert_eq!(told(&cached, &lasting(NOW + 900)).await, "401 token_expired");
}

#[test]
fn keys_that_are_given_are_checked_as_all_options_are() {
    let key = || VerifyingKey::from_pem(Algorithm::ES256, P256_PUBLIC).unwrap();
    let of = |keys: Vec<VerifyingKey>| TrustedIssuer::keys(ISSUER, keys);
    let fetched = "it is about keys that are fetched: these are given";
    let second = Duration::from_secs(1);
    let table = [
        (of(vec![]), "`keys`: there are none: there must be one or more".to_owned()),
        (of(vec![key(), key()]), "`keys`: two of them have the same id: every `kid` must be there once".to_owned()),
        (of(vec![key()]).algorithms([Algorithm::ES256]), format!("`algorithms`: {fetched}")),
        (of(vec![key()]).timeout(second), format!("`timeout`: {fetched}")),
        (of(vec![key()]).cooldown(second), format!("`cooldown`: {fetched}")),
        (of(vec![key()]).cache_for(60 * second), format!("`cache_for`: {fetched}")),
        (of(vec![key()]).outage_tolerance(second), format!("`outage_tolerance`: {fetched}")),
        (of(vec![key()]).http_on_loopback(), format!("`http_on_loopback`: {fetched}")),
        (of(vec![key()]).at_jwt(), "`at_jwt`: it needs an `audience` (RFC 9068 section 2.2)".to_owned()),
        (TrustedIssuer::keys("", [key()]), "`issuer`: it must have 1 to 255 bytes".to_owned()),
    ];
    for (issuer, message) in table {
        let error = FastJwt::builder().trusted_issuer(issuer).build().unwrap_err();
        let faults: Vec<_> = error.faults().iter().map(|fault| (fault.option(), fault.message())).collect();
        assert_eq!(faults, [("trusted_issuer", format!("issuer 1, {message}").as_str())]);
    }
    // One issuer has one set of terms.
    let twice = FastJwt::builder().trusted_issuer(of(vec![key()])).trusted_issuer(TrustedIssuer::discover(ISSUER));
    assert!(twice.build().unwrap_err().to_string().contains("it is trusted already"));
}

//! What tokens of trusted issuers allow, in all forms in which issuers write it (R-37).

use fastjwt::{Algorithm, ClaimFault, ClaimMap, FastJwt, Policy, SigningKey, TokenFault, TrustedIssuer};
use serde_json::{Value, json};

use crate::{
    issuer_server::{Time, builder, fault, trusting},
    support::encode,
    test_keys::{P256, Signer},
    trusted::{foreign_claims, foreign_header, forge, server, with, without},
};

/// The scopes that the service reads in a token with these claims.
async fn scopes(verifier: &FastJwt, claims: &Value) -> Result<Vec<String>, String> {
    let token = forge(&foreign_header(), claims);
    let payload = verifier.authenticate::<ClaimMap>(&token, &Policy::access()).await;
    payload.map(|payload| payload.scopes.clone()).map_err(|error| error.to_string())
}

fn words(words: &[&str]) -> Result<Vec<String>, String> {
    Ok(words.iter().map(|word| (*word).to_owned()).collect())
}

/// What no list of scopes may be.
fn no_scopes() -> impl Iterator<Item = Value> {
    [
        json!(1),
        json!({}),
        json!(null),
        json!([1]),
        json!([["read"]]),
        json!(["read", null]),
        json!(["read write"]),
        json!([{}]),
    ]
    .into_iter()
}

#[tokio::test]
async fn r_37_scopes_are_a_string_as_in_the_standard_or_a_list() {
    let server = server().await;
    let lenient = trusting(server.issuer().audience(["api"]).untyped_tokens());
    let of = |scope: Value| with(foreign_claims(), "scope", scope);
    for scope in [json!("read write"), json!(["read", "write"]), json!(" read  write "), json!(["read", "", "write"])] {
        assert_eq!(scopes(&lenient, &of(scope.clone())).await, words(&["read", "write"]), "{scope}");
    }
    for scope in [json!(""), json!([]), json!([""])] {
        assert_eq!(scopes(&lenient, &of(scope.clone())).await, words(&[]), "{scope}");
    }
    let wrong = || TokenFault::Claims(ClaimFault::WrongType(Some("scope"))).into();
    for scope in no_scopes() {
        assert_eq!(fault(&lenient, &forge(&foreign_header(), &of(scope.clone()))).await, wrong(), "{scope}");
    }
    // RFC 9068 says which form it is.
    let strict = trusting(server.issuer().audience(["api"]).untyped_tokens().at_jwt());
    let claims = with(with(of(json!(["read"])), "client_id", json!("c")), "jti", json!("j"));
    let header = with(foreign_header(), "typ", json!("at+jwt"));
    assert_eq!(fault(&strict, &forge(&header, &claims)).await, wrong());
    // A service's own tokens have `scopes`: theirs means nothing.
    let key = SigningKey::from_pem(Algorithm::ES256, P256).unwrap().with_id("a").unwrap();
    let own = builder(&Time::new()).key(key).build().unwrap();
    let claims = json!({ "sub": "u", "exp": foreign_claims()["exp"], "type": "access", "scope": ["admin"] });
    assert_eq!(scopes(&own, &claims).await, words(&[]));
}

#[tokio::test]
async fn r_37_an_issuer_may_write_scopes_in_a_claim_of_its_own() {
    let server = server().await;
    let of = |issuer: TrustedIssuer| trusting(issuer.audience(["api"]).untyped_tokens());
    let verifier = of(server.issuer().scope_claim("scp"));
    // What the standard's claim says does not count then.
    let claims = |scp: Value| with(foreign_claims(), "scp", scp);
    for scp in [json!("admin orders:read"), json!(["admin", "orders:read"])] {
        assert_eq!(scopes(&verifier, &claims(scp.clone())).await, words(&["admin", "orders:read"]), "{scp}");
    }
    assert_eq!(scopes(&verifier, &foreign_claims()).await, words(&[]));
    assert_eq!(scopes(&verifier, &with(foreign_claims(), "scopes", json!(["admin"]))).await, words(&[]));
    let nested = with(foreign_claims(), "a", json!({ "scp": "admin" }));
    assert_eq!(scopes(&verifier, &nested).await, words(&[]));
    let wrong = || TokenFault::Claims(ClaimFault::WrongType(None)).into();
    for scp in no_scopes() {
        assert_eq!(fault(&verifier, &forge(&foreign_header(), &claims(scp.clone()))).await, wrong(), "{scp}");
    }
    // Readers differ in which of two counts, and in whether an escape makes another name.
    let text = claims(json!("admin")).to_string();
    for first in [r#"{"scp":"read","#, r#"{"\u0073cp":"read","#] {
        let payload = encode(format!("{first}{}", &text[1..]));
        let token = Signer::Es256.sign(&encode(foreign_header().to_string()), &payload);
        assert_eq!(fault(&verifier, &token).await, TokenFault::Claims(ClaimFault::Repeated(None)).into());
    }
    let escaped = format!(r#"{{"\u0073cp":"admin",{}"#, &without(foreign_claims(), "scope").to_string()[1..]);
    let token = Signer::Es256.sign(&encode(foreign_header().to_string()), &encode(escaped));
    let payload = verifier.authenticate::<ClaimMap>(&token, &Policy::access()).await.unwrap();
    assert_eq!(payload.scopes, ["admin"]);
    // A cache answers as one would without it.
    let cached = builder(&Time::new()).token_cache_entries(64);
    let issuer = server.issuer().scope_claim("permissions").audience(["api"]).untyped_tokens();
    let cached = cached.trusted_issuer(issuer).build().unwrap();
    for _ in 0..2 {
        let claims = with(foreign_claims(), "permissions", json!(["read:orders"]));
        assert_eq!(scopes(&cached, &claims).await, words(&["read:orders"]));
    }
    // By its own name it is the standard's claim.
    let standard = of(server.issuer().scope_claim("scope"));
    assert_eq!(scopes(&standard, &foreign_claims()).await, words(&["read", "write"]));
    let listed = with(without(foreign_claims(), "scope"), "scopes", json!(["admin"]));
    assert_eq!(scopes(&standard, &listed).await, words(&[]), "and no other one counts");
    assert_eq!(scopes(&of(server.issuer()), &listed).await, words(&["admin"]), "as it does unless it is said");
}

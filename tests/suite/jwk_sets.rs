//! JWK sets, one's own and fetched ones: which of their keys are used, and which spoil what (R-15, R-20 to R-22).

use fastjwt::{Algorithm, KeyError, SigningKey, TokenFault, VerifyingKey};
use serde_json::{Value, json};

use crate::{
    issuer_server::{GOOD, INVALID, Server, UNAVAILABLE, fault, issuing, issuing_with, jwk, token, told, trusting},
    support::encode,
    test_keys::{ED25519, P256, RSA},
};

fn with(mut jwk: Value, name: &str, value: Value) -> Value {
    jwk[name] = value;
    jwk
}

fn without(mut jwk: Value, name: &str) -> Value {
    jwk.as_object_mut().unwrap().remove(name);
    jwk
}

fn key(algorithm: Algorithm, kid: &str) -> SigningKey {
    let pem = match algorithm {
        Algorithm::ES256 => P256,
        Algorithm::EdDSA => ED25519,
        _ => RSA,
    };
    SigningKey::from_pem(algorithm, pem).unwrap().with_id(kid).unwrap()
}

/// What a verifier says to a token of each of the keys, given this set.
async fn told_with(set: Value, issuers: &[&fastjwt::FastJwt]) -> Vec<String> {
    let server = Server::serving(set).await;
    let verifier = trusting(server.issuer());
    let mut all = Vec::new();
    for issuer in issuers {
        all.push(told(&verifier, &token(issuer)).await);
    }
    all
}

#[tokio::test]
async fn r_22_an_odd_key_is_left_out_and_spoils_nothing() {
    let (good, rsa) = (issuing_with(key(Algorithm::ES256, "good")), issuing_with(key(Algorithm::RS256, "odd")));
    let (good_jwk, rsa_jwk) = (jwk(&good).await, jwk(&rsa).await);
    let ec = with(good_jwk.clone(), "kid", json!("odd"));
    let ok = told_with(json!({ "keys": [good_jwk, rsa_jwk] }), &[&good, &rsa]).await;
    assert_eq!(ok, [GOOD, GOOD]);

    let private = |name: &str| with(ec.clone(), name, json!(encode([7; 32])));
    let odd = [
        json!(null),
        json!(1),
        json!("key"),
        json!([]),
        json!(["EC"]),
        json!({}),
        json!({ "kty": 1, "kid": "odd" }),
        json!({ "kty": "AKP", "alg": "ML-DSA-44", "pub": "AAAA", "kid": "odd" }),
        json!({ "kty": "EC", "crv": "P-521", "x": "AAAA", "y": "AAAA", "kid": "odd" }),
        json!({ "kty": "OKP", "crv": "X25519", "x": "AAAA", "kid": "odd" }),
        // A secret, with every algorithm that it could be said to be for (R-22).
        json!({ "kty": "oct", "k": encode([7; 64]), "kid": "odd" }),
        json!({ "kty": "oct", "k": encode([7; 64]), "alg": "HS256", "kid": "odd" }),
        json!({ "kty": "oct", "k": encode([7; 64]), "alg": "ES256", "kid": "odd" }),
        json!({ "kty": "oct", "alg": "HS256", "kid": "odd" }),
        // Private keys (R-21).
        private("d"),
        private("k"),
        with(rsa_jwk.clone(), "p", json!("AQAB")),
        // For something else.
        with(ec.clone(), "use", json!("enc")),
        with(ec.clone(), "key_ops", json!(["sign"])),
        with(ec.clone(), "key_ops", json!([])),
        with(ec.clone(), "alg", json!("ECDH-ES")),
        with(ec.clone(), "alg", json!("ES384")),
        with(ec.clone(), "alg", json!("HS256")),
        with(ec.clone(), "alg", json!("none")),
        with(rsa_jwk.clone(), "alg", json!("RSA-OAEP")),
        // Not among the algorithms of the configuration.
        with(rsa_jwk.clone(), "alg", json!("PS256")),
        // Damaged (R-20).
        without(ec.clone(), "y"),
        without(ec.clone(), "kty"),
        with(ec.clone(), "x", ec["y"].clone()),
        with(ec.clone(), "x", json!("AAAA")),
        with(ec.clone(), "x", json!(format!("{}=", ec["x"].as_str().unwrap()))),
        with(ec.clone(), "crv", json!("P-384")),
        with(rsa_jwk.clone(), "n", json!(encode([0xFF; 128]))),
        with(rsa_jwk.clone(), "e", json!("AQ")),
        with(ec.clone(), "kid", json!(1)),
        with(ec.clone(), "kid", json!("")),
        with(ec.clone(), "kid", json!("x".repeat(257))),
    ];
    for odd in odd {
        for keys in [json!([odd, good_jwk]), json!([good_jwk, odd]), json!([odd, odd, good_jwk])] {
            assert_eq!(told_with(json!({ "keys": keys }), &[&good, &rsa]).await, [GOOD, INVALID], "{keys}");
        }
    }
    // A member that stands twice, which a JSON value can't show.
    let text = format!(r#"{{"keys":[{{"kty":"EC",{},{good_jwk}]}}"#, &ec.to_string()[1..]);
    let server = Server::start(move |visit| {
        let text = text.clone();
        async move { visit.answer(200, &[], text).await }
    })
    .await;
    let verifier = trusting(server.issuer());
    assert_eq!(told(&verifier, &token(&good)).await, GOOD);
    let odd = issuing_with(key(Algorithm::ES256, "odd"));
    assert_eq!(told(&verifier, &token(&odd)).await, INVALID);
    // Members that nobody knows are no matter.
    let more = with(with(good_jwk, "x5c", json!([1])), "issued", json!({ "at": 1 }));
    assert_eq!(told_with(json!({ "keys": [more], "next": "https://x" }), &[&good]).await, [GOOD]);
}

#[tokio::test]
async fn r_22_two_usable_keys_with_one_id_are_no_set() {
    let (one, two) = (issuing(Algorithm::ES256, "same"), issuing(Algorithm::EdDSA, "same"));
    let (first, second) = (jwk(&one).await, jwk(&two).await);
    for keys in [json!([first, second]), json!([second, first]), json!([first, first, second])] {
        assert_eq!(told_with(json!({ "keys": keys }), &[&one, &two]).await, [UNAVAILABLE, UNAVAILABLE]);
    }
    // The same key once more is no other one.
    assert_eq!(told_with(json!({ "keys": [first, first] }), &[&one, &two]).await, [GOOD, INVALID]);
    // One of them is not for signatures, so that there is nothing to guess.
    let keys = json!([with(first, "use", json!("enc")), second]);
    assert_eq!(told_with(json!({ "keys": keys }), &[&two]).await, [GOOD]);
}

#[tokio::test]
async fn r_15_a_key_without_an_algorithm_gets_one_by_configuration_and_never_by_the_header() {
    let [rs256, ps256, es256] =
        [Algorithm::RS256, Algorithm::PS256, Algorithm::ES256].map(|algorithm| issuing_with(key(algorithm, "a")));
    // The same RSA key, whatever it is for.
    let rsa = without(jwk(&rs256).await, "alg");
    assert!(rsa.get("alg").is_none());
    let verifier = async |algorithms: &[Algorithm], jwk: &Value| {
        let server = Server::serving(json!({ "keys": [jwk] })).await;
        (trusting(server.issuer().algorithms(algorithms.iter().copied())), server)
    };
    for (only, good, bad) in [(Algorithm::RS256, &rs256, &ps256), (Algorithm::PS256, &ps256, &rs256)] {
        let (verifier, _server) = verifier(&[only, Algorithm::ES256], &rsa).await;
        assert_eq!(told(&verifier, &token(good)).await, GOOD);
        assert_eq!(fault(&verifier, &token(bad)).await, TokenFault::WrongAlgorithm.into());
        assert_eq!(fault(&verifier, &token(&es256)).await, TokenFault::WrongAlgorithm.into());
    }
    // With two that fit, nobody decides, least of all the token.
    let (two, _server) = verifier(&[Algorithm::RS256, Algorithm::PS256], &rsa).await;
    for issuer in [&rs256, &ps256, &es256] {
        assert_eq!(fault(&two, &token(issuer)).await, TokenFault::UnknownKey.into());
    }
    // The key itself may say it; one algorithm that is named twice is one.
    let named = with(rsa.clone(), "alg", json!("PS256"));
    let (two, _server) = verifier(&[Algorithm::RS256, Algorithm::PS256], &named).await;
    assert_eq!(told(&two, &token(&ps256)).await, GOOD);
    assert_eq!(fault(&two, &token(&rs256)).await, TokenFault::WrongAlgorithm.into());
    let (twice, _server) = verifier(&[Algorithm::RS256, Algorithm::RS256], &rsa).await;
    assert_eq!(told(&twice, &token(&rs256)).await, GOOD);
    // What the key says does not widen what is configured.
    let (other, _server) = verifier(&[Algorithm::RS256], &named).await;
    assert_eq!(fault(&other, &token(&ps256)).await, TokenFault::UnknownKey.into());
    // By default, an RSA key without `alg` is for RS256.
    let server = Server::serving(json!({ "keys": [rsa] })).await;
    let verifier = trusting(server.issuer());
    assert_eq!(told(&verifier, &token(&rs256)).await, GOOD);
    assert_eq!(told(&verifier, &token(&ps256)).await, INVALID);
}

#[test]
fn r_22_one_s_own_set_is_read_whole() {
    let secret = json!({ "kty": "oct", "kid": "secret", "alg": "HS256", "k": encode(crate::support::SECRET) });
    let pair = json!({
        "kty": "OKP", "crv": "Ed25519", "kid": "pair", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo",
        "d": "nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A",
    });
    let public = without(pair.clone(), "d");
    let both = &[Algorithm::HS256, Algorithm::EdDSA];
    let set = json!({ "keys": [secret, pair] }).to_string();
    let signing = SigningKey::from_jwk_set(both, &set).unwrap();
    let told: Vec<_> = signing.iter().map(|key| (key.id(), key.algorithm())).collect();
    assert_eq!(told, [("secret", Algorithm::HS256), ("pair", Algorithm::EdDSA)]);
    let verifying = VerifyingKey::from_jwk_set(both, json!({ "keys": [public, secret] }).to_string()).unwrap();
    let told: Vec<_> = verifying.iter().map(|key| (key.id(), key.algorithm())).collect();
    assert_eq!(told, [("pair", Algorithm::EdDSA), ("secret", Algorithm::HS256)]);
}

#[test]
fn r_22_an_odd_key_in_one_s_own_set_is_a_fault_and_all_are_told() {
    let public = json!({
        "kty": "OKP", "crv": "Ed25519", "kid": "a", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo",
    });
    let rsa = json!({ "kty": "RSA", "n": encode([0xFF; 256]), "e": "AQAB" });
    let verifying = |algorithms: &[Algorithm], set: &Value| VerifyingKey::from_jwk_set(algorithms, set.to_string());
    let text = |result: Result<Vec<VerifyingKey>, KeyError>| result.unwrap_err().to_string();

    let several = json!({ "keys": [1, public, with(public.clone(), "d", json!("AAAA")), rsa, { "kty": "oct" }] });
    let error = text(verifying(&[Algorithm::EdDSA, Algorithm::RS256, Algorithm::PS256], &several));
    let parts: Vec<_> = error.split("; ").collect();
    let [first, third, fourth, fifth] = parts.as_slice() else { panic!("{error}") };
    assert!(first.starts_with("key 1 of the set: the JWK is damaged"), "{error}");
    assert!(third.starts_with("key 3 of the set: the JWK holds a private key"), "{error}");
    assert_eq!(
        *fourth,
        "key 4 of the set: the JWK has no `alg`, and more than one of EdDSA, RS256, PS256 fits it: one alone must"
    );
    assert_eq!(*fifth, "key 5 of the set: none of EdDSA, RS256, PS256 fits the `kty`, `crv` and `alg` of the JWK");

    let eddsa = &[Algorithm::EdDSA];
    let twice = json!({ "keys": [public, public] });
    assert_eq!(text(verifying(eddsa, &twice)), "two keys of the set have the same id: every `kid` must be there once");
    let used = json!({ "keys": [with(public.clone(), "use", json!("enc"))] });
    assert!(text(verifying(eddsa, &used)).contains("`use` must be"));
    assert!(text(verifying(&[], &json!({ "keys": [public] }))).contains("none of no algorithms fits"));
    assert_eq!(text(verifying(eddsa, &json!({ "keys": [] }))), "the JWK set is empty: it must hold a key");
    let no_set = "the text is no JWK set: it must be one JSON object with `keys`, a list, and no second one";
    for set in [json!({}), json!([[public]]), json!({ "keys": public }), json!(null), json!("keys"), public.clone()] {
        assert_eq!(text(verifying(eddsa, &set)), no_set);
    }
    let doubled = format!(r#"{{"keys":[],"keys":[{public}]}}"#);
    assert_eq!(text(VerifyingKey::from_jwk_set(eddsa, doubled)), no_set);
    // A public key does not sign.
    let error = SigningKey::from_jwk_set(eddsa, json!({ "keys": [public] }).to_string()).unwrap_err().to_string();
    assert!(error.starts_with("key 1 of the set: the JWK has no `d`"), "{error}");
}

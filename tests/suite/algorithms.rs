//! Every algorithm, every form of its key, and nothing of one algorithm that another accepts.

use fastjwt::{Algorithm, FastJwt, NoClaims, SigningKey, TokenFault, VerifyingKey};
use serde_json::json;

use crate::{
    key_forms::{RSA_1024, RSA_1024_PUBLIC},
    signers::{
        LONG_SECRET, builder_for, forge_with, jwk, private_forms, public_forms, public_jwk, signature, signing_key,
        texts,
    },
    support::{NOW, at, encode, good_claims, refusal, shows, unique},
    test_keys::{RSA, RSA_PUBLIC, der, pem},
};

fn jwt_for(algorithm: Algorithm) -> FastJwt {
    builder_for(algorithm).build().unwrap()
}

/// A token of another maker: with this `alg`, signed by the algorithm's key.
fn foreign(algorithm: Algorithm, alg: &str) -> String {
    forge_with(algorithm, json!({ "alg": alg }).to_string(), good_claims().to_string())
}

fn accepts(jwt: &FastJwt, token: &str) -> bool {
    jwt.verify_access_token::<NoClaims>(token).is_ok()
}

#[test]
fn every_algorithm_signs_and_verifies() {
    assert_eq!(Algorithm::ALL.len(), 12);
    for &algorithm in Algorithm::ALL {
        let jwt = jwt_for(algorithm);
        let token = jwt.create_access_token("USER_ID").sign().unwrap();
        assert!(accepts(&jwt, token.as_str()), "{algorithm}");
        let header = crate::support::segment_text(token.as_str(), 0);
        let header: serde_json::Value = serde_json::from_str(&header).unwrap();
        assert_eq!(header, json!({ "alg": algorithm.as_str(), "typ": "JWT", "kid": signing_key(algorithm).id() }));
        assert_eq!(algorithm.as_str().parse(), Ok(algorithm));
        // What another maker signed with the same key is accepted, so that the signature is the standard's and not ours alone.
        assert!(accepts(&jwt, &foreign(algorithm, algorithm.as_str())), "{algorithm}");
    }
}

#[test]
fn every_algorithm_generates_keys_that_sign_and_verify() {
    for &algorithm in Algorithm::ALL {
        let [one, other] = [0, 1].map(|_| SigningKey::generate(algorithm).unwrap());
        assert_ne!(one.id(), other.id(), "{algorithm}");
        let [one, other] = [one, other]
            .map(|key| FastJwt::builder().key(key.with_id("same").unwrap()).clock(|| at(NOW)).build().unwrap());
        let token = one.create_access_token("USER_ID").sign().unwrap();
        assert!(accepts(&one, token.as_str()), "{algorithm}");
        assert_eq!(refusal::<NoClaims>(&other, token.as_str()), TokenFault::BadSignature.into(), "{algorithm}");
    }
}

#[test]
fn r_20_every_form_of_a_key_is_the_same_key() {
    for &algorithm in Algorithm::ALL {
        let public = public_forms(algorithm);
        for (form, key) in private_forms(algorithm) {
            assert_eq!((key.algorithm(), key.id()), (algorithm, signing_key(algorithm).id()), "{algorithm}: {form}");
            let issuer = FastJwt::builder().key(key).clock(|| at(NOW)).build().unwrap();
            let token = issuer.create_access_token("USER_ID").sign().unwrap();
            assert!(accepts(&issuer, token.as_str()), "{algorithm}: {form}");
            for (public_form, key) in &public {
                assert_eq!((key.algorithm(), key.id()), (algorithm, signing_key(algorithm).id()), "{public_form}");
                let verifier = FastJwt::builder().verifying_key(key.clone()).clock(|| at(NOW)).build().unwrap();
                assert!(accepts(&verifier, token.as_str()), "{algorithm}: {form}, {public_form}");
            }
        }
    }
}

#[test]
fn r_20_a_key_file_holds_the_same_key() {
    let path = std::env::temp_dir().join(format!("fastjwt-key-{}-{}", std::process::id(), unique()));
    for &algorithm in Algorithm::ALL {
        let id = signing_key(algorithm).id().to_owned();
        let (private, public) = match texts(algorithm) {
            Some(texts) => (texts.private[0].as_bytes().to_vec(), texts.public[0].as_bytes().to_vec()),
            None => ([LONG_SECRET, b"\r\n"].concat(), [LONG_SECRET, b"\n"].concat()),
        };
        std::fs::write(&path, private).unwrap();
        assert_eq!(SigningKey::from_file(algorithm, &path).unwrap().id(), id, "{algorithm}");
        assert_eq!(VerifyingKey::from_file(algorithm, &path).is_ok(), texts(algorithm).is_none(), "{algorithm}");
        std::fs::write(&path, public).unwrap();
        assert_eq!(VerifyingKey::from_file(algorithm, &path).unwrap().id(), id, "{algorithm}");
        assert_eq!(SigningKey::from_file(algorithm, &path).is_ok(), texts(algorithm).is_none(), "{algorithm}");
    }
    std::fs::remove_file(&path).unwrap();
    let error = SigningKey::from_file(Algorithm::HS256, &path).unwrap_err().to_string();
    assert!(error.contains("can't be read") && error.contains("fastjwt-key-"), "{error}");
}

#[test]
fn r_13_the_names_of_the_other_algorithms_are_refused_even_over_a_good_signature() {
    for &algorithm in Algorithm::ALL {
        let jwt = jwt_for(algorithm);
        for &other in Algorithm::ALL.iter().filter(|other| **other != algorithm) {
            let token = foreign(algorithm, other.as_str());
            assert_eq!(refusal::<NoClaims>(&jwt, &token), TokenFault::WrongAlgorithm.into(), "{algorithm}, {other}");
        }
    }
}

#[test]
fn r_13_r_14_every_algorithm_refuses_the_tokens_of_every_other_one() {
    let mut refused = 0;
    for &algorithm in Algorithm::ALL {
        let jwt = jwt_for(algorithm);
        for &other in Algorithm::ALL.iter().filter(|other| **other != algorithm) {
            // As they were made; the HMAC algorithms share a secret, the RSA algorithms a key.
            let token = foreign(other, other.as_str());
            assert_eq!(refusal::<NoClaims>(&jwt, &token), TokenFault::WrongAlgorithm.into(), "{algorithm}, {other}");
            // And under the right name, so that only the signature is left to tell.
            let token = foreign(other, algorithm.as_str());
            assert_eq!(refusal::<NoClaims>(&jwt, &token), TokenFault::BadSignature.into(), "{algorithm}, {other}");
            refused += 1;
        }
    }
    assert_eq!(refused, 12 * 11);
}

#[test]
fn r_14_pkcs1_and_pss_signatures_of_one_key_are_not_taken_for_each_other() {
    for (pkcs1, pss) in [("RS256", "PS256"), ("RS384", "PS384"), ("RS512", "PS512")] {
        let [pkcs1, pss]: [Algorithm; 2] = [pkcs1, pss].map(|name| name.parse().unwrap());
        assert_eq!(signing_key(pkcs1).id(), signing_key(pss).id());
        for (one, other) in [(pkcs1, pss), (pss, pkcs1)] {
            // The header is the other's own, with the shared key id: the quick comparison of headers must not help.
            let token = jwt_for(other).create_access_token("USER_ID").sign().unwrap();
            let (message, _) = token.as_str().rsplit_once('.').unwrap();
            let swapped = format!("{message}.{}", encode(signature(one, message.as_bytes())));
            let kind = refusal::<NoClaims>(&jwt_for(other), &swapped);
            assert_eq!(kind, TokenFault::BadSignature.into(), "{one} for {other}");
        }
    }
}

#[test]
fn r_14_a_key_is_made_for_the_algorithms_of_its_kind_only() {
    // Algorithms with the same kind of key: a text of one is a text of the other, and the choice is the configuration's.
    let kind = |algorithm: Algorithm| texts(algorithm).map_or("", |texts| texts.jwk);
    for &algorithm in Algorithm::ALL {
        for &other in Algorithm::ALL {
            let fits = kind(algorithm) == kind(other);
            let private = SigningKey::from_jwk(algorithm, jwk(other).to_string());
            assert_eq!(private.is_ok(), fits, "{algorithm}, a key for {other}");
            let public = VerifyingKey::from_jwk(algorithm, public_jwk(other).to_string());
            assert_eq!(public.is_ok(), fits, "{algorithm}, a key for {other}");
            let Some(texts) = texts(other) else { continue };
            for text in texts.private {
                assert_eq!(SigningKey::from_pem(algorithm, text).is_ok(), fits, "{algorithm}: {text}");
                assert_eq!(SigningKey::from_der(algorithm, der(text)).is_ok(), fits, "{algorithm}: {text}");
                assert!(VerifyingKey::from_pem(algorithm, text).is_err(), "{algorithm}: {text}");
                assert!(VerifyingKey::from_der(algorithm, der(text)).is_err(), "{algorithm}: {text}");
                assert!(SigningKey::from_secret(algorithm, text).is_err(), "{algorithm}: {text}");
            }
            for text in texts.public {
                assert_eq!(VerifyingKey::from_pem(algorithm, text).is_ok(), fits, "{algorithm}: {text}");
                assert_eq!(VerifyingKey::from_der(algorithm, der(text)).is_ok(), fits, "{algorithm}: {text}");
                assert!(SigningKey::from_pem(algorithm, text).is_err(), "{algorithm}: {text}");
                assert!(SigningKey::from_der(algorithm, der(text)).is_err(), "{algorithm}: {text}");
                assert!(VerifyingKey::from_secret(algorithm, text).is_err(), "{algorithm}: {text}");
            }
        }
        assert_eq!(SigningKey::from_secret(algorithm, LONG_SECRET).is_ok(), texts(algorithm).is_none(), "{algorithm}");
    }
}

#[test]
fn both_names_of_ed25519_are_read() {
    let jwt = jwt_for(Algorithm::EdDSA);
    for name in ["EdDSA", "Ed25519"] {
        assert!(accepts(&jwt, &foreign(Algorithm::EdDSA, name)), "{name}");
        assert_eq!(name.parse(), Ok(Algorithm::EdDSA));
        let mut jwk = jwk(Algorithm::EdDSA);
        jwk["alg"] = json!(name);
        assert!(SigningKey::from_jwk(Algorithm::EdDSA, jwk.to_string()).is_ok(), "{name}");
    }
    for name in ["Ed448", "ed25519", "EdDSA ", "ES25519", ""] {
        let kind = refusal::<NoClaims>(&jwt, &foreign(Algorithm::EdDSA, name));
        assert_eq!(kind, TokenFault::WrongAlgorithm.into(), "{name}");
        assert!(name.parse::<Algorithm>().is_err(), "{name}");
    }
    // It is no other algorithm's name.
    for &algorithm in Algorithm::ALL.iter().filter(|algorithm| **algorithm != Algorithm::EdDSA) {
        let kind = refusal::<NoClaims>(&jwt_for(algorithm), &foreign(algorithm, "Ed25519"));
        assert_eq!(kind, TokenFault::WrongAlgorithm.into(), "{algorithm}");
    }
}

#[test]
fn r_18_a_secret_is_at_least_as_long_as_the_hash() {
    for (algorithm, shortest) in [(Algorithm::HS256, 32), (Algorithm::HS384, 48), (Algorithm::HS512, 64)] {
        for length in [0, 1, shortest / 2, shortest - 1] {
            let secret = &LONG_SECRET[..length];
            let jwk = json!({ "kty": "oct", "k": encode(secret) }).to_string();
            let base64 = base64::Engine::encode(&base64::prelude::BASE64_STANDARD, secret);
            for error in [
                SigningKey::from_secret(algorithm, secret).unwrap_err(),
                VerifyingKey::from_secret(algorithm, secret).unwrap_err(),
                SigningKey::from_base64_secret(algorithm, base64).unwrap_err(),
                // An empty member is told as one.
                SigningKey::from_jwk(algorithm, &jwk).unwrap_err(),
                VerifyingKey::from_jwk(algorithm, &jwk).unwrap_err(),
            ] {
                let told = error.to_string();
                let expected = format!("has {length} bytes: {algorithm} needs at least {shortest}");
                assert!(told.contains(&expected) || (length == 0 && told.contains("`k`")), "{told}");
                assert!(length < 8 || !shows(&told, secret), "{told}");
            }
        }
        assert!(SigningKey::from_secret(algorithm, &LONG_SECRET[..shortest]).is_ok(), "{algorithm}");
    }
}

#[test]
fn a_secret_that_is_no_base64_is_refused() {
    for text in ["", "not base64!", "uJ7rZ0vQ2mXc9LwTn4YbKe6HsGd1PfAaW3zEo8iRk5VqBx7NyMtU6jCg2FhDpS4l=", "uJ7r Z0vQ"] {
        let error = SigningKey::from_base64_secret(Algorithm::HS256, text).unwrap_err().to_string();
        assert!(text.is_empty() || error.contains("base64"), "{text}: {error}");
    }
    // The alphabet is the standard's, not that of a token.
    let secret: Vec<u8> = LONG_SECRET.iter().map(|byte| byte | 0xE0).collect();
    assert!(encode(&secret).contains(['-', '_']));
    assert!(SigningKey::from_base64_secret(Algorithm::HS256, encode(&secret)).is_err());
}

/// DER of a positive integer.
fn integer(number: &[u8]) -> Vec<u8> {
    let zero: &[u8] = if number.first().is_some_and(|first| *first >= 0x80) { &[0] } else { &[] };
    element(2, &[zero, number].concat())
}

fn element(tag: u8, content: &[u8]) -> Vec<u8> {
    let length = u16::try_from(content.len()).unwrap().to_be_bytes();
    let length: &[u8] = match length {
        [0, short] if short < 0x80 => &[short],
        [0, long] => &[0x81, long],
        [high, low] => &[0x82, high, low],
    };
    [&[tag], length, content].concat()
}

/// An RSA public key of these numbers in each form: PKCS#1, SPKI, JWK.
fn rsa_public(n: &[u8], e: &[u8]) -> [Result<VerifyingKey, fastjwt::KeyError>; 3] {
    let pkcs1 = element(0x30, &[integer(n), integer(e)].concat());
    let algorithm = &der(RSA_PUBLIC)[4..19];
    let spki = element(0x30, &[algorithm, &element(3, &[&[0], pkcs1.as_slice()].concat())].concat());
    let jwk = json!({ "kty": "RSA", "n": encode(n), "e": encode(e) }).to_string();
    [
        VerifyingKey::from_pem(Algorithm::RS256, pem("RSA PUBLIC KEY", &pkcs1)),
        VerifyingKey::from_der(Algorithm::PS512, spki),
        VerifyingKey::from_jwk(Algorithm::RS384, jwk),
    ]
}

/// An odd number of so many bits.
fn odd(bits: usize) -> Vec<u8> {
    let mut number = vec![0x5A; bits.div_ceil(8)];
    let top = (bits - 1) % 8;
    number[0] = 1 << top;
    *number.last_mut().unwrap() |= 1;
    number
}

#[test]
fn r_19_an_rsa_modulus_has_2048_to_8192_bits() {
    for bits in [8, 512, 1024, 2040, 2047, 8193, 8200, 16384] {
        for key in rsa_public(&odd(bits), &[1, 0, 1]) {
            let told = key.unwrap_err().to_string();
            assert!(told.contains(&format!("the RSA modulus has {bits} bits")), "{told}");
        }
    }
    for bits in [2048, 2049, 3072, 4096, 8192] {
        for key in rsa_public(&odd(bits), &[1, 0, 1]) {
            assert!(key.is_ok(), "{bits}: {key:?}");
        }
    }
    for text in [RSA_1024, &pem("RSA PRIVATE KEY", &der(RSA_1024)[26..])] {
        let told = SigningKey::from_pem(Algorithm::RS256, text).unwrap_err().to_string();
        assert!(told.contains("2048"), "{told}");
    }
    let told = VerifyingKey::from_pem(Algorithm::PS256, RSA_1024_PUBLIC).unwrap_err().to_string();
    assert!(told.contains("1024 bits"), "{told}");
}

#[test]
fn r_19_an_rsa_exponent_is_odd_and_above_1() {
    let n = odd(2048);
    let wrong: [&[u8]; 9] =
        [&[1], &[2], &[4], &[1, 0, 0], &[0xFF, 0xFE], &[2, 0, 0, 0, 1], &[0xFF; 5], &[1, 0, 0, 0, 0, 1], &[0xFF; 256]];
    for e in wrong {
        for key in rsa_public(&n, e) {
            let told = key.expect_err("the exponent is wrong").to_string();
            assert!(told.contains("exponent must be odd"), "{told}");
        }
    }
    let right: [&[u8]; 4] = [&[3], &[17], &[1, 0, 1], &[1, 0, 0, 0, 1]];
    for e in right {
        for key in rsa_public(&n, e) {
            assert!(key.is_ok(), "{e:?}: {key:?}");
        }
    }
    // No number at all, and zero.
    for e in [&[][..], &[0]] {
        assert!(rsa_public(&n, e).iter().all(Result::is_err), "{e:?}");
    }
    // A modulus that is even is no product of two odd primes.
    let mut even = n.clone();
    *even.last_mut().unwrap() &= 0xFE;
    assert!(rsa_public(&even, &[1, 0, 1]).iter().all(Result::is_err));
}

#[test]
fn r_19_an_rsa_key_that_is_restricted_or_damaged_is_refused() {
    // The same key, said to be for PSS alone: which parameters then hold would have to be read, too.
    let mut restricted = der(RSA_PUBLIC);
    assert_eq!(restricted[16], 1);
    restricted[16] = 10;
    let told = VerifyingKey::from_der(Algorithm::PS256, restricted).unwrap_err().to_string();
    assert!(told.contains("found a PSS-restricted RSA public key"), "{told}");
    let good = der(RSA);
    for place in [40, 300, 350, 600, 900, good.len() - 1] {
        let mut damaged = good.clone();
        damaged[place] ^= 1;
        for algorithm in [Algorithm::RS256, Algorithm::PS256] {
            let error = SigningKey::from_der(algorithm, &damaged).expect_err("a damaged number was not noticed");
            assert!(!shows(&error.to_string(), &good[30..]), "{error}");
        }
    }
}

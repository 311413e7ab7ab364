//! A key of every algorithm in all its texts, and signatures with it that are made without the road under test.

use std::sync::LazyLock;

use aws_lc_rs::{
    hmac,
    rand::SystemRandom,
    signature::{self, EcdsaKeyPair, Ed25519KeyPair, RsaKeyPair},
};
use base64::{Engine as _, prelude::BASE64_STANDARD};
use fastjwt::{Algorithm, Builder, FastJwt, SigningKey, VerifyingKey};
use serde_json::{Value, json};

use crate::{
    key_forms::{
        ED25519_CERTIFICATE, ED25519_JWK, P256_JWK, P384_CERTIFICATE, P384_JWK, RSA_CERTIFICATE, RSA_JWK, RSA_PKCS1,
        RSA_PKCS1_PUBLIC,
    },
    support::{NOW, at, encode},
    test_keys::{
        ED25519, ED25519_PUBLIC, P256, P256_CERTIFICATE, P256_PUBLIC, P256_SEC1, P384, P384_PUBLIC, P384_SEC1, RSA,
        RSA_PUBLIC, der,
    },
};

/// A secret that is long enough for every HMAC algorithm, so that nothing but the hash tells them apart.
pub const LONG_SECRET: &[u8] = b"uJ7rZ0vQ2mXc9LwTn4YbKe6HsGd1PfAaW3zEo8iRk5VqBx7NyMtU6jCg2FhDpS4l";

/// The texts of a key pair. The first private and the first public one are PKCS#8 and SPKI.
pub struct Texts {
    pub private: &'static [&'static str],
    pub public: &'static [&'static str],
    pub jwk: &'static str,
}

/// The texts of an algorithm's key pair; there is none for HMAC. All RSA algorithms share one key.
pub fn texts(algorithm: Algorithm) -> Option<Texts> {
    Some(match algorithm {
        Algorithm::HS256 | Algorithm::HS384 | Algorithm::HS512 => return None,
        Algorithm::ES256 => {
            Texts { private: &[P256, P256_SEC1], public: &[P256_PUBLIC, P256_CERTIFICATE], jwk: P256_JWK }
        }
        Algorithm::ES384 => {
            Texts { private: &[P384, P384_SEC1], public: &[P384_PUBLIC, P384_CERTIFICATE], jwk: P384_JWK }
        }
        Algorithm::EdDSA => {
            Texts { private: &[ED25519], public: &[ED25519_PUBLIC, ED25519_CERTIFICATE], jwk: ED25519_JWK }
        }
        _ => {
            Texts { private: &[RSA, RSA_PKCS1], public: &[RSA_PUBLIC, RSA_PKCS1_PUBLIC, RSA_CERTIFICATE], jwk: RSA_JWK }
        }
    })
}

/// The key as a JWK, private, without `alg`.
pub fn jwk(algorithm: Algorithm) -> Value {
    match texts(algorithm) {
        Some(texts) => serde_json::from_str(texts.jwk).unwrap(),
        None => json!({ "kty": "oct", "k": encode(LONG_SECRET) }),
    }
}

/// The same JWK without its private members; a secret stays one.
pub fn public_jwk(algorithm: Algorithm) -> Value {
    let mut jwk = jwk(algorithm);
    for member in ["d", "p", "q", "dp", "dq", "qi"] {
        jwk.as_object_mut().unwrap().remove(member);
    }
    jwk
}

/// The key, read anew.
pub fn signing_key(algorithm: Algorithm) -> SigningKey {
    match texts(algorithm) {
        Some(texts) => SigningKey::from_pem(algorithm, texts.private[0]).unwrap(),
        None => SigningKey::from_secret(algorithm, LONG_SECRET).unwrap(),
    }
}

/// Every form in which the private key or the secret can be given without a file, each read anew.
pub fn private_forms(algorithm: Algorithm) -> Vec<(String, SigningKey)> {
    let mut forms = vec![("a JWK".to_owned(), SigningKey::from_jwk(algorithm, jwk(algorithm).to_string()))];
    if let Some(texts) = texts(algorithm) {
        for text in texts.private {
            forms.push((text.to_string(), SigningKey::from_pem(algorithm, text)));
            forms.push((format!("the DER of {text}"), SigningKey::from_der(algorithm, der(text))));
        }
    } else {
        let (padded, bare) =
            (BASE64_STANDARD.encode(LONG_SECRET), BASE64_STANDARD.encode(LONG_SECRET).replace('=', ""));
        forms.push(("bytes".to_owned(), SigningKey::from_secret(algorithm, LONG_SECRET)));
        forms.push(("base64".to_owned(), SigningKey::from_base64_secret(algorithm, &padded)));
        forms.push(("base64 without padding".to_owned(), SigningKey::from_base64_secret(algorithm, bare)));
        forms
            .push(("base64 in a line".to_owned(), SigningKey::from_base64_secret(algorithm, format!(" {padded}\r\n"))));
    }
    forms.into_iter().map(|(form, key)| (form.clone(), key.unwrap_or_else(|error| panic!("{form}: {error}")))).collect()
}

/// Every form in which the public key, or the secret again, can be given without a file, each read anew.
pub fn public_forms(algorithm: Algorithm) -> Vec<(String, VerifyingKey)> {
    let mut forms = vec![("a JWK".to_owned(), VerifyingKey::from_jwk(algorithm, public_jwk(algorithm).to_string()))];
    if let Some(texts) = texts(algorithm) {
        for text in texts.public {
            forms.push((text.to_string(), VerifyingKey::from_pem(algorithm, text)));
            forms.push((format!("the DER of {text}"), VerifyingKey::from_der(algorithm, der(text))));
        }
    } else {
        forms.push(("bytes".to_owned(), VerifyingKey::from_secret(algorithm, LONG_SECRET)));
    }
    forms.into_iter().map(|(form, key)| (form.clone(), key.unwrap_or_else(|error| panic!("{form}: {error}")))).collect()
}

/// A configuration with the algorithm's key and the tests' clock.
pub fn builder_for(algorithm: Algorithm) -> Builder {
    FastJwt::builder().key(signing_key(algorithm)).clock(|| at(NOW))
}

/// The key pairs, opened once: an RSA key takes long to check.
struct KeyPairs {
    p256: EcdsaKeyPair,
    p384: EcdsaKeyPair,
    ed25519: Ed25519KeyPair,
    rsa: RsaKeyPair,
}

static KEY_PAIRS: LazyLock<KeyPairs> = LazyLock::new(|| KeyPairs {
    p256: EcdsaKeyPair::from_pkcs8(&signature::ECDSA_P256_SHA256_FIXED_SIGNING, &der(P256)).unwrap(),
    p384: EcdsaKeyPair::from_pkcs8(&signature::ECDSA_P384_SHA384_FIXED_SIGNING, &der(P384)).unwrap(),
    ed25519: Ed25519KeyPair::from_pkcs8_maybe_unchecked(&der(ED25519)).unwrap(),
    rsa: RsaKeyPair::from_pkcs8(&der(RSA)).unwrap(),
});

/// The algorithm's signature over `message`.
pub fn signature(algorithm: Algorithm, message: &[u8]) -> Vec<u8> {
    let mac = |hash| hmac::sign(&hmac::Key::new(hash, LONG_SECRET), message).as_ref().to_vec();
    let rsa = |encoding: &'static dyn signature::RsaEncoding| {
        let mut bytes = vec![0; KEY_PAIRS.rsa.public_modulus_len()];
        KEY_PAIRS.rsa.sign(encoding, &SystemRandom::new(), message, &mut bytes).unwrap();
        bytes
    };
    let ecdsa = |pair: &EcdsaKeyPair| pair.sign(&SystemRandom::new(), message).unwrap().as_ref().to_vec();
    match algorithm {
        Algorithm::HS256 => mac(hmac::HMAC_SHA256),
        Algorithm::HS384 => mac(hmac::HMAC_SHA384),
        Algorithm::HS512 => mac(hmac::HMAC_SHA512),
        Algorithm::ES256 => ecdsa(&KEY_PAIRS.p256),
        Algorithm::ES384 => ecdsa(&KEY_PAIRS.p384),
        Algorithm::EdDSA => KEY_PAIRS.ed25519.sign(message).as_ref().to_vec(),
        Algorithm::RS256 => rsa(&signature::RSA_PKCS1_SHA256),
        Algorithm::RS384 => rsa(&signature::RSA_PKCS1_SHA384),
        Algorithm::RS512 => rsa(&signature::RSA_PKCS1_SHA512),
        Algorithm::PS256 => rsa(&signature::RSA_PSS_SHA256),
        Algorithm::PS384 => rsa(&signature::RSA_PSS_SHA384),
        Algorithm::PS512 => rsa(&signature::RSA_PSS_SHA512),
        other => panic!("{other} has no signer here"),
    }
}

/// A token of two segments as they stand, and the algorithm's signature over them.
pub fn sign_with(algorithm: Algorithm, header: &str, payload: &str) -> String {
    let message = format!("{header}.{payload}");
    let signature = encode(signature(algorithm, message.as_bytes()));
    format!("{message}.{signature}")
}

/// A token with these texts as header and payload, signed.
pub fn forge_with(algorithm: Algorithm, header: impl AsRef<[u8]>, payload: impl AsRef<[u8]>) -> String {
    sign_with(algorithm, &encode(header), &encode(payload))
}

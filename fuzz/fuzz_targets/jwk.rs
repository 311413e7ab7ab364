//! A JWK as a key of every algorithm: what is accepted is a key that its members allow, and no error shows a part of it.
#![no_main]

use fastjwt::{Algorithm, KeyError, SigningKey, VerifyingKey};
use fastjwt_fuzz::{assert_halves_fit, json::Object, leak::Hidden};
use libfuzzer_sys::fuzz_target;
use serde_json::Value;

const READ: [&str; 18] =
    ["kty", "kid", "alg", "use", "key_ops", "crv", "x", "y", "n", "e", "d", "p", "q", "dp", "dq", "qi", "k", "oth"];
const PRIVATE: [&str; 7] = ["d", "p", "q", "dp", "dq", "qi", "k"];

fuzz_target!(|bytes: &[u8]| {
    let Ok(text) = str::from_utf8(bytes) else { return };
    let object = Object::read(text);
    // A key's numbers stay hidden from errors, and those of its private half from `Debug`, too.
    let (mut numbers, mut secrets) = (Hidden::default(), Hidden::default());
    for (name, member) in object.iter().flat_map(|object| &object.members) {
        let member: String = serde_json::from_str(member).unwrap_or_default();
        if ["x", "y", "n", "e"].contains(&name.as_str()) || PRIVATE.contains(&name.as_str()) {
            numbers.add_base64(&member);
        }
        if PRIVATE.contains(&name.as_str()) {
            secrets.add_base64(&member);
        }
    }
    let kid = object.as_ref().and_then(|object| object.value("kid")).and_then(|kid| kid.as_str().map(str::to_owned));
    let check = |error: &KeyError| {
        assert!(!numbers.is_shown_by(&error.to_string()), "{error}");
        assert!(!numbers.is_shown_by(&format!("{error:?}")), "{error:?}");
    };
    let check_key = |key: &VerifyingKey, shown: &str, operation: &str| {
        let object = object.as_ref().expect("an accepted JWK is an object");
        assert!(!object.repeated().iter().any(|name| READ.contains(name)), "a member stands twice");
        let is = |name: &str, accepts: &dyn Fn(&Value) -> bool| {
            object.value(name).is_none_or(|value| value.is_null() || accepts(&value))
        };
        let algorithm = key.algorithm();
        assert!(is("alg", &|alg| alg == algorithm.as_str() || (algorithm == Algorithm::EdDSA && alg == "Ed25519")));
        assert!(is("use", &|usage| usage == "sig"));
        assert!(is("key_ops", &|list| {
            let names: Vec<_> = list.as_array().into_iter().flatten().collect();
            let once = (1..names.len()).all(|place| !names[..place].contains(&names[place]));
            once && names.iter().any(|known| *known == operation)
        }));
        let kty = match algorithm {
            Algorithm::HS256 | Algorithm::HS384 | Algorithm::HS512 => "oct",
            Algorithm::ES256 | Algorithm::ES384 => "EC",
            Algorithm::EdDSA => "OKP",
            _ => "RSA",
        };
        assert_eq!(object.value("kty"), Some(kty.into()));
        match &kid {
            Some(kid) => assert_eq!(key.id(), kid),
            None => assert!(!secrets.is_shown_by(shown), "{shown}"),
        }
    };
    for algorithm in Algorithm::ALL.iter().copied() {
        let signing = SigningKey::from_jwk(algorithm, text).inspect_err(check);
        let verifying = VerifyingKey::from_jwk(algorithm, text).inspect_err(check);
        if let Ok(key) = &signing {
            check_key(key.verifying_key(), &format!("{key:?}"), "sign");
            assert_halves_fit(key, key.verifying_key());
        }
        if let Ok(key) = &verifying {
            check_key(key, &format!("{key:?}"), "verify");
            let object = object.as_ref().expect("an accepted JWK is an object");
            let private = PRIVATE.iter().any(|name| object.value(name).is_some_and(|value| !value.is_null()));
            let is_secret = matches!(algorithm, Algorithm::HS256 | Algorithm::HS384 | Algorithm::HS512);
            assert!(is_secret || !private, "a private key is no verifier's");
        }
        // Of a secret, both halves are one.
        if let (Ok(signing), Ok(verifying)) = (&signing, &verifying) {
            assert_halves_fit(signing, verifying);
        }
    }
});

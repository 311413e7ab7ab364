//! Bytes as a key of every algorithm: what is accepted is a whole key of one kind, and no error shows a part of it. And the
//! same bytes as a secret.
#![no_main]

use fastjwt::{Algorithm, KeyError, SigningKey, VerifyingKey};
use fastjwt_fuzz::{assert_halves_fit, leak::Hidden, support::encode};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let mut hidden = Hidden::default();
    hidden.add_base64(&encode(bytes));
    let check = |error: &KeyError| {
        assert!(!hidden.is_shown_by(&error.to_string()), "{error}");
        assert!(!hidden.is_shown_by(&format!("{error:?}")), "{error:?}");
    };
    let mut accepted = Vec::new();
    for algorithm in Algorithm::ALL.iter().copied() {
        let signing = SigningKey::from_der(algorithm, bytes).inspect_err(check);
        let verifying = VerifyingKey::from_der(algorithm, bytes).inspect_err(check);
        assert!(signing.is_err() || verifying.is_err(), "bytes are one half of a key");
        if let Ok(key) = &signing {
            assert!(!hidden.is_shown_by(&format!("{key:?}")), "{key:?}");
            assert_halves_fit(key, key.verifying_key());
        }
        if signing.is_ok() || verifying.is_ok() {
            accepted.push(algorithm);
        }
        let secret = SigningKey::from_secret(algorithm, bytes).inspect_err(check);
        if let Ok(key) = secret {
            let shortest = match algorithm {
                Algorithm::HS256 => 32,
                Algorithm::HS384 => 48,
                Algorithm::HS512 => 64,
                other => panic!("{other} has no secret"),
            };
            assert!(bytes.len() >= shortest);
            assert!(!hidden.is_shown_by(&format!("{key:?}")), "{key:?}");
            assert_halves_fit(&key, key.verifying_key());
        }
        let _ = SigningKey::from_base64_secret(algorithm, String::from_utf8_lossy(bytes)).inspect_err(check);
    }
    // Six algorithms share RSA keys; of the others, each has its own.
    let rsa =
        [Algorithm::RS256, Algorithm::RS384, Algorithm::RS512, Algorithm::PS256, Algorithm::PS384, Algorithm::PS512];
    assert!(accepted.len() < 2 || accepted == rsa, "{accepted:?}");
});

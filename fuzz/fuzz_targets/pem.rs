//! A PEM text as a key of every algorithm: what is accepted is a whole key of one kind, and no error shows a part of it.
#![no_main]

use fastjwt::{Algorithm, KeyError, SigningKey, VerifyingKey};
use fastjwt_fuzz::{assert_halves_fit, leak::Hidden};
use libfuzzer_sys::fuzz_target;

/// What stands between the lines with dashes.
fn hidden(text: &[u8]) -> Hidden {
    let mut hidden = Hidden::default();
    let text = String::from_utf8_lossy(text);
    let mut body = String::new();
    for line in text.split(['\n', '\r']) {
        if line.contains("-----") {
            hidden.add_base64(&std::mem::take(&mut body));
        } else {
            body.push_str(line);
        }
    }
    hidden.add_base64(&body);
    hidden
}

fuzz_target!(|text: &[u8]| {
    let hidden = hidden(text);
    let check = |error: &KeyError| {
        assert!(!hidden.is_shown_by(&error.to_string()), "{error}");
        assert!(!hidden.is_shown_by(&format!("{error:?}")), "{error:?}");
    };
    let mut accepted = Vec::new();
    for algorithm in Algorithm::ALL.iter().copied() {
        let signing = SigningKey::from_pem(algorithm, text).inspect_err(check);
        let verifying = VerifyingKey::from_pem(algorithm, text).inspect_err(check);
        assert!(signing.is_err() || verifying.is_err(), "a text is one half of a key");
        if let Ok(key) = &signing {
            assert!(!hidden.is_shown_by(&format!("{key:?}")), "{key:?}");
            assert_halves_fit(key, key.verifying_key());
        }
        if signing.is_ok() || verifying.is_ok() {
            accepted.push(algorithm);
        }
    }
    assert!(accepted.iter().all(|algorithm| family(*algorithm) == family(accepted[0])), "{accepted:?}");
    // A key that is known to others is no secret, and neither is one in hiding (RFC 8725 section 2.1).
    if !accepted.is_empty() {
        for algorithm in [Algorithm::HS256, Algorithm::HS384, Algorithm::HS512] {
            assert!(SigningKey::from_secret(algorithm, text).is_err());
        }
    }
});

fn family(algorithm: Algorithm) -> &'static str {
    match algorithm {
        Algorithm::ES256 => "P-256",
        Algorithm::ES384 => "P-384",
        Algorithm::EdDSA => "Ed25519",
        Algorithm::HS256 | Algorithm::HS384 | Algorithm::HS512 => panic!("a PEM text is no secret"),
        _ => "RSA",
    }
}

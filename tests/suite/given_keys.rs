//! What is accepted as a key, and what a person who gave something else is told: what was expected and found, no byte of it.

use fastjwt::{Algorithm, FastJwt, KeyError, NoClaims, SigningKey, VerifyingKey};
use proptest::prelude::*;

use crate::{
    support::{NOW, at, cases, good_claims, refusal, shows},
    test_keys::*,
};

fn jwt_with(key: SigningKey) -> FastJwt {
    FastJwt::builder().key(key).clock(|| at(NOW)).build().unwrap()
}

fn configured(secret: impl AsRef<[u8]>) -> Result<FastJwt, fastjwt::ConfigError> {
    FastJwt::builder().secret(secret).build()
}

#[test]
fn r_18_a_secret_has_at_least_32_bytes() {
    let long = "uJ7rZ0vQ2mXc9LwTn4YbKe6HsGd1PfAaq8";
    for length in 0..=31 {
        let error = configured(&long[..length]).unwrap_err();
        let [fault] = error.faults() else { panic!("{error}") };
        assert_eq!(fault.option(), "key");
        assert!(fault.message().contains(&format!("has {length} bytes")), "{error}");
        assert!(fault.message().contains("at least 32"), "{error}");
        assert!(SigningKey::from_secret(Algorithm::HS256, &long[..length]).is_err());
    }
    for length in 32..=long.len() {
        assert!(configured(&long[..length]).is_ok(), "{length}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(cases(200, 20_000)))]

    #[test]
    fn r_25_random_secrets_are_accepted_raw_and_encoded(secret in any::<[u8; 32]>()) {
        let hex: String = secret.iter().map(|byte| format!("{byte:02x}")).collect();
        prop_assert!(SigningKey::from_secret(Algorithm::HS256, secret).is_ok());
        prop_assert!(SigningKey::from_secret(Algorithm::HS256, &hex).is_ok());
        prop_assert!(SigningKey::from_secret(Algorithm::HS256, &hex[..32]).is_ok());
        prop_assert!(SigningKey::from_secret(Algorithm::HS256, crate::support::encode(secret)).is_ok());
    }
}

#[test]
fn r_25_secrets_that_are_guessed_first_are_refused() {
    let weak = [
        // Of one letter, or few.
        "a".repeat(32),
        "0".repeat(64),
        "\0".repeat(32),
        " ".repeat(40),
        "ab".repeat(20),
        "0101010101010101010101010101010101010101".to_owned(),
        "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx".to_owned(),
        // A word, again and again.
        "password".repeat(4),
        "secret".repeat(6),
        "changeme".repeat(4),
        "supersecret".repeat(3),
        "your-secret-key".repeat(3),
        "my-jwt-secret-key".repeat(2),
        "1234567890".repeat(4),
        "12345678901234567890123456789012".to_owned(),
        "0123456789abcdef0123456789abcdef".to_owned(),
        "deadbeefcafebabe".repeat(4),
        // A row of the alphabet.
        "abcdefghijklmnopqrstuvwxyz123456".to_owned(),
        "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345".to_owned(),
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789".to_owned(),
        (0..32_u8).map(char::from).collect(),
        // From tutorials.
        "your-256-bit-secret".to_owned(),
        "a-string-secret-at-least-256-bits-long".to_owned(),
        "a-string-secret-at-least-256-bits-long\n".to_owned(),
        "a-valid-string-secret-that-is-at-least-512-bits-long-which-is-very-long".to_owned(),
        "09d25e094faa6ca2556c818166b7a9563b93f7099f6f0f4caa6cf63b88e8d3e7".to_owned(),
    ];
    for secret in weak {
        let Err(error) = configured(&secret) else { panic!("{secret:?} is accepted") };
        assert_eq!(error.faults()[0].option(), "key", "{error}");
        assert!(!error.to_string().contains(&secret), "{error}");
    }
}

/// Where a pattern ends: a secret is refused for what most of it is, and no good one by chance.
#[test]
fn r_25_few_letters_and_half_a_row_are_the_limits() {
    // In no order, of seven letters and of eight.
    let few = "aebfcgdaafbgceadbecfdgaebdcfgeab";
    assert!(configured(few).unwrap_err().to_string().contains("fewer than 8 different bytes"));
    assert!(configured(few.replacen('g', "h", 1)).is_ok());
    // Of 32 letters, 17 follow the one before them, and 16.
    for (row, rest, good) in
        [("abcdefghijklmnopqr", "Zx7KpQ2mRt9VbW", false), ("abcdefghijklmnopq", "Zx7KpQ2mRt9VbW4", true)]
    {
        for secret in [format!("{row}{rest}"), format!("{rest}{row}")] {
            assert_eq!((secret.len(), configured(&secret).is_ok()), (32, good), "{secret}");
        }
    }
    // A half that stands twice, and one that nearly does.
    assert!(configured("Zx7KpQ2mRt9VbW4sZx7KpQ2mRt9VbW4s").unwrap_err().to_string().contains("a pattern"));
    assert!(configured("Zx7KpQ2mRt9VbW4sZx7KpQ2mRt9VbW4t").is_ok());
}

#[test]
fn r_25_a_pem_text_is_no_secret() {
    for pem in [P256_PUBLIC, P256, ED25519, RSA_PUBLIC, P256_CERTIFICATE] {
        let pems = [
            pem.to_owned(),
            format!("\n {pem}"),
            format!("\u{FEFF}{pem}"),
            format!("\x0B{pem}"),
            format!("Bag Attributes\n    friendlyName: key\n{pem}"),
            pem.replace('\n', "\\n"),
            format!("\"{pem}\""),
        ];
        for text in pems {
            let Err(error) = SigningKey::from_secret(Algorithm::HS256, &text) else { panic!("{text:?} is accepted") };
            assert!(error.to_string().contains("PEM"), "{error}");
        }
    }
}

#[test]
fn r_20_keys_are_read_in_every_form_that_openssl_writes() {
    let comment = format!("Bag Attributes\n    friendlyName: key\n{P256}\nand something after it\n");
    let private = [
        (Algorithm::ES256, P256.to_owned()),
        (Algorithm::ES256, P256_SEC1.to_owned()),
        (Algorithm::ES256, P256_WITH_PARAMETERS.to_owned()),
        (Algorithm::ES256, comment),
        (Algorithm::ES256, P256.replace('\n', "\r\n")),
        (Algorithm::ES256, format!("\n\n{}", P256.trim_end())),
        (Algorithm::EdDSA, ED25519.to_owned()),
        (Algorithm::EdDSA, ED25519.replace('\n', "\r\n")),
    ];
    for (algorithm, pem) in private {
        let key = SigningKey::from_pem(algorithm, &pem).unwrap();
        let public = if algorithm == Algorithm::ES256 { P256_PUBLIC } else { ED25519_PUBLIC };
        assert_eq!(key.id(), VerifyingKey::from_pem(algorithm, public).unwrap().id());
        let signer = if algorithm == Algorithm::ES256 { Signer::Es256 } else { Signer::EdDsa };
        assert!(jwt_with(key).verify_access_token::<NoClaims>(&signer.token(&good_claims())).is_ok());
    }
}

/// What is told about a text that is no private key for an algorithm; it never shows a part of the text.
fn private_error(algorithm: Algorithm, pem: &str) -> String {
    told(pem, SigningKey::from_pem(algorithm, pem).err())
}

fn public_error(algorithm: Algorithm, pem: &str) -> String {
    told(pem, VerifyingKey::from_pem(algorithm, pem).err())
}

fn told(pem: &str, error: Option<KeyError>) -> String {
    let error = error.unwrap_or_else(|| panic!("accepted: {pem}"));
    let message = error.to_string();
    for line in pem.lines().filter(|line| !line.starts_with("-----") && line.len() > 20) {
        for part in line.as_bytes().windows(10) {
            let text = String::from_utf8_lossy(part);
            assert!(!message.contains(&*text) && !format!("{error:?}").contains(&*text), "{message}");
        }
    }
    message
}

#[test]
fn r_20_another_key_than_the_algorithms_is_refused_and_named() {
    const ES256: &str = "ES256 needs a P-256 private key";
    const EDDSA: &str = "EdDSA needs an Ed25519 private key";
    let cases = [
        (Algorithm::ES256, P384, ES256, "a P-384 private key (`PRIVATE KEY`)"),
        (Algorithm::ES256, P384_SEC1, ES256, "a P-384 private key (`EC PRIVATE KEY`)"),
        (Algorithm::ES256, SECP256K1, ES256, "a secp256k1 private key"),
        (Algorithm::ES256, ED25519, ES256, "an Ed25519 private key"),
        (Algorithm::ES256, X25519, ES256, "an X25519 private key"),
        (Algorithm::ES256, RSA, ES256, "an RSA private key"),
        (Algorithm::ES256, P256_PUBLIC, ES256, "a P-256 public key (`PUBLIC KEY`)"),
        (Algorithm::ES256, P256_ENCRYPTED, "decrypt it first", "`ENCRYPTED PRIVATE KEY`"),
        (Algorithm::ES256, P256_CERTIFICATE, ES256, "a P-256 public key (`CERTIFICATE`)"),
        (Algorithm::EdDSA, P256, EDDSA, "a P-256 private key"),
        (Algorithm::EdDSA, P256_SEC1, EDDSA, "a P-256 private key (`EC PRIVATE KEY`)"),
        (Algorithm::EdDSA, X25519, EDDSA, "an X25519 private key"),
        (Algorithm::EdDSA, RSA, EDDSA, "an RSA private key"),
        (Algorithm::EdDSA, ED25519_PUBLIC, EDDSA, "an Ed25519 public key"),
        (Algorithm::HS256, P256, "HS256 takes a secret", "not a PEM text"),
    ];
    for (algorithm, pem, expected, found) in cases {
        let message = private_error(algorithm, pem);
        assert!(message.contains(expected) && message.contains(found), "{message}");
    }
    const PUBLIC_ES256: &str = "ES256 needs a P-256 public key";
    const PUBLIC_EDDSA: &str = "EdDSA needs an Ed25519 public key";
    let cases = [
        (Algorithm::ES256, P384_PUBLIC, PUBLIC_ES256, "a P-384 public key (`PUBLIC KEY`)"),
        (Algorithm::ES256, SECP256K1_PUBLIC, PUBLIC_ES256, "a secp256k1 public key"),
        (Algorithm::ES256, ED25519_PUBLIC, PUBLIC_ES256, "an Ed25519 public key"),
        (Algorithm::ES256, RSA_PUBLIC, PUBLIC_ES256, "an RSA public key"),
        (Algorithm::ES256, P256, PUBLIC_ES256, "a P-256 private key"),
        (Algorithm::EdDSA, P256_CERTIFICATE, PUBLIC_EDDSA, "a P-256 public key (`CERTIFICATE`)"),
        (Algorithm::EdDSA, P256_PUBLIC, PUBLIC_EDDSA, "a P-256 public key"),
        (Algorithm::EdDSA, X25519_PUBLIC, PUBLIC_EDDSA, "an X25519 public key"),
        (Algorithm::EdDSA, ED25519, PUBLIC_EDDSA, "an Ed25519 private key"),
        (Algorithm::HS256, P256_PUBLIC, "HS256 takes a secret", "not a PEM text"),
    ];
    for (algorithm, pem, expected, found) in cases {
        let message = public_error(algorithm, pem);
        assert!(message.contains(expected) && message.contains(found), "{message}");
    }
}

#[test]
fn r_20_a_public_key_off_its_curve_or_in_another_form_is_refused() {
    let point = der(P256_PUBLIC);
    let mut off_curve = point.clone();
    *off_curve.last_mut().unwrap() ^= 1;
    let mut beyond_the_field = point.clone();
    beyond_the_field[27..59].fill(0xFF);
    let mut zero = point.clone();
    zero[27..].fill(0);
    let mut hybrid = point.clone();
    hybrid[26] = 6 | (point.last().unwrap() & 1);
    // 3056301306072a8648ce3d020106082a8648ce3d030107 0302 0000: the point at infinity.
    let mut infinity = point[..26].to_vec();
    (infinity[1], infinity[24]) = (25, 2);
    infinity.push(0);
    let bad = [
        off_curve,
        beyond_the_field,
        zero,
        hybrid,
        infinity,
        point[..90].to_vec(),
        [point.as_slice(), &[0]].concat(),
        // The raw point: what stands in a `PUBLIC KEY` is SPKI.
        point[26..].to_vec(),
        der(ED25519_PUBLIC)[12..].to_vec(),
        Vec::new(),
    ];
    for bad in bad {
        for algorithm in [Algorithm::ES256, Algorithm::EdDSA] {
            public_error(algorithm, &pem("PUBLIC KEY", &bad));
        }
    }
    for pem in [P256_COMPRESSED, P256_EXPLICIT] {
        let message = public_error(Algorithm::ES256, pem);
        assert!(message.contains("named curve") || message.contains("P-256"), "{message}");
    }
}

#[test]
fn r_20_a_private_key_that_does_not_fit_its_public_half_or_curve_is_refused() {
    let (pkcs8, sec1) = (der(P256), der(P256_SEC1));
    let at_scalar = |der: &[u8]| der.windows(4).position(|part| part == der_scalar_start()).unwrap();
    let with_scalar = |der: &[u8], scalar: [u8; 32]| {
        let mut der = der.to_vec();
        let start = at_scalar(&der);
        der[start..start + 32].copy_from_slice(&scalar);
        der
    };
    let mut one = [0; 32];
    one[31] = 1;
    for (label, der) in [("PRIVATE KEY", &pkcs8), ("EC PRIVATE KEY", &sec1)] {
        let mut other_point = der.clone();
        *other_point.last_mut().unwrap() ^= 1;
        for bad in [with_scalar(der, [0; 32]), with_scalar(der, [0xFF; 32]), with_scalar(der, one), other_point] {
            private_error(Algorithm::ES256, &pem(label, &bad));
        }
        // Each form under the other's label; only the one with its own label is what it says.
        private_error(Algorithm::ES256, &pem(label, &der[..der.len() - 1]));
    }
    // Version 2 of the format for Ed25519 (RFC 8410 section 10.3), with the public half of another key.
    let with_public = |public: &[u8]| {
        let version_1 = der(ED25519);
        let mut version_2 = vec![0x30, 81, 2, 1, 1];
        version_2.extend(&version_1[5..]);
        version_2.extend([0x81, 33, 0]);
        version_2.extend(public);
        pem("PRIVATE KEY", &version_2)
    };
    let own = der(ED25519_PUBLIC).split_off(12);
    assert!(SigningKey::from_pem(Algorithm::EdDSA, with_public(&own)).is_ok());
    let other = der(X25519_PUBLIC).split_off(12);
    private_error(Algorithm::EdDSA, &with_public(&other));
}

/// How the private number of [`P256`] begins.
fn der_scalar_start() -> [u8; 4] {
    [0xC6, 0x11, 0x5C, 0xB2]
}

#[test]
fn r_20_texts_that_are_no_single_pem_block_are_refused() {
    let body = P256.lines().nth(1).unwrap();
    let cases = [
        (String::new(), "no PEM block"),
        ("garbage".to_owned(), "no PEM block"),
        (body.to_owned(), "no PEM block"),
        (format!("{P256}{P256}"), "several PEM blocks"),
        (format!("{P256}{P256_PUBLIC}"), "several PEM blocks"),
        (format!("{P256_CERTIFICATE}{P256}"), "several PEM blocks"),
        (format!("{P256}{ED25519}"), "several PEM blocks"),
        ("-----BEGIN EC PARAMETERS-----\nBggqhkjOPQMBBw==\n-----END EC PARAMETERS-----\n".to_owned(), "no PEM block"),
        (P256.replace("-----END PRIVATE KEY-----\n", ""), "damaged"),
        (P256.replace("END PRIVATE", "END PUBLIC"), "damaged"),
        (P256.replacen(&body[..8], "????????", 1), "damaged"),
        (P256.replacen(&body[..1], "", 1), "damaged"),
        (P256.replace('\n', "\\n"), "damaged"),
        (P256.replacen(body, &format!("{}\n{}", &body[..60], &body[60..]), 1), "lines of 64 characters"),
        ("-----BEGIN PRIVATE KEY-----".to_owned(), "damaged"),
        ("-----BEGIN PRIVATE KEY-----\n-----END PRIVATE KEY-----\n".to_owned(), ""),
        ("-----BEGIN ".to_owned(), "of a kind that is not known"),
        (format!("-----BEGIN {body}-----\nAAAA\n-----END {body}-----\n"), "of a kind that is not known"),
        (P256_SEC1_ENCRYPTED.to_owned(), "encrypted"),
    ];
    for (text, expected) in cases {
        let message = private_error(Algorithm::ES256, &text);
        assert!(message.contains(expected), "{text}\n{message}");
        assert!(!shows(&message, &der(P256)), "{message}");
        public_error(Algorithm::ES256, &text);
    }
    let error = SigningKey::from_pem(Algorithm::ES256, der(P256)).unwrap_err().to_string();
    assert!(error.contains("DER"), "{error}");
}

#[test]
fn r_20_a_key_verifies_nothing_of_another_key() {
    for algorithm in [Algorithm::ES256, Algorithm::EdDSA, Algorithm::HS256] {
        let [one, other] = [0, 1].map(|_| jwt_with(SigningKey::generate(algorithm).unwrap().with_id("same").unwrap()));
        let token = one.create_access_token("u").sign().unwrap();
        assert!(one.verify_access_token::<NoClaims>(token.as_str()).is_ok());
        let kind = refusal::<NoClaims>(&other, token.as_str());
        assert_eq!(kind, fastjwt::TokenFault::BadSignature.into(), "{algorithm}");
    }
}

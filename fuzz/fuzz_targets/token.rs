//! The text of a token, for an HS256, an ES256, an EdDSA and an RS256 key: what was not issued is refused, and one token has
//! one text.
#![no_main]

use std::{sync::LazyLock, time::Duration};

use base64::{
    Engine as _, alphabet,
    engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig},
};
use fastjwt::{Algorithm, ClaimMap, Entropy, ErrorKind, FastJwt, NoClaims, OutOfEntropy, SigningKey, danger};
use fastjwt_fuzz::{
    support::{NOW, SECRET, at, encode},
    test_keys::{ED25519, P256, RSA},
};
use libfuzzer_sys::fuzz_target;

struct Instance {
    jwt: FastJwt,
    /// What was signed: header, dot and payload of each token.
    issued: Vec<String>,
}

/// No randomness at all.
struct Sevens;

impl Entropy for Sevens {
    fn fill(&self, bytes: &mut [u8]) -> Result<(), OutOfEntropy> {
        bytes.fill(7);
        Ok(())
    }
}

/// With still clocks and no randomness, every run signs the same.
static INSTANCES: LazyLock<Vec<Instance>> = LazyLock::new(|| {
    let pem = |algorithm, pem| SigningKey::from_pem(algorithm, pem).expect("the tests' keys are good");
    let keys = [
        SigningKey::from_secret(Algorithm::HS256, SECRET).expect("the tests' secret is good"),
        pem(Algorithm::ES256, P256),
        pem(Algorithm::EdDSA, ED25519),
        pem(Algorithm::RS256, RSA),
    ];
    keys.map(|key| {
        let jwt = FastJwt::builder().key(key).clock(|| at(NOW)).entropy(Sevens).build().expect("a good configuration");
        let tokens = [
            jwt.create_access_token("USER_ID").sign(),
            jwt.create_access_token("ü").header("x", 1).claim("list", [1, 2]).fresh().scopes(["a", "b"]).sign(),
            jwt.create_access_token("u").expires_in(Duration::from_secs(1)).sign(),
        ];
        let issued = tokens.map(|token| {
            let token = token.expect("a good token");
            if std::env::var_os("FASTJWT_SHOW_TOKENS").is_some() {
                println!("{}", token.as_str());
            }
            token.as_str().rsplit_once('.').expect("it has a signature").0.to_owned()
        });
        Instance { jwt, issued: issued.into() }
    })
    .into()
});

/// Reads all that any decoder of base64url would: padding and set bits at the end, too.
fn decode_leniently(segment: &str) -> Option<Vec<u8>> {
    let config = GeneralPurposeConfig::new()
        .with_decode_allow_trailing_bits(true)
        .with_decode_padding_mode(DecodePaddingMode::Indifferent);
    GeneralPurpose::new(&alphabet::URL_SAFE, config).decode(segment).ok()
}

fuzz_target!(|bytes: &[u8]| {
    let Ok(text) = str::from_utf8(bytes) else { return };
    let unverified = danger::decode_unverified::<NoClaims>(text);
    for Instance { jwt, issued } in &*INSTANCES {
        assert!(jwt.verify_refresh_token::<NoClaims>(text).is_err());
        let payload = match jwt.verify_access_token::<NoClaims>(text) {
            Ok(payload) => payload,
            Err(error) => {
                assert!(matches!(error.kind(), ErrorKind::Token(_) | ErrorKind::Request(_)), "{error}");
                continue;
            }
        };
        let message = text.rsplit_once('.').expect("it has a signature").0;
        assert!(issued.iter().any(|issued| issued == message), "a token that was not issued: {text}");
        for segment in text.split('.') {
            assert_eq!(encode(decode_leniently(segment).expect("it is base64url")), segment, "{text}");
        }
        let unverified = unverified.as_ref().expect("what verifies can be read");
        assert_eq!(unverified.sub.as_deref(), Some(payload.sub.as_str()));
        assert!(jwt.verify_access_token::<ClaimMap>(text).is_ok());
    }
});

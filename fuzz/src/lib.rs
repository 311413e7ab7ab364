//! What the fuzz targets share: the tests' support and keys, a reader of JSON of their own, and a search for leaked keys.

pub mod json;
pub mod leak;
#[path = "../../tests/suite/support.rs"]
pub mod support;
#[path = "../../tests/suite/test_keys.rs"]
pub mod test_keys;

use std::time::Duration;

use fastjwt::{FastJwt, NoClaims, SigningKey, VerifyingKey};
use support::{NOW, at};

/// What a key signs, its public half verifies; and nothing else.
pub fn assert_halves_fit(signing: &SigningKey, verifying: &VerifyingKey) {
    assert_eq!(signing.algorithm(), verifying.algorithm());
    let builder = || FastJwt::builder().clock(|| at(NOW));
    let issuer = builder().key(signing.clone()).build().expect("a key makes a configuration");
    let verifier = builder().verifying_key(verifying.clone()).build().expect("a key makes a configuration");
    let token = issuer.create_access_token("USER_ID").expires_in(Duration::from_secs(60)).sign().expect("a key signs");
    let payload = verifier.verify_access_token::<NoClaims>(token.as_str()).expect("its other half verifies");
    assert_eq!(payload.sub, "USER_ID");
    assert!(verifier.verify_access_token::<NoClaims>(&support::spoil_signature(token.as_str())).is_err());
}

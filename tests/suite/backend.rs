//! What is demanded of the cryptography that signs: of which crate it is, and how it chooses ECDSA's nonces.

use std::collections::HashSet;

use fastjwt::{Algorithm, Entropy, FastJwt, OutOfEntropy};

use crate::signers::builder_for;

/// The lock file has the dependencies of every feature and of the tests.
#[test]
fn r_27_no_feature_brings_the_rsa_crate() {
    let crates: HashSet<&str> =
        include_str!("../../Cargo.lock").lines().filter_map(|line| line.strip_prefix("name = ")).collect();
    assert!(crates.contains("\"aws-lc-rs\"") && crates.contains("\"chrono\""), "the list is not the whole one");
    assert!(!crates.contains("\"rsa\""), "RUSTSEC-2023-0071 has no mend: the time of a signature tells of the key");
}

/// The worst source of randomness.
struct Zeros;

impl Entropy for Zeros {
    fn fill(&self, bytes: &mut [u8]) -> Result<(), OutOfEntropy> {
        bytes.fill(0);
        Ok(())
    }
}

/// So many signatures of one message, which the configuration's randomness, or its lack, has no part in.
fn signatures(algorithm: Algorithm, count: usize) -> Vec<String> {
    let jwt: FastJwt = builder_for(algorithm).entropy(Zeros).build().unwrap();
    let tokens = (0..count).map(|_| jwt.create_access_token("USER_ID").sign().unwrap().into_string());
    let (messages, signatures): (HashSet<String>, Vec<String>) = tokens
        .map(|token| {
            token.rsplit_once('.').map(|(message, signature)| (message.to_owned(), signature.to_owned())).unwrap()
        })
        .unzip();
    assert_eq!(messages.len(), 1, "{algorithm}: the messages differ, so that nothing is shown");
    signatures
}

/// Two signatures of different messages with one nonce give the key away. `r`, the first half, is the nonce's point.
#[test]
fn r_28_no_ecdsa_nonce_stands_twice() {
    for algorithm in [Algorithm::ES256, Algorithm::ES384] {
        let signatures = signatures(algorithm, 200);
        let points: HashSet<&str> = signatures.iter().map(|signature| &signature[..signature.len() / 2 - 1]).collect();
        assert_eq!(points.len(), signatures.len(), "{algorithm}");
    }
}

#[test]
fn r_28_what_needs_no_randomness_takes_none() {
    for &algorithm in Algorithm::ALL {
        let different: HashSet<String> = signatures(algorithm, 3).into_iter().collect();
        let random = matches!(
            algorithm,
            Algorithm::ES256 | Algorithm::ES384 | Algorithm::PS256 | Algorithm::PS384 | Algorithm::PS512
        );
        assert_eq!(different.len(), if random { 3 } else { 1 }, "{algorithm}");
    }
}

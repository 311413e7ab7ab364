//! The verifier held against jsonwebtoken's: what that refuses is refused, and what is refused beyond that has its reason.

use std::cell::RefCell;

use fastjwt::{Algorithm, ClaimMap, NoClaims};
use jsonwebtoken::{DecodingKey, Validation, errors::ErrorKind};
use proptest::{prelude::*, test_runner::TestRunner};
use serde_json::{Map, Value};

use crate::{
    mutants::{AUDIENCE, ISSUER, jwt_for, mutant},
    reasons::*,
    signers::{LONG_SECRET, public_jwk},
    support::cases,
};

/// Why we refuse what jsonwebtoken accepts. Its clock checks are off, since its clock can't be set.
const REASONS: &[Reason] = &[
    TYP,
    CRIT,
    ENCRYPTED,
    HEADER_TWICE,
    HEADER_TYPE,
    KID,
    MISSING,
    CLAIM_TYPE,
    CLAIM_TWICE,
    NESTED_TWICE,
    EXPIRED,
    EARLY,
    FUTURE,
    ISSUER_MISSING,
    AUDIENCE_MISSING,
    REALM,
    BOUND,
    KIND,
];

/// Why we accept what jsonwebtoken refuses.
const LICENCES: &[Licence] = &[ED25519, UNREAD_JWK, ACME, UNREAD_VALUE];

struct Oracle {
    key: DecodingKey,
    validation: Validation,
}

impl Oracle {
    fn new(algorithm: Algorithm) -> Self {
        let key = match algorithm {
            Algorithm::HS256 => DecodingKey::from_secret(LONG_SECRET),
            _ => DecodingKey::from_jwk(&serde_json::from_value(public_jwk(algorithm)).unwrap()).unwrap(),
        };
        let mut validation = Validation::new(algorithm.as_str().parse().unwrap());
        validation.validate_exp = false;
        validation.validate_nbf = false;
        validation.set_issuer(&[ISSUER]);
        validation.set_audience(&[AUDIENCE]);
        Self { key, validation }
    }

    fn verify(&self, token: &str) -> Result<(), ErrorKind> {
        let decoded = jsonwebtoken::decode::<Map<String, Value>>(token, &self.key, &self.validation);
        decoded.map(drop).map_err(jsonwebtoken::errors::Error::into_kind)
    }
}

/// How often it came to what.
#[derive(Default)]
struct Tally {
    both_accept: u32,
    both_refuse: u32,
    reasons: Vec<u32>,
    licences: Vec<u32>,
}

fn compare(algorithm: Algorithm) {
    let (jwt, oracle) = (jwt_for(algorithm), Oracle::new(algorithm));
    let tally =
        RefCell::new(Tally { reasons: vec![0; REASONS.len()], licences: vec![0; LICENCES.len()], ..Tally::default() });
    let mut runner = TestRunner::new(ProptestConfig {
        source_file: Some(file!()),
        ..ProptestConfig::with_cases(cases(300, 20_000))
    });
    let compared = runner.run(&mutant(algorithm), |mutant| {
        let ours = jwt.verify_access_token::<ClaimMap>(&mutant.token).map_err(|error| error.kind().clone());
        let seen = Seen::new(&mutant.token);
        let mut tally = tally.borrow_mut();
        match (&ours, oracle.verify(&mutant.token)) {
            (Ok(_), Ok(())) => tally.both_accept += 1,
            (Err(_), Err(_)) => tally.both_refuse += 1,
            (Err(kind), Ok(())) => match REASONS.iter().position(|reason| reason.explains(kind, &seen)) {
                Some(reason) => tally.reasons[reason] += 1,
                None => prop_assert!(false, "refused without a reason: {kind:?} {:?}", mutant.changes),
            },
            // All that it refuses beyond us, it could not read; a signature or a claim is never among it.
            (Ok(_), Err(ErrorKind::Json(_))) => match LICENCES.iter().position(|licence| (licence.shows)(&seen)) {
                Some(licence) => tally.licences[licence] += 1,
                None => prop_assert!(false, "accepted what jsonwebtoken can't read: {:?}", mutant.changes),
            },
            (Ok(_), Err(kind)) => prop_assert!(false, "accepted what jsonwebtoken refuses: {kind:?}"),
        }
        // What is read into every claim passes also where none is read.
        if ours.is_ok() {
            prop_assert!(jwt.verify_access_token::<NoClaims>(&mutant.token).is_ok());
        }
        Ok(())
    });
    if let Err(failure) = compared {
        panic!("{algorithm}: {failure}");
    }
    let tally = tally.into_inner();
    println!("{algorithm}: {} accepted and {} refused by both", tally.both_accept, tally.both_refuse);
    let reasons = REASONS.iter().map(|reason| reason.why).zip(&tally.reasons);
    let licences = LICENCES.iter().map(|licence| licence.why).zip(&tally.licences);
    for (why, count) in reasons.clone().chain(licences.clone()) {
        println!("{count:6} {why}");
    }
    assert!(tally.both_accept > 0 && tally.both_refuse > 0, "{algorithm}: a comparison that shows nothing");
    if cases(0, 1) == 1 {
        // A reason that never comes up explains nothing.
        assert!(reasons.clone().all(|(_, count)| *count > 0), "{algorithm}: a reason was not reached");
        let ed25519 = u32::from(algorithm == Algorithm::EdDSA);
        assert!(licences.clone().all(|(why, count)| *count > 0 || (why == ED25519.why && ed25519 == 0)), "{algorithm}");
    }
}

#[test]
fn r_31_hs256_against_jsonwebtoken() {
    compare(Algorithm::HS256);
}

#[test]
fn r_31_es256_against_jsonwebtoken() {
    compare(Algorithm::ES256);
}

#[test]
fn r_31_eddsa_against_jsonwebtoken() {
    compare(Algorithm::EdDSA);
}

#[test]
fn r_31_rs256_against_jsonwebtoken() {
    compare(Algorithm::RS256);
}

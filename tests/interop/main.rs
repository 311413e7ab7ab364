//! Tokens between this library and others: PyJWT and jose, each a program that answers a line for a line.

#[expect(dead_code, reason = "the other tests use the rest of it")]
#[path = "../suite/key_forms.rs"]
mod key_forms;
mod library;
#[path = "../suite/mutant_values.rs"]
mod mutant_values;
#[path = "../suite/mutants.rs"]
mod mutants;
#[expect(dead_code, reason = "the other tests use the rest of it")]
#[path = "../suite/reasons.rs"]
mod reasons;
#[expect(dead_code, reason = "the other tests use the rest of it")]
#[path = "../suite/signers.rs"]
mod signers;
#[expect(dead_code, reason = "the other tests use the rest of it")]
#[path = "../suite/support.rs"]
mod support;
#[expect(dead_code, reason = "the other tests use the rest of it")]
#[path = "../suite/test_keys.rs"]
mod test_keys;

use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};
use fastjwt::{Algorithm, ClaimMap, TokenFault};
use proptest::{
    prelude::*,
    strategy::ValueTree as _,
    test_runner::{Config, RngAlgorithm, TestRng, TestRunner},
};
use serde_json::{Value, json};

use crate::{
    library::{Library, ask, key_text},
    mutants::{AUDIENCE, ISSUER, Mutant, jwt_for, mutant},
    reasons::*,
    support::{NOW, cases},
};

const TEXT: Reason = Reason {
    why: "one token has one text: three segments in canonical base64url, nothing beside them",
    answers: |fault| matches!(fault, TokenFault::Malformed),
    shows: |seen| {
        let segments: Vec<&str> = seen.token.split('.').collect();
        let canonical = |segment: &&str| !segment.is_empty() && BASE64_URL_SAFE_NO_PAD.decode(segment).is_ok();
        segments.len() != 3 || !segments.iter().all(canonical)
    },
};

const JSON: Reason = Reason {
    why: "header and payload are JSON objects in UTF-8: no byte order mark, no NaN, no half of a surrogate pair, no number without end",
    // What cannot be read may hold anything else besides; but the signature must never be what was wrong.
    answers: |fault| !matches!(fault, TokenFault::Malformed | TokenFault::BadSignature | TokenFault::WrongAlgorithm),
    shows: Seen::is_unreadable,
};

const FRACTION_OF_EXP: Licence = Licence {
    why: "the fraction of `exp` counts here; PyJWT cuts it off, and ends a token up to a second early",
    shows: |seen| seen.moment("exp").is_some_and(|moment| moment.fract() != 0.0),
};

const FRACTION_AHEAD: Licence = Licence {
    why: "fractions of `iat` and `nbf` are cut off here, since a clock of whole seconds is behind them",
    shows: |seen| ["iat", "nbf"].iter().any(|name| seen.moment(name).is_some_and(|moment| moment.fract() != 0.0)),
};

/// What both libraries accept and this one refuses.
const REASONS: &[Reason] = &[
    TEXT,
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
    REALM,
    BOUND,
    KIND,
    JSON,
];

/// What one of them accepts beyond that, and what it refuses although it is accepted here, with the error it then names.
struct Differences {
    reasons: &'static [Reason],
    licences: &'static [(Licence, &'static str)],
}

const PYJWT: Differences = Differences {
    reasons: &[],
    licences: &[
        (ED25519, "InvalidAlgorithmError"),
        (FRACTION_OF_EXP, "ExpiredSignatureError"),
        (FRACTION_AHEAD, "ImmatureSignatureError"),
    ],
};

const JOSE: Differences = Differences {
    reasons: &[FUTURE],
    licences: &[(ED25519, "ERR_JOSE_ALG_NOT_ALLOWED"), (FRACTION_AHEAD, "ERR_JWT_CLAIM_VALIDATION_FAILED")],
};

fn claims() -> Value {
    json!({ "name": "Zoë \u{1F511} \"quoted\"\n", "list": [1, 2.5, null, true, {}], "deep": { "a": { "b": [] } }, "big": 9_007_199_254_740_991_u64 })
}

/// Tokens made here are read there, with the same claims, and the other way round, for every algorithm.
fn exchange(library: Library) {
    let algorithms = &ask(library, &[json!({ "op": "algorithms" })])[0]["algorithms"];
    let mut asked = Vec::new();
    for &algorithm in Algorithm::ALL {
        let name = json!(algorithm.as_str());
        assert!(algorithms.as_array().unwrap().contains(&name), "{algorithm} is not among {algorithms}");
        let jwt = jwt_for(algorithm);
        let mut builder = jwt.create_access_token("USER_ID").header("note", "ü").scopes(["read"]);
        for (claim, value) in claims().as_object().unwrap() {
            builder = builder.claim(claim, value);
        }
        let token = builder.sign().unwrap();
        asked.push(json!({
            "op": "verify", "alg": name, "key": key_text(algorithm, false), "token": token.as_str(), "show": true,
        }));
    }
    for &algorithm in Algorithm::ALL {
        let mut theirs = claims();
        for (claim, value) in [
            ("iss", json!(ISSUER)),
            ("sub", json!("USER_ID")),
            ("aud", json!([AUDIENCE, "other"])),
            ("exp", json!(NOW + 900)),
            ("iat", json!(NOW)),
            ("type", json!("access")),
        ] {
            theirs[claim] = value;
        }
        asked.push(json!({
            "op": "sign", "alg": algorithm.as_str(), "key": key_text(algorithm, true), "claims": theirs, "header": { "typ": "at+jwt" },
        }));
    }
    let answers = ask(library, &asked);
    let (verified, signed) = answers.split_at(Algorithm::ALL.len());
    for (&algorithm, answer) in Algorithm::ALL.iter().zip(verified) {
        for (claim, value) in claims().as_object().unwrap() {
            assert_eq!(&answer["claims"][claim], value, "{algorithm}: {answer}");
        }
        assert_eq!(answer["claims"]["sub"], "USER_ID", "{algorithm}: {answer}");
    }
    for (&algorithm, answer) in Algorithm::ALL.iter().zip(signed) {
        let token = answer["token"].as_str().unwrap_or_else(|| panic!("{algorithm}: {answer}"));
        let payload = jwt_for(algorithm).verify_access_token::<ClaimMap>(token);
        let payload = payload.unwrap_or_else(|error| panic!("{algorithm}: {error}"));
        assert_eq!(payload.sub, "USER_ID");
        for (claim, value) in claims().as_object().unwrap() {
            assert_eq!(payload.get(claim), Some(value), "{algorithm}");
        }
    }
    println!("{library:?}: {} algorithms, both ways", Algorithm::ALL.len());
}

/// The same mutants in every run, so that what one machine finds, another finds.
fn mutants_of(algorithm: Algorithm, count: u32) -> Vec<Mutant> {
    let mut seed = [0; 32];
    seed[..algorithm.as_str().len()].copy_from_slice(algorithm.as_str().as_bytes());
    let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &seed);
    let mut runner = TestRunner::new_with_rng(Config::default(), rng);
    let strategy = mutant(algorithm).boxed();
    (0..count).map(|_| strategy.new_tree(&mut runner).unwrap().current()).collect()
}

fn compare(library: Library, differences: &Differences) {
    let mut counts = vec![0; REASONS.len() + differences.reasons.len() + differences.licences.len()];
    let (mut both_accept, mut both_refuse) = (0, 0);
    for algorithm in [Algorithm::HS256, Algorithm::ES256, Algorithm::EdDSA, Algorithm::RS256] {
        let (jwt, key) = (jwt_for(algorithm), key_text(algorithm, false));
        let mutants = mutants_of(algorithm, cases(500, 10_000));
        let asked: Vec<Value> = mutants
            .iter()
            .map(|mutant| json!({ "op": "verify", "alg": algorithm.as_str(), "key": key, "token": mutant.token }))
            .collect();
        for (mutant, answer) in mutants.iter().zip(ask(library, &asked)) {
            let ours = jwt.verify_access_token::<ClaimMap>(&mutant.token).map_err(|error| error.kind().clone());
            let theirs = answer["error"].as_str();
            let seen = Seen::new(&mutant.token);
            let place = match (&ours, theirs) {
                (Ok(_), None) => {
                    both_accept += 1;
                    continue;
                }
                (Err(_), Some(_)) => {
                    both_refuse += 1;
                    continue;
                }
                (Err(kind), None) => {
                    let reason =
                        REASONS.iter().chain(differences.reasons).position(|reason| reason.explains(kind, &seen));
                    reason.unwrap_or_else(|| {
                        panic!(
                            "{library:?}, {algorithm}: refused without a reason: {kind:?} {:?} {}",
                            mutant.changes, mutant.token
                        )
                    })
                }
                (Ok(_), Some(error)) => {
                    let named = |(licence, name): &(Licence, &str)| *name == error && (licence.shows)(&seen);
                    let licence = differences.licences.iter().position(named);
                    let first = REASONS.len() + differences.reasons.len();
                    first
                        + licence.unwrap_or_else(|| {
                            panic!(
                                "{library:?}, {algorithm}: accepted, but {error}: {:?} {}",
                                mutant.changes, mutant.token
                            )
                        })
                }
            };
            counts[place] += 1;
        }
    }
    println!("{library:?}: {both_accept} accepted and {both_refuse} refused by both");
    let reasons = REASONS.iter().chain(differences.reasons).map(|reason| reason.why);
    let whys = reasons.chain(differences.licences.iter().map(|(licence, _)| licence.why));
    for (why, count) in whys.zip(&counts) {
        println!("{count:6} {why}");
    }
    assert!(both_accept > 0 && both_refuse > 0, "a comparison that shows nothing");
    if cases(0, 1) == 1 {
        assert!(counts.iter().all(|count| *count > 0), "{library:?}: a reason was not reached");
    }
}

#[test]
fn pyjwt_reads_our_tokens_and_we_read_its() {
    exchange(Library::PyJwt);
}

#[test]
fn jose_reads_our_tokens_and_we_read_its() {
    exchange(Library::Jose);
}

#[test]
fn r_31_mutants_against_pyjwt() {
    compare(Library::PyJwt, &PYJWT);
}

#[test]
fn r_31_mutants_against_jose() {
    compare(Library::Jose, &JOSE);
}

//! What is done again and again: by `tokens`, which takes the time, and by `allocations`, which counts how often memory is asked for.

use std::{hint::black_box, sync::Arc};

use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};
use fastjwt::{Algorithm, FastJwt};

use crate::{
    contenders::{self, Contender, Floor, ours_built},
    keys::Key,
    payload::{Extra, Flat, flat, now},
    timing::Case,
};

/// Everybody verifies the same token.
///
/// # Panics
/// If one of them refuses it.
#[must_use]
pub fn verify(algorithm: Algorithm) -> Vec<Case<'static>> {
    let key = Key::new(algorithm);
    let token: Arc<str> = Floor::new(&key).sign(&flat()).into();
    let case = |Contender { name, verify, .. }: Contender| {
        assert!(verify(&token), "{name} refuses a good {algorithm} token");
        let token = Arc::clone(&token);
        Case::new(name, move || {
            black_box(verify(black_box(&token)));
        })
    };
    contenders::all(&key).into_iter().map(case).collect()
}

/// Everybody signs the same claims.
///
/// # Panics
/// If the floor refuses what one of them signed.
#[must_use]
pub fn sign(algorithm: Algorithm) -> Vec<Case<'static>> {
    let key = Key::new(algorithm);
    let floor = Floor::new(&key);
    let case = |Contender { name, sign, .. }: Contender| {
        let sign = sign?;
        assert!(floor.verify(&sign()).is_some(), "the floor refuses what {name} signed");
        Some(Case::new(name, move || {
            black_box(sign());
        }))
    };
    contenders::all(&key).into_iter().filter_map(case).collect()
}

/// Good tokens, then those that are refused.
///
/// # Panics
/// If a good one is refused, or another is not.
#[must_use]
pub fn refuse() -> Vec<Case<'static>> {
    const GARBAGE: usize = 6 * 1024;
    let key = Key::new(Algorithm::HS256);
    let jwt = ours_built(&key, |builder| builder);
    let floor = Floor::new(&key);
    let good = floor.sign(&flat());
    let (message, signature) = good.rsplit_once('.').expect("a signature");
    let (header, payload) = message.split_once('.').expect("a payload");
    let encode = |text: &str| BASE64_URL_SAFE_NO_PAD.encode(text);
    let wrong = if signature.starts_with('A') { "B" } else { "A" };
    let long_header = format!(r#"{{"alg":"HS256","kid":"{}"}}"#, "k".repeat(GARBAGE / 4 * 3));
    let many_members: Vec<String> = (0..500).map(|number| format!(r#""m{number}":{number}"#)).collect();
    let nested = format!(r#"{{"alg":"HS256","jwk":{}1{}}}"#, r#"{"a":"#.repeat(100), "}".repeat(100));
    let accepted = [
        ("accepted", good.clone()),
        ("accepted, 6 KiB", floor.sign(&Flat { tenant: "t".repeat(GARBAGE / 4 * 3), ..flat() })),
    ];
    let refused = [
        ("wrong signature", format!("{message}.{wrong}{}", &signature[1..])),
        ("expired", floor.sign(&Flat { exp: now() - 60, ..flat() })),
        ("another audience", floor.sign(&Flat { aud: "another".to_owned(), ..flat() })),
        ("another key", format!("{}.{payload}.{signature}", encode(r#"{"alg":"HS256","typ":"JWT","kid":"none"}"#))),
        ("`alg` is none", format!("{}.{payload}.{signature}", encode(r#"{"alg":"none","typ":"JWT"}"#))),
        ("6 KiB of one letter", "A".repeat(GARBAGE)),
        ("6 KiB of dots", ".".repeat(GARBAGE)),
        ("6 KiB of payload, wrong signature", format!("{header}.{}.{signature}", "A".repeat(GARBAGE))),
        ("6 KiB of header, no JSON", format!("{}.{payload}.{signature}", "A".repeat(GARBAGE))),
        ("6 KiB of header, one key id", format!("{}.{payload}.{signature}", encode(&long_header))),
        (
            "6 KiB of header, 500 members",
            format!("{}.{payload}.{signature}", encode(&format!("{{{}}}", many_members.join(",")))),
        ),
        ("a header with 100 objects in each other", format!("{}.{payload}.{signature}", encode(&nested))),
        ("6 KiB of signature", format!("{message}.{}", "A".repeat(GARBAGE))),
    ];
    let case = |is_accepted| {
        let jwt = jwt.clone();
        move |(name, token): (&str, String)| verifying(&jwt, name, token, is_accepted)
    };
    accepted.into_iter().map(case(true)).chain(refused.into_iter().map(case(false))).collect()
}

/// fastjwt verifies a token.
///
/// # Panics
/// If it is accepted and should not be, or the other way round.
pub fn verifying<'c>(jwt: &FastJwt, name: &str, token: impl AsRef<str> + 'c, is_accepted: bool) -> Case<'c> {
    assert_eq!(jwt.verify_access_token::<Extra>(token.as_ref()).is_ok(), is_accepted, "{name}");
    let jwt = jwt.clone();
    Case::new(name, move || {
        let _ = black_box(jwt.verify_access_token::<Extra>(black_box(token.as_ref())));
    })
}

/// fastjwt with a cache in which so many tokens live.
#[must_use]
pub fn caching(key: &Key, alive: usize) -> FastJwt {
    ours_built(key, |builder| builder.token_cache_entries((2 * alive).max(128)))
}

/// So many tokens with a `jti` of their own.
#[must_use]
pub fn different(floor: &Floor, count: usize) -> Vec<String> {
    (0..count).map(|number| floor.sign(&Flat { jti: format!("{number:036}"), ..flat() })).collect()
}

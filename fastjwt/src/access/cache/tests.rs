//! What the cache keeps, and what it lets go.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::sync::Arc;

use super::{Cache, Entry, MOST_USES, WAYS};
use crate::{Algorithm, NumericDate, SigningKey, access::provenance::Basis, config::IssuerTerms, jws::Typ};

struct Maker {
    key: SigningKey,
    issuer: Arc<IssuerTerms>,
}

impl Maker {
    fn new() -> Self {
        Self { key: SigningKey::generate(Algorithm::HS256).unwrap(), issuer: Arc::default() }
    }

    fn entry(&self, token: &str, json: usize, exp: u64) -> Arc<Entry> {
        let key = self.key.verifying_key().clone();
        let basis = Basis { key, issuer: Arc::clone(&self.issuer), typ: Typ::Jwt };
        Arc::new(Entry::new(token, 0, vec![b' '; json], basis, seconds(exp), Arc::new(())))
    }
}

/// As long as a signature.
fn token(name: impl std::fmt::Display) -> String {
    format!("{:.>43}", name.to_string())
}

fn seconds(seconds: u64) -> NumericDate {
    NumericDate::from_secs(seconds).unwrap()
}

/// How many tokens and bytes there are, counted anew.
fn held(cache: &Cache) -> (usize, usize) {
    let sets = cache.sets.iter().map(|set| {
        let set = set.lock().unwrap();
        let sizes: Vec<usize> = set.places.iter().flatten().map(|place| place.entry.size()).collect();
        assert_eq!(set.bytes, sizes.iter().sum::<usize>());
        assert!(set.bytes <= cache.set_bytes);
        (sizes.len(), set.bytes)
    });
    sets.fold((0, 0), |sum, set| (sum.0 + set.0, sum.1 + set.1))
}

#[test]
fn tokens_and_bytes_stay_within_their_bounds_whatever_comes() {
    let maker = Maker::new();
    let cache = Cache::new(128, 128 * 1024);
    for number in 0..20_000_usize {
        // Now and then one that is larger than a set.
        let json = if number % 100 == 0 { 100_000 } else { number % 3000 };
        cache.keep(maker.entry(&token(number), json, 1000 + number as u64), seconds(number as u64));
        if number % 1000 == 999 {
            let (tokens, bytes) = held(&cache);
            assert!(tokens <= 128 && bytes <= 128 * 1024, "{tokens} {bytes}");
        }
    }
    assert!(held(&cache).0 > 20);
    assert!(cache.find(&token(0)).is_none());
}

#[test]
fn a_token_that_is_kept_again_takes_one_place() {
    let maker = Maker::new();
    let cache = Cache::new(WAYS, 1 << 20);
    let (first, second) = (maker.entry(&token("a"), 10, 9), maker.entry(&token("a"), 20, 9));
    cache.keep(first, seconds(0));
    cache.keep(Arc::clone(&second), seconds(0));
    assert_eq!(held(&cache), (1, second.size()));
    assert!(Arc::ptr_eq(&cache.find(&token("a")).unwrap(), &second));
    cache.forget(&second);
    assert_eq!(held(&cache), (0, 0));
}

#[test]
fn a_stream_of_tokens_that_come_once_leaves_those_that_come_again() {
    let maker = Maker::new();
    let cache = Cache::new(512, 1 << 24);
    let live: Vec<String> = (0..100).map(|number| token(format_args!("live {number}"))).collect();
    for token in &live {
        cache.keep(maker.entry(token, 400, 1 << 30), seconds(0));
        for _ in 0..MOST_USES {
            let _ = cache.find(token);
        }
    }
    let before = live.iter().filter(|token| cache.find(token).is_some()).count();
    for number in 0..100_000 {
        cache.keep(maker.entry(&token(format_args!("stream {number}")), 400, 1 << 30), seconds(0));
    }
    let after = live.iter().filter(|token| cache.find(token).is_some()).count();
    assert!(before >= 99, "{before}");
    assert!(after + 2 >= before, "{before} {after}");
}

#[test]
fn a_token_that_has_ended_goes_first() {
    let maker = Maker::new();
    let cache = Cache::new(WAYS, 1 << 20);
    for number in 0..WAYS {
        let exp = if number == 3 { 10 } else { 1000 };
        cache.keep(maker.entry(&token(number), 100, exp), seconds(0));
    }
    // However often it was asked for.
    for _ in 0..9 {
        assert!(cache.find(&token(3)).is_some());
    }
    cache.keep(maker.entry(&token("new"), 100, 1000), seconds(10));
    let there: Vec<bool> = (0..WAYS).map(|number| cache.find(&token(number)).is_some()).collect();
    assert_eq!(there, (0..WAYS).map(|number| number != 3).collect::<Vec<_>>());
    assert!(cache.find(&token("new")).is_some());
}

#[test]
fn only_the_very_token_is_found() {
    let maker = Maker::new();
    let cache = Cache::new(WAYS, 1 << 20);
    let signature = "s".repeat(super::HASHED);
    cache.keep(maker.entry(&format!("header.payload.{signature}"), 10, 9), seconds(0));
    // They hash alike.
    for other in [format!("header.payloae.{signature}"), format!("payload.{signature}"), signature.clone()] {
        assert_eq!(cache.hash(&other), cache.hash(&format!("header.payload.{signature}")));
        assert!(cache.find(&other).is_none(), "{other}");
    }
    assert!(cache.find("").is_none());
}

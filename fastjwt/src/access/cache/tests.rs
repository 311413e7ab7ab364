//! What the cache keeps, and what it lets go.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::sync::Arc;

use super::{
    Cache, Reader,
    set::{MOST_USES, WAYS},
};
use crate::{
    Algorithm, ClaimNames, Claims, Freshness, Names, NoClaims, NumericDate, RegisteredClaims, SigningKey, TokenKind,
    access::{
        held::{AnyHeld, Held, Known, Signed},
        provenance::Basis,
    },
};

struct Maker {
    key: SigningKey,
}

impl Maker {
    fn new() -> Self {
        Self { key: SigningKey::generate(Algorithm::HS256).unwrap() }
    }

    fn keep(&self, cache: &Cache, token: &[u8], json: usize, exp: u64, now: u64) -> Arc<dyn AnyHeld> {
        let mut signed = Signed::new(vec![b'x'; json], Basis::nobodys());
        signed.kept = Some(cache.known_by(token, 0, self.key.verifying_key().clone()));
        let held: Arc<dyn AnyHeld> = Arc::new(Held::new(signed, claims(seconds(exp), NoClaims::default())));
        cache.keep(token, Arc::clone(&held), seconds(now));
        held
    }
}

fn claims<C>(exp: NumericDate, extra: C) -> RegisteredClaims<C> {
    RegisteredClaims {
        iss: None,
        sub: "somebody".to_owned(),
        aud: Vec::new(),
        exp,
        nbf: None,
        iat: None,
        jti: None,
        kind: TokenKind::Access,
        fresh: Freshness::Stale,
        scopes: Vec::new(),
        csrf: None,
        auth_time: None,
        sid: None,
        client_id: None,
        extra,
    }
}

/// What the cache knows of a token.
fn find(cache: &Cache, token: &[u8]) -> Option<Arc<dyn AnyHeld>> {
    cache.find::<NoClaims>(token, Reader::Anybody).map(|known| known.held())
}

/// Gives the bytes that it counts.
fn keep_other(cache: &Cache, held: &Arc<dyn AnyHeld>, extra: impl Claims) -> usize {
    let other: Arc<dyn AnyHeld> = Arc::new(Held::again(Arc::clone(held), claims(NumericDate::MAX, extra)));
    cache.keep_other(held, Arc::clone(&other));
    other.size()
}

/// Types as which claims may be read.
macro_rules! types {
    ($($name:ident),*) => {$(
        #[derive(Debug, serde::Serialize, serde::Deserialize)]
        struct $name {}

        impl ClaimNames for $name {
            const NAMES: Names = Names::new(&[], &[]);
        }

        impl Claims for $name {}
    )*};
}
types!(One, Two, Three);

/// As long as a signature.
fn token(name: impl std::fmt::Display) -> Vec<u8> {
    format!("{:.>43}", name.to_string()).into_bytes()
}

fn seconds(seconds: u64) -> NumericDate {
    NumericDate::from_secs(seconds).unwrap()
}

/// How many tokens and bytes there are, counted anew.
fn held(cache: &Cache) -> (usize, usize) {
    let sets = cache.sets.iter().map(|set| {
        let set = set.0.lock().unwrap();
        let sizes: Vec<usize> = set.more.iter().flatten().map(|more| more.size).collect();
        assert!(set.places.iter().zip(&set.more).all(|(place, more)| place.is_some() == more.is_some()));
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
        maker.keep(&cache, &token(number), json, 1000 + number as u64, number as u64);
        if number % 1000 == 999 {
            let (tokens, bytes) = held(&cache);
            assert!(tokens <= 128 && bytes <= 128 * 1024, "{tokens} {bytes}");
        }
    }
    assert!(held(&cache).0 > 20);
    assert!(find(&cache, &token(0)).is_none());
}

#[test]
fn hardly_a_token_is_without_a_place_while_half_of_them_are_free() {
    let maker = Maker::new();
    let cache = Cache::new(32_000, 1 << 30);
    let mut missed = 0;
    for round in 0..5 {
        for number in 0..16_000 {
            if find(&cache, &token(number)).is_none() {
                maker.keep(&cache, &token(number), 400, 1 << 30, 0);
                missed += usize::from(round > 0);
            }
        }
    }
    // With one set each, those of a set that is too full push one another out in every round: some 500 in all.
    assert!(missed <= 40, "{missed}");
    held(&cache);
}

#[test]
fn both_sets_of_a_token_are_its_own() {
    let maker = Maker::new();
    let cache = Cache::new(1024, 1 << 24);
    // So many that some are in their second sets.
    let tokens: Vec<Vec<u8>> = (0..896).map(token).collect();
    let kept: Vec<Arc<dyn AnyHeld>> = tokens.iter().map(|token| maker.keep(&cache, token, 20, 1000, 0)).collect();
    let is_in_second = |kept: &Arc<dyn AnyHeld>| {
        let [first, second] = super::homes(super::hash_of(kept).unwrap()).map(|home| {
            let set = cache.set(home).unwrap();
            set.places.iter().flatten().any(|place| place.is_of(kept))
        });
        second && !first
    };
    let mut moved = 0;
    for (token, kept) in tokens.iter().zip(&kept).filter(|(_, kept)| is_in_second(kept)) {
        moved += 1;
        let before = held(&cache);
        let size = keep_other(&cache, kept, One {});
        assert!(cache.find_other::<Held<One>>(kept).is_some());
        assert_eq!(held(&cache), (before.0, before.1 + size));
        let again = maker.keep(&cache, token, 20, 1000, 0);
        assert_eq!(held(&cache), before, "it takes two places");
        assert!(Arc::ptr_eq(&find(&cache, token).unwrap(), &again));
        cache.forget(&again);
        assert!(find(&cache, token).is_none());
        maker.keep(&cache, token, 20, 1000, 0);
    }
    assert!(moved > 0);
}

#[test]
fn a_token_that_is_kept_again_takes_one_place() {
    let maker = Maker::new();
    let cache = Cache::new(WAYS, 1 << 20);
    let keep = |json| maker.keep(&cache, &token("a"), json, 9, 0);
    keep(20);
    let one = held(&cache);
    keep(10);
    let second = keep(20);
    assert_eq!((one.0, held(&cache)), (1, one));
    assert!(Arc::ptr_eq(&find(&cache, &token("a")).unwrap(), &second));
    cache.forget(&second);
    assert_eq!(held(&cache), (0, 0));
}

#[test]
fn a_stream_of_tokens_that_come_once_leaves_those_that_come_again() {
    let maker = Maker::new();
    let cache = Cache::new(512, 1 << 24);
    let live: Vec<Vec<u8>> = (0..100).map(|number| token(format_args!("live {number}"))).collect();
    for token in &live {
        maker.keep(&cache, token, 400, 1 << 30, 0);
        for _ in 0..MOST_USES {
            let _ = find(&cache, token);
        }
    }
    let before = live.iter().filter(|token| find(&cache, token).is_some()).count();
    for number in 0..100_000 {
        maker.keep(&cache, &token(format_args!("stream {number}")), 400, 1 << 30, 0);
    }
    let after = live.iter().filter(|token| find(&cache, token).is_some()).count();
    assert!(before >= 99, "{before}");
    assert!(after + 2 >= before, "{before} {after}");
}

#[test]
fn for_a_token_one_that_comes_again_leaves_at_most_however_large_it_is() {
    let maker = Maker::new();
    let cache = Cache::new(WAYS, 64 * 1024);
    let live = |number: usize| token(format_args!("live {number}"));
    for number in 0..WAYS {
        maker.keep(&cache, &live(number), 1500, 1000, 0);
        (0..MOST_USES).for_each(|_| drop(find(&cache, &live(number))));
    }
    let count = || (0..WAYS).filter(|number| find(&cache, &live(*number)).is_some()).count();
    assert_eq!(count(), WAYS);
    for number in 0..100 {
        maker.keep(&cache, &token(number), 20_000, 1000, 0);
        assert!(find(&cache, &token(number)).is_none());
    }
    assert_eq!(count(), WAYS);
    // Those that are half as large as the room for one go one after the other through it.
    for number in 100..200 {
        maker.keep(&cache, &token(number), 1500, 1000, 0);
    }
    assert_eq!(count(), WAYS - 1);
    // What has ended makes room for what is large, all of it.
    for number in 0..WAYS {
        maker.keep(&cache, &token(format_args!("once {number}")), 100, 1000, 1000);
    }
    maker.keep(&cache, &token("large"), 30_000, 2000, 1000);
    assert!(find(&cache, &token("large")).is_some());
    held(&cache);
}

#[test]
fn of_equals_the_one_goes_that_came_first() {
    let maker = Maker::new();
    let cache = Cache::new(WAYS, 1 << 20);
    for number in 0..WAYS + 2 {
        maker.keep(&cache, &token(number), 100, 1000, 0);
    }
    let there: Vec<bool> = (0..WAYS + 2).map(|number| find(&cache, &token(number)).is_some()).collect();
    assert_eq!(there, (0..WAYS + 2).map(|number| number > 1).collect::<Vec<_>>());
}

#[test]
fn a_newcomer_inherits_nothing_of_whose_place_it_takes() {
    let maker = Maker::new();
    let cache = Cache::new(WAYS, 1 << 20);
    let asked = |number| (0..MOST_USES).filter(|_| find(&cache, &token(number)).is_some()).count();
    for number in 0..WAYS {
        maker.keep(&cache, &token(number), 100, 1000, 0);
        asked(number);
    }
    maker.keep(&cache, &token("newcomer"), 100, 1000, 0);
    maker.keep(&cache, &token("another"), 100, 1000, 0);
    assert!(find(&cache, &token("newcomer")).is_none());
    assert_eq!((0..WAYS).filter(|number| asked(*number) > 0).count(), WAYS - 1);
}

#[test]
fn of_two_full_sets_the_one_gives_a_place_that_misses_it_less() {
    let maker = Maker::new();
    for _ in 0..20 {
        let cache = Cache::new(2 * WAYS, 1 << 20);
        let tokens: Vec<Vec<u8>> = (0..400).map(token).collect();
        for token in &tokens {
            maker.keep(&cache, token, 100, 1000, 0);
        }
        let mut there: Vec<&Vec<u8>> = tokens.iter().filter(|token| find(&cache, token).is_some()).collect();
        assert_eq!(there.len(), 2 * WAYS);
        // All but one are asked for again.
        let unasked = there.pop().unwrap();
        for token in &there {
            (0..MOST_USES).for_each(|_| drop(find(&cache, token)));
        }
        // Its sets are the two that there are.
        let newcomer = (400..500).map(token).find(|token| {
            let [first, second] = super::homes(cache.seed.hash(token));
            first >> 63 != second >> 63
        });
        maker.keep(&cache, &newcomer.unwrap(), 100, 1000, 0);
        assert!(find(&cache, unasked).is_none());
        assert!(there.iter().all(|token| find(&cache, token).is_some()));
    }
}

#[test]
fn a_token_that_has_ended_goes_first() {
    let maker = Maker::new();
    let cache = Cache::new(WAYS, 1 << 20);
    for number in 0..WAYS {
        let exp = if number == 3 { 10 } else { 1000 };
        maker.keep(&cache, &token(number), 100, exp, 0);
    }
    // However often it was asked for.
    for _ in 0..9 {
        assert!(find(&cache, &token(3)).is_some());
    }
    maker.keep(&cache, &token("new"), 100, 1000, 10);
    let there: Vec<bool> = (0..WAYS).map(|number| find(&cache, &token(number)).is_some()).collect();
    assert_eq!(there, (0..WAYS).map(|number| number != 3).collect::<Vec<_>>());
    assert!(find(&cache, &token("new")).is_some());
}

#[test]
fn only_the_very_token_is_found() {
    let maker = Maker::new();
    let cache = Cache::new(WAYS, 1 << 20);
    let signature = "s".repeat(super::hash::HASHED);
    maker.keep(&cache, format!("header.payload.{signature}").as_bytes(), 10, 9, 0);
    // They hash alike.
    for other in [format!("header.payloae.{signature}"), format!("payload.{signature}"), signature.clone()] {
        let hash = |token: &str| cache.seed.hash(token.as_bytes());
        assert_eq!(hash(&other), hash(&format!("header.payload.{signature}")));
        assert!(find(&cache, other.as_bytes()).is_none(), "{other}");
    }
    assert!(find(&cache, b"").is_none());
}

#[test]
fn a_token_is_kept_as_each_type_that_doors_read_as_far_as_there_is_room() {
    let maker = Maker::new();
    let cache = Cache::new(WAYS, 64 * 1024);
    let first = maker.keep(&cache, &token("a"), 1000, 9, 0);
    let before = held(&cache).1;
    let sizes = keep_other(&cache, &first, One {}) + keep_other(&cache, &first, Two {});
    // The room for types is full.
    keep_other(&cache, &first, Three {});
    assert!(is_known_as::<NoClaims>(&cache, "a") && is_known_as::<One>(&cache, "a") && is_known_as::<Two>(&cache, "a"));
    assert!(!is_known_as::<Three>(&cache, "a"));
    assert!(Arc::ptr_eq(&cache.find::<Three>(&token("a"), Reader::Handler).unwrap().held(), &first));
    // Whoever has it as one type finds the others.
    let one = cache.find::<One>(&token("a"), Reader::Handler).unwrap().held();
    assert!(cache.find_other::<Held<Two>>(&one).is_some() && cache.find_other::<Held<One>>(&first).is_some());
    assert!(cache.find_other::<Held<Three>>(&one).is_none());
    assert_eq!(held(&cache).1, before + sizes);
    // Bytes are counted.
    let large = maker.keep(&cache, &token("b"), 25_000, 9, 0);
    assert!(is_known_as::<NoClaims>(&cache, "b"));
    keep_other(&cache, &large, One {});
    assert!(!is_known_as::<One>(&cache, "b"));
    // What has lost its place takes none.
    let lost = maker.keep(&cache, &token("c"), 10, 9, 0);
    cache.forget(&lost);
    keep_other(&cache, &lost, One {});
    assert!(cache.find_other::<Held<One>>(&lost).is_none());
    held(&cache);
    // And whoever is forgotten is so as every type.
    cache.forget(&one);
    assert!(find(&cache, &token("a")).is_none() && cache.find_other::<Held<Two>>(&first).is_none());
}

fn is_known_as<C: Claims>(cache: &Cache, name: &str) -> bool {
    matches!(cache.find::<C>(&token(name), Reader::Anybody), Some(Known::So(_)))
}

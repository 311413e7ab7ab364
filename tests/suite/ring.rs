//! How keys take turns: published, active, passive, gone, each at its moment and none sooner, and what a ring refuses.

use std::{
    sync::atomic::{AtomicU64, Ordering},
    time::{Duration, SystemTime},
};

use fastjwt::{
    Algorithm, Builder, Clock as _, ErrorKind, FastJwt, KeyInfo, KeyState, NoClaims, Policy, RingError, SigningKey,
    TokenFault, UsageFault, testing::StillClock,
};
use serde_json::Value;

use crate::support::{NOW, SECRET, at, builder, segment_text};

const MAX_AGE: Duration = Duration::from_secs(600);
const COOLDOWN: Duration = Duration::from_secs(30);
const LIFE: Duration = Duration::from_secs(3600);
const LEEWAY: Duration = Duration::from_secs(10);
/// The longest leeway that a door may have for itself.
const MOST_LEEWAY: Duration = Duration::from_secs(300);
const TICK: Duration = Duration::from_nanos(1);

/// A key with a name that a message can be read by.
pub fn named(algorithm: Algorithm, id: &str) -> SigningKey {
    SigningKey::generate(algorithm).unwrap().with_id(id).unwrap()
}

/// The id in a token's header.
pub fn kid(token: &str) -> String {
    let header: Value = serde_json::from_str(&segment_text(token, 0)).unwrap();
    header["kid"].as_str().unwrap().to_owned()
}

/// A token that lives as long as any may.
fn longest(jwt: &FastJwt) -> String {
    jwt.create_access_token("u").expires_in(LIFE).sign().unwrap().into_string()
}

fn verifies(jwt: &FastJwt, token: &str) -> Result<(), ErrorKind> {
    jwt.verify_access_token::<NoClaims>(token).map(drop).map_err(|error| error.kind().clone())
}

fn states(jwt: &FastJwt) -> Vec<(String, KeyState)> {
    jwt.keys().list().into_iter().map(|key| (key.id, key.state)).collect()
}

fn owned(states: &[(&str, KeyState)]) -> Vec<(String, KeyState)> {
    states.iter().map(|(id, state)| ((*id).to_owned(), *state)).collect()
}

/// The ring of these tests: the key "a" signs, and the periods are round numbers.
fn ring(clock: &StillClock) -> Builder {
    FastJwt::builder()
        .key(named(Algorithm::EdDSA, "a"))
        .clock(clock.clone())
        .jwks_max_age(MAX_AGE)
        .jwks_cooldown(COOLDOWN)
        .access_token_expires_in(LIFE)
        .refresh_token_expires_in(LIFE)
        .max_token_lifetime(LIFE)
        .leeway(LEEWAY)
}

#[test]
fn r_84_a_key_is_next_then_active_then_passive_then_gone() {
    use KeyState::{Active, Next, Passive};
    let clock = StillClock::default();
    let start = clock.now();
    let jwt = ring(&clock).build().unwrap();
    let mut tokens = vec![longest(&jwt)];

    jwt.keys().publish(named(Algorithm::ES256, "b")).unwrap();
    assert_eq!(states(&jwt), owned(&[("a", Active), ("b", Next)]));
    tokens.push(longest(&jwt));
    // A key that is only published does not sign.
    assert_eq!(tokens.iter().map(|token| kid(token)).collect::<Vec<_>>(), ["a", "a"]);

    clock.advance(MAX_AGE + COOLDOWN);
    jwt.keys().activate("b").unwrap();
    assert_eq!(states(&jwt), owned(&[("a", Passive), ("b", Active)]));
    tokens.push(longest(&jwt));
    assert_eq!(kid(&tokens[2]), "b");
    for token in &tokens {
        assert_eq!(verifies(&jwt, token), Ok(()));
    }
    let listed = jwt.keys().list();
    let told = |key: &KeyInfo| (key.algorithm, key.since, key.until);
    let turned = start + MAX_AGE + COOLDOWN;
    assert_eq!(told(&listed[0]), (Algorithm::EdDSA, turned, Some(turned + LIFE + MOST_LEEWAY + MAX_AGE)));
    assert_eq!(told(&listed[1]), (Algorithm::ES256, turned, None));

    clock.advance(LIFE + MOST_LEEWAY + MAX_AGE);
    assert_eq!(states(&jwt), owned(&[("b", Active)]));
    assert_eq!(verifies(&jwt, &tokens[0]), Err(TokenFault::UnknownKey.into()));
}

#[test]
fn r_85_a_public_key_signs_no_sooner_than_every_verifier_has_it() {
    for wait in [MAX_AGE + COOLDOWN, Duration::ZERO, Duration::from_millis(1500)] {
        let clock = StillClock::default();
        let start = clock.now();
        let cooldown = wait.saturating_sub(MAX_AGE);
        let configured = ring(&clock).jwks_max_age(wait.min(MAX_AGE)).jwks_cooldown(cooldown);
        let published = start - Duration::from_secs(60);
        let jwt = configured
            .next_key(named(Algorithm::ES256, "given"))
            .next_key_published_at(named(Algorithm::ES256, "given earlier"), published)
            .build()
            .unwrap();
        jwt.keys().publish(named(Algorithm::EdDSA, "published")).unwrap();

        for (id, since) in [("given earlier", published), ("given", start), ("published", start)] {
            let earliest = since + wait;
            if earliest > clock.now() {
                clock.set(earliest - TICK);
                let before = jwt.keys().list();
                let refused = RingError::TooEarly { id: id.to_owned(), earliest };
                assert_eq!(jwt.keys().activate(id), Err(refused), "{id}, {wait:?}");
                assert_eq!(jwt.keys().list(), before);
                clock.set(earliest);
            }
            assert_eq!(jwt.keys().activate(id), Ok(()), "{id}, {wait:?}");
            assert_eq!(kid(&longest(&jwt)), id);
        }
    }
}

#[test]
fn r_85_a_refusal_says_when() {
    let clock = StillClock::at(at(NOW));
    let jwt = ring(&clock).next_key(named(Algorithm::ES256, "b")).build().unwrap();
    let message = jwt.keys().activate("b").unwrap_err().to_string();
    assert!(message.contains("`b`") && message.contains(&(NOW + 630).to_string()), "{message}");
}

/// Nobody fetches a secret, so that there is nothing to wait for.
#[test]
fn r_85_a_secret_need_not_be_published() {
    let clock = StillClock::default();
    let jwt = ring(&clock).next_key(named(Algorithm::HS256, "b")).build().unwrap();
    assert_eq!(jwt.keys().activate("b"), Ok(()));
    assert_eq!(kid(&longest(&jwt)), "b");
}

#[test]
fn r_85_a_retired_key_verifies_until_its_last_token_has_ended_and_the_set_has_aged() {
    for max_age in [MAX_AGE, Duration::ZERO] {
        let clock = StillClock::default();
        let configured = ring(&clock).jwks_max_age(max_age).jwks_cooldown(Duration::ZERO);
        let jwt = configured.next_key_published_at(named(Algorithm::ES256, "b"), at(0)).build().unwrap();
        // The last token of the old key, at the very moment of its retirement.
        let last = longest(&jwt);
        jwt.keys().activate("b").unwrap();
        let end = clock.now() + LIFE + LEEWAY;
        clock.set(end - TICK);
        assert_eq!(verifies(&jwt, &last), Ok(()));
        clock.set(end);
        // The token ends before its key does.
        let fault = verifies(&jwt, &last).unwrap_err();
        assert!(matches!(fault, ErrorKind::Token(TokenFault::Expired { .. })), "{fault:?}");

        // At the door that is the most patient with it, too.
        let end = end - LEEWAY + MOST_LEEWAY;
        let patient = || {
            let policy = Policy::access().leeway(MOST_LEEWAY);
            jwt.verify::<NoClaims>(&last, &policy).map(drop).map_err(|error| error.kind().clone())
        };
        clock.set(end - TICK);
        assert_eq!(patient(), Ok(()));
        clock.set(end);
        let fault = patient().unwrap_err();
        if max_age.is_zero() {
            assert_eq!(fault, TokenFault::UnknownKey.into());
        } else {
            assert!(matches!(fault, ErrorKind::Token(TokenFault::Expired { .. })), "{fault:?}");
        }
        clock.set(end + max_age - TICK);
        assert_eq!(jwt.keys().list().len(), 2);
        clock.set(end + max_age);
        assert_eq!(states(&jwt), owned(&[("b", KeyState::Active)]));
        assert_eq!(verifies(&jwt, &last), Err(TokenFault::UnknownKey.into()));
    }
}

/// Whoever has loaded the key just before it is retired still signs with it: with a time from before the end of the change.
#[test]
fn r_85_the_retirement_counts_from_the_end_of_the_change() {
    static SECONDS: AtomicU64 = AtomicU64::new(NOW);
    let step = Duration::from_secs(7);
    let clock = move || at(SECONDS.fetch_add(step.as_secs(), Ordering::SeqCst));
    let jwt = builder()
        .clock(clock)
        .jwks_max_age(Duration::ZERO)
        .jwks_cooldown(Duration::ZERO)
        .next_key(named(Algorithm::ES256, "b"))
        .build()
        .unwrap();
    for retire in [
        |jwt: &FastJwt| jwt.keys().activate("b"),
        |jwt: &FastJwt| jwt.keys().activate_unpublished(named(Algorithm::ES256, "c")),
    ] {
        let before = at(SECONDS.load(Ordering::SeqCst));
        retire(&jwt).unwrap();
        let retired = jwt.keys().list().into_iter().rfind(|key| key.state == KeyState::Passive).unwrap();
        let month = Duration::from_secs(30 * 24 * 60 * 60);
        assert_eq!((retired.since, retired.until), (before, Some(before + step + month + MOST_LEEWAY)));
    }
}

/// The retirement is long enough because no token lives longer, whatever a handler asks for.
#[test]
fn r_85_no_token_outlives_its_key() {
    let jwt = ring(&StillClock::default()).build().unwrap();
    let now = StillClock::default().now();
    let token = || jwt.create_access_token("u");
    let refused = [
        token().expires_in(LIFE + Duration::from_secs(1)).sign().err(),
        token().expires_at(now + LIFE + Duration::from_secs(1)).sign().err(),
        token().expires_in(Duration::MAX).sign().err(),
        jwt.create_refresh_token("u").expires_in(LIFE + Duration::from_secs(1)).sign().err(),
    ];
    for error in refused {
        let error = error.expect("it lives too long");
        assert!(matches!(error.kind(), ErrorKind::Usage(UsageFault::CannotIssue(_))), "{error}");
    }
    assert!(token().expires_at(now + LIFE).sign().is_ok());
}

/// In a fleet, one process activates the key before the others do.
#[test]
fn r_84_a_next_key_verifies_what_another_process_signs_with_it() {
    let clock = StillClock::default();
    let (old, new) = (named(Algorithm::ES256, "a"), named(Algorithm::ES256, "b"));
    let process = || {
        let configured = FastJwt::builder().key(old.clone()).next_key_published_at(new.clone(), at(0));
        configured.clock(clock.clone()).build().unwrap()
    };
    let (first, second) = (process(), process());
    first.keys().activate("b").unwrap();
    for token in [longest(&first), longest(&second)] {
        assert_eq!((verifies(&first, &token), verifies(&second, &token)), (Ok(()), Ok(())), "{}", kid(&token));
    }
}

#[test]
fn r_84_a_passive_key_that_is_given_verifies_until_its_end() {
    let clock = StillClock::default();
    let end = clock.now() + Duration::from_secs(60);
    let [old, older] = ["old", "older"].map(|id| named(Algorithm::EdDSA, id));
    let signed = |key: &SigningKey| {
        longest(
            &FastJwt::builder()
                .key(key.clone())
                .clock(clock.clone())
                .max_token_lifetime(LIFE)
                .refresh_token_expires_in(LIFE)
                .build()
                .unwrap(),
        )
    };
    let tokens = [signed(&old), signed(&older)];
    let jwt = ring(&clock).passive_key(old.verifying_key().clone(), end).build().unwrap();
    jwt.keys().add_passive(older.verifying_key().clone(), end).unwrap();
    let now = clock.now();
    for (instant, valid) in [(now, true), (end - TICK, true), (end, false), (end + LIFE, false), (now, true)] {
        clock.set(instant);
        for token in &tokens {
            assert_eq!(verifies(&jwt, token).is_ok(), valid, "{instant:?}");
        }
    }
    // A change of the ring leaves ended keys out for good.
    clock.set(end);
    jwt.keys().publish(named(Algorithm::EdDSA, "b")).unwrap();
    clock.set(now);
    assert_eq!(verifies(&jwt, &tokens[0]), Err(TokenFault::UnknownKey.into()));
}

/// No secret is published: who holds the other one by this name would refuse the tokens.
#[test]
fn r_84_a_secret_does_not_take_the_place_of_another_one_by_its_name() {
    let secret = |id: &str| SigningKey::generate(Algorithm::HS256).unwrap().with_id(id).unwrap();
    let waiting = secret("k");
    let jwt = ring(&StillClock::default()).next_key(waiting.clone()).build().unwrap();
    let before = jwt.keys().list();
    let repeated = Err(RingError::Repeated { id: "k".to_owned() });
    assert_eq!(jwt.keys().activate_unpublished(secret("k")), repeated);
    assert_eq!(jwt.keys().list(), before);
    assert_eq!(jwt.keys().activate_unpublished(waiting), Ok(()));
}

#[test]
fn r_84_what_a_ring_refuses_changes_nothing() {
    let clock = StillClock::default();
    let jwt = ring(&clock)
        .next_key_published_at(named(Algorithm::ES256, "b"), at(0))
        .next_key(named(Algorithm::ES256, "c"))
        .build()
        .unwrap();
    let keys = jwt.keys();
    keys.activate("b").unwrap();
    let before = keys.list();
    let fault = |id: &str, fault: fn(String) -> RingError| Err(fault(id.to_owned()));
    let repeated = |id| RingError::Repeated { id };
    let unknown = |id| RingError::Unknown { id };
    for id in ["a", "b", "c"] {
        assert_eq!(keys.publish(named(Algorithm::HS256, id)), fault(id, repeated));
        let passive = named(Algorithm::HS256, id).verifying_key().clone();
        assert_eq!(keys.add_passive(passive, clock.now() + LIFE), fault(id, repeated));
        // "c" waits, but it is another key: a verifier that has fetched it would not look for this one.
        assert_eq!(keys.activate_unpublished(named(Algorithm::ES256, id)), fault(id, repeated));
    }
    for id in ["", "A", "a ", "d", "../a"] {
        assert_eq!(keys.activate(id), fault(id, unknown));
        assert_eq!(keys.remove(id), fault(id, unknown));
    }
    assert_eq!(keys.activate("a"), fault("a", |id| RingError::NotNext { id }));
    for end in [clock.now(), clock.now() - TICK, SystemTime::UNIX_EPOCH] {
        let passive = named(Algorithm::ES256, "d").verifying_key().clone();
        assert_eq!(keys.add_passive(passive, end), fault("d", |id| RingError::AlreadyEnded { id }));
    }
    // The active one is activated already.
    assert_eq!(keys.activate("b"), Ok(()));
    assert_eq!(keys.list(), before);
}

/// Its keys are other services': a key that signs would retire them.
#[test]
fn r_84_a_service_that_verifies_only_gets_no_key_that_signs() {
    let (theirs, ours) = (named(Algorithm::ES256, "theirs"), named(Algorithm::ES256, "ours"));
    let jwt = FastJwt::builder().verifying_key(theirs.verifying_key().clone()).clock(|| at(NOW)).build().unwrap();
    let before = jwt.keys().list();
    assert_eq!(jwt.keys().publish(ours.clone()), Err(RingError::VerifiesOnly));
    assert_eq!(jwt.keys().activate_unpublished(ours), Err(RingError::VerifiesOnly));
    assert_eq!(jwt.keys().activate("theirs"), Ok(()));
    assert_eq!(jwt.keys().list(), before);
    let error = jwt.create_access_token("u").sign().unwrap_err();
    assert_eq!(*error.kind(), UsageFault::NoSigningKey.into());
}

#[test]
fn r_26_a_ring_prints_no_key() {
    let clock = StillClock::default();
    let jwt =
        FastJwt::builder().secret(SECRET).next_key(named(Algorithm::ES256, "b")).clock(clock.clone()).build().unwrap();
    let mut texts = vec![];
    let mut print = |jwt: &FastJwt| {
        texts.extend([format!("{jwt:?}"), format!("{:#?}", jwt.keys()), format!("{:?}", jwt.keys().list())]);
    };
    print(&jwt);
    clock.advance(MAX_AGE + COOLDOWN);
    jwt.keys().activate("b").unwrap();
    print(&jwt);
    for text in texts {
        assert!(!crate::support::shows(&text, SECRET), "{text}");
        assert!(text.contains("ES256") && text.contains("\"b\""), "{text}");
    }
}

//! What `build` says about keys that don't fit together, and about the periods of a ring.

use std::time::Duration;

use fastjwt::{Algorithm, Builder, Config, FastJwt, KeyState, VerifyingKey};

use crate::{
    logs::Log,
    ring::named,
    support::{NOW, SECRET, at, builder},
};

const ONLY_ONE: &str =
    "`key`: 2 were given to sign with: give one with `secret` or `key`, and others with `next_key` or `passive_key`";
const REPEATED: &str = "`key`: two keys have the id `a`: ids must differ, `with_id` gives a key another";
const VERIFIERS: &str = "`key`: `verifying_key` is for a service that issues nothing: beside a key that signs, give others with `passive_key`";

const NONE: &str = "`key`: there is none: give `secret`, `key` or `verifying_key`";
const TEN_YEARS: Duration = Duration::from_secs(3660 * 86_400);

fn faults(builder: Builder) -> Vec<String> {
    match builder.build() {
        Ok(_) => Vec::new(),
        Err(error) => error.faults().iter().map(ToString::to_string).collect(),
    }
}

fn public(id: &str) -> VerifyingKey {
    named(Algorithm::ES256, id).verifying_key().clone()
}

#[test]
fn r_85_every_fault_of_a_ring_is_told_with_its_mend() {
    let key = |id| named(Algorithm::ES256, id);
    let later = at(NOW + 60);
    let table: Vec<(Builder, &[&str])> = vec![
        (builder().key(key("a")), &[ONLY_ONE]),
        (
            FastJwt::builder().next_key(key("a")),
            &["`key`: there is a `next_key`, but none before it: give the one that signs now with `secret` or `key`"],
        ),
        (builder().verifying_key(public("a")), &[VERIFIERS]),
        (builder().next_key(key("a")).next_key(key("a")), &[REPEATED]),
        (FastJwt::builder().key(key("a")).next_key(named(Algorithm::HS256, "a")), &[REPEATED]),
        (FastJwt::builder().key(key("a")).passive_key(public("a"), later), &[REPEATED]),
        (FastJwt::builder().verifying_key(public("a")).verifying_key(public("a")), &[REPEATED]),
        (
            builder().passive_key(public("a"), at(NOW) + TEN_YEARS + Duration::from_nanos(1)),
            &["`passive_key`: the end of the key `a` is too far ahead: it must be at most 3660 days"],
        ),
        (FastJwt::builder().passive_key(public("a"), at(NOW)), &[NONE]),
        (
            builder().next_key_published_at(key("a"), at(NOW + 10) + Duration::from_nanos(1)),
            &["`next_key`: the key `a` can't have been published in the future"],
        ),
        (
            builder().leeway(Duration::ZERO).next_key_published_at(key("a"), at(NOW) + Duration::from_nanos(1)),
            &["`next_key`: the key `a` can't have been published in the future"],
        ),
        (builder().jwks_max_age(Duration::from_secs(86_401)), &["`jwks_max_age`: 86401s: it must be at most 86400s"]),
        (
            builder().jwks_cooldown(Duration::MAX),
            &["`jwks_cooldown`: 18446744073709551615.999999999s: it must be at most 3600s"],
        ),
        (
            builder().verifying_key(public("a")).next_key(key("a")).jwks_cooldown(Duration::from_secs(3601)),
            &["`jwks_cooldown`: 3601s: it must be at most 3600s", VERIFIERS, REPEATED],
        ),
    ];
    for (builder, expected) in table {
        assert_eq!(faults(builder.clock(|| at(NOW))), expected);
    }
}

#[test]
fn r_85_what_lies_just_within_the_bounds_is_taken() {
    let key = |id| named(Algorithm::ES256, id);
    let tick = Duration::from_nanos(1);
    for good in [
        builder().jwks_max_age(Duration::from_secs(86_400)).jwks_cooldown(Duration::from_secs(3600)),
        builder().jwks_max_age(Duration::ZERO).jwks_cooldown(Duration::ZERO),
        builder().passive_key(public("a"), at(NOW) + tick).next_key_published_at(key("b"), at(NOW)),
        builder().next_key_published_at(key("a"), at(0)).next_key(key("b")),
        // The clock of the machine that published it may be ahead.
        builder().next_key_published_at(key("a"), at(NOW + 10)),
        builder().passive_key(public("a"), at(NOW) + TEN_YEARS),
        // One that has ended is not there, and in nobody's way.
        builder().passive_key(public("a"), at(NOW)).passive_key(public("a"), at(NOW + 1)).next_key(key("b")),
        FastJwt::builder().verifying_key(public("a")).verifying_key(public("b")).passive_key(public("c"), at(NOW + 1)),
    ] {
        assert_eq!(faults(good.clock(|| at(NOW))), [] as [&str; 0]);
    }
}

/// A configuration stays as it is while its keys end; who restarts must not be stopped by it.
#[test]
fn r_84_a_passive_key_whose_end_has_passed_is_left_out_with_a_warning() {
    let variables = || {
        [
            ("JWT_SECRET_KEY", str::from_utf8(SECRET).unwrap()),
            ("JWT_PASSIVE_KEY", "Zr8kQ1mYw4Lx7Tn2Vb5Hs9Dc3Gf6Jp0A"),
            ("JWT_PASSIVE_KEY_ID", "old"),
            ("JWT_PASSIVE_KEY_UNTIL", "2026-01-01T00:00:00Z"),
        ]
    };
    let end = at(1_767_225_600);
    let start = |now| {
        let mut keys = Vec::new();
        let events = Log::of(|| {
            let config = Config::from_vars("JWT_", variables());
            let jwt = FastJwt::builder().clock(move || now).config(config).build().unwrap();
            keys = jwt.keys().list().into_iter().map(|key| key.state).collect();
        });
        (keys, events.into_iter().filter(|event| event.contains("passive_key_ended")).collect::<Vec<_>>())
    };
    let tick = Duration::from_nanos(1);
    assert_eq!(start(end - tick), (vec![KeyState::Active, KeyState::Passive], Vec::new()));
    for now in [end, end + TEN_YEARS] {
        let (keys, events) = start(now);
        assert_eq!(keys, [KeyState::Active]);
        let [event] = events.as_slice() else { panic!("not one event: {events:?}") };
        assert!(event.starts_with("WARN fastjwt ") && event.contains("kid=\"old\""), "{event}");
    }
}

/// The keys of a configuration, in its order, with their parts.
#[test]
fn r_84_a_configuration_says_what_every_key_is_for() {
    let jwt = FastJwt::builder()
        .next_key_published_at(named(Algorithm::ES256, "next"), at(NOW - 5))
        .passive_key(public("passive"), at(NOW + 60))
        .key(named(Algorithm::ES256, "active"))
        .clock(|| at(NOW))
        .build()
        .unwrap();
    let listed: Vec<_> = jwt.keys().list().into_iter().map(|key| (key.id, key.state, key.since, key.until)).collect();
    let expected = [
        ("next".to_owned(), KeyState::Next, at(NOW - 5), None),
        ("passive".to_owned(), KeyState::Passive, at(NOW), Some(at(NOW + 60))),
        ("active".to_owned(), KeyState::Active, at(NOW), None),
    ];
    assert_eq!(listed, expected);
    assert_eq!(crate::ring::kid(jwt.create_access_token("u").sign().unwrap().as_str()), "active");
}

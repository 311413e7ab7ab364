//! What `build` says about keys that don't fit together, and about the periods of a ring.

use std::time::Duration;

use fastjwt::{Algorithm, Builder, FastJwt, KeyState, VerifyingKey};

use crate::{
    ring::named,
    support::{NOW, at, builder},
};

const ONLY_ONE: &str =
    "`key`: 2 were given to sign with: give one with `secret` or `key`, and others with `next_key` or `passive_key`";
const REPEATED: &str = "`key`: two keys have the id `a`: ids must differ, `with_id` gives a key another";
const VERIFIERS: &str = "`key`: `verifying_key` is for a service that issues nothing: beside a key that signs, give others with `passive_key`";

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
            builder().passive_key(public("a"), at(NOW)),
            &["`passive_key`: the end of the key `a` has passed: leave the key out"],
        ),
        (
            builder().next_key_published_at(key("a"), at(NOW) + Duration::from_nanos(1)),
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
        FastJwt::builder().verifying_key(public("a")).verifying_key(public("b")).passive_key(public("c"), at(NOW + 1)),
    ] {
        assert_eq!(faults(good.clock(|| at(NOW))), [] as [&str; 0]);
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

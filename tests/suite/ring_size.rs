//! How large the JWK set becomes while keys change: no larger than verifiers read where the example is followed, and who watches is told
//! where it does.

use std::time::Duration;

use axum::{Router, routing::get};
use fastjwt::{Algorithm, FastJwt, Realm, SigningKey, testing::StillClock};

use crate::{
    logs::Log,
    support::{self, at},
};

const DAY: Duration = Duration::from_secs(24 * 60 * 60);
/// What a verifier reads.
const MOST: usize = 50 * 1024;

#[expect(dead_code, reason = "its `main` is not run here")]
#[path = "../../examples/issuer.rs"]
mod example;

struct Staff;

impl Realm for Staff {
    const NAME: &'static str = "staff";
}

fn key(algorithm: Algorithm) -> SigningKey {
    SigningKey::generate(algorithm).unwrap()
}

/// As the example does it, and no slower.
fn rotate<R: Realm>(jwt: &FastJwt<R>, clock: &StillClock) {
    let next = key(Algorithm::ES256);
    let id = next.id().to_owned();
    jwt.keys().publish(next).unwrap();
    clock.advance(example::PUBLICATION);
    jwt.keys().activate(&id).unwrap();
}

fn served<R: Realm>(jwt: &FastJwt<R>) -> usize {
    let app = Router::new().route("/jwks", get(jwt.jwks()));
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    runtime.block_on(support::get(&app, "/jwks", None)).body.len()
}

/// Those about the size.
fn told(events: Vec<String>) -> Vec<String> {
    events.into_iter().filter(|event| event.contains("event=\"key_set_large\"")).collect()
}

#[test]
fn the_example_serves_a_set_that_verifiers_read_for_as_long_as_it_runs() {
    let clock = StillClock::default();
    let jwt = example::configuration().key(key(Algorithm::ES256)).clock(clock.clone()).build().unwrap();
    let events = Log::of(|| {
        for _ in 0..300 {
            rotate(&jwt, &clock);
            let size = served(&jwt);
            assert!(size <= MOST / 2, "{size} bytes");
        }
    });
    assert_eq!(told(events), Vec::<String>::new());
    assert!(served(&jwt) > 20 * 1024, "it has come to its size");
}

#[test]
fn r_98_a_set_that_grows_is_told_once_before_verifiers_refuse_it() {
    let clock = StillClock::default();
    // Tokens may live for as long as they usually may.
    let jwt = example::configuration().max_token_lifetime(30 * DAY);
    let jwt = jwt.key(key(Algorithm::ES256)).clock(clock.clone()).build().unwrap();
    let mut events = Vec::new();
    let mut size_when_told = 0;
    while served(&jwt) <= MOST {
        let told = told(Log::of(|| rotate(&jwt, &clock)));
        if !told.is_empty() {
            size_when_told = served(&jwt);
        }
        events.extend(told);
    }
    let [event] = events.as_slice() else { panic!("{events:#?}") };
    assert!(event.starts_with("WARN fastjwt ") && event.contains(" realm=\"\" "), "{event}");
    assert!(event.ends_with(" most=51200"), "{event}");
    assert!((MOST / 2..MOST / 2 + 500).contains(&size_when_told), "{size_when_told}");

    // A key can be changed all the same.
    assert_eq!(told(Log::of(|| jwt.keys().activate_unpublished(key(Algorithm::ES256)).unwrap())), Vec::<String>::new());
    // Once the keys have left, it can grow anew, and is told anew.
    clock.advance(31 * DAY);
    let again = told(Log::of(|| (0..150).for_each(|_| rotate(&jwt, &clock))));
    assert_eq!(again.len(), 1, "{again:#?}");
}

/// What a restart brings with it, and of which realm it is.
#[test]
fn r_98_a_set_that_is_large_from_the_start_is_told_at_the_start() {
    let build = |keys: usize| {
        told(Log::of(|| {
            let mut builder = FastJwt::<Staff>::realm_builder().key(key(Algorithm::EdDSA)).clock(|| at(support::NOW));
            for _ in 0..keys {
                let passive = key(Algorithm::ES256).verifying_key().clone();
                builder = builder.passive_key(passive, at(support::NOW + 60));
            }
            builder.build().unwrap();
        }))
    };
    assert_eq!(build(120), Vec::<String>::new());
    let events = build(130);
    let [event] = events.as_slice() else { panic!("{events:#?}") };
    assert!(event.contains(" realm=\"staff\" "), "{event}");
}

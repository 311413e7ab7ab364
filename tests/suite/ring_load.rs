//! A ring that turns while many threads sign and verify: no valid token is refused, and no change of it is lost.

use std::{
    sync::{
        Barrier, Mutex,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    thread,
    time::{Duration, SystemTime},
};

use fastjwt::{Algorithm, FastJwt, KeyState, NoClaims, RingError, SigningKey};

use crate::{
    ring::named,
    support::{NOW, at, cases},
};

const VERIFIERS: usize = 32;

#[expect(clippy::disallowed_methods, reason = "keys turn while real time passes")]
fn system_time() -> SystemTime {
    SystemTime::now()
}

/// The shortest periods that there are.
fn quick_ring() -> FastJwt {
    FastJwt::builder()
        .key(named(Algorithm::EdDSA, "0"))
        .access_token_expires_in(Duration::from_secs(1))
        .refresh_token_expires_in(Duration::from_secs(1))
        .max_token_lifetime(Duration::from_secs(1))
        .leeway(Duration::ZERO)
        .jwks_max_age(Duration::ZERO)
        .jwks_cooldown(Duration::ZERO)
        .build()
        .unwrap()
}

/// Rotates every 50 ms, for a second or for a minute, in every way in which a key comes to sign.
#[test]
fn r_86_no_valid_token_is_refused_while_the_keys_turn() {
    let jwt = quick_ring();
    let turning = AtomicBool::new(true);
    let (verified, refused) = (AtomicUsize::new(0), Mutex::new(Vec::new()));
    // What one thread has signed, another verifies.
    let exchange: Vec<Mutex<Option<(String, SystemTime)>>> = (0..VERIFIERS).map(|_| Mutex::new(None)).collect();
    thread::scope(|scope| {
        for index in 0..VERIFIERS {
            let (jwt, turning, verified, refused, exchange) = (&jwt, &turning, &verified, &refused, &exchange);
            scope.spawn(move || {
                while turning.load(Ordering::Relaxed) {
                    let token = jwt.create_access_token(index).sign().unwrap();
                    let own = (token.as_str().to_owned(), SystemTime::from(token.expiry()));
                    let other = exchange[(index + 7) % VERIFIERS].lock().unwrap().replace(own.clone());
                    for (text, end) in [Some(own), other].into_iter().flatten() {
                        match jwt.verify_access_token::<NoClaims>(&text) {
                            Ok(_) => _ = verified.fetch_add(1, Ordering::Relaxed),
                            // A thread may have slept past the end of its token; the time is asked after the fact.
                            Err(_) if system_time() >= end => {}
                            Err(error) => refused.lock().unwrap().push(error.to_string()),
                        }
                    }
                }
            });
        }
        for turn in 1..=cases(20, 1200) {
            thread::sleep(Duration::from_millis(50));
            let algorithm = [Algorithm::EdDSA, Algorithm::HS256, Algorithm::ES256][turn as usize % 3];
            let (id, key) = (turn.to_string(), named(algorithm, &turn.to_string()));
            // Keys also end while the others turn; on a machine that sleeps, one may have ended before it is put in.
            let passing = named(Algorithm::EdDSA, &format!("passing {turn}")).verifying_key().clone();
            let _ = jwt.keys().add_passive(passing, system_time() + Duration::from_millis(500));
            if turn % 4 == 0 {
                jwt.keys().activate_unpublished(key).unwrap();
            } else {
                jwt.keys().publish(key).unwrap();
                jwt.keys().activate(&id).unwrap();
            }
        }
        turning.store(false, Ordering::Relaxed);
    });
    let refused = refused.into_inner().unwrap();
    let verified = verified.into_inner();
    println!("{verified} tokens verified, {} refused", refused.len());
    assert!(refused.is_empty(), "{} of {verified}, the first: {}", refused.len(), refused[0]);
    assert!(verified > VERIFIERS);
}

/// Many change the ring at once: every change is there, one key signs, and whoever was refused was told so.
#[test]
fn r_91_no_change_of_a_ring_is_lost_to_another() {
    const THREADS: usize = 8;
    const KEYS: usize = 12;
    for _ in 0..cases(5, 200) {
        let jwt = FastJwt::builder().key(named(Algorithm::HS256, "first")).clock(|| at(NOW)).build().unwrap();
        let shared: Vec<SigningKey> = (0..KEYS).map(|key| named(Algorithm::HS256, &format!("shared {key}"))).collect();
        let (start, added) = (Barrier::new(THREADS), AtomicUsize::new(0));
        thread::scope(|scope| {
            for thread in 0..THREADS {
                let (jwt, shared, start, added) = (&jwt, &shared, &start, &added);
                scope.spawn(move || {
                    let keys = jwt.keys();
                    start.wait();
                    for (number, contended) in shared.iter().enumerate() {
                        let own = |kind: &str| format!("{kind} {thread} {number}");
                        keys.publish(named(Algorithm::HS256, &own("next"))).unwrap();
                        let passive = named(Algorithm::HS256, &own("passive"));
                        keys.add_passive(passive.verifying_key().clone(), at(NOW + 60)).unwrap();
                        keys.publish(named(Algorithm::HS256, &own("removed"))).unwrap();
                        keys.remove(&own("removed")).unwrap();
                        keys.publish(named(Algorithm::HS256, &own("activated"))).unwrap();
                        keys.activate(&own("activated")).unwrap();
                        // All want to add the same key: one of them does.
                        match keys.publish(contended.clone()) {
                            Ok(()) => _ = added.fetch_add(1, Ordering::Relaxed),
                            Err(error) => {
                                assert_eq!(error, RingError::Repeated { id: contended.id().to_owned() });
                            }
                        }
                    }
                });
            }
        });
        assert_eq!(added.into_inner(), KEYS);
        let listed = jwt.keys().list();
        let count =
            |state, prefix: &str| listed.iter().filter(|key| key.state == state && key.id.starts_with(prefix)).count();
        assert_eq!(count(KeyState::Next, "next "), THREADS * KEYS);
        assert_eq!(count(KeyState::Next, "shared "), KEYS);
        assert_eq!(count(KeyState::Passive, "passive "), THREADS * KEYS);
        assert_eq!(count(KeyState::Active, ""), 1);
        assert_eq!(count(KeyState::Active, "activated ") + count(KeyState::Passive, "activated "), THREADS * KEYS);
        assert_eq!(listed.len(), 3 * THREADS * KEYS + KEYS + 1);
    }
}

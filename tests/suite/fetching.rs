//! How often an issuer is asked for its keys, who waits for the answer, and what holds while there is none.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use fastjwt::Algorithm;
use serde_json::json;
use tokio::sync::{Notify, watch};

use crate::{
    issuer_server::{
        GOOD, INVALID, ISSUER, Server, Sets, Time, UNAVAILABLE, ask, builder, eventually, issuing, jwk_set, token, told,
    },
    support::cases,
    test_keys::Signer,
};

fn seconds(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

/// A token of the issuer with a made-up key id; its signature is nobody's.
fn made_up(kid: &str) -> String {
    let claims = json!({ "iss": ISSUER, "sub": "u", "exp": 4_000_000_000_u64, "type": "access" });
    Signer::Hs256.forge(&json!({ "alg": "ES256", "typ": "JWT", "kid": kid }), &claims)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn r_88_ten_thousand_made_up_key_ids_cause_one_fetch_per_cooldown() {
    let issuer = issuing(Algorithm::ES256, "a");
    let (sets, server) = Sets::server(Some(jwk_set(&[&issuer]).await)).await;
    let time = Time::new();
    let verifier = builder(&time).trusted_issuer(server.issuer()).build().unwrap();
    assert_eq!(told(&verifier, &token(&issuer)).await, GOOD);

    let flood = async |made_up_ids: u32, expected: &'static str| {
        let tasks = (0..50_u32).map(|task| {
            let verifier = verifier.clone();
            tokio::spawn(async move {
                for number in 0..made_up_ids / 50 {
                    assert_eq!(told(&verifier, &made_up(&format!("{task}-{number}"))).await, expected);
                }
            })
        });
        for task in tasks.collect::<Vec<_>>() {
            task.await.unwrap();
        }
    };
    // Within the cooldown of the first fetch.
    flood(1000, INVALID).await;
    assert_eq!(server.count(), 1);
    time.set(30);
    flood(cases(10_000, 100_000), INVALID).await;
    assert_eq!(server.count(), 2);
    // An attempt that fails counts, too; what nobody could ask about is not told to be wrong.
    sets.put(None);
    time.set(60);
    flood(1000, UNAVAILABLE).await;
    assert_eq!(server.count(), 3);
    assert_eq!(told(&verifier, &token(&issuer)).await, GOOD);
    // Nothing of all this left the process.
    let sent = server.received();
    assert!(!sent.contains("kid") && !sent.contains("49-1") && sent.matches("GET /keys HTTP/1.1\r\n").count() == 3);
}

#[tokio::test]
async fn r_88_who_comes_while_a_fetch_runs_waits_for_that_one() {
    let (old, new) = (issuing(Algorithm::ES256, "old"), issuing(Algorithm::EdDSA, "new"));
    let sets = [jwk_set(&[&old]).await, jwk_set(&[&old, &new]).await];
    let (release, gate) = watch::channel(false);
    let server = Server::start(move |visit| {
        let (set, mut gate) = (sets[usize::from(visit.number > 1)].clone(), gate.clone());
        async move {
            if visit.number > 1 {
                gate.wait_for(|open| *open).await.unwrap();
            }
            visit.set(&set).await;
        }
    })
    .await;
    let time = Time::new();
    let verifier = builder(&time).trusted_issuer(server.issuer().timeout(seconds(30))).build().unwrap();
    assert_eq!(told(&verifier, &token(&old)).await, GOOD);

    time.set(30);
    let waiting: Vec<_> = (0..50)
        .map(|number| {
            let (verifier, token) = (verifier.clone(), if number % 2 == 0 { token(&new) } else { made_up("x") });
            tokio::spawn(async move { told(&verifier, &token).await })
        })
        .collect();
    server.visited(2).await;
    // A known key waits for nothing.
    for _ in 0..100 {
        assert_eq!(told(&verifier, &token(&old)).await, GOOD);
    }
    assert!(waiting.iter().all(|task| !task.is_finished()));
    release.send(true).unwrap();
    for (number, task) in waiting.into_iter().enumerate() {
        assert_eq!(task.await.unwrap(), if number % 2 == 0 { GOOD } else { INVALID });
    }
    assert_eq!(server.count(), 2);
}

#[tokio::test]
async fn r_91_an_old_answer_that_comes_after_a_new_one_changes_nothing() {
    let (first, old, new) =
        (issuing(Algorithm::ES256, "first"), issuing(Algorithm::ES256, "old"), issuing(Algorithm::ES256, "new"));
    let sets = [jwk_set(&[&first]).await, jwk_set(&[&first, &old]).await, jwk_set(&[&first, &new]).await];
    let (late, sent) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
    let (is_late, was_sent) = (Arc::clone(&late), Arc::clone(&sent));
    let server = Server::start(move |visit| {
        let (set, late, sent) = (sets[visit.number - 1].clone(), Arc::clone(&is_late), Arc::clone(&was_sent));
        async move {
            let is_second = visit.number == 2;
            if is_second {
                late.notified().await;
            }
            visit.set(&set).await;
            if is_second {
                sent.notify_one();
            }
        }
    })
    .await;
    let time = Time::new();
    let verifier = builder(&time).trusted_issuer(server.issuer().timeout(seconds(2))).build().unwrap();
    assert_eq!(told(&verifier, &token(&first)).await, GOOD);
    time.set(30);
    // The second answer does not come in time; the third does.
    assert_eq!(told(&verifier, &token(&new)).await, UNAVAILABLE);
    time.set(60);
    assert_eq!(told(&verifier, &token(&new)).await, GOOD);
    // Now the second comes, with what was true before.
    late.notify_one();
    sent.notified().await;
    for _ in 0..100 {
        assert_eq!(told(&verifier, &token(&new)).await, GOOD);
        assert_eq!(told(&verifier, &token(&old)).await, INVALID);
        tokio::task::yield_now().await;
    }
    assert_eq!(server.count(), 3);
}

#[tokio::test]
async fn r_92_no_request_waits_while_new_keys_are_fetched_ahead() {
    let (old, new) = (issuing(Algorithm::ES256, "old"), issuing(Algorithm::ES256, "new"));
    let sets = [jwk_set(&[&old]).await, jwk_set(&[&new]).await];
    let (release, gate) = watch::channel(false);
    let server = Server::start(move |visit| {
        let (set, mut gate) = (sets[usize::from(visit.number > 1)].clone(), gate.clone());
        async move {
            if visit.number > 1 {
                gate.wait_for(|open| *open).await.unwrap();
            }
            visit.answer(200, &[("cache-control", "max-age=1")], set.to_string()).await;
        }
    })
    .await;
    let issuer = server.issuer().cooldown(seconds(1)).timeout(seconds(30));
    let time = Time::new();
    let verifier = builder(&time).trusted_issuer(issuer).build().unwrap();
    assert_eq!(told(&verifier, &token(&old)).await, GOOD);
    // Nobody asks, and yet there is a second request before the second is over.
    server.visited(2).await;
    for _ in 0..1000 {
        assert_eq!(told(&verifier, &token(&old)).await, GOOD);
    }
    assert_eq!(server.count(), 2);
    release.send(true).unwrap();
    // And without anybody's asking for it, the withdrawn key is gone.
    eventually(async || told(&verifier, &token(&old)).await == INVALID).await;
    assert_eq!(told(&verifier, &token(&new)).await, GOOD);
}

#[tokio::test]
async fn r_87_a_withdrawn_key_is_refused_once_its_time_is_over() {
    let (old, new) = (issuing(Algorithm::ES256, "old"), issuing(Algorithm::ES256, "new"));
    for (last, next) in [(599, 600), (3599, 3600), (29, 30)] {
        // What the first answer says of its life: nothing, too much, nothing at all.
        let life = match next {
            600 => None,
            3600 => Some("max-age=31536000"),
            _ => Some("no-store"),
        };
        let sets = [jwk_set(&[&old]).await, jwk_set(&[&new]).await];
        let server = Server::start(move |visit| {
            let set = sets[usize::from(visit.number > 1)].clone();
            async move {
                let headers: Vec<_> = life.map(|life| ("cache-control", life)).into_iter().collect();
                visit.answer(200, &headers, set.to_string()).await;
            }
        })
        .await;
        let time = Time::new();
        let verifier = builder(&time).trusted_issuer(server.issuer()).build().unwrap();
        assert_eq!(told(&verifier, &token(&old)).await, GOOD);
        time.set(last);
        assert_eq!((told(&verifier, &token(&old)).await.as_str(), server.count()), (GOOD, 1));
        // As on a machine that slept: no key is used past its time before the issuer was asked.
        time.set(next);
        assert_eq!((told(&verifier, &token(&old)).await.as_str(), server.count()), (INVALID, 2));
        assert_eq!(told(&verifier, &token(&new)).await, GOOD);
    }
}

#[tokio::test]
async fn r_87_an_issuer_that_withdraws_its_only_key_is_believed() {
    let issuer = issuing(Algorithm::ES256, "a");
    let (sets, server) = Sets::server(Some(jwk_set(&[&issuer]).await)).await;
    let time = Time::new();
    let verifier = builder(&time).trusted_issuer(server.issuer()).build().unwrap();
    assert_eq!(told(&verifier, &token(&issuer)).await, GOOD);
    sets.put(Some(json!({ "keys": [] })));
    time.set(600);
    assert_eq!(told(&verifier, &token(&issuer)).await, INVALID);
}

#[tokio::test]
async fn r_90_the_last_keys_are_kept_through_an_outage_and_no_longer() {
    let issuer = issuing(Algorithm::ES256, "a");
    let set = jwk_set(&[&issuer]).await;
    let (sets, server) = Sets::server(Some(set.clone())).await;
    let time = Time::new();
    let trusted = server.issuer().outage_tolerance(seconds(1000));
    let verifier = builder(&time).trusted_issuer(trusted).build().unwrap();
    assert_eq!(told(&verifier, &token(&issuer)).await, GOOD);
    sets.put(None);
    // Ten minutes fresh, then a thousand seconds more.
    for (second, attempts) in [(600, 2), (1599, 3)] {
        time.set(second);
        assert_eq!(told(&verifier, &token(&issuer)).await, GOOD, "{second}");
        server.visited(attempts).await;
    }
    time.set(1600);
    let answer = ask(&verifier, &token(&issuer)).await;
    assert_eq!((answer.status.as_u16(), answer.code().as_str()), (503, "unavailable"));
    assert!(answer.header("retry-after").is_some() && answer.challenge().is_none());
    // It comes back: within the cooldown nobody asks, after it the first request does.
    sets.put(Some(set));
    let asked = server.count();
    assert_eq!((told(&verifier, &token(&issuer)).await.as_str(), server.count()), (UNAVAILABLE, asked));
    time.set(1640);
    assert_eq!((told(&verifier, &token(&issuer)).await.as_str(), server.count()), (GOOD, asked + 1));
    assert_eq!(told(&verifier, &made_up("x")).await, INVALID);
}

#[tokio::test]
async fn r_90_in_an_outage_known_keys_wait_for_nothing() {
    let issuer = issuing(Algorithm::ES256, "a");
    let set = jwk_set(&[&issuer]).await;
    let hangs = Arc::new(AtomicBool::new(false));
    let is_hanging = Arc::clone(&hangs);
    let server = Server::start(move |visit| {
        let (set, hangs) = (set.clone(), is_hanging.load(Ordering::SeqCst));
        async move {
            match visit.number {
                1 => visit.set(&set).await,
                _ if hangs => visit.hang().await,
                _ => visit.answer(503, &[], "").await,
            }
        }
    })
    .await;
    let time = Time::new();
    let verifier = builder(&time).trusted_issuer(server.issuer().timeout(seconds(30))).build().unwrap();
    assert_eq!(told(&verifier, &token(&issuer)).await, GOOD);
    time.set(600);
    assert_eq!((told(&verifier, &token(&issuer)).await.as_str(), server.count()), (GOOD, 2));
    // The next attempt is made while requests go on; the server does not answer it before they have.
    hangs.store(true, Ordering::SeqCst);
    time.set(630);
    for _ in 0..1000 {
        assert_eq!(told(&verifier, &token(&issuer)).await, GOOD);
    }
    server.visited(3).await;
    assert_eq!(told(&verifier, &token(&issuer)).await, GOOD);
}

#[tokio::test]
async fn r_90_a_service_starts_before_its_issuer() {
    let issuer = issuing(Algorithm::ES256, "a");
    let (sets, server) = Sets::server(None).await;
    let time = Time::new();
    let verifier = builder(&time).trusted_issuer(server.issuer()).build().unwrap();
    for _ in 0..3 {
        assert_eq!(told(&verifier, &token(&issuer)).await, UNAVAILABLE);
    }
    assert_eq!(server.count(), 1);
    sets.put(Some(jwk_set(&[&issuer]).await));
    time.set(30);
    assert_eq!(told(&verifier, &token(&issuer)).await, GOOD);
}

/// Without anybody's asking, too: the task tries again by itself.
#[tokio::test]
async fn r_90_keys_come_in_the_background_once_the_issuer_is_there() {
    let issuer = issuing(Algorithm::ES256, "a");
    let (sets, server) = Sets::server(None).await;
    let verifier = builder(&Time::new()).trusted_issuer(server.issuer().cooldown(seconds(1))).build().unwrap();
    server.visited(1).await;
    sets.put(Some(jwk_set(&[&issuer]).await));
    server.visited(2).await;
    eventually(async || told(&verifier, &token(&issuer)).await == GOOD).await;
    assert_eq!(server.count(), 2);
}

/// As in the tests of a service that keeps it in a static: the runtime that fetched first is gone.
#[test]
fn r_92_keys_outlive_the_runtime_that_fetched_them() {
    let runtime = || tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let lasting = runtime();
    let issuer = issuing(Algorithm::ES256, "a");
    let served = std::thread::spawn({
        let set = runtime().block_on(jwk_set(&[&issuer]));
        move || {
            let (server, address) = lasting.block_on(async {
                let server = Server::serving(set).await;
                let address = server.url();
                (server, address)
            });
            (lasting, server, address)
        }
    });
    let (lasting, server, _) = served.join().unwrap();
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let (time, trusted) = (Time::new(), server.issuer());
    let serving = std::thread::spawn(move || lasting.block_on(async { drop(stopped.await) }));
    // Built outside of a runtime: nothing is fetched before somebody asks.
    let verifier = builder(&time).trusted_issuer(trusted).build().unwrap();
    for second in [0, 600, 1200] {
        time.set(second);
        let told = runtime().block_on(told(&verifier, &token(&issuer)));
        assert_eq!(told, GOOD, "{second}");
    }
    assert_eq!(server.count(), 3);
    stop.send(()).unwrap();
    serving.join().unwrap();
}

#[tokio::test]
async fn r_90_the_last_keys_are_kept_for_an_hour_unless_configured() {
    let issuer = issuing(Algorithm::ES256, "a");
    let (sets, server) = Sets::server(Some(jwk_set(&[&issuer]).await)).await;
    let time = Time::new();
    let verifier = builder(&time).trusted_issuer(server.issuer()).build().unwrap();
    assert_eq!(told(&verifier, &token(&issuer)).await, GOOD);
    sets.put(None);
    for (second, expected) in [(600, GOOD), (600 + 3599, GOOD), (600 + 3600, UNAVAILABLE)] {
        time.set(second);
        assert_eq!(told(&verifier, &token(&issuer)).await, expected, "{second}");
    }
}

#[tokio::test]
async fn r_89_a_fetch_ends_after_five_seconds_unless_configured() {
    let server = Server::start(async |visit| visit.hang().await).await;
    let verifier = builder(&Time::new()).trusted_issuer(server.issuer()).build().unwrap();
    let token = token(&issuing(Algorithm::ES256, "a"));
    let answer = tokio::time::timeout(seconds(15), told(&verifier, &token)).await;
    assert_eq!(answer.as_deref(), Ok(UNAVAILABLE));
}

#[tokio::test]
async fn r_88_a_clock_that_is_set_back_stops_no_fetch() {
    let (old, new) = (issuing(Algorithm::ES256, "old"), issuing(Algorithm::ES256, "new"));
    let (sets, server) = Sets::server(Some(jwk_set(&[&old]).await)).await;
    let time = Time::new();
    time.set(1000);
    let verifier = builder(&time).trusted_issuer(server.issuer()).build().unwrap();
    assert_eq!(told(&verifier, &token(&old)).await, GOOD);
    sets.put(Some(jwk_set(&[&old, &new]).await));
    time.set(0);
    assert_eq!(told(&verifier, &token(&new)).await, GOOD);
}

#[tokio::test]
async fn r_92_nobody_fetches_for_an_instance_that_is_gone() {
    let issuer = issuing(Algorithm::ES256, "a");
    let (_sets, server) = Sets::server(None).await;
    let verifier = builder(&Time::new()).trusted_issuer(server.issuer().cooldown(seconds(2))).build().unwrap();
    assert_eq!(told(&verifier, &token(&issuer)).await, UNAVAILABLE);
    drop(verifier);
    let count = server.count();
    tokio::time::sleep(seconds(5)).await;
    assert_eq!(server.count(), count);
}

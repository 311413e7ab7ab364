//! What goes wrong around a fetch and is nobody's attack: a key listed twice, a store that says 403, a runtime that ends, a clock that is
//! set back.

use std::{sync::mpsc, time::Duration};

use fastjwt::{Algorithm, FastJwt, SigningKey, TrustedIssuer};
use serde_json::json;

use crate::{
    issuer_server::{
        GOOD, INVALID, Server, Sets, Time, UNAVAILABLE, builder, eventually, issuing, jwk_set, token, told, trusting,
    },
    logs::Log,
    support::{NOW, at},
};

#[tokio::test]
async fn r_22_a_key_that_an_issuer_lists_twice_is_one_key() {
    let (issuer, other) = (issuing(Algorithm::ES256, "a"), issuing(Algorithm::EdDSA, "b"));
    let mut set = jwk_set(&[&issuer, &other, &issuer]).await;
    // What is not read of it makes it no other key.
    set["keys"][2]["x5t"] = json!("abc");
    let server = Server::serving(set).await;
    let verifier = trusting(server.issuer());
    for issuer in [&issuer, &other] {
        assert_eq!(told(&verifier, &token(issuer)).await, GOOD);
    }
    // Different keys under one id: which of them is meant would be a guess.
    let same_id = issuing(Algorithm::ES256, "a");
    let set = jwk_set(&[&issuer, &issuer, &same_id]).await;
    let server = Server::serving(set).await;
    assert_eq!(told(&trusting(server.issuer()), &token(&issuer)).await, UNAVAILABLE);
}

/// A server whose metadata is at the second place, and which answers so at the first; what came of it, and how often it was asked.
async fn discovered(status: u16) -> (String, usize) {
    let key = SigningKey::generate(Algorithm::ES256).unwrap();
    let set = jwk_set(&[&FastJwt::builder().key(key.clone()).build().unwrap()]).await;
    let server = Server::start(move |visit| {
        let set = set.clone();
        async move {
            let host = visit.stream.local_addr().unwrap();
            match visit.path.as_str() {
                "/keys" => visit.set(&set).await,
                "/.well-known/oauth-authorization-server" => {
                    let document =
                        json!({ "issuer": format!("http://{host}"), "jwks_uri": format!("http://{host}/keys") });
                    visit.set(&document).await;
                }
                _ => visit.answer(status, &[], "{}").await,
            }
        }
    })
    .await;
    let iss = format!("http://{}", server.address);
    let verifier = trusting(TrustedIssuer::discover(iss.clone()).http_on_loopback());
    let issuer = FastJwt::builder().clock(|| at(NOW)).issuer(iss).key(key).build().unwrap();
    (told(&verifier, &token(&issuer)).await, server.count())
}

#[tokio::test]
async fn the_second_document_is_asked_for_where_the_first_is_not_given() {
    for status in [400, 401, 403, 404, 405, 410, 451] {
        assert_eq!(discovered(status).await, (GOOD.to_owned(), 3), "{status}");
    }
    // What may be another in a moment, and what is a document, is believed.
    for status in [429, 500, 503, 302, 200] {
        assert_eq!(discovered(status).await, (UNAVAILABLE.to_owned(), 1), "{status}");
    }
}

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap()
}

/// A service that is put together on a runtime of its own, as in a `main` that blocks on its setup.
#[test]
fn r_88_a_fetch_that_ended_with_its_runtime_starts_no_cooldown() {
    let serving = runtime();
    let issuer = issuing(Algorithm::ES256, "a");
    let server = serving.block_on(async { Server::serving(jwk_set(&[&issuer]).await).await });
    let time = Time::new();
    let setup = runtime();
    let verifier = setup.block_on(async { builder(&time).trusted_issuer(server.issuer()).build().unwrap() });
    drop(setup);
    assert_eq!(serving.block_on(told(&verifier, &token(&issuer))), GOOD);
}

/// A `main` that blocks on its setup, keeps that runtime, and serves on another one: nobody drives the fetch that the setup has begun.
#[test]
fn r_89_a_fetch_on_a_runtime_that_stands_still_stops_nobody() {
    let (serving, setup) = (runtime(), runtime());
    let (stolen, issuer) = (issuing(Algorithm::ES256, "a"), issuing(Algorithm::ES256, "b"));
    let (sets, server) = serving.block_on(async { Sets::server(Some(jwk_set(&[&issuer]).await)).await });
    let time = Time::new();
    let trusted = server.issuer().timeout(Duration::from_millis(100));
    let verifier = setup.block_on(async { builder(&time).trusted_issuer(trusted).build().unwrap() });
    // Two wait for it, and neither for ever.
    let waited = token(&issuer);
    let waiting = async { tokio::join!(told(&verifier, &waited), told(&verifier, &waited)) };
    let (first, second) =
        serving.block_on(async { tokio::time::timeout(Duration::from_secs(60), waiting).await.unwrap() });
    assert_eq!([first.as_str(), second.as_str()], [UNAVAILABLE; 2]);
    // The next one fetches, on its own runtime, and no cooldown is in its way.
    assert_eq!(serving.block_on(told(&verifier, &token(&issuer))), GOOD);
    assert_eq!(server.count(), 1);
    // What comes of the first fetch so much later may be older than what is known, and says nothing of the issuer.
    sets.put(Some(serving.block_on(jwk_set(&[&stolen]))));
    let driven = || async { tokio::time::sleep(Duration::from_millis(300)).await };
    let said = std::thread::scope(|scope| {
        let said = scope.spawn(|| Log::of(|| setup.block_on(driven())));
        serving.block_on(driven());
        said.join().unwrap()
    });
    assert!(!said.iter().any(|event| event.contains("issuer_keys_unavailable")), "{said:?}");
    assert_eq!(serving.block_on(told(&verifier, &token(&issuer))), GOOD);
    assert_eq!(server.count(), 1, "it was ended, too");
}

/// While old keys do, nobody waits for new ones: who asks for them sees that nobody fetches them.
#[test]
fn r_90_in_an_outage_a_fetch_that_stands_still_is_given_up_by_who_asks_next() {
    let serving = runtime();
    let issuer = issuing(Algorithm::ES256, "a");
    let set = serving.block_on(jwk_set(&[&issuer]));
    let (sets, server) = serving.block_on(async { Sets::server(Some(set.clone())).await });
    let time = Time::new();
    let trusted = server.issuer().timeout(Duration::from_millis(100)).cooldown(Duration::from_secs(30));
    let verifier = builder(&time).trusted_issuer(trusted).build().unwrap();
    let ask = async || told(&verifier, &token(&issuer)).await;
    assert_eq!(serving.block_on(async { ask().await }), GOOD);
    // The issuer can't be reached, and its keys are past their time.
    sets.put(None);
    time.set(600);
    assert_eq!(serving.block_on(async { ask().await }), GOOD);
    // One asks on a runtime that stands still from then on.
    let standing = runtime();
    time.set(660);
    assert_eq!(standing.block_on(async { ask().await }), GOOD);
    let count = server.count();
    sets.put(Some(set));
    // The time of a fetch is real.
    std::thread::sleep(Duration::from_millis(1200));
    time.set(720);
    serving.block_on(async { eventually(async || ask().await == GOOD && server.count() > count).await });
}

/// As in a handler that runs while its runtime is dropped: a task ends before it begins.
#[test]
fn r_88_a_runtime_that_is_gone_while_somebody_asks_stops_nobody() {
    let (serving, gone) = (runtime(), runtime());
    let issuer = issuing(Algorithm::ES256, "a");
    let server = serving.block_on(async { Server::serving(jwk_set(&[&issuer]).await).await });
    let handle = gone.handle().clone();
    drop(gone);
    let (built, building) = mpsc::channel();
    let address = server.issuer();
    std::thread::spawn(move || {
        let _entered = handle.enter();
        built.send(builder(&Time::new()).trusted_issuer(address).build().unwrap())
    });
    let verifier = building.recv_timeout(Duration::from_secs(60)).expect("who asks is not locked up");
    assert_eq!(serving.block_on(told(&verifier, &token(&issuer))), GOOD);
}

/// The cooldown of an attempt before it goes on.
#[test]
fn r_88_a_fetch_that_ended_with_its_runtime_ends_no_cooldown() {
    let serving = runtime();
    let (issuer, unknown) = (issuing(Algorithm::ES256, "a"), issuing(Algorithm::ES256, "b"));
    let server = serving.block_on(async { Server::serving(jwk_set(&[&issuer]).await).await });
    let time = Time::new();
    let verifier = builder(&time).trusted_issuer(server.issuer()).build().unwrap();
    assert_eq!(serving.block_on(told(&verifier, &token(&issuer))), GOOD);
    // Its server answers on the other runtime alone.
    time.set(30);
    let ended = runtime();
    ended.block_on(async {
        let asking = tokio::spawn({
            let (verifier, token) = (verifier.clone(), token(&unknown));
            async move { told(&verifier, &token).await }
        });
        tokio::task::yield_now().await;
        drop(asking);
    });
    drop(ended);
    time.set(29);
    let count = server.count();
    assert_eq!(serving.block_on(told(&verifier, &token(&unknown))), UNAVAILABLE);
    assert_eq!(server.count(), count, "the cooldown of the first attempt is not over");
    time.set(30);
    assert_eq!(serving.block_on(told(&verifier, &token(&unknown))), INVALID);
    assert_eq!(server.count(), count + 1);
}

#[tokio::test]
async fn r_90_keys_from_the_future_have_no_age_and_are_fetched_again() {
    let issuer = issuing(Algorithm::ES256, "a");
    let set = jwk_set(&[&issuer]).await;
    let (sets, server) = Sets::server(Some(set.clone())).await;
    let time = Time::new();
    time.set(100_000);
    let verifier = builder(&time).trusted_issuer(server.issuer()).build().unwrap();
    assert_eq!(told(&verifier, &token(&issuer)).await, GOOD);
    // A clock that is put right by a minute is nothing.
    time.set(99_940);
    assert_eq!((told(&verifier, &token(&issuer)).await.as_str(), server.count()), (GOOD, 1));
    // Set back by more, the keys would be good for as long as it takes to come here again.
    time.set(99_939);
    assert_eq!((told(&verifier, &token(&issuer)).await.as_str(), server.count()), (GOOD, 2));
    sets.put(None);
    time.set(90_000);
    assert_eq!((told(&verifier, &token(&issuer)).await.as_str(), server.count()), (UNAVAILABLE, 3));
    sets.put(Some(set));
    time.set(90_030);
    assert_eq!((told(&verifier, &token(&issuer)).await.as_str(), server.count()), (GOOD, 4));
}

/// As on a runtime that has no network: what made a fetch panic would make the next one panic, too.
#[test]
fn r_88_a_fetch_that_panics_has_its_cooldown() {
    let serving = runtime();
    let issuer = issuing(Algorithm::ES256, "a");
    let server = serving.block_on(async { Server::serving(jwk_set(&[&issuer]).await).await });
    let time = Time::new();
    let poor = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
    let verifier = builder(&time).trusted_issuer(server.issuer()).build().unwrap();
    let events = crate::logs::Log::of(|| {
        for _ in 0..5 {
            assert_eq!(poor.block_on(told(&verifier, &token(&issuer))), UNAVAILABLE);
        }
    });
    let events: Vec<_> = events.iter().filter(|event| event.contains("issuer_keys_unavailable")).collect();
    assert_eq!(events.len(), 1, "{events:?}");
}

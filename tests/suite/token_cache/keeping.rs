//! What the cache keeps, how long, and what it costs: told by how often memory is asked for, and by claims that count themselves.

use std::{
    pin::pin,
    sync::{
        Arc,
        atomic::{AtomicU64, AtomicUsize, Ordering},
    },
    task::{Context, Poll, Waker},
    time::{Duration, SystemTime},
};

use fastjwt::{Algorithm, ClaimMap, ErrorKind, FastJwt, NoClaims, Policy, TokenFault, claim_value, jwt_claims};
use serde_json::Value;

use super::Typed;
use crate::{
    counting::{allocations, held},
    issuer_server::{self, Server, Time, issuing, jwk_set},
    support::{NOW, SECRET, at, builder, forge_text, good_header, segment_text, spoil_signature},
};

#[test]
fn a_token_that_comes_again_is_not_read_again() {
    let jwt = builder().token_cache_entries(64).build().unwrap();
    let token =
        jwt.create_access_token("USER_ID").claims(&Typed { name: Some("A. Person".to_owned()) }).sign().unwrap();
    let verify = || jwt.verify_access_token::<Typed>(token.as_str()).unwrap();
    verify();
    let (made, payload) = allocations(verify);
    assert_eq!((made.times, payload.name.as_deref()), (0, Some("A. Person")));
    // Nor does it cost more to refuse one that looks like it.
    let forged = spoil_signature(token.as_str());
    let (made, refused) = allocations(|| jwt.verify_access_token::<Typed>(&forged).is_err());
    assert!(refused && made.times <= 1, "{made:?}");
}

#[tokio::test]
async fn r_86_a_token_that_is_kept_ends_with_its_key_and_its_time() {
    let hands = Arc::new(AtomicU64::new(NOW));
    let clock = Arc::clone(&hands);
    let jwt = builder().token_cache_entries(64).clock(move || at(clock.load(Ordering::Relaxed))).build().unwrap();
    let token = jwt.create_access_token("u").expires_in(Duration::from_secs(60)).sign().unwrap();
    let is_good = || jwt.verify_access_token::<NoClaims>(token.as_str()).is_ok();
    assert!(is_good() && is_good());
    hands.store(NOW + 60 + 10, Ordering::Relaxed);
    assert!(!is_good());
    hands.store(NOW, Ordering::Relaxed);
    assert!(is_good());
    jwt.keys().remove(&jwt.keys().list()[0].id).unwrap();
    assert!(!is_good());
}

/// With the clock of the system, of which a hit may ask for no more than the last tick.
#[test]
#[expect(clippy::disallowed_methods, reason = "it is about the clock of the system")]
fn r_86_a_token_that_is_kept_ends_at_the_very_moment_that_it_says() {
    let builder = FastJwt::builder().secret(SECRET).leeway(Duration::ZERO).token_cache_entries(64);
    let jwt = builder.build().unwrap();
    for lifetime in [1, 2] {
        let token = jwt.create_access_token("u").expires_in(Duration::from_secs(lifetime)).sign().unwrap();
        let (mut hits, mut before) = (0_u64, SystemTime::now());
        while let Ok(payload) = jwt.verify_access_token::<NoClaims>(token.as_str()) {
            assert!(
                before < payload.expiry(),
                "hit {hits}: it was taken {:?} late",
                before.duration_since(payload.expiry())
            );
            (hits, before) = (hits + 1, SystemTime::now());
        }
        // From its first moment on, and to the last.
        let claims: Value = serde_json::from_str(&segment_text(token.as_str(), 1)).unwrap();
        assert!(SystemTime::now() >= at(claims["exp"].as_u64().unwrap()), "it was refused after {hits} hits");
    }
}

#[test]
fn a_token_that_was_kept_as_one_type_is_kept_as_others_too() {
    let jwt = builder().token_cache_entries(64).build().unwrap();
    let token = jwt.create_access_token("u").claims(&Typed { name: Some("A. Person".to_owned()) }).sign().unwrap();
    // As behind a layer, which reads no claims of the service's own.
    jwt.verify_access_token::<NoClaims>(token.as_str()).unwrap();
    let (first, _) = allocations(|| jwt.verify_access_token::<Typed>(token.as_str()).unwrap());
    let (again, payload) = allocations(|| jwt.verify_access_token::<Typed>(token.as_str()).unwrap());
    assert!(first.times > 0);
    assert_eq!((again.times, payload.name.as_deref()), (0, Some("A. Person")));
    let (unread, payload) = allocations(|| jwt.verify_access_token::<NoClaims>(token.as_str()).unwrap());
    assert_eq!((unread.times, payload.sub.as_str()), (0, "u"));
}

static ENDED: AtomicUsize = AtomicUsize::new(0);

/// Counts those that have ended.
#[claim_value]
struct Mortal {
    name: String,
}

impl Drop for Mortal {
    fn drop(&mut self) {
        ENDED.fetch_add(1, Ordering::SeqCst);
    }
}

#[jwt_claims]
struct Counted {
    mortal: Mortal,
}

/// A leaked key is removed: whoever has signed with it must not hold places of the cache by asking on and on.
#[test]
fn what_no_key_has_signed_any_more_has_no_place() {
    let jwt = builder().token_cache_entries(64).build().unwrap();
    let claims = Counted { mortal: Mortal { name: "A. Person".to_owned() } };
    let token = jwt.create_access_token("u").claims(&claims).sign().unwrap();
    let ended = || ENDED.load(Ordering::SeqCst);
    assert_eq!(jwt.verify_access_token::<Counted>(token.as_str()).unwrap().mortal.name, "A. Person");
    let _ = jwt.verify_access_token::<Counted>(token.as_str()).unwrap();
    assert_eq!(ended(), 0, "it is kept");
    jwt.keys().remove(&jwt.keys().list()[0].id).unwrap();
    let refused = jwt.verify_access_token::<Counted>(token.as_str()).unwrap_err();
    assert_eq!((refused.kind().clone(), ended()), (ErrorKind::Token(TokenFault::UnknownKey), 1));
}

/// Anybody can name a key that nobody knows, and have an issuer's keys fetched once a cooldown.
#[test]
fn r_88_keys_that_are_fetched_again_and_are_the_same_empty_nothing() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        for algorithm in [Algorithm::ES256, Algorithm::EdDSA, Algorithm::RS256] {
            let issuer = issuing(algorithm, "1");
            let server = Server::serving(jwk_set(&[&issuer]).await).await;
            let time = Time::new();
            let trusted =
                issuer_server::builder(&time).trusted_issuer(server.issuer().cooldown(Duration::from_secs(30)));
            let verifier = trusted.token_cache_entries(64).build().unwrap();
            let (token, unknown) = (issuer_server::token(&issuer), issuer_server::token(&issuing(algorithm, "2")));
            let verify = async || verifier.authenticate::<NoClaims>(&token, &Policy::access()).await;
            // What is known of it is there at once.
            let recall = || match pin!(verify()).poll(&mut Context::from_waker(Waker::noop())) {
                Poll::Ready(verified) => verified.is_ok(),
                Poll::Pending => false,
            };
            verify().await.unwrap();
            let (known, is_good) = allocations(recall);
            assert!(is_good);
            for round in 1..4 {
                time.set(round * 31);
                let refused = verifier.authenticate::<NoClaims>(&unknown, &Policy::access()).await.unwrap_err();
                assert_eq!(refused.kind(), &ErrorKind::Token(TokenFault::UnknownKey));
                assert_eq!(server.count(), 1 + usize::try_from(round).unwrap());
                let (again, is_good) = allocations(recall);
                assert!(is_good && again == known, "{algorithm}: {known:?} {again:?}");
            }
        }
    });
}

/// The bound is one of memory, whatever claims a token has and whoever chose them.
#[test]
fn kept_tokens_take_no_more_memory_than_they_may() {
    const BYTES: isize = 256 * 1024;
    let list =
        |value: &str, bytes: usize| format!("[{}{value}]", format!("{value},").repeat(bytes / (value.len() + 1)));
    let deep = |open: &str, close: &str| format!("{}0{}", open.repeat(60), close.repeat(60));
    let object = |members: usize| (0..members).map(|name| format!(r#""{name}":0"#)).collect::<Vec<_>>().join(",");
    let values = ["0", "null", "[]", "[0]", "{}", r#"{"":0}"#, r#""""#, r#""a""#, "[[[[[[0]]]]]]"];
    let shapes = values.iter().flat_map(|value| [list(value, 40), list(value, 200)]);
    let shapes =
        shapes.chain([deep("[", "]"), deep(r#"{"":"#, "}"), "0".to_owned(), format!("{:?}", "a".repeat(2000))]);
    for shape in shapes.chain([1, 12, 100].map(|members| format!("{{{}}}", object(members)))) {
        // Many places, so that the bytes run out first.
        let jwt = builder().token_cache_entries(256).token_cache_bytes(BYTES.unsigned_abs()).build().unwrap();
        let large = builder().token_cache_entries(64).token_cache_bytes(BYTES.unsigned_abs()).build().unwrap();
        let mut fullest = 0;
        for (jwt, tokens) in [(jwt, 400), (large, 60)] {
            let keep = |number: usize| {
                let claims =
                    format!(r#""sub":"u","type":"access","exp":{},"jti":"{number}","claim":{shape}"#, NOW + 60);
                let token = forge_text(good_header().to_string(), format!("{{{claims}}}"));
                assert!(jwt.verify_access_token::<ClaimMap>(&token).is_ok());
            };
            let (bytes, ()) = held(|| (0..tokens).for_each(keep));
            fullest = bytes.max(fullest);
        }
        let start = &shape[..shape.len().min(30)];
        assert!((BYTES / 16..=BYTES).contains(&fullest), "{fullest} {start}");
    }
}

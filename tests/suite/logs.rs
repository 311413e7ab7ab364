//! What the log learns of a refusal: one event, with the reason, and no byte of the token.

use std::{
    fmt::{Debug, Write as _},
    sync::{Arc, LazyLock, Mutex},
};

use axum::{Router, routing::get};
use fastjwt::{Algorithm, Builder, Locations, Policy, TokenPayload, TrustedIssuer};
use serde_json::{Value, json};
use tracing::{
    Dispatch, Event, Level, Metadata, Subscriber,
    field::{Field, Visit},
    span::{Attributes, Id, Record},
};

use crate::{
    issuer_server::{GOOD, ISSUER, Sets, Time, UNAVAILABLE, builder, issuing, jwk_set, token, told},
    support::{NOW, forge, forge_claims, get_bearer, good_claims, good_header, jwt, spoil_signature},
};

/// Keeps every event as text: level, target and fields.
#[derive(Clone, Default)]
pub struct Log(Arc<Mutex<Vec<String>>>);

impl Log {
    /// What was logged so far, on the threads that have it as their default.
    pub fn events(&self) -> Vec<String> {
        self.0.lock().unwrap().clone()
    }

    /// The same, and begins anew.
    pub fn take(&self) -> Vec<String> {
        std::mem::take(&mut *self.0.lock().unwrap())
    }

    /// Makes sure that `tracing` asks each thread's own listener, from the first event on.
    pub fn listen() {
        LazyLock::force(&LISTENERS);
        tracing::callsite::rebuild_interest_cache();
    }

    /// What is logged on this thread while `act` is done.
    pub fn of(act: impl FnOnce()) -> Vec<String> {
        Self::listen();
        let log = Self::default();
        tracing::subscriber::with_default(log.clone(), act);
        log.events()
    }
}

impl Subscriber for Log {
    fn enabled(&self, _: &Metadata<'_>) -> bool {
        true
    }

    fn new_span(&self, _: &Attributes<'_>) -> Id {
        Id::from_u64(1)
    }

    fn record(&self, _: &Id, _: &Record<'_>) {}

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn event(&self, event: &Event<'_>) {
        struct Text(String);
        impl Visit for Text {
            fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
                write!(self.0, " {field}={value:?}").unwrap();
            }
        }
        // Debug levels of the libraries below are theirs.
        if event.metadata().target() == "fastjwt" || *event.metadata().level() <= Level::INFO {
            let mut text = Text(format!("{} {}", event.metadata().level(), event.metadata().target()));
            event.record(&mut text);
            self.0.lock().unwrap().push(text.0);
        }
    }

    fn enter(&self, _: &Id) {}

    fn exit(&self, _: &Id) {}
}

/// Two subscribers that live on and hear nothing. While there is at most one, `tracing` may decide on another test's thread, for
/// all threads, that nobody listens.
static LISTENERS: LazyLock<[Dispatch; 2]> =
    LazyLock::new(|| [Dispatch::new(Log::default()), Dispatch::new(Log::default())]);

/// What was logged while `GET path` was answered, with the status.
fn logged(path: &str, token: &str) -> (u16, Vec<String>) {
    LazyLock::force(&LISTENERS);
    let jwt = jwt();
    let broken = jwt.require(Policy::access().subject_param("nowhere"));
    let app = Router::new()
        .route("/", get(async |_: TokenPayload| "in"))
        .route("/broken", get("in").route_layer(broken))
        .with_state(jwt);
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let ask = |path: &str, token: &str| {
        let log = Log::default();
        let answer = tracing::subscriber::with_default(log.clone(), || runtime.block_on(get_bearer(&app, path, token)));
        let events = log.0.lock().unwrap().clone();
        (answer.status.as_u16(), events)
    };
    // What was decided before the listeners came is decided anew.
    for (path, token) in [("/", "x".to_owned()), ("/broken", forge_claims(&good_claims()))] {
        for _ in 0..1000 {
            if !ask(path, &token).1.is_empty() {
                break;
            }
            tracing::callsite::rebuild_interest_cache();
        }
    }
    ask(path, token)
}

fn with(changes: &Value) -> Value {
    let mut claims = good_claims();
    claims.as_object_mut().unwrap().extend(changes.as_object().unwrap().clone());
    claims
}

#[test]
fn r_49_a_refusal_is_one_event_with_its_reason() {
    let table = [
        ("/", spoil_signature(&forge_claims(&good_claims())), "WARN", "bad_signature", "signature is not valid"),
        ("/", forge_claims(&with(&json!({ "exp": NOW - 60 }))), "INFO", "expired", "expired at"),
        ("/", forge_claims(&with(&json!({ "iss": 1 }))), "WARN", "claim_wrong_type", "claim `iss` has the wrong type"),
        ("/", forge(&json!({ "alg": "none" }), &good_claims()), "WARN", "wrong_algorithm", "algorithm"),
        ("/", "two words".to_owned(), "WARN", "malformed_credentials", "malformed"),
    ];
    for (path, token, level, reason, detail) in table {
        let (_, events) = logged(path, &token);
        let [event] = events.as_slice() else { panic!("not one event: {events:?}") };
        assert!(event.starts_with(&format!("{level} fastjwt ")), "{event}");
        assert!(event.contains(&format!("reason=\"{reason}\"")) && event.contains(detail), "{event}");
    }
    // What is the service's mistake is louder.
    let (status, events) = logged("/broken", &forge_claims(&good_claims()));
    assert_eq!((status, events.len()), (500, 1));
    assert!(events[0].starts_with("ERROR fastjwt ") && events[0].contains("`nowhere`"), "{events:?}");
    // And a token that is let in is no event of a refusal.
    let (status, events) = logged("/", &forge_claims(&good_claims()));
    assert_eq!((status, events.len()), (200, 1));
    assert!(events[0].starts_with("DEBUG fastjwt ") && events[0].contains(" event=\"token_accepted\" "), "{events:?}");
}

#[test]
fn r_49_no_byte_of_a_token_is_logged() {
    let mark = "Zq7Zq";
    let tokens = ["sub", "iss", "aud", "exp", "nbf", "iat", "jti", "type", "realm", "scopes", "fresh", mark]
        .map(|claim| forge_claims(&with(&json!({ claim: [{ mark: mark }], "exp": claim }))))
        .into_iter()
        .chain(["alg", "typ", "kid", "crit", "jku", "jwk", mark].map(|member| {
            let mut header = good_header();
            header[member] = json!(mark);
            forge(&header, &with(&json!({ "iss": mark, "exp": 1 })))
        }));
    for token in tokens {
        for token in [spoil_signature(&token), token] {
            let (status, events) = logged("/", &token);
            assert_eq!((status, events.len()), (401, 1));
            let segments = token.split('.').map(|segment| &segment[..segment.len().min(12)]);
            for hidden in segments.chain([mark]) {
                assert!(!events[0].contains(hidden), "{events:?}");
            }
        }
    }
}

/// What is logged while an issuer's keys are fetched by `told`, on a runtime of its own.
fn logged_by(told: impl AsyncFn()) -> Vec<String> {
    LazyLock::force(&LISTENERS);
    for _ in 0..1000 {
        tracing::callsite::rebuild_interest_cache();
        let log = Log::default();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        tracing::subscriber::with_default(log.clone(), || runtime.block_on(told()));
        let events: Vec<_> = log.0.lock().unwrap().drain(..).filter(|event| event.contains("issuer=")).collect();
        // What was decided before the listeners came is decided anew.
        if events.iter().any(|event| event.starts_with("INFO")) {
            return events;
        }
    }
    Vec::new()
}

#[test]
fn r_98_a_source_of_keys_that_fails_and_comes_back_is_logged_without_a_byte_of_a_token() {
    let events = logged_by(async || {
        let issuer = issuing(Algorithm::ES256, "a");
        let good = jwk_set(&[&issuer]).await;
        let (sets, server) = Sets::server(None).await;
        let time = Time::new();
        let url = format!("{}?secret=hunter2", server.url());
        let trusted = TrustedIssuer::jwks(ISSUER, url).http_on_loopback();
        let verifier = builder(&time).trusted_issuer(trusted).build().unwrap();
        assert_eq!(told(&verifier, &token(&issuer)).await, UNAVAILABLE);
        let odd = json!({ "kty": "oct", "k": "Zq7Zq7Zq7Zq7Zq7Zq7Zq7Zq7Zq7Zq7Zq7Zq7Zq7Zq7Z" });
        sets.put(Some(json!({ "keys": [odd, 1, good["keys"][0]] })));
        time.set(30);
        assert_eq!(told(&verifier, &token(&issuer)).await, GOOD);
    });
    let [failed, exposed, odd, back] = events.as_slice() else { panic!("{events:?}") };
    let name = format!("issuer=\"{ISSUER}\"");
    let parts: [(&str, &[&str]); 4] = [
        (failed, &["WARN fastjwt ", "can't be fetched", "the answer's status is 500", "has_keys=false"]),
        (exposed, &["WARN fastjwt ", "a key that must be secret", "place=1"]),
        (odd, &["DEBUG fastjwt ", "a key of the issuer is not used", "place=2"]),
        (back, &["INFO fastjwt ", "can be fetched again"]),
    ];
    for (event, parts) in parts {
        assert!(event.contains(&name) && parts.iter().all(|part| event.contains(part)), "{event}");
        assert!(!event.contains("hunter2") && !event.contains("Zq7") && !event.contains("eyJ"), "{event}");
    }
}

/// What nobody should leave in a service by mistake is told at each start, of each cookie that is used.
#[test]
fn r_51_r_54_a_start_without_a_protection_of_cookies_is_told() {
    let told = |change: fn(Builder) -> Builder| {
        let events = Log::of(|| drop(change(builder_of_cookies()).build().unwrap()));
        let names = events.iter().map(|event| {
            assert!(event.starts_with("WARN fastjwt "), "{event}");
            let value = |field| event.split_once(field).unwrap().1.split('"').next().unwrap();
            format!("{} {}", value(" event=\""), value(" cookie=\""))
        });
        names.collect::<Vec<_>>()
    };
    assert_eq!(told(|builder| builder), [""; 0]);
    assert_eq!(told(|builder| builder.csrf_protection(false)), [""; 0]);
    assert_eq!(told(|builder| builder.same_origin_check(false)), [""; 0]);
    let both = ["cookie_not_protected __Host-access_token", "cookie_not_protected __Host-refresh_token"];
    assert_eq!(told(|builder| builder.csrf_protection(false).same_origin_check(false)), both);
    let readable = ["cookie_not_http_only __Host-refresh_token"];
    assert_eq!(told(|builder| builder.refresh_cookie(|cookie| cookie.http_only(false))), readable);
    let all =
        ["cookie_not_secure access_token", "cookie_not_http_only access_token", "cookie_not_protected access_token"];
    let none = |builder: Builder| {
        let builder = builder.csrf_protection(false).same_origin_check(false).refresh_locations(Locations::HEADERS);
        builder.cookies(|cookie| cookie.secure(false).http_only(false))
    };
    assert_eq!(told(none), all);
    // Without cookies they are nobody's.
    assert_eq!(
        told(|builder| builder.locations(Locations::HEADERS).csrf_protection(false).same_origin_check(false)),
        [""; 0]
    );
}

fn builder_of_cookies() -> Builder {
    crate::support::builder().locations(Locations::COOKIES)
}

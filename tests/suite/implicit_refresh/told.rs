//! What the log learns of a renewal: one event each, and one of each that failed.

use axum::{Router, routing::any};
use fastjwt::{Algorithm, FastJwt, Locations, SigningKey};

use super::{MINUTE, app, builder, look, renewed, stored, visit};
use crate::{
    logs::Log,
    sessions::{Hands, claims},
};

#[test]
fn each_renewal_is_one_event() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let (hands, store) = (Hands::new(), stored::Watched::default());
    let jwt = stored::builder(&store, &hands).build().unwrap();
    let token = runtime.block_on(stored::log_in(&jwt, &store, &hands));
    let app = app(&jwt, jwt.implicit_refresh());
    let mut follower = None;
    let events = Log::of(|| follower = renewed(&runtime.block_on(visit(&app, "POST", "/open", &token))));
    let follower = follower.expect("it is renewed");
    let [event] = events.as_slice() else { panic!("not one event: {events:?}") };
    let (before, after) = (claims(token.as_str()), claims(&follower));
    assert!(event.starts_with("INFO fastjwt ") && event.contains(" event=\"implicit_refresh\""), "{event}");
    for field in [
        format!(" sub={}", before["sub"]),
        format!(" sid={}", before["sid"]),
        format!(" spent={}", before["jti"]),
        format!(" jti={}", after["jti"]),
        " kid=\"".to_owned(),
    ] {
        assert!(event.contains(&field), "{field} in {event}");
    }
    for part in token.as_str().split('.').chain(follower.split('.')) {
        assert!(!event.contains(&part[..12]), "{event}");
    }
    // What is not renewed is no event.
    hands.put(5 * MINUTE);
    assert_eq!(Log::of(|| drop(runtime.block_on(visit(&app, "POST", "/open", &token)))), [""; 0]);
    assert_eq!(Log::of(|| drop(runtime.block_on(look(&app, "/open", "garbage")))), [""; 0]);
    // What the store can't tell is its own event.
    hands.put(6 * MINUTE);
    store.go_down();
    let events = Log::of(|| drop(runtime.block_on(visit(&app, "POST", "/open", &token))));
    let [event] = events.as_slice() else { panic!("not one event: {events:?}") };
    assert!(event.contains(" event=\"store_unavailable\" operation=\"renew\""), "{event}");
}

#[test]
fn a_renewal_that_the_service_cannot_make_is_an_event() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let hands = Hands::new();
    let key = SigningKey::generate(Algorithm::ES256).unwrap();
    let (public, time) = (key.verifying_key().clone(), hands.clone());
    let clock = move || time.now();
    let login = FastJwt::builder().key(key).clock(clock.clone()).locations(Locations::COOKIES).build().unwrap();
    let verifies = FastJwt::builder().verifying_key(public).clock(clock).locations(Locations::COOKIES).build().unwrap();
    let token = login.create_access_token("USER_ID").fresh().sign().unwrap();
    hands.put(8 * MINUTE);
    let router = app(&verifies, verifies.implicit_refresh());
    let events = Log::of(|| drop(runtime.block_on(visit(&router, "POST", "/open", &token))));
    let [event] = events.as_slice() else { panic!("not one event: {events:?}") };
    assert!(event.starts_with("ERROR fastjwt ") && event.contains(" event=\"implicit_refresh_failed\""), "{event}");
    assert!(event.contains(" reason=\"no_signing_key\"") && event.contains(" detail="), "{event}");
    // Bodies are to be read before it.
    let jwt = builder(&hands).locations(Locations::COOKIES | Locations::JSON).build().unwrap();
    let outside = Router::new().route("/", any("in")).layer(jwt.implicit_refresh());
    let events = Log::of(|| drop(runtime.block_on(visit(&outside, "POST", "/", &token))));
    let [event] = events.as_slice() else { panic!("not one event: {events:?}") };
    assert!(event.contains(" event=\"implicit_refresh_failed\"") && event.contains("body_tokens"), "{event}");
    assert!(event.contains(" reason=\"missing_body_layer\""), "{event}");
}

//! Requests whose token is never renewed: none in a cookie, none that is good, none that proves what it must.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use axum::{Router, routing::any};
use fastjwt::{
    Algorithm, Check, CheckedRequest, Denied, FastJwt, Locations, Realm, SigningKey, TokenPayload, TrustedIssuer,
};
use serde_json::{Value, json};

use super::{COOKIE, HOUR, MINUTE, app, builder, doors, log_in, look, renewed, ruled, usual, visit};
use crate::{
    issuer_server::{ISSUER, Server, jwk_set},
    sessions::Hands,
    support::{NOW, ask, forge_claims, good_claims, spoil_signature},
    test_keys::{P256, Signer},
};

/// A token that is renewed 6 minutes later, as `sub` and so on say, to be spoiled.
fn renewable() -> Value {
    let mut claims = good_claims();
    claims["aud"] = "here".into();
    claims["auth_time"] = NOW.into();
    claims
}

fn with(name: &str, value: impl Into<Value>) -> String {
    let mut claims = renewable();
    claims[name] = value.into();
    forge_claims(&claims)
}

fn without(name: &str) -> String {
    let mut claims = renewable();
    claims.as_object_mut().unwrap().remove(name);
    forge_claims(&claims)
}

/// Behind the layer, and without it, a request is answered the same.
async fn assert_untouched(jwt: &FastJwt, method: &str, path: &str, headers: &[(&str, &str)]) {
    let on = app(jwt, jwt.implicit_refresh());
    let off = doors().with_state(jwt.clone());
    let answer = ask(&on, method, path, headers, "").await;
    assert_eq!(answer, ask(&off, method, path, headers, "").await, "{headers:?}");
    assert_eq!(answer.headers.get("set-cookie"), None, "{headers:?}");
}

#[tokio::test]
async fn a_token_that_a_door_would_refuse() {
    let hands = Hands::new();
    let (jwt, app) = usual(&hands);
    hands.put(6 * MINUTE);
    assert!(renewed(&look(&app, "/open", &forge_claims(&renewable())).await).is_some());
    let tokens = [
        "garbage".to_owned(),
        "a.b.c".to_owned(),
        spoil_signature(&forge_claims(&renewable())),
        with("type", "refresh"),
        with("type", "id"),
        with("aud", "elsewhere"),
        with("realm", "staff"),
        with("nbf", NOW + HOUR),
        with("iat", NOW + HOUR),
        without("aud"),
        without("exp"),
        without("sub"),
        without("type"),
    ];
    for token in tokens {
        assert_untouched(&jwt, "GET", "/open", &[("cookie", &format!("{COOKIE}={token}"))]).await;
    }
    let issuing = builder(&hands).issuer("https://login.example.org").build().unwrap();
    assert_untouched(&issuing, "GET", "/open", &[("cookie", &format!("{COOKIE}={}", with("iss", "other")))]).await;
}

#[tokio::test]
async fn a_token_that_has_ended() {
    let hands = Hands::new();
    let (jwt, app) = usual(&hands);
    let token = log_in(&jwt);
    hands.put(15 * MINUTE);
    for millis in [900_000, 905_000, 909_999, 910_000, 3_600_000] {
        hands.put_millis(millis);
        assert_eq!(renewed(&visit(&app, "GET", "/open", &token).await), None, "{millis}");
    }
    // The doors let it in for the leeway.
    hands.put(15 * MINUTE);
    let answer = visit(&app, "GET", "/", &token).await;
    assert_eq!((answer.status.as_u16(), renewed(&answer)), (200, None));
}

#[tokio::test]
async fn a_token_that_ends_while_the_handler_works() {
    let hands = Hands::new();
    let jwt = builder(&hands).build().unwrap();
    for (then, is_renewed) in [(15 * MINUTE - 1, true), (15 * MINUTE, false), (0, false)] {
        let time = hands.clone();
        let app = Router::new().route("/", any(async move || time.put(then))).layer(jwt.implicit_refresh());
        hands.put(0);
        let token = log_in(&jwt);
        hands.put(14 * MINUTE);
        assert_eq!(renewed(&visit(&app, "GET", "/", &token).await).is_some(), is_renewed, "{then}");
    }
}

#[tokio::test]
async fn a_token_that_does_not_say_when_its_subject_logged_in() {
    let hands = Hands::new();
    let jwt = builder(&hands).build().unwrap();
    hands.put(6 * MINUTE);
    assert_untouched(&jwt, "GET", "/open", &[("cookie", &format!("{COOKIE}={}", without("auth_time")))]).await;
}

#[tokio::test]
async fn a_login_that_lies_ahead_does_not_move_the_limit() {
    let hands = Hands::new();
    let (_, app) = usual(&hands);
    hands.put(6 * MINUTE);
    let ten_minutes = ruled(&hands, |renewal| renewal.limit(std::time::Duration::from_secs(10 * MINUTE)));
    let follower = renewed(&look(&ten_minutes, "/open", &with("auth_time", NOW + 100 * HOUR)).await).unwrap();
    let follower = crate::sessions::claims(&follower);
    assert_eq!((&follower["auth_time"], &follower["exp"]), (&(NOW + 6 * MINUTE).into(), &(NOW + 16 * MINUTE).into()));
    assert_eq!(renewed(&look(&app, "/open", &with("auth_time", NOW - 12 * HOUR)).await), None);
}

#[tokio::test]
async fn a_token_whose_follower_would_not_end_later() {
    let hands = Hands::new();
    let app = ruled(&hands, |renewal| renewal.within(std::time::Duration::from_secs(HOUR)));
    let ends = |seconds: u64| with("exp", NOW + seconds);
    hands.put(6 * MINUTE);
    for (end, is_renewed) in [(21 * MINUTE - 1, true), (21 * MINUTE, false), (21 * MINUTE + 1, false)] {
        assert_eq!(renewed(&look(&app, "/open", &ends(end)).await).is_some(), is_renewed, "{end}");
    }
    // At the limit, which is 10 minutes from now, there is no later end either.
    let at_the_limit = |seconds: u64| {
        let mut claims = renewable();
        claims["auth_time"] = (NOW + 16 * MINUTE - 12 * HOUR).into();
        claims["exp"] = (NOW + seconds).into();
        forge_claims(&claims)
    };
    for (end, is_renewed) in [(16 * MINUTE - 1, true), (16 * MINUTE, false)] {
        assert_eq!(renewed(&look(&app, "/open", &at_the_limit(end)).await).is_some(), is_renewed, "{end}");
    }
}

#[tokio::test]
async fn a_request_without_a_token_in_a_cookie() {
    let hands = Hands::new();
    let jwt = builder(&hands).build().unwrap();
    let token = log_in(&jwt);
    hands.put(6 * MINUTE);
    let bearer = format!("Bearer {}", token.as_str());
    let cookie = format!("{COOKIE}={}", token.as_str());
    let csrf = token.csrf().unwrap();
    let requests: &[&[(&str, &str)]] = &[
        &[],
        &[("cookie", "theme=dark")],
        &[("cookie", &format!("{COOKIE}="))],
        &[("cookie", &cookie.replace("access", "refresh")), ("x-csrf-token", csrf)],
        // A token that is given on purpose counts, good or not, and the cookie does not.
        &[("authorization", &bearer)],
        &[("authorization", &bearer), ("cookie", &cookie), ("x-csrf-token", csrf)],
        &[("authorization", "Bearer garbage"), ("cookie", &cookie), ("x-csrf-token", csrf)],
        &[("authorization", "Bearer two words"), ("cookie", &cookie), ("x-csrf-token", csrf)],
        // Which of two is meant can't be told.
        &[("cookie", &format!("{cookie}; {cookie}")), ("x-csrf-token", csrf)],
    ];
    for headers in requests {
        for (method, path) in [("GET", "/"), ("POST", "/"), ("GET", "/open"), ("POST", "/open")] {
            assert_untouched(&jwt, method, path, headers).await;
        }
    }
    // Nor is it one where tokens don't travel in cookies.
    let time = hands.clone();
    let headers_alone = crate::support::builder().clock(move || time.now()).audience(["here"]).build().unwrap();
    assert_untouched(&headers_alone, "GET", "/open", &[("cookie", &cookie)]).await;
}

/// Over HTTP/2 it opens with a 200 (RFC 8441 section 5), which is a success as any.
#[tokio::test]
async fn a_websocket_that_opens_over_http_2() {
    let hands = Hands::new();
    let jwt = builder(&hands).build().unwrap();
    let token = log_in(&jwt);
    hands.put(6 * MINUTE);
    let app = Router::new().route("/", any("open")).layer(jwt.implicit_refresh());
    let answer = visit(&app, "CONNECT", "/", &token).await;
    assert_eq!((answer.status.as_u16(), renewed(&answer)), (200, None));
    assert!(renewed(&visit(&app, "POST", "/", &token).await).is_some(), "the same with another method");
}

#[tokio::test]
async fn r_54_r_58_an_unsafe_request_that_proves_nothing() {
    let hands = Hands::new();
    let jwt = builder(&hands).build().unwrap();
    let token = log_in(&jwt);
    hands.put(6 * MINUTE);
    let cookie = ("cookie", &*format!("{COOKIE}={}", token.as_str()));
    let proof = ("x-csrf-token", token.csrf().unwrap());
    let tossed = format!("{COOKIE}={}; __Host-csrf_access_token={}", token.as_str(), token.csrf().unwrap());
    let refused: &[&[(&str, &str)]] = &[
        &[cookie],
        &[("cookie", &tossed)],
        &[cookie, ("x-csrf-token", "")],
        &[cookie, ("x-csrf-token", "Zq7pLw9xRtVb3nMk8sYc2d")],
        &[cookie, proof, proof],
        &[cookie, proof, ("sec-fetch-site", "cross-site")],
        &[cookie, proof, ("origin", "https://evil.example"), ("host", "api.example")],
    ];
    for headers in refused {
        for method in ["POST", "PUT", "PATCH", "DELETE", "TRACE", "PURGE"] {
            // No door stands there that would refuse it.
            assert_untouched(&jwt, method, "/open", headers).await;
        }
    }
    let app = app(&jwt, jwt.implicit_refresh());
    let headers = [cookie, proof, ("sec-fetch-site", "same-origin")];
    assert!(renewed(&ask(&app, "POST", "/open", &headers, "").await).is_some());
    // What opens a WebSocket is not safe, whatever its method.
    let upgrade = [cookie, ("upgrade", "websocket")];
    assert_untouched(&jwt, "GET", "/open", &upgrade).await;
}

#[tokio::test]
async fn a_csrf_value_may_stand_in_a_form_if_the_bodies_are_read_before() {
    let hands = Hands::new();
    let jwt = builder(&hands).csrf_form(true).build().unwrap();
    let inside = app(&jwt, jwt.implicit_refresh()).layer(jwt.body_tokens());
    let token = log_in(&jwt);
    hands.put(6 * MINUTE);
    let cookie = format!("{COOKIE}={}", token.as_str());
    let headers = [("cookie", &*cookie), ("content-type", "application/x-www-form-urlencoded")];
    let form = format!("csrf_token={}", token.csrf().unwrap());
    assert!(renewed(&ask(&inside, "POST", "/", &headers, &form).await).is_some());
    assert_eq!(renewed(&ask(&inside, "POST", "/open", &headers, "csrf_token=other").await), None);
}

struct Staff;

impl Realm for Staff {
    const NAME: &'static str = "staff";
}

#[tokio::test]
async fn a_token_of_another_realm() {
    let hands = Hands::new();
    let jwt = builder(&hands).build().unwrap();
    let time = hands.clone();
    let staff = FastJwt::<Staff>::realm_builder().secret(crate::support::SECRET).clock(move || time.now());
    let staff = staff.locations(Locations::COOKIES).audience(["here"]).build().unwrap();
    let token = staff.create_access_token("USER_ID").fresh().sign().unwrap();
    hands.put(8 * MINUTE);
    assert_untouched(&jwt, "GET", "/open", &[("cookie", &format!("{COOKIE}={}", token.as_str()))]).await;
    // In its own it is renewed, under its own cookie.
    let app = Router::new().route("/", any("in")).layer(staff.implicit_refresh());
    let cookie = format!("__Host-staff_access_token={}", token.as_str());
    let answer = ask(&app, "GET", "/", &[("cookie", &cookie)], "").await;
    let follower = super::cookie(&answer, "__Host-staff_access_token").unwrap_or_else(|| panic!("{answer:?}"));
    assert_eq!(crate::sessions::claims(&follower)["realm"], "staff");
}

#[tokio::test]
async fn a_token_of_a_trusted_issuer() {
    let key = SigningKey::from_pem(Algorithm::ES256, P256).unwrap().with_id("a").unwrap();
    let server = Server::serving(jwk_set(&[&crate::issuer_server::issuing_with(key)]).await).await;
    let hands = Hands::new();
    let trusted: TrustedIssuer = server.issuer().audience(["api"]);
    let jwt = builder(&hands).trusted_issuer(trusted).build().unwrap();
    let claims = json!({
        "iss": ISSUER, "sub": "USER_ID", "aud": "api", "exp": NOW + 900, "iat": NOW, "auth_time": NOW, "type": "access",
    });
    let token = Signer::Es256.forge(&json!({ "alg": "ES256", "kid": "a", "typ": "JWT" }), &claims);
    hands.put(6 * MINUTE);
    let cookie = format!("{COOKIE}={token}");
    assert_eq!(look(&app(&jwt, jwt.implicit_refresh()), "/", &token).await.status, 200);
    assert_untouched(&jwt, "GET", "/", &[("cookie", &cookie)]).await;
    // Its own are.
    let own = log_in(&jwt);
    hands.put(12 * MINUTE);
    assert!(renewed(&visit(&app(&jwt, jwt.implicit_refresh()), "GET", "/", &own).await).is_some());
}

/// Refuses everything from its second question on, and counts them.
struct Blocklist(Arc<AtomicUsize>, usize);

impl Check for Blocklist {
    async fn check(&self, payload: &TokenPayload, request: CheckedRequest<'_>) -> Result<(), Denied> {
        assert_eq!(payload.sub, "USER_ID");
        assert!(request.parts().is_some_and(|parts| parts.headers.contains_key("cookie")));
        if self.0.fetch_add(1, Ordering::SeqCst) < self.1 { Ok(()) } else { Err(Denied::unauthorized("no", "No")) }
    }
}

#[tokio::test]
async fn fault_6_a_check_of_the_services_own_is_asked_about_good_tokens_and_heeded() {
    for (good, path, asked, is_renewed) in
        [(0, "/open", 1, false), (1, "/open", 1, true), (1, "/", 2, false), (2, "/", 2, true)]
    {
        let hands = Hands::new();
        let count = Arc::new(AtomicUsize::new(0));
        let jwt = builder(&hands).check(Blocklist(Arc::clone(&count), good)).build().unwrap();
        let app = app(&jwt, jwt.implicit_refresh());
        let token = log_in(&jwt);
        hands.put(4 * MINUTE);
        look(&app, "/open", token.as_str()).await;
        hands.put(6 * MINUTE);
        for bad in ["garbage", &spoil_signature(token.as_str()), &with("aud", "elsewhere"), &without("auth_time")] {
            look(&app, "/open", bad).await;
        }
        ask(&app, "POST", "/open", &[("cookie", &format!("{COOKIE}={}", token.as_str()))], "").await;
        assert_eq!(count.load(Ordering::SeqCst), 0, "it was asked about a token that is not to be renewed");
        let answer = visit(&app, "GET", path, &token).await;
        assert_eq!((answer.status.as_u16(), count.load(Ordering::SeqCst)), (200, asked), "{good} {path}");
        assert_eq!(renewed(&answer).is_some(), is_renewed, "{good} {path}");
    }
}

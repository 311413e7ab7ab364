//! The implicit refresh: what is renewed and what the follower says; its rooms hold what is never renewed.

mod answers;
mod hooks;
mod never;
mod options;
mod property;
mod stored;
mod told;

use std::time::Duration;

use axum::{
    Router,
    http::{Method, StatusCode},
    routing::{any, get},
};
use fastjwt::{
    AccessToken, Algorithm, Builder, DefaultRealm, FastJwt, ImplicitRefreshLayer, ImplicitRefreshOptions, Locations,
    SigningKey, TokenPayload,
};
use serde_json::{Value, json};

use crate::{
    sessions::{Hands, claims},
    support::{Answer, NOW, SECRET, ask, segment_text},
};

const COOKIE: &str = "__Host-access_token";
const MINUTE: u64 = 60;
const HOUR: u64 = 60 * MINUTE;

/// Tokens in cookies and headers, and a clock to be moved.
fn plain(hands: &Hands) -> Builder {
    let hands = hands.clone();
    let builder = FastJwt::builder().secret(SECRET).clock(move || hands.now());
    builder.locations(Locations::HEADERS | Locations::COOKIES).audience(["here"])
}

/// The same, with tokens that are renewed in the last 10 of their 15 minutes.
fn builder(hands: &Hands) -> Builder {
    plain(hands).implicit_refresh(in_the_last_ten_minutes)
}

fn in_the_last_ten_minutes(renewal: ImplicitRefreshOptions) -> ImplicitRefreshOptions {
    renewal.within(Duration::from_secs(10 * MINUTE))
}

/// A door at `/`, and none at `/open`, behind the layer.
fn app(jwt: &FastJwt, layer: ImplicitRefreshLayer<DefaultRealm>) -> Router {
    doors().layer(layer).with_state(jwt.clone())
}

fn doors() -> Router<FastJwt> {
    Router::new()
        .route("/", any(async |payload: TokenPayload| payload.sub.clone()))
        .route("/open", any(async || "open"))
}

/// The same, with other rules.
fn ruled(hands: &Hands, change: impl FnOnce(ImplicitRefreshOptions) -> ImplicitRefreshOptions) -> Router {
    let jwt = builder(hands).implicit_refresh(change).build().unwrap();
    app(&jwt, jwt.implicit_refresh())
}

fn usual(hands: &Hands) -> (FastJwt, Router) {
    let jwt = builder(hands).build().unwrap();
    let app = app(&jwt, jwt.implicit_refresh());
    (jwt, app)
}

type Change = fn(ImplicitRefreshOptions) -> ImplicitRefreshOptions;

/// What the login gives, which ends 15 minutes later.
fn log_in(jwt: &FastJwt) -> AccessToken {
    let token =
        jwt.create_access_token("USER_ID").fresh().scopes(["read", "write"]).claim("tenant", json!({ "id": 7 }));
    token.audience(["here", "there"]).client_id("shop").sign().unwrap()
}

/// With the token in its cookie, and the proof of its csrf value.
async fn visit(app: &Router, method: &str, path: &str, token: &AccessToken) -> Answer {
    let cookie = format!("{COOKIE}={}", token.as_str());
    ask(app, method, path, &[("cookie", &cookie), ("x-csrf-token", token.csrf().unwrap_or_default())], "").await
}

/// With only a text in the cookie, on a method that needs no proof.
async fn look(app: &Router, path: &str, token: &str) -> Answer {
    ask(app, "GET", path, &[("cookie", &format!("{COOKIE}={token}"))], "").await
}

/// The value that an answer sets in a cookie.
fn cookie(answer: &Answer, name: &str) -> Option<String> {
    let cookies = answer.headers.get_all("set-cookie").iter().map(|cookie| cookie.to_str().unwrap());
    let mut values = cookies.filter_map(|cookie| cookie.strip_prefix(name)?.strip_prefix('=')?.split(';').next());
    let value = values.next().map(str::to_owned);
    assert_eq!(values.next(), None, "the cookie is set twice: {answer:?}");
    value
}

fn renewed(answer: &Answer) -> Option<String> {
    cookie(answer, COOKIE)
}

#[tokio::test]
async fn a_token_is_renewed_that_has_less_than_half_of_its_life_left_and_less_than_ten_minutes() {
    for (minutes, seconds_left) in [(1, 30), (5, 150), (10, 300), (15, 450), (20, 600), (21, 600), (60, 600)] {
        let (hands, life) = (Hands::new(), minutes * MINUTE);
        let jwt = plain(&hands).access_token_expires_in(Duration::from_secs(life)).build().unwrap();
        let app = app(&jwt, jwt.implicit_refresh());
        let token = log_in(&jwt);
        let due = (life - seconds_left) * 1000;
        for (millis, is_renewed) in [(0, false), (due, false), (due + 1, true), (life * 1000 - 1, true)] {
            hands.put_millis(millis);
            let answer = visit(&app, "GET", "/open", &token).await;
            assert_eq!((answer.status, renewed(&answer).is_some()), (StatusCode::OK, is_renewed), "{minutes} {millis}");
        }
    }
}

#[tokio::test]
async fn tokens_that_live_shortly_are_not_renewed_with_each_request() {
    let hands = Hands::new();
    let jwt = plain(&hands).access_token_expires_in(Duration::from_secs(10 * MINUTE)).build().unwrap();
    let app = app(&jwt, jwt.implicit_refresh());
    let mut token = log_in(&jwt).as_str().to_owned();
    let mut renewals = 0;
    for seconds in (0..=HOUR).step_by(10) {
        hands.put(seconds);
        let answer = look(&app, "/", &token).await;
        assert_eq!(answer.status, StatusCode::OK, "{seconds}");
        let follower = renewed(&answer);
        assert_eq!(answer.header("cache-control").is_some(), follower.is_some(), "{seconds}");
        if let Some(follower) = follower {
            (token, renewals) = (follower, renewals + 1);
        }
    }
    assert_eq!(renewals, 11, "once in 310 seconds");
}

#[tokio::test]
async fn within_says_how_much_is_left_of_a_token_that_is_renewed() {
    let hands = Hands::new();
    let (jwt, app) = usual(&hands);
    let token = log_in(&jwt);
    for (millis, is_renewed) in [(0, false), (299_999, false), (300_000, false), (300_001, true), (899_999, true)] {
        hands.put_millis(millis);
        let answer = visit(&app, "GET", "/open", &token).await;
        assert_eq!((answer.status, renewed(&answer).is_some()), (StatusCode::OK, is_renewed), "{millis}");
    }
    let one_minute = ruled(&hands, |renewal| renewal.within(Duration::from_secs(MINUTE)));
    for (seconds, is_renewed) in [(14 * MINUTE, false), (14 * MINUTE + 1, true)] {
        hands.put(seconds);
        assert_eq!(renewed(&visit(&one_minute, "GET", "/open", &token).await).is_some(), is_renewed, "{seconds}");
    }
}

#[tokio::test]
async fn fault_4_a_token_is_renewed_with_every_method_with_csrf_protection_and_without() {
    let hands = Hands::new();
    for is_protected in [true, false] {
        let jwt = builder(&hands).csrf_protection(is_protected).build().unwrap();
        let app = app(&jwt, jwt.implicit_refresh());
        hands.put(0);
        let token = log_in(&jwt);
        hands.put(6 * MINUTE);
        for method in ["GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE", "TRACE", "PURGE"] {
            for path in ["/", "/open"] {
                let answer = visit(&app, method, path, &token).await;
                assert!(renewed(&answer).is_some(), "{method} {path} {is_protected}: {answer:?}");
            }
        }
    }
}

#[tokio::test]
async fn fault_4_including_methods_does_not_switch_it_off() {
    let hands = Hands::new();
    let (jwt, _) = usual(&hands);
    let token = log_in(&jwt);
    hands.put(6 * MINUTE);
    let table: [(Change, _); 5] = [
        (|rules| rules.include_methods([Method::GET, Method::PUT]), [true, false, true]),
        (|rules| rules.exclude_methods([Method::GET, Method::PUT]), [false, true, false]),
        (
            |rules| rules.include_methods([Method::GET, Method::PUT]).exclude_methods([Method::PUT]),
            [true, false, false],
        ),
        (|rules| rules.exclude_methods([]), [true; 3]),
        (|rules| rules.include_methods([Method::GET]).include_methods([Method::POST]), [false, true, false]),
    ];
    for (row, (change, expected)) in table.into_iter().enumerate() {
        let app = ruled(&hands, change);
        for (method, is_renewed) in ["GET", "POST", "PUT"].into_iter().zip(expected) {
            assert_eq!(renewed(&visit(&app, method, "/open", &token).await).is_some(), is_renewed, "{row} {method}");
        }
    }
}

#[tokio::test]
async fn routes_are_included_and_excluded_as_they_are_written_in_the_router() {
    let hands = Hands::new();
    let (jwt, _) = usual(&hands);
    let token = log_in(&jwt);
    hands.put(6 * MINUTE);
    let paths = ["/orders/7", "/api/orders/7", "/orders", "/nowhere"];
    let table: [(Change, _); 8] = [
        (|rules| rules, [true; 4]),
        (|rules| rules.include_routes(["/orders/{id}"]), [true, false, false, false]),
        // A parameter may be called otherwise than in the router, and is no other kind of parameter, and no text.
        (|rules| rules.include_routes(["/orders/{order_id}"]), [true, false, false, false]),
        (|rules| rules.include_routes(["/orders/{*id}", "/orders/7", "/{path}"]), [false; 4]),
        (|rules| rules.exclude_routes(["/orders/{number}"]), [false, true, true, true]),
        (|rules| rules.exclude_routes(["/api/orders/{id}"]), [true, false, true, true]),
        (
            |rules| rules.include_routes(["/orders", "/orders/{id}"]).exclude_routes(["/orders"]),
            [true, false, false, false],
        ),
        (|rules| rules.exclude_routes(["/nowhere"]), [true; 4]),
    ];
    for (row, (change, expected)) in table.into_iter().enumerate() {
        let layer = builder(&hands).implicit_refresh(change).build().unwrap().implicit_refresh();
        let api = Router::new().route("/orders/{id}", get("an order of the api"));
        let app = Router::new()
            .route("/orders/{id}", get("an order"))
            .route("/orders", get("the orders"))
            .nest("/api", api)
            .fallback(async || "somewhere else")
            .layer(layer);
        for (path, is_renewed) in paths.into_iter().zip(expected) {
            assert_eq!(renewed(&visit(&app, "GET", path, &token).await).is_some(), is_renewed, "{row} {path}");
        }
    }
}

#[tokio::test]
async fn r_40_r_56_the_follower_says_the_same_and_is_not_fresh() {
    let hands = Hands::new();
    let jwt = builder(&hands).issuer("https://login.example.org").build().unwrap();
    let app = app(&jwt, jwt.implicit_refresh());
    let token = log_in(&jwt);
    hands.put_millis(6 * MINUTE * 1000 + 400);
    let answer = visit(&app, "POST", "/", &token).await;
    let follower = renewed(&answer).expect("it is renewed");
    let (before, mut after) = (claims(token.as_str()), claims(&follower));
    assert_eq!(before["fresh"], true);
    assert_ne!(before["jti"], after["jti"]);
    let mut expected = before.clone();
    expected["fresh"] = false.into();
    expected["jti"] = after["jti"].take();
    after["jti"] = expected["jti"].clone();
    expected["exp"] = (NOW + 6 * MINUTE + 15 * MINUTE).into();
    expected["iat"] = (NOW + 6 * MINUTE).into();
    expected["nbf"] = (NOW + 6 * MINUTE).into();
    assert_eq!(after, expected);
    for name in ["scopes", "tenant", "aud", "client_id", "csrf", "auth_time", "iss", "sub"] {
        assert_ne!(after[name], Value::Null, "{name}");
    }
    // The pages that are open go on.
    assert_eq!(cookie(&answer, "__Host-csrf_access_token").as_deref(), token.csrf());
    let attributes = "; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=900";
    let is_whole = |header: &str| header == format!("{COOKIE}={follower}{attributes}");
    assert!(answer.headers.get_all("set-cookie").iter().any(|header| is_whole(header.to_str().unwrap())), "{answer:?}");
    assert_eq!((answer.status, answer.body.as_str()), (StatusCode::OK, "USER_ID"));
    assert_eq!(answer.header("cache-control"), Some("no-store"));
    // It is good by itself, with the csrf value that the page has.
    hands.put(20 * MINUTE);
    let headers = [("cookie", &*format!("{COOKIE}={follower}")), ("x-csrf-token", token.csrf().unwrap())];
    assert_eq!(ask(&app, "POST", "/", &headers, "").await.status, StatusCode::OK);
}

#[tokio::test]
async fn twelve_hours_after_the_login_it_is_over_however_often_the_token_is_renewed() {
    let hands = Hands::new();
    let (jwt, app) = usual(&hands);
    let shorter = ruled(&hands, |renewal| renewal.limit(Duration::from_secs(HOUR + 77)));
    for (app, limit) in [(app, 12 * HOUR), (shorter, HOUR + 77)] {
        hands.put(0);
        let mut token = log_in(&jwt).into_string();
        let mut last_end = 0;
        for second in (0..13 * HOUR).step_by(59) {
            hands.put(second);
            let answer = look(&app, "/open", &token).await;
            if let Some(follower) = renewed(&answer) {
                let end = claims(&follower)["exp"].as_u64().unwrap() - NOW;
                assert!(second < limit && end <= limit && end > last_end, "{second}: {last_end} to {end}");
                assert_eq!(claims(&follower)["auth_time"], NOW);
                (token, last_end) = (follower, end);
            }
        }
        assert_eq!(last_end, limit);
        hands.put(limit + 10);
        let bearer = format!("Bearer {token}");
        assert_eq!(ask(&app, "GET", "/", &[("authorization", &bearer)], "").await.code(), "token_expired");
    }
}

#[tokio::test]
async fn the_follower_is_signed_by_the_active_key() {
    let hands = Hands::new();
    let next = SigningKey::from_secret(Algorithm::HS256, b"3mXuJ7rZ0vQ2c9LwTn4YbKe6HsGd1PfZz").unwrap();
    let jwt = builder(&hands).next_key(next.clone()).build().unwrap();
    let app = app(&jwt, jwt.implicit_refresh());
    let token = log_in(&jwt);
    jwt.keys().activate(next.id()).unwrap();
    hands.put(6 * MINUTE);
    let follower = renewed(&visit(&app, "GET", "/open", &token).await).unwrap();
    let kid = |token: &str| serde_json::from_str::<Value>(&segment_text(token, 0)).unwrap()["kid"].clone();
    assert_ne!(kid(token.as_str()), kid(&follower));
    assert_eq!(kid(&follower), next.id());
}

#[tokio::test]
async fn what_cannot_be_issued_leaves_the_answer_as_it_is() {
    let hands = Hands::new();
    let key = SigningKey::generate(Algorithm::ES256).unwrap();
    let public = key.verifying_key().clone();
    let time = hands.clone();
    let clock = move || time.now();
    let login = FastJwt::builder().key(key).clock(clock.clone()).locations(Locations::COOKIES).build().unwrap();
    // It verifies only.
    let jwt = FastJwt::builder().verifying_key(public).clock(clock).locations(Locations::COOKIES).build().unwrap();
    let token = login.create_access_token("USER_ID").fresh().sign().unwrap();
    hands.put(6 * MINUTE);
    let (with, without) = (app(&jwt, jwt.implicit_refresh()), doors().with_state(jwt.clone()));
    let answer = visit(&with, "GET", "/", &token).await;
    assert_eq!((answer.status, answer.body.as_str()), (StatusCode::OK, "USER_ID"));
    assert_eq!(answer, visit(&without, "GET", "/", &token).await);
}

#[tokio::test]
async fn requests_at_once_each_get_a_good_token_of_the_same_login() {
    let hands = Hands::new();
    let (jwt, app) = usual(&hands);
    let token = std::sync::Arc::new(log_in(&jwt));
    hands.put(6 * MINUTE);
    let mut tasks = tokio::task::JoinSet::new();
    for _ in 0..64 {
        let (app, token) = (app.clone(), std::sync::Arc::clone(&token));
        tasks.spawn(async move { renewed(&visit(&app, "POST", "/open", &token).await).unwrap() });
    }
    let followers = tasks.join_all().await;
    let ids: std::collections::BTreeSet<String> =
        followers.iter().map(|token| claims(token)["jti"].to_string()).collect();
    assert_eq!(ids.len(), 64);
    for follower in followers {
        assert_eq!(claims(&follower)["csrf"], claims(token.as_str())["csrf"]);
        jwt.verify_access_token::<fastjwt::NoClaims>(&follower).unwrap();
    }
}

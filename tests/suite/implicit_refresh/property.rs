//! Whatever the token, the time, the request and the answer: the rules hold, written down a second time.

use std::time::Duration;

use axum::{
    Router,
    body::Body,
    http::{HeaderValue, Method, StatusCode},
    response::Response,
    routing,
};
use proptest::{prelude::*, sample::select, test_runner::TestRunner};
use serde_json::json;

use super::{COOKIE, HOUR, builder, renewed};
use crate::{
    sessions::{Hands, claims},
    support::{NOW, ask, cases, forge_claims, spoil_signature},
};

#[derive(Debug, Clone)]
struct Case {
    method: &'static str,
    is_good: bool,
    has_csrf: bool,
    has_bearer: bool,
    /// Seconds until the token ends, and since the login.
    left: i64,
    login: Option<i64>,
    millis: u64,
    within: u64,
    limit: u64,
    is_excluded: bool,
    status: u16,
    headers: Vec<(&'static str, &'static str)>,
}

fn any_case() -> impl Strategy<Value = Case> {
    let headers = select(vec![
        ("set-cookie", "__Host-access_token=; Max-Age=0"),
        ("set-cookie", "__Host-csrf_refresh_token=x"),
        ("set-cookie", "theme=dark"),
        ("cache-control", "public"),
        ("cache-control", "private"),
        ("cache-control", "max-age=60"),
        ("cache-control", "no-store"),
        ("content-type", "text/plain"),
    ]);
    let request = (select(vec!["GET", "HEAD", "POST", "DELETE"]), any::<bool>(), prop::bool::weighted(0.1));
    let near = |at: i64| prop_oneof![3 => at - 2..at + 3, 1 => -100..4000_i64];
    let times = (near(600), prop::option::weighted(0.9, near(HOUR.cast_signed())), 0..1000_u64);
    let rules =
        (prop_oneof![Just(600), 1..5000_u64], prop_oneof![Just(12 * HOUR), 1..2 * HOUR], prop::bool::weighted(0.1));
    let statuses = prop_oneof![3 => Just(200), 1 => 200..600_u16];
    let answer = (statuses, prop::collection::vec(headers, 0..3));
    (prop::bool::weighted(0.9), request, times, rules, answer).prop_map(
        |(
            is_good,
            (method, has_csrf, has_bearer),
            (left, login, millis),
            (within, limit, is_excluded),
            (status, headers),
        )| Case {
            method,
            is_good,
            has_csrf,
            has_bearer,
            left,
            login,
            millis,
            within,
            limit,
            is_excluded,
            status,
            headers,
        },
    )
}

/// When the follower ends, in milliseconds since the epoch; `None` if there is none.
fn expected(case: &Case, now: i64, exp: i64) -> Option<i64> {
    let says =
        |name: &str, part: &str| case.headers.iter().any(|(other, value)| *other == name && value.contains(part));
    let proves = matches!(case.method, "GET" | "HEAD") || case.has_csrf;
    let left = exp - now;
    let is_shared = says("cache-control", "public")
        || (says("cache-control", "max-age")
            && !says("cache-control", "private")
            && !says("cache-control", "no-store"));
    let refuses = [
        !case.is_good,
        !proves,
        case.has_bearer,
        case.is_excluded,
        left <= 0,
        left >= case.within.cast_signed() * 1000,
        !matches!(case.status, 200..=299 | 302 | 303 | 307),
        says("set-cookie", "__Host-"),
        is_shared,
    ];
    let login = (NOW.cast_signed() - case.login?) * 1000;
    let end = (now / 1000 * 1000 + 900_000).min(login.min(now) + case.limit.cast_signed() * 1000) / 1000 * 1000;
    (!refuses.contains(&true) && end > exp).then_some(end)
}

#[test]
fn the_rules_hold_for_any_token_request_and_answer() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let config = ProptestConfig { cases: cases(600, 20_000), failure_persistence: None, ..ProptestConfig::default() };
    let mut renewals = 0;
    let counted = std::cell::RefCell::new(&mut renewals);
    TestRunner::new(config)
        .run(&any_case(), |case| {
            let hands = Hands::new();
            hands.put_millis(case.millis);
            let excluded = case.is_excluded.then(|| case.method.parse::<Method>().unwrap());
            let (within, limit) = (Duration::from_secs(case.within), Duration::from_secs(case.limit));
            let jwt = builder(&hands)
                .implicit_refresh(|renewal| renewal.within(within).limit(limit).exclude_methods(excluded))
                .build()
                .unwrap();
            let exp = NOW.cast_signed() + case.left;
            let csrf = "Zq7pLw9xRtVb3nMk8sYc2d";
            let mut said = json!({
                "sub": "USER_ID", "aud": "here", "iat": NOW - 60, "exp": exp, "jti": "id", "type": "access", "csrf": csrf,
                "fresh": true, "scopes": ["read"], "own": [1],
            });
            if let Some(login) = case.login {
                said["auth_time"] = (NOW.cast_signed() - login).into();
            }
            let token = forge_claims(&said);
            let token = if case.is_good { token } else { spoil_signature(&token) };
            let mut headers = vec![("cookie", format!("{COOKIE}={token}"))];
            headers.extend(case.has_csrf.then(|| ("x-csrf-token", csrf.to_owned())));
            headers.extend(case.has_bearer.then(|| ("authorization", format!("Bearer {token}"))));
            let headers: Vec<(&str, &str)> = headers.iter().map(|(name, value)| (*name, value.as_str())).collect();
            let layer = jwt.implicit_refresh();
            let answer = case.clone();
            let plain = Router::new().route(
                "/",
                routing::any(async move || {
                    let mut response = Response::new(Body::from("the body"));
                    *response.status_mut() = StatusCode::from_u16(answer.status).unwrap();
                    for (name, value) in answer.headers {
                        response.headers_mut().append(name, HeaderValue::from_static(value));
                    }
                    response
                }),
            );
            let (without, with) = runtime.block_on(async {
                let without = ask(&plain, case.method, "/", &headers, "").await;
                (without, ask(&plain.layer(layer), case.method, "/", &headers, "").await)
            });
            let now = NOW.cast_signed() * 1000 + case.millis.cast_signed();
            match expected(&case, now, exp * 1000) {
                None => prop_assert_eq!(with, without),
                Some(end) => {
                    **counted.borrow_mut() += 1;
                    let follower = claims(&renewed(&with).expect("it is renewed"));
                    prop_assert_eq!(follower["exp"].as_i64(), Some(end / 1000));
                    for same in ["sub", "aud", "csrf", "scopes", "own"] {
                        prop_assert_eq!(&follower[same], &said[same]);
                    }
                    prop_assert_eq!(&follower["fresh"], &json!(false));
                    prop_assert_eq!(with.header("cache-control"), Some("no-store"));
                    prop_assert_eq!((with.status, with.body), (without.status, without.body));
                }
            }
            Ok(())
        })
        .unwrap();
    assert!(renewals > 10, "the cases must be such that some are renewed: {renewals}");
}

//! Recipes of the README that a compiler alone can't judge: what a page of another origin is told, and when a stream ends.

use std::{
    convert::Infallible,
    time::{Duration, Instant},
};

use axum::{
    Json, Router,
    extract::Request,
    http::header::CACHE_CONTROL,
    middleware::{Next, from_fn_with_state},
    response::{IntoResponse, Response, Sse, sse::Event},
    routing::{get, post},
};
use fastjwt::{FastJwt, Locations, TokenPayload, access_token_required, testing, token_required};
use futures_util::{Stream, StreamExt as _, stream};

use crate::support::{ask, builder, get as open, get_bearer, jwt};

const README: &str = include_str!("../../README.md");

/// What the README and this file have alike, here and where it is used.
fn assert_told(recipe: &str) {
    assert!(README.contains(recipe), "the README has another: {recipe}");
    assert_eq!(include_str!("recipes.rs").matches(recipe).count(), 2, "{recipe}");
}

#[token_required]
async fn csrf(payload: TokenPayload) -> impl IntoResponse {
    ([(CACHE_CONTROL, "no-store")], Json(payload.csrf.clone()))
}

#[tokio::test]
async fn r_58_a_page_of_another_origin_is_let_in_by_name_and_asks_for_the_csrf_value() {
    assert_told(r#"([(CACHE_CONTROL, "no-store")], Json(payload.csrf.clone()))"#);
    assert!(README.contains(".locations(Locations::COOKIES).trusted_origins([page]).build()"));
    let [app, development] = ["https://app.example.com", "http://localhost:5173"];
    for page in [app, development] {
        assert!(README.contains(page));
        let jwt = builder().locations(Locations::COOKIES).trusted_origins([page]).build().unwrap();
        let app: Router = Router::new()
            .route("/csrf", get(csrf))
            .route("/orders", post(async |payload: TokenPayload| payload.sub.clone()))
            .with_state(jwt.clone());
        let token = jwt.create_access_token("USER_ID").sign().unwrap();
        let cookie = format!("__Host-access_token={}", token.as_str());
        let from = [("cookie", cookie.as_str()), ("host", "api.example.com"), ("origin", page)];
        let told = ask(&app, "GET", "/csrf", &[&from[..], &[("sec-fetch-site", "same-site")]].concat(), "").await;
        assert_eq!(told.header("cache-control"), Some("no-store"));
        let csrf: String = serde_json::from_str(&told.body).unwrap();
        assert_eq!(Some(csrf.as_str()), token.csrf());
        // When the access token has ended, the browser has its refresh token alone, which has the same value.
        let refresh = jwt.create_refresh_token("USER_ID").csrf(token.csrf()).sign().unwrap();
        let left = format!("__Host-refresh_token={}", refresh.as_str());
        let left = [("cookie", left.as_str()), ("host", "api.example.com"), ("origin", page)];
        assert_eq!(ask(&app, "GET", "/csrf", &left, "").await.body, told.body);
        // A browser that says whose the page is, and one that says nothing.
        for site in [Some("same-site"), None] {
            let mut headers = from.to_vec();
            headers.push(("x-csrf-token", &csrf));
            headers.extend(site.map(|site| ("sec-fetch-site", site)));
            assert_eq!(ask(&app, "POST", "/orders", &headers, "").await.body, "USER_ID", "{page} {site:?}");
            for other in ["https://evil.example.com", "https://app.example.com:8443", "http://localhost:5174"] {
                headers[2] = ("origin", other);
                assert_eq!(ask(&app, "POST", "/orders", &headers, "").await.code(), "csrf_failed", "{other} {site:?}");
            }
        }
        let mut headers = from.to_vec();
        headers.extend([("x-csrf-token", csrf.as_str()), ("sec-fetch-site", "cross-site")]);
        assert_eq!(ask(&app, "POST", "/orders", &headers, "").await.code(), "csrf_failed", "another site's");
    }
}

#[access_token_required]
async fn note(payload: TokenPayload, request: Request, next: Next) -> Response {
    let sub = payload.sub.clone();
    ([("x-sub", sub)], next.run(request).await).into_response()
}

#[tokio::test]
async fn middleware_is_guarded_as_a_handler_is() {
    assert_told("async fn note(payload: TokenPayload, request: Request, next: Next) -> Response {");
    assert_told(".route_layer(from_fn_with_state(jwt.clone(), note))");
    let jwt = jwt();
    let app: Router = Router::new()
        .route("/report", get(async || "for your eyes only"))
        .route_layer(from_fn_with_state(jwt.clone(), note))
        .with_state(jwt.clone());
    let token = jwt.create_access_token("USER_ID").sign().unwrap();
    let answer = get_bearer(&app, "/report", token.as_str()).await;
    assert_eq!((answer.header("x-sub"), answer.body.as_str()), (Some("USER_ID"), "for your eyes only"));
    assert_eq!(open(&app, "/report", None).await.code(), "missing_token");
    let refresh = jwt.create_refresh_token("USER_ID").sign().unwrap();
    assert_eq!(get_bearer(&app, "/report", refresh.as_str()).await.code(), "invalid_token");
}

/// It never ends by itself.
fn ticks() -> impl Stream<Item = Result<Event, Infallible>> {
    stream::unfold((), |()| async {
        tokio::time::sleep(Duration::from_millis(20)).await;
        Some((Ok(Event::default().data("tick")), ()))
    })
}

async fn news(payload: TokenPayload) -> Sse<impl Stream<Item = Result<Event, Infallible>>> {
    let events = ticks();
    Sse::new(events.take_until(tokio::time::sleep(payload.time_until_expiry())))
}

#[tokio::test]
#[expect(clippy::disallowed_methods, reason = "a stream ends when real time has passed")]
async fn server_sent_events_end_with_their_token() {
    assert_told("Sse::new(events.take_until(tokio::time::sleep(payload.time_until_expiry())))");
    let clock = testing::StillClock::default();
    let jwt: FastJwt = testing::builder(&clock).build().unwrap();
    let app: Router = Router::new().route("/news", get(news)).with_state(jwt.clone());
    let token = jwt.create_access_token("USER_ID").expires_in(Duration::from_secs(60)).sign().unwrap();
    clock.advance(Duration::from_secs(59));
    let began = Instant::now();
    let answer = tokio::time::timeout(Duration::from_secs(30), get_bearer(&app, "/news", token.as_str())).await;
    let answer = answer.expect("it ends");
    assert_eq!(answer.status, 200);
    assert!(answer.body.starts_with("data: tick\n\n"), "{}", answer.body);
    assert!(began.elapsed() >= Duration::from_secs(1), "not before its token: {:?}", began.elapsed());
}

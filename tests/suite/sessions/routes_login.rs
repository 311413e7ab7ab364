//! What the handler of a login says beside its outcome, and what becomes of an outcome that no login route takes up.

use std::time::Duration;

use axum::{
    Router,
    handler::Handler,
    http::{HeaderMap, StatusCode, header::SET_COOKIE},
    middleware::map_response,
    response::{IntoResponse, Response},
    routing::post,
};
use fastjwt::{ClaimMap, Login, WrongCredentials};
use serde_json::{Map, Value, json};

use super::{
    Hands, in_memory,
    routes::{for_browsers, set_cookies},
    somebody, told,
};
use crate::{
    logs::Log,
    support::{ask, segment_text},
};

/// The login of a name, with the status that a header says.
async fn log_in(headers: HeaderMap, name: String) -> Response {
    let status = |text: &str| text.parse::<StatusCode>().unwrap();
    match headers.get("x-status").map(|value| status(value.to_str().unwrap())) {
        Some(status) => (status, Login::new(name)).into_response(),
        None => Login::new(name).into_response(),
    }
}

#[tokio::test]
async fn a_status_that_refuses_opens_no_session() {
    let jwt = in_memory(&Hands::new());
    let app = Router::<()>::new().route("/login", jwt.login_route(log_in));
    let name = somebody();
    for status in ["301", "400", "401", "403", "429", "500", "503"] {
        let answer = ask(&app, "POST", "/login", &[("x-status", status)], &name).await;
        assert_eq!((answer.status.as_str(), answer.body.as_str()), (status, ""));
        assert_eq!(jwt.sessions(&name).await.unwrap(), [], "{status}");
    }
    for (headers, status) in [(&[][..], 200), (&[("x-status", "201")], 201), (&[("x-status", "303")], 303)] {
        assert_eq!(ask(&app, "POST", "/login", headers, &name).await.status.as_u16(), status);
    }
    assert_eq!(jwt.sessions(&name).await.unwrap().len(), 3);
}

#[tokio::test]
async fn wrong_credentials_keep_the_headers_and_the_refusal_beside_them() {
    let jwt = for_browsers(&Hands::new());
    let wait = async || {
        let headers = [("retry-after", "30"), ("content-type", "text/html"), ("www-authenticate", "Basic")];
        (StatusCode::TOO_MANY_REQUESTS, headers, [(SET_COOKIE, "tries=3")], WrongCredentials)
    };
    let links = async || {
        let mut headers = HeaderMap::new();
        for link in ["</a>", "</b>"] {
            headers.append("link", link.parse().unwrap());
        }
        (headers, WrongCredentials)
    };
    let app = Router::<()>::new()
        .route("/wait", jwt.login_route(wait))
        .route("/links", jwt.login_route(links))
        .route("/fails", jwt.login_route(async || (StatusCode::INTERNAL_SERVER_ERROR, WrongCredentials)))
        .route("/good", jwt.login_route(async || (StatusCode::OK, WrongCredentials)));
    let wrong = ask(&app, "POST", "/good", &[], "").await;
    assert_eq!(told(&wrong), (401, "wrong_credentials".to_owned()), "no refusal stands beside it");
    assert_eq!(ask(&app, "POST", "/fails", &[], "").await, wrong);

    let answer = ask(&app, "POST", "/wait", &[], "").await;
    assert_eq!((answer.status.as_u16(), &answer.body), (429, &wrong.body));
    assert_eq!(answer.header("retry-after"), Some("30"));
    assert_eq!(set_cookies(&answer).collect::<Vec<_>>(), ["tries=3"]);
    for own in ["content-type", "www-authenticate"] {
        assert_eq!(answer.headers.get_all(own).iter().collect::<Vec<_>>(), [&wrong.headers[own]], "{own}");
    }
    let answer = ask(&app, "POST", "/links", &[], "").await;
    assert_eq!(told(&answer), (401, "wrong_credentials".to_owned()));
    assert_eq!(answer.headers.get_all("link").iter().collect::<Vec<_>>(), ["</a>", "</b>"]);
}

/// What a handler says of a body of its own would cut the one short that takes its place, or have it read as what it is not.
#[tokio::test]
async fn what_tells_of_another_body_is_left_out() {
    let jwt = for_browsers(&Hands::new());
    let own = [("content-length", "1"), ("content-encoding", "gzip"), ("transfer-encoding", "chunked"), ("x-own", "a")];
    let app = Router::<()>::new()
        .route("/wrong", jwt.login_route(async move || (own, WrongCredentials)))
        .route("/cookies", jwt.login_route(async move || (own, Login::new("A"))))
        .route("/body", jwt.login_route(async move || (own, Login::new("A").in_body())));
    for path in ["/wrong", "/cookies", "/body"] {
        let answer = ask(&app, "POST", path, &[], "").await;
        assert_eq!(answer.header("x-own"), Some("a"), "{path}");
        assert_eq!((answer.header("content-encoding"), answer.header("transfer-encoding")), (None, None), "{path}");
        let length = answer.header("content-length").map(str::to_owned);
        assert!(length.is_none_or(|length| length == answer.body.len().to_string()), "{path}");
    }
}

#[test]
fn r_98_an_outcome_that_no_login_route_takes_up_is_an_event() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let jwt = in_memory(&Hands::new());
    let app = Router::<()>::new()
        .route("/misplaced", post(async || Login::new("USER_ID")))
        .route("/wrong", post(async || WrongCredentials))
        .route("/right", jwt.login_route(async || Login::new("USER_ID")))
        .route("/refused", jwt.login_route(async || WrongCredentials));
    let misplaced = |answer| Some(format!(r#" event="login_misplaced" answer="{answer}""#));
    for (path, status, expected) in [
        ("/misplaced", 500, misplaced("Login")),
        ("/wrong", 500, misplaced("WrongCredentials")),
        ("/right", 200, None),
        ("/refused", 401, None),
    ] {
        let events = Log::of(|| assert_eq!(runtime.block_on(ask(&app, "POST", path, &[], "")).status.as_u16(), status));
        let events: Vec<&String> = events.iter().filter(|event| event.contains("login_misplaced")).collect();
        assert_eq!(events.len(), usize::from(expected.is_some()), "{path}: {events:?}");
        if let (Some(event), Some(expected)) = (events.first(), expected) {
            assert!(event.starts_with("ERROR fastjwt ") && event.contains(&expected), "{event}");
            assert!(event.contains("`login_route`"), "it says what to do: {event}");
            assert!(!event.contains("USER_ID"), "{event}");
        }
    }
}

/// What announces an outcome is no answer.
#[test]
fn a_layer_that_makes_the_response_of_a_login_anew_is_an_event() {
    let jwt = in_memory(&Hands::new());
    let anew = map_response(async |answer: Response| (answer.status(), answer.into_body()));
    let login = (async || Login::new("USER_ID")).layer(anew);
    let app = Router::<()>::new().route("/login", jwt.login_route(login));
    let log = Log::of(|| {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let answer = runtime.block_on(ask(&app, "POST", "/login", &[], ""));
        assert_eq!((answer.status.as_u16(), answer.body.as_str()), (500, ""));
    });
    assert!(log.iter().any(|event| event.contains("login_misplaced") && event.contains("lost")), "{log:?}");
}

/// What a session's builder lets a handler of the service's own say, the ready route lets its handler say, too.
#[tokio::test]
async fn a_login_says_all_that_a_session_can_be_told() {
    let hands = Hands::new();
    let jwt = in_memory(&hands);
    let (name, earlier) = (somebody(), hands.now() - Duration::from_secs(3600));
    let said = name.clone();
    let log_in = async move || {
        let login = Login::new(&said).audience(["api"]).client_id("till").auth_time(earlier).fresh(false).in_body();
        login.access_expires_in(Duration::from_secs(60)).refresh_expires_in(Duration::from_secs(600))
    };
    let briefly = async || Login::new("b").fresh_for(Duration::from_secs(30)).in_body();
    let until = hands.now() + Duration::from_secs(30);
    let till_then = async move || Login::new("b").fresh_until(until).in_body();
    let app = Router::<()>::new()
        .route("/login", jwt.login_route(log_in))
        .route("/briefly", jwt.login_route(briefly))
        .route("/till-then", jwt.login_route(till_then));
    let answer = ask(&app, "POST", "/login", &[], "").await;
    let tokens: Value = serde_json::from_str(&answer.body).unwrap();
    let (access, refresh) = (claims(&tokens, "access_token"), claims(&tokens, "refresh_token"));
    for claims in [&access, &refresh] {
        assert_eq!(
            (&claims["sub"], &claims["aud"], &claims["client_id"]),
            (&json!(name), &json!("api"), &json!("till"))
        );
        assert_eq!(claims["auth_time"].as_u64().unwrap() + 3600, claims["iat"].as_u64().unwrap());
    }
    assert_eq!(access["fresh"], json!(false));
    let lifetime = |claims: &Value| claims["exp"].as_u64().unwrap() - claims["iat"].as_u64().unwrap();
    assert_eq!((lifetime(&access), lifetime(&refresh)), (60, 600));
    for path in ["/briefly", "/till-then"] {
        let answer = ask(&app, "POST", path, &[], "").await;
        let access = claims(&serde_json::from_str(&answer.body).unwrap(), "access_token");
        assert_eq!(access["fresh"].as_u64().unwrap(), access["iat"].as_u64().unwrap() + 30, "{path}");
    }
}

/// As with the builder of a token: the claims of a type take the place of another type's, and of nothing else.
#[tokio::test]
async fn claims_of_a_login_stay_in_whatever_order_they_are_given() {
    let jwt = in_memory(&Hands::new());
    let typed =
        |names: &[&str]| ClaimMap::from(Map::from_iter(names.iter().map(|name| ((*name).to_owned(), json!(1)))));
    let orders: [(&str, Login); 4] = [
        ("first", Login::new("a").claim("tenant", "blue").claims(&typed(&["role"]))),
        ("last", Login::new("a").claims(&typed(&["role"])).claim("tenant", "blue")),
        (
            "twice",
            Login::new("a").claims(&typed(&["tenant", "other"])).claim("tenant", "blue").claims(&typed(&["role"])),
        ),
        ("clash", Login::new("a").claim("tenant", "blue").claims(&typed(&["tenant"]))),
    ];
    for (order, login) in orders {
        let app = Router::<()>::new().route("/login", jwt.login_route(async move || login.clone().in_body()));
        let answer = ask(&app, "POST", "/login", &[], "").await;
        if order == "clash" {
            assert_eq!(told(&answer).0, 500, "one of them would be lost");
            continue;
        }
        let access = claims(&serde_json::from_str(&answer.body).unwrap(), "access_token");
        assert_eq!((&access["tenant"], &access["role"]), (&json!("blue"), &json!(1)), "{order}");
        assert!(access.get("other").is_none(), "{order}");
    }
}

fn claims(tokens: &Value, member: &str) -> Value {
    serde_json::from_str(&segment_text(tokens[member].as_str().unwrap(), 1)).unwrap()
}

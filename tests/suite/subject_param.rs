//! `subject_param`: the token's subject is the route's parameter, decoded, whole, and in every place where it stands.

use axum::{Router, extract::Path, routing::get};
use fastjwt::{FastJwt, Policy, TokenPayload, access_token_required};
use serde_json::json;

use crate::support::{forge_claims, get_bearer, good_claims, jwt};

#[access_token_required(subject_param = "user_id")]
async fn attribute() -> &'static str {
    "in"
}

#[access_token_required(subject_param = "user_id")]
async fn with_payload(payload: TokenPayload) -> String {
    assert!(!payload.sub.is_empty());
    "in".to_owned()
}

/// The same route behind each door that takes a `subject_param`.
fn apps(route: &str) -> [Router; 3] {
    let jwt = jwt();
    let layer = jwt.require(Policy::access().subject_param("user_id"));
    [
        Router::new().route(route, get(attribute)).with_state(jwt.clone()),
        Router::new().route(route, get(with_payload)).with_state(jwt),
        Router::new().route(route, get("in")).route_layer(layer),
    ]
}

fn token(sub: &str) -> String {
    let mut claims = good_claims();
    claims["sub"] = json!(sub);
    forge_claims(&claims)
}

async fn assert_says(apps: &[Router], path: &str, sub: &str, expected: &str) {
    for app in apps {
        let answer = get_bearer(app, path, &token(sub)).await;
        match expected {
            "in" => assert_eq!(answer.body, "in", "{path} as {sub:?}"),
            code => assert_eq!(answer.code(), code, "{path} as {sub:?}"),
        }
        let status = match expected {
            "in" => 200,
            "insufficient_scope" => 403,
            _ => 500,
        };
        assert_eq!(
            (answer.status.as_u16(), answer.challenge().is_some()),
            (status, status == 403),
            "{path} as {sub:?}"
        );
    }
}

#[tokio::test]
async fn r_44_another_subjects_route_is_insufficient_scope_and_compared_decoded() {
    let apps = apps("/user/{user_id}/home");
    let table = [
        ("/user/42/home", "42", "in"),
        ("/user/a%20b%2F%C3%BC/home", "a b/\u{fc}", "in"),
        ("/user/%34%32/home", "42", "in"),
        ("/user/a+b/home", "a+b", "in"),
        ("/user/a%2Bb/home", "a+b", "in"),
        ("/user/%2525/home", "%25", "in"),
        ("/user/%00/home", "\0", "in"),
        ("/user/%zz/home", "%zz", "in"),
        ("/user/a+b/home", "a b", "insufficient_scope"),
        ("/user/%2525/home", "%", "insufficient_scope"),
        ("/user/42/home", "4", "insufficient_scope"),
        ("/user/4/home", "42", "insufficient_scope"),
        ("/user/A/home", "a", "insufficient_scope"),
        ("/user/42%20/home", "42", "insufficient_scope"),
        ("/user/42%00/home", "42", "insufficient_scope"),
        ("/user/../home", "42", "insufficient_scope"),
        // U+00FC in one code point and in two.
        ("/user/u%CC%88/home", "\u{fc}", "insufficient_scope"),
    ];
    for (path, sub, expected) in table {
        assert_says(&apps, path, sub, expected).await;
    }
}

#[tokio::test]
async fn what_is_no_utf8_is_nobodys_subject() {
    let apps = apps("/user/{user_id}/home");
    for path in ["/user/%FF/home", "/user/42%C3/home", "/user/%ED%A0%80/home"] {
        for sub in ["42", "\u{fffd}", "%FF"] {
            assert_says(&apps, path, sub, "insufficient_scope").await;
        }
    }
}

#[tokio::test]
async fn a_wildcard_is_one_parameter() {
    let apps = apps("/files/{*user_id}");
    assert_says(&apps, "/files/a/b", "a/b", "in").await;
    assert_says(&apps, "/files/a/b", "a", "insufficient_scope").await;
}

#[tokio::test]
async fn a_route_without_the_parameter_is_a_mistake_of_the_service() {
    for route in ["/", "/{user}", "/{id}/{User_id}"] {
        let path = route.replace(['{', '}'], "");
        assert_says(&apps(route), &path, "42", "internal").await;
        assert_says(&apps(route), &path, "user_id", "internal").await;
    }
}

#[tokio::test]
async fn a_parameter_of_an_outer_router_counts() {
    for app in apps("/home") {
        let app = Router::new().nest("/user/{user_id}", app);
        assert_says(std::slice::from_ref(&app), "/user/42/home", "42", "in").await;
        assert_says(&[app], "/user/43/home", "42", "insufficient_scope").await;
    }
}

#[tokio::test]
async fn a_parameter_that_stands_twice_must_be_the_subject_in_both_places() {
    // axum hands a handler both; which one it reads, nobody here can know.
    for app in apps("/on/{user_id}") {
        let app = [Router::new().nest("/user/{user_id}", app)];
        assert_says(&app, "/user/42/on/42", "42", "in").await;
        assert_says(&app, "/user/42/on/43", "42", "insufficient_scope").await;
        assert_says(&app, "/user/43/on/42", "42", "insufficient_scope").await;
    }
}

#[access_token_required(subject_param = "user_id")]
async fn reads_the_path(Path((org, user)): Path<(String, u32)>, payload: TokenPayload) -> String {
    format!("{org} {user} {}", payload.sub)
}

#[tokio::test]
async fn the_path_can_still_be_extracted_and_is_judged_before_it() {
    let app = Router::new().route("/{org}/{user_id}", get(reads_the_path)).with_state::<()>(jwt());
    assert_eq!(get_bearer(&app, "/acme/42", &token("42")).await.body, "acme 42 42");
    // Not a number, and not this subject's: the guard answers, not the extractor of the path.
    assert_eq!(get_bearer(&app, "/acme/x", &token("42")).await.code(), "insufficient_scope");
    assert_eq!(get_bearer(&app, "/acme/x", &token("x")).await.status.as_u16(), 400);
}

#[test]
fn without_a_request_there_is_no_parameter() {
    let jwt: FastJwt = jwt();
    let policy = Policy::access().subject_param("user_id");
    let error = jwt.verify::<fastjwt::NoClaims>(&token("42"), &policy).unwrap_err();
    assert!(matches!(error.kind(), fastjwt::ErrorKind::Usage(_)), "{error:?}");
}

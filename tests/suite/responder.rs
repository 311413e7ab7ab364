//! A responder of the service's own: one for every door, told everything, and the preset in Python's shape.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use axum::{
    Json, Router,
    body::Body,
    extract::State,
    http::{Request, StatusCode},
    response::IntoResponse as _,
    routing::get,
};
use fastjwt::{
    ErrorKind, FastJwt, NoClaims, Policy, RefreshPayload, Refusal, RequestFault, TokenFault, TokenPayload,
    access_token_required, refresh_token_required,
};
use serde_json::json;

use crate::support::{Answer, NOW, builder, forge_claims, good_claims, send};

#[access_token_required]
async fn attribute() -> &'static str {
    "in"
}

async fn extractor(_: TokenPayload) -> &'static str {
    "in"
}

/// The same by hand: the header's text through `verify_access_token`, and `?`.
async fn by_hand(State(jwt): State<FastJwt>, headers: axum::http::HeaderMap) -> Result<&'static str, fastjwt::Error> {
    let value = headers.get("authorization").and_then(|value| value.to_str().ok()).unwrap_or_default();
    jwt.verify_access_token::<NoClaims>(value.strip_prefix("Bearer ").unwrap_or_default())?;
    Ok("in")
}

const DOORS: [&str; 4] = ["/attribute", "/extractor", "/layer", "/by_hand"];

fn app(jwt: FastJwt) -> Router {
    let layered = Router::new().route("/layer", get("in")).route_layer(jwt.access_token_required());
    Router::new()
        .route("/attribute", get(attribute))
        .route("/extractor", get(extractor))
        .route("/by_hand", get(by_hand))
        .merge(layered)
        .with_state(jwt)
}

async fn ask(app: &Router, path: &str, authorization: &[&str]) -> Answer {
    let mut request = Request::builder().uri(path);
    for value in authorization {
        request = request.header("authorization", *value);
    }
    send(app, request.body(Body::empty()).unwrap()).await
}

fn bearer(changes: &serde_json::Value) -> String {
    let mut claims = good_claims();
    claims.as_object_mut().unwrap().extend(changes.as_object().unwrap().clone());
    format!("Bearer {}", forge_claims(&claims))
}

#[tokio::test]
async fn one_responder_answers_for_every_door() {
    let count = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&count);
    let jwt = builder()
        .responder(move |refusal: &Refusal| {
            counter.fetch_add(1, Ordering::Relaxed);
            (StatusCode::IM_A_TEAPOT, [("x-code", refusal.code())], Json(json!({ "why": refusal.message() })))
        })
        .build()
        .unwrap();
    let app = app(jwt);
    let expired = bearer(&json!({ "exp": NOW - 100 }));
    for (done, door) in DOORS.into_iter().enumerate() {
        let answer = ask(&app, door, &[&expired]).await;
        assert_eq!(
            (answer.status, answer.header("x-code")),
            (StatusCode::IM_A_TEAPOT, Some("token_expired")),
            "{door}"
        );
        assert_eq!(answer.body, r#"{"why":"The token has expired"}"#, "{door}");
        assert_eq!(answer.challenge(), None, "{door}");
        assert_eq!(count.load(Ordering::Relaxed), done + 1, "{door}");
        // It has no say about requests that are let in.
        assert_eq!(ask(&app, door, &[&bearer(&json!({}))]).await.body, "in");
    }
}

#[tokio::test]
async fn the_responder_is_told_everything() {
    let jwt = builder()
        .responder(|refusal: &Refusal| {
            let whose = match refusal.error().kind() {
                ErrorKind::Request(RequestFault::SeveralTokens) => "several",
                ErrorKind::Request(_) => "request",
                ErrorKind::Token(TokenFault::Expired { .. }) => "expired",
                ErrorKind::Token(TokenFault::WrongKind { .. }) => "kind",
                _ => "other",
            };
            let challenge = refusal.challenge().map(|value| value.to_str().unwrap().to_owned()).unwrap_or_default();
            let usual = refusal.response();
            let same =
                usual.status() == refusal.status() && usual.headers().get("www-authenticate") == refusal.challenge();
            (refusal.status(), format!("{whose}|{same}|{challenge}")).into_response()
        })
        .build()
        .unwrap();
    let app = app(jwt);
    let bare = r#"Bearer realm="api""#;
    let told = r#"Bearer realm="api", error="invalid_token", error_description"#;
    let good = bearer(&json!({}));
    let expired = bearer(&json!({ "exp": 1 }));
    let refresh = bearer(&json!({ "type": "refresh" }));
    let large = format!("Bearer {}", "x".repeat(8193));
    let table: [(&[&str], u16, String); 5] = [
        (&[], 401, format!("request|true|{bare}")),
        (&[&good, &good], 400, format!(r#"several|true|{bare}, error="invalid_request""#)),
        (&[&expired], 401, format!("expired|true|{told}")),
        (&[&refresh], 401, format!("kind|true|{told}")),
        (&[&large], 431, "request|true|".to_owned()),
    ];
    for (authorization, status, body) in table {
        for door in ["/attribute", "/extractor", "/layer"] {
            let answer = ask(&app, door, authorization).await;
            assert_eq!(answer.status.as_u16(), status, "{door}");
            assert!(answer.body.starts_with(&body), "{door}: {}", answer.body);
        }
    }
}

#[refresh_token_required]
async fn refresh_attribute() {}

async fn refresh_extractor(_: RefreshPayload) {}

/// Doors, the values of `Authorization`, and what comes of them: status, `message` and `error_type`.
type Row<'a> = (&'a [&'a str], &'a [&'a str], u16, &'a str, &'a str);

#[tokio::test]
async fn the_python_preset_has_its_shape_and_our_statuses() {
    let jwt = builder().responder(Refusal::python_response).build().unwrap();
    let layer = |policy| Router::new().route("/{id}", get("in")).route_layer(jwt.require(policy));
    let app = app(jwt.clone())
        .route("/refresh/attribute", get(refresh_attribute).with_state(jwt.clone()))
        .route("/refresh/extractor", get(refresh_extractor).with_state(jwt.clone()))
        .nest("/refresh_layer", layer(Policy::refresh()))
        .nest("/fresh", layer(Policy::fresh()))
        .nest("/subject", layer(Policy::access().subject_param("id")))
        .nest("/broken", layer(Policy::access().subject_param("user")));
    let good = bearer(&json!({}));
    let expired = bearer(&json!({ "exp": 1 }));
    let refresh = bearer(&json!({ "type": "refresh" }));
    let large = format!("Bearer {}", "x".repeat(8193));
    let doors = &["/attribute", "/extractor", "/layer"][..];
    let table: [Row<'_>; 11] = [
        (doors, &[], 401, "A token is required", "MissingTokenError"),
        (doors, &["Bearer x"], 401, "The token is not valid", "JWTDecodeError"),
        (doors, &[&expired], 401, "The token has expired", "JWTDecodeError"),
        (doors, &["Bearer"], 400, "The credentials are malformed", "JWTDecodeError"),
        (doors, &[&good, &good], 400, "The request carries more than one token", "JWTDecodeError"),
        (doors, &[&large], 431, "The token is too large", "JWTDecodeError"),
        (doors, &[&refresh], 401, "The token is not valid", "AccessTokenRequiredError"),
        (
            &["/refresh/attribute", "/refresh/extractor", "/refresh_layer/x"],
            &[&good],
            401,
            "The token is not valid",
            "RefreshTokenRequiredError",
        ),
        (&["/fresh/x"], &[&good], 401, "A fresh token is required", "FreshTokenRequiredError"),
        (&["/subject/x"], &[&good], 403, "The token is for another subject", "JWTDecodeError"),
        (&["/broken/x"], &[&good], 500, "The server could not complete the request", "BadConfigurationError"),
    ];
    for (doors, authorization, status, message, error_type) in table {
        for door in doors {
            let answer = ask(&app, door, authorization).await;
            let body = format!(r#"{{"message":"{message}","error_type":"{error_type}"}}"#);
            assert_eq!((answer.status.as_u16(), answer.body), (status, body), "{door}");
            assert_eq!(answer.headers.get("content-type").unwrap(), "application/json");
            assert_eq!(answer.headers.contains_key("www-authenticate"), status != 431 && status != 500, "{door}");
        }
    }
}

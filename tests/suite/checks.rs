//! A service's own checks: asked last, about verified tokens only, at every door alike.

use std::{
    future,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
};

use axum::{
    Router,
    body::Body,
    http::{Request, StatusCode},
    routing::get,
};
use fastjwt::{
    Check, CheckedRequest, ClaimMap, CurrentSubject, Denied, ErrorKind, FastJwt, LoadSubject, NoClaims, Policy, Realm,
    Refusal, Required, TokenPayload, UsageFault, access_token_required, jwt_claims,
};
use serde_json::{Value, json};

use crate::support::{
    Answer, NOW, at, builder, forge_claims, get as ask, get_bearer, good_claims, send, spoil_signature,
};

#[jwt_claims]
struct Tenancy {
    tenant: String,
}

/// The service's own error.
enum Closed {
    Tenant,
    Session,
    Odd,
    Database,
}

impl From<Closed> for Denied {
    fn from(closed: Closed) -> Self {
        match closed {
            Closed::Tenant => Self::forbidden("tenant_closed", "This tenant is closed"),
            Closed::Session => Self::unauthorized("session_over", "Log in again"),
            Closed::Odd => Self::unauthorized("o\"dd", "a \"quoted\" \\ message\r\nSet-Cookie: x=y"),
            Closed::Database => Self::unavailable(),
        }
    }
}

/// Waits once, and counts how often it is asked.
#[derive(Clone, Default)]
struct TenantIsOpen(Arc<AtomicUsize>);

impl Check<Tenancy> for TenantIsOpen {
    async fn check(&self, payload: &TokenPayload<Tenancy>, request: CheckedRequest<'_>) -> Result<(), Denied> {
        self.0.fetch_add(1, Ordering::SeqCst);
        tokio::task::yield_now().await;
        look_up(&payload.tenant).await?;
        match request.parts().and_then(|parts| parts.headers.get("x-maintenance")) {
            Some(_) => Err(Denied::forbidden("maintenance", "Not now")),
            None => Ok(()),
        }
    }
}

async fn look_up(tenant: &str) -> Result<(), Closed> {
    tokio::task::yield_now().await;
    match tenant {
        "closed" => Err(Closed::Tenant),
        "over" => Err(Closed::Session),
        "odd" => Err(Closed::Odd),
        "unknown" => Err(Closed::Database),
        _ => Ok(()),
    }
}

#[access_token_required]
async fn guarded() -> &'static str {
    "in"
}

#[access_token_required]
async fn typed(payload: TokenPayload<Tenancy>) -> &'static str {
    assert!(!payload.tenant.is_empty());
    "in"
}

#[access_token_required(optional(expired), scopes("read"))]
async fn optional(_: Option<TokenPayload>) -> &'static str {
    "in"
}

struct Reads;

impl fastjwt::ConstPolicy for Reads {
    const POLICY: Policy = Policy::access();
}

fn app(jwt: &FastJwt) -> Router {
    Router::new()
        .route("/layer", get("in"))
        .route("/layer_and_attribute", get(guarded))
        .route_layer(jwt.access_token_required())
        .route("/attribute", get(guarded))
        .route("/typed", get(typed))
        .route("/extractor", get(async |_: TokenPayload| "in"))
        .route("/optional_extractor", get(async |_: Option<TokenPayload>| "in"))
        .route("/required", get(async |_: Required<Reads, ClaimMap>| "in"))
        .route("/optional", get(optional))
        .with_state(jwt.clone())
}

const DOORS: [&str; 7] =
    ["/layer", "/layer_and_attribute", "/attribute", "/typed", "/extractor", "/optional_extractor", "/required"];

fn token(changes: &Value) -> String {
    let mut claims = good_claims();
    claims["tenant"] = json!("open");
    claims.as_object_mut().unwrap().extend(changes.as_object().unwrap().clone());
    forge_claims(&claims)
}

async fn ask_all(app: &Router, token: &str) -> Answer {
    let first = get_bearer(app, DOORS[0], token).await;
    for door in DOORS {
        assert_eq!(get_bearer(app, door, token).await, first, "{door}");
    }
    first
}

#[tokio::test]
async fn every_door_asks_and_gives_the_checks_answer() {
    let check = TenantIsOpen::default();
    let jwt = builder().check(check.clone()).build().unwrap();
    let app = app(&jwt);

    assert_eq!(ask_all(&app, &token(&json!({}))).await.body, "in");
    assert!(check.0.load(Ordering::SeqCst) >= DOORS.len(), "every door has asked");

    let denied = ask_all(&app, &token(&json!({ "tenant": "closed" }))).await;
    assert_eq!((denied.status.as_u16(), denied.challenge()), (403, None));
    assert_eq!(denied.body, r#"{"error":"tenant_closed","message":"This tenant is closed"}"#);

    let over = ask_all(&app, &token(&json!({ "tenant": "over" }))).await;
    let challenge = r#"Bearer realm="api", error="invalid_token", error_description="Log in again""#;
    assert_eq!((over.status.as_u16(), over.code().as_str(), over.challenge()), (401, "session_over", Some(challenge)));

    let unknown = ask_all(&app, &token(&json!({ "tenant": "unknown" }))).await;
    assert_eq!((unknown.status.as_u16(), unknown.code().as_str(), unknown.challenge()), (503, "unavailable", None));
    assert_eq!(unknown.header("retry-after"), Some("5"));

    // What the check reads is not there: the token is not valid, wherever it is shown.
    let untyped = ask_all(&app, &token(&json!({ "tenant": 7 }))).await;
    assert_eq!((untyped.status.as_u16(), untyped.code().as_str()), (401, "invalid_token"));
}

#[tokio::test]
async fn r_48_a_checks_own_words_can_break_nothing() {
    let jwt = builder().check(TenantIsOpen::default()).build().unwrap();
    let odd = ask_all(&app(&jwt), &token(&json!({ "tenant": "odd" }))).await;
    let body: Value = serde_json::from_str(&odd.body).unwrap();
    assert_eq!(body, json!({ "error": "o\"dd", "message": "a \"quoted\" \\ message\r\nSet-Cookie: x=y" }));
    let challenge = r#"Bearer realm="api", error="invalid_token", error_description="The token is not valid""#;
    assert_eq!(odd.challenge(), Some(challenge));
    assert_eq!(odd.header("set-cookie"), None);
}

#[tokio::test]
async fn a_check_is_asked_last_and_only_about_tokens_that_are_good_for_the_route() {
    let check = TenantIsOpen::default();
    let jwt = builder().check(check.clone()).build().unwrap();
    let app = app(&jwt).merge(
        Router::new()
            .route("/{user_id}/scoped", get("in"))
            .route_layer(jwt.require(Policy::fresh().scopes(fastjwt::scopes!("read")).subject_param("user_id"))),
    );
    let fresh = |changes: Value| {
        let mut all = json!({ "fresh": true, "scopes": ["read"], "tenant": "closed" });
        all.as_object_mut().unwrap().extend(changes.as_object().unwrap().clone());
        token(&all)
    };
    let refused = [
        (spoil_signature(&fresh(json!({}))), "invalid_token"),
        (fresh(json!({ "exp": NOW - 10 })), "token_expired"),
        (fresh(json!({ "aud": "x" })), "invalid_token"),
        (fresh(json!({ "type": "refresh" })), "invalid_token"),
        (fresh(json!({ "fresh": false })), "insufficient_user_authentication"),
        (fresh(json!({ "scopes": ["write"] })), "insufficient_scope"),
        (fresh(json!({ "sub": "ANOTHER" })), "insufficient_scope"),
        ("x".repeat(9000), "token_too_large"),
    ];
    for (token, code) in refused {
        assert_eq!(get_bearer(&app, "/USER_ID/scoped", &token).await.code(), code);
    }
    for door in DOORS {
        let _ = ask(&app, door, None).await;
    }
    // Requests that an optional door lets in without a token, or with one that has expired.
    assert_eq!(ask(&app, "/optional", None).await.body, "in");
    assert_eq!(get_bearer(&app, "/optional", &token(&json!({ "exp": 1 }))).await.body, "in");
    assert_eq!(check.0.load(Ordering::SeqCst), 0, "nobody has asked");
    assert_eq!(get_bearer(&app, "/USER_ID/scoped", &fresh(json!({}))).await.code(), "tenant_closed");
    assert_eq!(check.0.load(Ordering::SeqCst), 1);
    // With a good token an optional door asks, too.
    assert_eq!(
        get_bearer(&app, "/optional", &token(&json!({ "scopes": ["read"], "tenant": "closed" }))).await.code(),
        "tenant_closed"
    );
}

#[tokio::test]
async fn a_check_sees_the_request() {
    let jwt = builder().check(TenantIsOpen::default()).build().unwrap();
    let app = app(&jwt);
    for door in DOORS {
        let request = Request::get(door)
            .header("authorization", format!("Bearer {}", token(&json!({}))))
            .header("x-maintenance", "1")
            .body(Body::empty())
            .unwrap();
        assert_eq!(send(&app, request).await.code(), "maintenance", "{door}");
    }
}

#[tokio::test]
async fn a_door_behind_a_door_asks_again_since_the_request_may_be_another() {
    let check = TenantIsOpen::default();
    let jwt = builder().check(check.clone()).build().unwrap();
    let closing = async |mut request: axum::extract::Request, next: axum::middleware::Next| {
        if request.uri().path() == "/closed" {
            request.headers_mut().insert("x-maintenance", "1".parse().unwrap());
        }
        next.run(request).await
    };
    let app = Router::new()
        .route("/open", get(guarded))
        .route("/closed", get(guarded))
        .layer(axum::middleware::from_fn(closing))
        .layer(jwt.access_token_required())
        .with_state::<()>(jwt.clone());
    assert_eq!(get_bearer(&app, "/open", &token(&json!({}))).await.body, "in");
    assert_eq!(check.0.swap(0, Ordering::SeqCst), 2);
    assert_eq!(get_bearer(&app, "/closed", &token(&json!({}))).await.code(), "maintenance");
    assert_eq!(check.0.load(Ordering::SeqCst), 2);
}

/// Says its name and goes on, or not.
struct Step(&'static str, bool, Arc<Mutex<Vec<&'static str>>>);

impl Check for Step {
    async fn check(&self, _: &TokenPayload, _: CheckedRequest<'_>) -> Result<(), Denied> {
        let Self(name, passes, log) = self;
        log.lock().unwrap().push(name);
        if *passes { Ok(()) } else { Err(Denied::forbidden(name, "no")) }
    }
}

#[tokio::test]
async fn checks_are_asked_in_their_order_and_the_first_refusal_counts() {
    let log = Arc::new(Mutex::new(Vec::new()));
    let step = |name, passes| Step(name, passes, Arc::clone(&log));
    let jwt = builder().check(step("one", true)).check(step("two", false)).check(step("three", false)).build().unwrap();
    let app = Router::new().route("/", get(guarded)).with_state::<()>(jwt);
    assert_eq!(get_bearer(&app, "/", &token(&json!({}))).await.code(), "two");
    assert_eq!(*log.lock().unwrap(), ["one", "two"]);
}

#[tokio::test]
async fn a_check_is_asked_where_no_request_is() {
    let jwt = builder().check(TenantIsOpen::default()).build().unwrap();
    let good = token(&json!({}));
    assert!(jwt.authenticate::<NoClaims>(&good, &Policy::access()).await.is_ok());
    let error =
        jwt.authenticate::<NoClaims>(&token(&json!({ "tenant": "closed" })), &Policy::access()).await.unwrap_err();
    assert_eq!(error.kind(), &ErrorKind::Denied(Denied::forbidden("tenant_closed", "This tenant is closed")));
    assert_eq!(error.to_string(), "a check of the service's own refused the token: tenant_closed");
    // What can't wait does not skip it.
    let error = jwt.verify_access_token::<NoClaims>(&good).unwrap_err();
    assert_eq!(error.kind(), &ErrorKind::Usage(UsageFault::MustAwait));
}

/// A check that never comes to an end.
struct Endless;

impl Check for Endless {
    async fn check(&self, _: &TokenPayload, _: CheckedRequest<'_>) -> Result<(), Denied> {
        future::pending().await
    }
}

#[tokio::test]
async fn a_check_that_does_not_answer_lets_nobody_in() {
    let jwt = builder().check(Endless).build().unwrap();
    let app = app(&jwt);
    for door in DOORS {
        let good = token(&json!({}));
        let mut asked = std::pin::pin!(get_bearer(&app, door, &good));
        let mut context = std::task::Context::from_waker(std::task::Waker::noop());
        for _ in 0..100 {
            assert!(asked.as_mut().poll(&mut context).is_pending(), "{door}");
        }
    }
}

#[tokio::test]
async fn one_responder_answers_a_checks_refusal_too() {
    let jwt = builder()
        .check(TenantIsOpen::default())
        .responder(|refusal: &Refusal| (refusal.status(), format!("{}: {}", refusal.code(), refusal.message())))
        .build()
        .unwrap();
    let answer = ask_all(&app(&jwt), &token(&json!({ "tenant": "closed" }))).await;
    assert_eq!((answer.status, answer.body.as_str()), (StatusCode::FORBIDDEN, "tenant_closed: This tenant is closed"));
}

enum Staff {}

impl Realm for Staff {
    const NAME: &'static str = "staff";
}

struct OnDuty;

impl Check<NoClaims, Staff> for OnDuty {
    async fn check(&self, payload: &TokenPayload<NoClaims, Staff>, _: CheckedRequest<'_>) -> Result<(), Denied> {
        if payload.sub == "boss" { Ok(()) } else { Err(Denied::forbidden("off_duty", "Off duty")) }
    }
}

#[tokio::test]
async fn a_check_belongs_to_its_realm() {
    let staff = FastJwt::<Staff>::realm_builder()
        .secret(crate::support::SECRET)
        .clock(|| at(NOW))
        .check(OnDuty)
        .build()
        .unwrap();
    let app =
        Router::new().route("/", get(async |_: TokenPayload<NoClaims, Staff>| "in")).with_state::<()>(staff.clone());
    for (sub, expected) in [("boss", "in"), ("clerk", "off_duty")] {
        let token = staff.create_access_token(sub).sign().unwrap();
        let answer = get_bearer(&app, "/", token.as_str()).await;
        assert!(answer.body.contains(expected), "{sub}: {}", answer.body);
    }
}

#[derive(Clone, axum::extract::FromRef)]
struct App {
    jwt: FastJwt,
}

impl LoadSubject<String> for App {
    type Error = std::convert::Infallible;

    async fn load_subject(&self, sub: &str) -> Result<Option<String>, Self::Error> {
        Ok(Some(sub.to_owned()))
    }
}

#[access_token_required(state = App)]
async fn current(first: CurrentSubject<String>, second: CurrentSubject<String>) -> String {
    assert_eq!(*first, *second);
    first.clone().into_inner().to_string()
}

#[tokio::test]
async fn who_only_asks_whose_token_it_is_does_not_ask_the_check_again() {
    let check = TenantIsOpen::default();
    let jwt = builder().check(check.clone()).build().unwrap();
    let app = Router::new()
        .route("/", get(current))
        .route("/alone", get(async |user: CurrentSubject<String>| user.to_string()))
        .with_state::<()>(App { jwt });
    assert_eq!(get_bearer(&app, "/", &token(&json!({}))).await.body, "USER_ID");
    assert_eq!(check.0.swap(0, Ordering::SeqCst), 1);
    assert_eq!(get_bearer(&app, "/alone", &token(&json!({}))).await.body, "USER_ID");
    assert_eq!(check.0.swap(0, Ordering::SeqCst), 1);
    assert_eq!(get_bearer(&app, "/alone", &token(&json!({ "tenant": "closed" }))).await.code(), "tenant_closed");
}

//! `CurrentSubject`: the application's user behind a token, loaded once, and refused where there is none.

use std::{
    fmt,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use axum::{
    Router,
    extract::{FromRef, Request},
    middleware::{Next, from_fn_with_state},
    routing::get,
};
use fastjwt::{
    CurrentSubject, FastJwt, FreshPayload, LoadSubject, Locations, Policy, Realm, RefreshPayload, TokenPayload,
    access_token_required, fresh_token_required, refresh_token_required, token_required,
};
use serde_json::{Value, json};

use crate::support::{NOW, SECRET, at, builder, forge_claims, get as ask, get_bearer, good_claims, spoil_signature};

#[derive(Debug)]
struct User {
    name: String,
}

struct Employee {
    number: u64,
}

enum Staff {}

impl Realm for Staff {
    const NAME: &'static str = "staff";
}

#[derive(Clone, FromRef)]
struct App {
    jwt: FastJwt,
    staff: FastJwt<Staff>,
    loads: Loads,
}

#[derive(Clone, Default)]
struct Loads(Arc<AtomicUsize>);

struct Down;

impl fmt::Display for Down {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the database at db.internal is down")
    }
}

impl LoadSubject<User> for App {
    type Error = Down;

    async fn load_subject(&self, sub: &str) -> Result<Option<User>, Down> {
        self.loads.0.fetch_add(1, Ordering::SeqCst);
        tokio::task::yield_now().await;
        match sub {
            "gone" => Ok(None),
            "down" => Err(Down),
            name => Ok(Some(User { name: name.to_owned() })),
        }
    }
}

impl LoadSubject<Employee> for App {
    type Error = std::num::ParseIntError;

    async fn load_subject(&self, sub: &str) -> Result<Option<Employee>, Self::Error> {
        self.loads.0.fetch_add(1, Ordering::SeqCst);
        Ok(Some(Employee { number: sub.parse()? }))
    }
}

#[access_token_required(state = App)]
async fn attribute(user: CurrentSubject<User>) -> String {
    user.name.clone()
}

#[access_token_required(state = App)]
async fn attribute_and_payload(
    payload: TokenPayload,
    user: CurrentSubject<User>,
    again: CurrentSubject<User>,
) -> String {
    assert_eq!((&payload.sub, &user.name), (&user.name, &again.name));
    assert!(Arc::ptr_eq(&user.clone().into_inner(), &again.into_inner()));
    user.name.clone()
}

#[refresh_token_required]
async fn refresh(user: CurrentSubject<User>) -> String {
    user.name.clone()
}

#[token_required]
async fn any_kind(user: CurrentSubject<User>) -> String {
    user.name.clone()
}

#[fresh_token_required(leeway = "5m", audience("billing"), max_age = "1h")]
async fn on_terms_of_its_own(user: CurrentSubject<User>) -> String {
    user.name.clone()
}

#[access_token_required(optional(expired))]
async fn optional(payload: Option<TokenPayload>, user: Option<CurrentSubject<User>>) -> String {
    assert_eq!(payload.is_some(), user.is_some());
    user.map_or_else(|| "nobody".to_owned(), |user| user.name.clone())
}

/// The door looks at headers alone, and demands more than a valid token.
#[access_token_required(optional, locations(headers), scopes("admin"))]
async fn elsewhere(payload: Option<TokenPayload>, user: Option<CurrentSubject<User>>) -> String {
    assert_eq!(payload.is_some(), user.is_some());
    user.map_or_else(|| "nobody".to_owned(), |user| user.name.clone())
}

/// Who asks twice learns nothing else, and from a layer in front neither.
#[access_token_required(optional, locations(headers), scopes("admin"))]
async fn twice(
    _: Option<TokenPayload>,
    one: Option<CurrentSubject<User>>,
    other: Option<CurrentSubject<User>>,
) -> String {
    assert_eq!(one.is_some(), other.is_some());
    other.map_or_else(|| "nobody".to_owned(), |user| user.name.clone())
}

#[access_token_required(optional, locations(headers), scopes("admin"))]
async fn then_somebody(_: Option<TokenPayload>, _: Option<CurrentSubject<User>>, user: CurrentSubject<User>) -> String {
    user.name.clone()
}

#[access_token_required(optional, locations(headers), scopes("admin"))]
async fn somebody_elsewhere(_: Option<TokenPayload>, user: CurrentSubject<User>) -> String {
    user.name.clone()
}

/// The door lets an expired token in as none, and the user is demanded all the same.
#[access_token_required(optional(expired))]
async fn somebody(_: Option<TokenPayload>, user: CurrentSubject<User>) -> String {
    user.name.clone()
}

#[access_token_required(realm = Staff)]
async fn office(employee: CurrentSubject<Employee, Staff>) -> String {
    employee.number.to_string()
}

fn state() -> App {
    let jwt = builder().build().unwrap();
    let staff = FastJwt::<Staff>::realm_builder().secret(SECRET).clock(|| at(NOW)).build().unwrap();
    App { jwt, staff, loads: Loads::default() }
}

fn app(state: &App) -> Router {
    Router::new()
        .route("/layer", get(async |user: CurrentSubject<User>| user.name.clone()))
        .route_layer(state.jwt.access_token_required())
        .merge(
            Router::new()
                .route("/refresh_layer", get(async |user: CurrentSubject<User>| user.name.clone()))
                .route_layer(state.jwt.require(Policy::refresh())),
        )
        .route("/attribute", get(attribute))
        .route("/attribute_and_payload", get(attribute_and_payload))
        .route("/alone", get(async |user: CurrentSubject<User>| user.name.clone()))
        .route("/extractor", get(async |_: TokenPayload, user: CurrentSubject<User>| user.name.clone()))
        .route("/before_the_extractor", get(async |user: CurrentSubject<User>, _: TokenPayload| user.name.clone()))
        .route("/fresh_extractor", get(async |_: FreshPayload, user: CurrentSubject<User>| user.name.clone()))
        .route("/refresh_extractor", get(async |_: RefreshPayload, user: CurrentSubject<User>| user.name.clone()))
        .route("/refresh", get(refresh))
        .route("/any_kind", get(any_kind))
        .route("/terms", get(on_terms_of_its_own))
        .route("/optional", get(optional))
        .route("/somebody", get(somebody))
        .route("/elsewhere", get(elsewhere))
        .route("/somebody_elsewhere", get(somebody_elsewhere))
        .route("/twice", get(twice))
        .route("/then_somebody", get(then_somebody))
        .merge(
            Router::new()
                .route("/elsewhere_layer", get(async |user: CurrentSubject<User>| user.name.clone()))
                .route_layer(state.jwt.require(Policy::access().optional().locations(Locations::HEADERS))),
        )
        .route(
            "/optional_alone",
            get(async |user: Option<CurrentSubject<User>>| user.map_or("nobody".to_owned(), |user| user.name.clone())),
        )
        .route("/office", get(office))
        .with_state(state.clone())
}

const ACCESS_DOORS: [&str; 7] =
    ["/layer", "/attribute", "/attribute_and_payload", "/alone", "/extractor", "/before_the_extractor", "/any_kind"];

fn token(changes: &Value) -> String {
    let mut claims = good_claims();
    claims.as_object_mut().unwrap().extend(changes.as_object().unwrap().clone());
    forge_claims(&claims)
}

#[tokio::test]
async fn the_user_is_loaded_once_a_request_beside_every_door() {
    let state = state();
    let app = app(&state);
    for door in ACCESS_DOORS.into_iter().chain(["/optional", "/optional_alone"]) {
        assert_eq!(get_bearer(&app, door, &token(&json!({}))).await.body, "USER_ID", "{door}");
        assert_eq!(state.loads.0.swap(0, Ordering::SeqCst), 1, "{door}");
    }
}

#[tokio::test]
async fn a_subject_that_is_gone_is_401_and_a_loader_that_fails_503() {
    let state = state();
    let app = app(&state);
    for door in ACCESS_DOORS.into_iter().chain(["/optional", "/optional_alone"]) {
        let gone = get_bearer(&app, door, &token(&json!({ "sub": "gone" }))).await;
        assert_eq!((gone.status.as_u16(), gone.code().as_str()), (401, "invalid_token"), "{door}");
        let challenge = r#"Bearer realm="api", error="invalid_token", error_description="The token is not valid""#;
        assert_eq!(gone.challenge(), Some(challenge), "{door}");
        let down = get_bearer(&app, door, &token(&json!({ "sub": "down" }))).await;
        assert_eq!((down.status.as_u16(), down.code().as_str()), (503, "unavailable"), "{door}");
        assert_eq!((down.header("retry-after"), down.challenge()), (Some("5"), None), "{door}");
        assert!(!down.body.contains("db.internal"), "{door}: {}", down.body);
    }
}

#[tokio::test]
async fn nobody_is_loaded_for_a_token_that_is_not_let_in() {
    let state = state();
    let app = app(&state);
    let refused = [
        spoil_signature(&token(&json!({}))),
        token(&json!({ "exp": NOW - 10 })),
        token(&json!({ "type": "refresh" })),
        token(&json!({ "realm": "staff" })),
        "x".to_owned(),
    ];
    for door in ACCESS_DOORS.into_iter().filter(|door| *door != "/any_kind") {
        for token in &refused {
            assert_eq!(get_bearer(&app, door, token).await.status.as_u16(), 401, "{door} {token}");
        }
        assert_eq!(ask(&app, door, None).await.code(), "missing_token", "{door}");
    }
    assert_eq!(state.loads.0.load(Ordering::SeqCst), 0);
}

#[tokio::test]
async fn r_38_it_takes_the_kind_that_the_door_beside_it_takes_and_no_other() {
    let app = app(&state());
    let refresh = token(&json!({ "type": "refresh" }));
    for door in ["/refresh", "/refresh_extractor", "/refresh_layer", "/any_kind"] {
        assert_eq!(get_bearer(&app, door, &refresh).await.body, "USER_ID", "{door}");
    }
    for door in ["/refresh", "/refresh_extractor", "/refresh_layer", "/fresh_extractor"] {
        assert_eq!(get_bearer(&app, door, &token(&json!({}))).await.status.as_u16(), 401, "{door}");
    }
    assert_eq!(get_bearer(&app, "/alone", &refresh).await.code(), "invalid_token");
    assert_eq!(get_bearer(&app, "/optional_alone", &refresh).await.code(), "invalid_token");
}

#[tokio::test]
async fn what_a_door_let_in_on_its_own_terms_is_let_in() {
    let state = state();
    let app = app(&state);
    let good = json!({ "exp": NOW - 200, "aud": "billing", "fresh": true, "auth_time": NOW - 3000 });
    assert_eq!(get_bearer(&app, "/terms", &token(&good)).await.body, "USER_ID");
    // Alone it has the usual terms.
    assert_eq!(get_bearer(&app, "/alone", &token(&good)).await.code(), "token_expired");
    assert_eq!(
        get_bearer(&app, "/terms", &token(&json!({ "fresh": true, "auth_time": NOW }))).await.code(),
        "invalid_token"
    );
}

#[tokio::test]
async fn an_expired_token_is_nobody_only_beside_a_door_that_says_so() {
    let app = app(&state());
    let expired = token(&json!({ "exp": NOW - 10 }));
    assert_eq!(get_bearer(&app, "/optional", &expired).await.body, "nobody");
    assert_eq!(get_bearer(&app, "/optional_alone", &expired).await.code(), "token_expired");
    for door in ["/optional", "/optional_alone"] {
        assert_eq!(ask(&app, door, None).await.body, "nobody");
        assert_eq!(get_bearer(&app, door, &spoil_signature(&expired)).await.code(), "invalid_token");
    }
}

#[tokio::test]
async fn an_expired_token_is_expired_where_a_user_is_demanded_whatever_the_door_lets_in() {
    let state = state();
    let app = app(&state);
    let answer = get_bearer(&app, "/somebody", &token(&json!({ "exp": NOW - 10 }))).await;
    assert_eq!((answer.status.as_u16(), answer.code().as_str()), (401, "token_expired"));
    assert_eq!(ask(&app, "/somebody", None).await.code(), "missing_token");
    assert_eq!(state.loads.0.load(Ordering::SeqCst), 0);
    assert_eq!(get_bearer(&app, "/somebody", &token(&json!({}))).await.body, "USER_ID");
}

#[tokio::test]
async fn each_realm_has_users_of_its_own() {
    let state = state();
    let app = app(&state);
    let employee = state.staff.create_access_token(42).sign().unwrap();
    let customer = state.jwt.create_access_token(42).sign().unwrap();
    assert_eq!(get_bearer(&app, "/office", employee.as_str()).await.body, "42");
    assert_eq!(get_bearer(&app, "/attribute", customer.as_str()).await.body, "42");
    assert_eq!(get_bearer(&app, "/office", customer.as_str()).await.code(), "invalid_token");
    assert_eq!(get_bearer(&app, "/attribute", employee.as_str()).await.code(), "invalid_token");
    // A subject that is no number can't be looked up.
    let odd = state.staff.create_access_token("x").sign().unwrap();
    assert_eq!(get_bearer(&app, "/office", odd.as_str()).await.code(), "unavailable");
}

#[tokio::test]
async fn another_token_is_another_user_also_behind_a_door() {
    // A service that exchanges the token between two doors: what the first one let in says nothing about the second token.
    let state = state();
    let exchanged = |with: String| {
        move |mut request: Request, next: Next| {
            let value = format!("Bearer {with}").parse().unwrap();
            request.headers_mut().insert("authorization", value);
            next.run(request)
        }
    };
    for (with, expected) in [
        (token(&json!({ "sub": "SECOND" })), "SECOND"),
        (token(&json!({ "sub": "SECOND", "type": "refresh" })), "invalid_token"),
        (spoil_signature(&token(&json!({}))), "invalid_token"),
    ] {
        let app = Router::new()
            .route("/", get(async |user: CurrentSubject<User>| user.name.clone()))
            .layer(axum::middleware::from_fn(exchanged(with)))
            .layer(state.jwt.token_required())
            .with_state(state.clone());
        let answer = get_bearer(&app, "/", &token(&json!({ "type": "refresh" }))).await;
        assert!(answer.body.contains(expected), "{}", answer.body);
    }
}

#[tokio::test]
async fn a_user_that_was_loaded_for_one_token_is_not_handed_out_for_another() {
    // Both are asked for in one request, with the token exchanged in between.
    let state = state();
    let exchange = async |user: CurrentSubject<User>, mut request: Request, next: Next| {
        let second = token(&json!({ "sub": "SECOND" }));
        request.headers_mut().insert("authorization", format!("Bearer {second}").parse().unwrap());
        let answer = next.run(request).await;
        ([("x-first", user.name.clone())], answer)
    };
    let app = Router::new()
        .route("/", get(async |user: CurrentSubject<User>| user.name.clone()))
        .layer(from_fn_with_state(state.clone(), exchange))
        .with_state(state.clone());
    let answer = get_bearer(&app, "/", &token(&json!({}))).await;
    assert_eq!((answer.header("x-first"), answer.body.as_str()), (Some("USER_ID"), "SECOND"));
    assert_eq!(state.loads.0.load(Ordering::SeqCst), 2);
}

#[tokio::test]
async fn an_expired_token_that_was_let_in_as_none_makes_nobody_of_another() {
    let state = state();
    let exchange = async |mut request: Request, next: Next| {
        request.headers_mut().insert("authorization", format!("Bearer {}", token(&json!({}))).parse().unwrap());
        next.run(request).await
    };
    let somebody =
        async |user: Option<CurrentSubject<User>>| user.map_or_else(|| "nobody".to_owned(), |user| user.name.clone());
    let app = Router::new()
        .route("/exchanged", get(somebody))
        .layer(axum::middleware::from_fn(exchange))
        .route("/same", get(somebody))
        .layer(state.jwt.require(Policy::access().optional_or_expired()))
        .with_state(state.clone());
    let expired = token(&json!({ "exp": NOW - 10 }));
    assert_eq!(get_bearer(&app, "/same", &expired).await.body, "nobody");
    assert_eq!(get_bearer(&app, "/exchanged", &expired).await.body, "USER_ID");
}

#[test]
fn r_26_a_user_does_not_print() {
    let state = state();
    let token = state.jwt.create_access_token("USER_ID").expires_in(Duration::from_secs(60)).sign().unwrap();
    let shown = tokio::runtime::Runtime::new().unwrap().block_on(async {
        let app = Router::new()
            .route("/", get(async |user: CurrentSubject<User>| format!("{user:?}")))
            .with_state::<()>(state);
        get_bearer(&app, "/", token.as_str()).await.body
    });
    assert!(shown.starts_with("CurrentSubject(") && !shown.contains("USER_ID"), "{shown}");
}

/// What no door has let in is nobody's, wherever else in the request it lies.
#[tokio::test]
async fn a_token_where_an_optional_door_does_not_look_is_nobodys() {
    let jwt = builder().locations(Locations::HEADERS | Locations::COOKIES).build().unwrap();
    let state = App { jwt: jwt.clone(), ..state() };
    let app = app(&state);
    let token = forge_claims(&good_claims());
    let cookie = format!("__Host-access_token={token}");
    // The layer verifies the cookie's token, and lets nobody in.
    for app in [app.clone(), app.clone().layer(jwt.implicit_refresh())] {
        let with_cookie = async |path: &str| crate::support::ask(&app, "GET", path, &[("cookie", &cookie)], "").await;
        assert_eq!(with_cookie("/alone").await.body, "USER_ID");
        for path in ["/elsewhere", "/twice"] {
            assert_eq!(with_cookie(path).await.body, "nobody", "{path}");
        }
        for path in ["/somebody_elsewhere", "/elsewhere_layer", "/then_somebody"] {
            assert_eq!(with_cookie(path).await.code(), "missing_token", "{path}");
        }
    }
    // In its place it is somebody's, as far as the door lets it in.
    assert_eq!(get_bearer(&app, "/elsewhere", &token).await.code(), "insufficient_scope");
    let mut admins = good_claims();
    admins["scopes"] = json!(["admin"]);
    assert_eq!(get_bearer(&app, "/elsewhere", &forge_claims(&admins)).await.body, "USER_ID");
    assert_eq!(get_bearer(&app, "/elsewhere_layer", &token).await.body, "USER_ID");
}

//! A router whose state is one `Arc` around everything, as many programs have it.

use std::{convert::Infallible, sync::Arc};

use axum::{
    Router,
    extract::{FromRef, State},
    routing::get,
};
use fastjwt::{
    CurrentSubject, FastJwt, FreshPayload, LoadSubject, LogoutToken, Realm, SameOrigin, TokenPayload,
    access_token_required,
};

use crate::support::{SECRET, at, get as ask, get_bearer, jwt};

enum Staff {}

impl Realm for Staff {
    const NAME: &'static str = "staff";
}

/// It is never cloned, and can't be.
#[derive(FromRef)]
struct App {
    jwt: FastJwt,
    staff: FastJwt<Staff>,
    greeting: &'static str,
}

struct User(String);

impl LoadSubject<User> for App {
    type Error = Infallible;

    async fn load_subject(&self, sub: &str) -> Result<Option<User>, Infallible> {
        Ok((sub != "gone").then(|| User(sub.to_owned())))
    }
}

struct Employee(String);

/// A loader for the `Arc` itself, which stands beside those of the state.
impl LoadSubject<Employee> for Arc<App> {
    type Error = Infallible;

    async fn load_subject(&self, sub: &str) -> Result<Option<Employee>, Infallible> {
        Ok(Some(Employee(format!("{} {sub}", self.greeting))))
    }
}

#[access_token_required]
async fn hello(State(app): State<Arc<App>>, payload: TokenPayload) -> String {
    format!("{} {}", app.greeting, payload.sub)
}

#[access_token_required(state = Arc<App>)]
async fn user(user: CurrentSubject<User>) -> String {
    user.0.clone()
}

#[access_token_required(realm = Staff)]
async fn office(employee: CurrentSubject<Employee, Staff>, _: SameOrigin) -> String {
    employee.0.clone()
}

#[tokio::test]
async fn an_arc_holds_and_loads_what_the_state_in_it_does() {
    let staff = FastJwt::<Staff>::realm_builder().secret(SECRET).clock(|| at(crate::support::NOW)).build().unwrap();
    let state = Arc::new(App { jwt: jwt(), staff, greeting: "hello" });
    let app: Router = Router::new()
        .route("/", get(hello))
        .route("/user", get(user))
        .route("/office", get(office))
        .route("/fresh", get(async |payload: FreshPayload| payload.sub.clone()))
        .route("/leave", get(async |_: LogoutToken, State(jwt): State<FastJwt>| format!("{}", jwt.keys().list().len())))
        .with_state(Arc::clone(&state));
    let customer = |sub| state.jwt.create_access_token(sub).fresh().sign().unwrap().into_string();
    let employee = state.staff.create_access_token("E").sign().unwrap().into_string();
    for (path, body) in [("/", "hello U"), ("/user", "U"), ("/fresh", "U"), ("/leave", "1")] {
        assert_eq!(get_bearer(&app, path, &customer("U")).await.body, body, "{path}");
        assert_eq!(ask(&app, path, None).await.code(), "missing_token", "{path}");
        assert_eq!(get_bearer(&app, path, &employee).await.code(), "invalid_token", "{path}");
    }
    assert_eq!(get_bearer(&app, "/office", &employee).await.body, "hello E");
    assert_eq!(get_bearer(&app, "/office", &customer("E")).await.code(), "invalid_token");
    assert_eq!(get_bearer(&app, "/user", &customer("gone")).await.code(), "invalid_token");
}

#[tokio::test]
async fn an_arc_around_the_instance_is_a_state_too() {
    let jwt = Arc::new(Arc::new(jwt()));
    let token = jwt.create_access_token("U").sign().unwrap();
    let app = Router::new()
        .route("/", get(async |payload: TokenPayload| payload.sub.clone()))
        .with_state::<()>(Arc::clone(&jwt));
    assert_eq!(get_bearer(&app, "/", token.as_str()).await.body, "U");
    assert_eq!(ask(&app, "/", None).await.code(), "missing_token");
}

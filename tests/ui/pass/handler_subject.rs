//! The application's user beside the attribute.

use std::convert::Infallible;

use axum::{Router, extract::FromRef, routing::get};
use fastjwt::{CurrentSubject, FastJwt, LoadSubject, Realm, TokenPayload, access_token_required};

struct User(String);

struct Employee;

enum Staff {}

impl Realm for Staff {
    const NAME: &'static str = "staff";
}

#[derive(Clone, FromRef)]
struct App {
    jwt: FastJwt,
    staff: FastJwt<Staff>,
}

impl LoadSubject<User> for App {
    type Error = String;

    async fn load_subject(&self, sub: &str) -> Result<Option<User>, String> {
        Ok(Some(User(sub.to_owned())))
    }
}

impl LoadSubject<Employee> for App {
    type Error = Infallible;

    async fn load_subject(&self, _: &str) -> Result<Option<Employee>, Infallible> {
        Ok(None)
    }
}

/// A state that is the instance itself loads, too.
impl LoadSubject<User> for FastJwt {
    type Error = Infallible;

    fn load_subject(&self, sub: &str) -> impl Future<Output = Result<Option<User>, Infallible>> + Send {
        std::future::ready(Ok(Some(User(sub.to_owned()))))
    }
}

#[access_token_required(state = App)]
async fn beside(user: CurrentSubject<User>, payload: TokenPayload, same: CurrentSubject<User>) -> bool {
    user.0 == payload.sub && user.0 == same.0
}

#[access_token_required(state = App, optional)]
#[axum::debug_handler(state = App)]
async fn optional(_: Option<TokenPayload>, _: Option<CurrentSubject<User>>) {}

#[access_token_required(state = App, realm = Staff)]
async fn office(_: fastjwt::CurrentSubject<Employee, Staff>) {}

#[access_token_required(state = S)]
async fn generic<S: LoadSubject<User>>(_: CurrentSubject<User>) {}

async fn alone(user: CurrentSubject<User>) -> String {
    user.0.clone()
}

trait Answer {
    fn is_one(&self) {}
}

impl Answer for Router<App> {}
impl Answer for Router<FastJwt> {}

fn main() {
    Router::<App>::new()
        .route("/beside", get(async |user, payload, same| beside(user, payload, same).await.to_string()))
        .route("/optional", get(optional))
        .route("/office", get(office))
        .route("/generic", get(generic::<App>))
        .route("/alone", get(alone))
        .is_one();
    Router::<FastJwt>::new().route("/alone", get(alone)).is_one();
}

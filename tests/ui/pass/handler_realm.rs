use axum::{Router, extract::FromRef, routing::get};
use fastjwt::{FastJwt, NoClaims, Realm, TokenPayload, access_token_required, jwt_claims};

struct Staff;

impl Realm for Staff {
    const NAME: &'static str = "staff";
}

#[jwt_claims]
struct Badge {
    number: u32,
}

#[derive(Clone, FromRef)]
struct App {
    customers: FastJwt,
    staff: FastJwt<Staff>,
}

/// The payload's type says the realm.
#[access_token_required]
async fn by_the_payload(payload: TokenPayload<Badge, Staff>) -> String {
    payload.number.to_string()
}

#[access_token_required(realm = Staff)]
async fn said_twice(payload: TokenPayload<NoClaims, Staff>) -> String {
    payload.sub.clone()
}

#[access_token_required(realm = Staff)]
async fn guarded() -> &'static str {
    "staff"
}

#[access_token_required(realm = crate::Staff, state = App)]
async fn with_a_state() -> &'static str {
    "staff"
}

#[access_token_required(state = App)]
async fn customers(payload: TokenPayload) -> String {
    payload.sub.clone()
}

fn main() {
    let _: Router<App> = Router::new()
        .route("/payload", get(by_the_payload))
        .route("/twice", get(said_twice))
        .route("/guarded", get(guarded))
        .route("/state", get(with_a_state))
        .route("/customers", get(customers));
}

//! The extractors beside the attributes, and without them.

use axum::{Router, routing::get};
use fastjwt::{
    FastJwt, FreshPayload, RefreshPayload, TokenPayload, access_token_required, jwt_claims, refresh_token_required,
};

#[jwt_claims]
struct Profile {
    age: u8,
}

async fn payload(payload: TokenPayload<Profile>) -> String {
    payload.age.to_string()
}

async fn optional(payload: Option<TokenPayload<Profile>>) -> String {
    payload.map_or(0, |payload| payload.age).to_string()
}

async fn refresh(payload: RefreshPayload) -> String {
    payload.into_payload().sub.clone()
}

async fn fresh(payload: FreshPayload<Profile>) -> String {
    payload.age.to_string()
}

#[refresh_token_required]
async fn refresh_twice(payload: RefreshPayload) -> String {
    payload.sub.clone()
}

#[access_token_required]
async fn access_and_fresh(payload: FreshPayload<Profile>) -> String {
    payload.age.to_string()
}

fn main() {
    let _: Router<FastJwt> = Router::new()
        .route("/payload", get(payload))
        .route("/optional", get(optional))
        .route("/refresh", get(refresh))
        .route("/fresh", get(fresh))
        .route("/twice", get(refresh_twice))
        .route("/both", get(access_and_fresh));
}

use axum::{Router, routing::get};
use fastjwt::{FastJwt, TokenPayload, access_token_required, jwt_claims};

#[jwt_claims]
#[derive(Clone)]
struct Profile {
    age: u8,
}

#[access_token_required]
async fn plain(payload: TokenPayload<Profile>) -> String {
    payload.age.to_string()
}

#[access_token_required]
async fn mutable(mut payload: TokenPayload<Profile>) -> String {
    let other = payload.clone();
    payload = other;
    payload.sub.clone()
}

#[access_token_required]
async fn wildcard(_: TokenPayload<Profile>) -> &'static str {
    "wildcard"
}

#[access_token_required]
async fn bound(payload @ TokenPayload { .. }: TokenPayload<Profile>) -> String {
    payload.sub.clone()
}

#[access_token_required]
async fn rest(TokenPayload { .. }: TokenPayload) -> &'static str {
    "rest"
}

#[access_token_required]
async fn with_attributes(#[allow(unused_variables, reason = "shown")] payload: TokenPayload) -> &'static str {
    "attributes"
}

#[access_token_required]
async fn r#match(r#fn: TokenPayload) -> String {
    r#fn.sub.clone()
}

#[access_token_required]
async fn by_parts(payload: TokenPayload<Profile>) -> String {
    let (registered, Profile { age }) = payload.into_parts();
    format!("{} {age}", registered.sub)
}

fn main() {
    let _: Router<FastJwt> = Router::new()
        .route("/plain", get(plain))
        .route("/mutable", get(mutable))
        .route("/wildcard", get(wildcard))
        .route("/bound", get(bound))
        .route("/rest", get(rest))
        .route("/attributes", get(with_attributes))
        .route("/match", get(r#match))
        .route("/parts", get(by_parts));
}

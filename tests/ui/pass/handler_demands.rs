//! What a route demands in place of the configuration, and how old the login may be.

use axum::{Router, routing::get};
use fastjwt::{
    FastJwt, TokenPayload, access_token_required, fresh_token_required, refresh_token_required, token_required,
};

#[fresh_token_required(max_age = "5m")]
async fn recent(_: TokenPayload) {}

#[access_token_required(max_age = "3650d", leeway = "0s")]
async fn long_ago() {}

#[refresh_token_required(leeway = "300s", max_age = "12h")]
async fn refresh() {}

#[access_token_required(audience("orders"))]
async fn one_audience(_: TokenPayload) {}

#[access_token_required(audience("a", "b", "c", "d", "e", "f", "g", "h",), issuer = "https://login.example.org")]
async fn audience() {}

#[access_token_required(optional(expired), issuer = "Zoë")]
async fn expired(_: Option<TokenPayload>) {}

#[token_required(optional, leeway = "5m")]
async fn any(_: Option<TokenPayload>) {}

fn main() {
    let _: Router<FastJwt> = Router::new()
        .route("/recent", get(recent))
        .route("/long_ago", get(long_ago))
        .route("/refresh", get(refresh))
        .route("/one_audience", get(one_audience))
        .route("/audience", get(audience))
        .route("/expired", get(expired))
        .route("/any", get(any));
}

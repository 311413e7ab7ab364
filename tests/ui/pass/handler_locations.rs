//! Where a route's token travels, and a route that needs no CSRF proof.

use axum::{Router, routing::post};
use fastjwt::{FastJwt, TokenPayload, access_token_required, fresh_token_required, refresh_token_required, token_required};

#[access_token_required(locations(headers))]
async fn one(_: TokenPayload) {}

#[fresh_token_required(locations(websocket, query, json, cookies, headers,))]
async fn all() {}

#[refresh_token_required(locations(cookies), csrf = false)]
async fn refresh(_: TokenPayload) {}

#[token_required(csrf = false)]
async fn any() {}

#[access_token_required(optional, csrf = false, locations(headers, cookies), scopes("orders:read"))]
async fn optional(_: Option<TokenPayload>) {}

/// Fragments of `macro_rules` are words like any.
macro_rules! guarded {
    ($name:ident, $place:ident, $switch:literal) => {
        #[access_token_required(locations($place, headers), csrf = $switch)]
        async fn $name() {}
    };
}

guarded!(by_fragments, cookies, false);

fn main() {
    let _: Router<FastJwt> = Router::new()
        .route("/one", post(one))
        .route("/all", post(all))
        .route("/refresh", post(refresh))
        .route("/any", post(any))
        .route("/optional", post(optional))
        .route("/by_fragments", post(by_fragments));
}

//! Handlers each with one door, which a token that comes again passes by a shorter way.

use axum::{Router, routing::get};
use fastjwt::{ClaimMap, FastJwt, TokenPayload};

use super::{Demanding, Typed};

macro_rules! doors {
    ($($name:ident: #[$attribute:meta] $claims:ty;)*) => {
        /// All of them.
        pub(super) fn doors(jwt: &FastJwt) -> Router {
            $(
                #[$attribute]
                async fn $name(payload: TokenPayload<$claims>) -> String {
                    serde_json::to_string(&payload).unwrap()
                }
            )*
            Router::new()$(.route(concat!("/", stringify!($name), "/{id}"), get($name)))*.with_state(jwt.clone())
        }

        pub(super) const DOORS: &[&str] = &[$(stringify!($name)),*];
    };
}

doors! {
    access: #[fastjwt::access_token_required] Typed;
    again: #[fastjwt::access_token_required] Typed;
    untyped: #[fastjwt::access_token_required] ClaimMap;
    demanding: #[fastjwt::access_token_required] Demanding;
    any: #[fastjwt::token_required] Typed;
    refresh: #[fastjwt::refresh_token_required] Typed;
    fresh: #[fastjwt::fresh_token_required] Typed;
    recent: #[fastjwt::access_token_required(max_age = "10s")] Typed;
    scoped: #[fastjwt::access_token_required(scopes("read"))] Typed;
    audience: #[fastjwt::access_token_required(audience("a"))] Typed;
    other_audience: #[fastjwt::access_token_required(audience("c"))] Typed;
    issuer: #[fastjwt::access_token_required(issuer = "own")] Typed;
    strict: #[fastjwt::access_token_required(leeway = "0s")] Typed;
    subject: #[fastjwt::access_token_required(subject_param = "id")] Typed;
    cookies: #[fastjwt::access_token_required(locations(headers))] Typed;
}

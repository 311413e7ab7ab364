//! Every kind of token at every kind of route, through every door, wherever it is.

use axum::{Router, routing::any};
use fastjwt::{
    AnyPayload, FastJwt, FreshPayload, Location, Policy, RefreshPayload, TokenPayload, access_token_required,
    fresh_token_required, refresh_token_required, token_required,
};
use serde_json::{Value, json};

use crate::{
    locations::{Carrier, EVERYWHERE},
    support::{NOW, builder, forge_claims, good_claims},
};

const CSRF: &str = "Zq7pLw9xRtVb3nMk8sYc2d";

const PLACES: [Location; 5] =
    [Location::Header, Location::Cookie, Location::Json, Location::Query, Location::WebSocket];

/// A route of each kind, at each door.
macro_rules! routes {
    ($($kind:ident: #[$attribute:meta] $extractor:ty, $policy:expr;)*) => {
        $(
            mod $kind {
                use super::*;

                #[$attribute]
                pub(super) async fn attribute(_: TokenPayload) -> &'static str {
                    "in"
                }

                #[$attribute]
                pub(super) async fn bare() -> &'static str {
                    "in"
                }
            }
        )*

        const ROUTES: &[&str] = &[$(stringify!($kind)),*];

        fn app(jwt: &FastJwt) -> Router {
            Router::new()
                $(
                    .route(concat!("/", stringify!($kind), "/layer"), any("in").layer(jwt.require($policy)))
                    .route(concat!("/", stringify!($kind), "/attribute"), any($kind::attribute))
                    .route(concat!("/", stringify!($kind), "/bare"), any($kind::bare))
                    .route(concat!("/", stringify!($kind), "/extractor"), any(async |_: $extractor| "in"))
                )*
                .layer(jwt.body_tokens())
                .with_state(jwt.clone())
        }
    };
}

routes! {
    access: #[access_token_required] TokenPayload, Policy::access();
    fresh: #[fresh_token_required] FreshPayload, Policy::fresh();
    refresh: #[refresh_token_required] RefreshPayload, Policy::refresh();
    any_kind: #[token_required] AnyPayload, Policy::any();
}

const DOORS: [&str; 4] = ["layer", "attribute", "bare", "extractor"];

/// The kinds of tokens: what they say, and the routes that take them.
fn kinds() -> Vec<(Value, &'static [&'static str])> {
    let fresh: &[&str] = &["access", "fresh", "any_kind"];
    vec![
        (json!({ "type": "access" }), &["access", "any_kind"]),
        (json!({ "type": "access", "fresh": true }), fresh),
        (json!({ "type": "access", "fresh": NOW + 60 }), fresh),
        (json!({ "type": "access", "fresh": NOW - 60 }), &["access", "any_kind"]),
        (json!({ "type": "refresh" }), &["refresh", "any_kind"]),
        // What it says of freshness makes no access token of it.
        (json!({ "type": "refresh", "fresh": true, "auth_time": NOW }), &["refresh", "any_kind"]),
        (json!({ "type": "id" }), &[]),
        (json!({ "type": "Access" }), &[]),
        (json!({ "type": "access refresh" }), &[]),
        (json!({ "type": ["access", "refresh"] }), &[]),
        (json!({ "type": null }), &[]),
    ]
}

#[tokio::test]
async fn r_38_a_token_is_taken_by_the_routes_of_its_kind_alone_wherever_it_is() {
    let jwt = builder().locations(EVERYWHERE).build().unwrap();
    let app = app(&jwt);
    for (changes, routes) in kinds() {
        let mut claims = good_claims();
        claims["csrf"] = json!(CSRF);
        claims.as_object_mut().unwrap().extend(changes.as_object().unwrap().clone());
        let token = forge_claims(&claims);
        for &route in ROUTES {
            for place in PLACES {
                // Under the name of either kind, where the place has names.
                for name in ["access", "refresh"] {
                    let has_names = matches!(place, Location::Cookie | Location::Json);
                    let is_seen = !has_names
                        || match route {
                            "any_kind" => true,
                            "refresh" => name == "refresh",
                            _ => name == "access",
                        };
                    let mut carrier = Carrier::default().with(name, place, &token);
                    carrier.headers.push(("x-csrf-token".into(), CSRF.into()));
                    for door in DOORS {
                        let answer = carrier.ask(&app, "POST", &format!("/{route}/{door}")).await;
                        let said = if answer.status == 200 { answer.body.clone() } else { answer.code() };
                        let expected = if !is_seen {
                            "missing_token"
                        } else if routes.contains(&route) {
                            "in"
                        } else if route == "fresh" && routes.contains(&"access") {
                            "insufficient_user_authentication"
                        } else {
                            "invalid_token"
                        };
                        assert_eq!(said, expected, "{changes} as {name} in {place:?} at {route}/{door}");
                    }
                }
            }
        }
    }
}

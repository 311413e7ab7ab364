//! Tokens in every place, with every method and proof, at every door: the answers are the same, byte for byte, dead cookies included.

use axum::{
    Router,
    body::Body,
    http::Request,
    routing::{MethodRouter, any},
};
use fastjwt::{
    FastJwt, FreshPayload, Location, Policy, RefreshPayload, TokenPayload, access_token_required, fresh_token_required,
    refresh_token_required,
};
use serde_json::{Value, json};

use crate::{
    locations::{Carrier, EVERYWHERE},
    support::{Answer, builder, forge_claims, good_claims, send, spoil_signature},
};

const CSRF: &str = "Zq7pLw9xRtVb3nMk8sYc2d";

/// A module a demand: its attribute with and without a payload.
macro_rules! attributes {
    ($($demand:ident: #[$attribute:meta] $payload:ty;)*) => { $(
        mod $demand {
            use super::*;

            #[$attribute]
            pub(super) async fn injected(_: $payload) -> &'static str {
                "in"
            }
        }
    )* };
}

attributes! {
    access: #[access_token_required] TokenPayload;
    fresh: #[fresh_token_required] TokenPayload;
    refresh: #[refresh_token_required] TokenPayload;
    optional: #[access_token_required(optional)] Option<TokenPayload>;
}

#[access_token_required]
async fn access_only() -> &'static str {
    "in"
}

#[refresh_token_required]
async fn refresh_only() -> &'static str {
    "in"
}

const DEMANDS: [&str; 4] = ["access", "fresh", "refresh", "optional"];
const DOORS: [&str; 6] =
    ["attribute", "extractor", "layer", "layer_and_extractor", "layer_and_attribute", "without_payload"];

/// Every demand at `/demand/door`.
fn app(jwt: &FastJwt) -> Router {
    let demand = |policy: Policy,
                  attribute: MethodRouter<FastJwt>,
                  extractor: MethodRouter<FastJwt>,
                  without: MethodRouter<FastJwt>| {
        let layered = Router::new()
            .route("/layer", any("in"))
            .route("/layer_and_extractor", extractor.clone())
            .route("/layer_and_attribute", attribute.clone())
            .route_layer(jwt.require(policy));
        Router::new()
            .route("/attribute", attribute)
            .route("/extractor", extractor)
            .route("/without_payload", without)
            .merge(layered)
    };
    let access = Policy::access();
    let optional = any(async |_: Option<TokenPayload>| "in");
    Router::new()
        .nest("/access", demand(access, any(access::injected), any(async |_: TokenPayload| "in"), any(access_only)))
        .nest(
            "/fresh",
            demand(Policy::fresh(), any(fresh::injected), any(async |_: FreshPayload| "in"), any(fresh::injected)),
        )
        .nest(
            "/refresh",
            demand(Policy::refresh(), any(refresh::injected), any(async |_: RefreshPayload| "in"), any(refresh_only)),
        )
        .nest("/optional", demand(access.optional(), any(optional::injected), optional.clone(), optional))
        .layer(jwt.body_tokens())
        .with_state(jwt.clone())
}

fn token(changes: &Value) -> String {
    let mut claims = good_claims();
    claims["csrf"] = json!(CSRF);
    claims.as_object_mut().unwrap().extend(changes.as_object().unwrap().clone());
    forge_claims(&claims)
}

fn tokens() -> Vec<(&'static str, String)> {
    let good = token(&json!({}));
    vec![
        ("good", good.clone()),
        ("fresh", token(&json!({ "fresh": true }))),
        ("refresh", token(&json!({ "type": "refresh" }))),
        ("expired", token(&json!({ "exp": 1 }))),
        ("spoiled", spoil_signature(&good)),
        ("garbage", "garbage".to_owned()),
        ("malformed", "a{b".to_owned()),
        ("too large", "x".repeat(8193)),
        ("empty", String::new()),
    ]
}

/// What comes with a token: a name, the method and headers.
type Circumstance = (&'static str, &'static str, Vec<(&'static str, &'static str)>);

fn circumstances() -> Vec<Circumstance> {
    vec![
        ("read", "GET", vec![]),
        ("changed", "POST", vec![]),
        ("proven", "POST", vec![("x-csrf-token", CSRF)]),
        ("wrongly proven", "DELETE", vec![("x-csrf-token", "aaaaaaaaaaaaaaaaaaaaaa")]),
        ("of another site", "POST", vec![("x-csrf-token", CSRF), ("sec-fetch-site", "cross-site")]),
        ("read by another site", "GET", vec![("sec-fetch-site", "cross-site")]),
        ("a websocket", "GET", vec![("upgrade", "websocket")]),
        ("beside a header", "POST", vec![("authorization", "Bearer other")]),
    ]
}

async fn ask(app: &Router, method: &str, path: &str, carrier: &Carrier) -> Answer {
    let mut request = Request::builder().method(method).uri(format!("{path}{}", carrier.query));
    for (name, value) in &carrier.headers {
        request = request.header(name, value);
    }
    send(app, request.body(Body::from(carrier.body.clone())).unwrap()).await
}

#[tokio::test]
async fn r_38_every_request_is_answered_alike_by_every_door_wherever_its_token_is() {
    let jwt = builder().locations(EVERYWHERE).max_body_size(8192).clear_dead_cookies(true).build().unwrap();
    let app = app(&jwt);
    let places = [Location::Header, Location::Cookie, Location::Json, Location::Query, Location::WebSocket];
    let mut seen = std::collections::BTreeMap::new();
    for demand in DEMANDS {
        let kind = if demand == "refresh" { "refresh" } else { "access" };
        for place in places {
            for (token_name, token) in tokens() {
                // It could not stand in the address.
                if place == Location::Query && token_name == "malformed" {
                    continue;
                }
                for (circumstance, method, headers) in circumstances() {
                    let mut carrier = Carrier::default().with(kind, place, &token);
                    carrier.headers.extend(headers.iter().map(|(name, value)| ((*name).into(), (*value).into())));
                    let mut first: Option<Answer> = None;
                    for door in DOORS {
                        let answer = ask(&app, method, &format!("/{demand}/{door}"), &carrier).await;
                        let first = first.get_or_insert_with(|| answer.clone());
                        assert_eq!(answer, *first, "{token_name} in {place:?}, {circumstance}, at {demand}/{door}");
                    }
                    *seen.entry(first.unwrap().status.as_u16()).or_insert(0) += 1;
                }
            }
        }
    }
    // It was not all the same answer.
    assert_eq!(seen.keys().copied().collect::<Vec<_>>(), [200, 400, 401, 403, 413, 414, 431], "{seen:?}");
    assert!(seen.values().all(|count| *count > 10), "{seen:?}");
}

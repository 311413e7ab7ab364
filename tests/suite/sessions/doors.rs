//! What a route asks of the store, at every door alike; and how long a login's token is fresh.

use std::time::Duration;

use axum::{Router, routing::get};
use fastjwt::{
    ConstPolicy, FastJwt, NoClaims, Policy, Required, TokenPayload, access_token_required, session::MemoryStore,
};
use serde_json::{Value, json};

use super::{Hands, builder, in_memory, somebody, with_bearer};
use crate::support::{NOW, at, segment_text};

struct Unasked;

impl ConstPolicy for Unasked {
    const POLICY: Policy = Policy::access().revocation(false);
}

#[access_token_required(revocation = false)]
async fn unasked(_: TokenPayload) -> &'static str {
    "in"
}

#[access_token_required(revocation = false)]
async fn unasked_only() -> &'static str {
    "in"
}

#[access_token_required]
async fn asked(_: TokenPayload) -> &'static str {
    "in"
}

fn app(jwt: &FastJwt) -> Router {
    let inner = || Router::new().route("/asked", get(asked)).route("/unasked", get(unasked));
    Router::new()
        .route("/attribute", get(unasked))
        .route("/attribute_without_payload", get(unasked_only))
        .route("/extractor", get(async |_: Required<Unasked>| "in"))
        .merge(
            Router::new()
                .route("/layer", get("in"))
                .route("/layer_and_attribute", get(unasked))
                .route_layer(jwt.require(Unasked::POLICY)),
        )
        .nest("/behind_unasked", inner().route_layer(jwt.require(Unasked::POLICY)))
        .nest("/behind_asked", inner().route_layer(jwt.access_token_required()))
        .with_state(jwt.clone())
}

#[tokio::test]
async fn r_77_only_a_route_that_says_so_takes_what_is_revoked_at_every_door() {
    const DOORS: [&str; 5] = ["attribute", "attribute_without_payload", "extractor", "layer", "layer_and_attribute"];
    let hands = Hands::new();
    let jwt = in_memory(&hands);
    let app = app(&jwt);
    let sub = somebody();
    let pair = jwt.create_token_pair(&sub).open().await.unwrap();
    let token = pair.access().as_str();
    for ended in [false, true] {
        let mut first = None;
        for door in DOORS {
            let answer = with_bearer(&app, "GET", &format!("/{door}"), token).await;
            assert_eq!(answer.body, "in", "{door}");
            assert_eq!(first.get_or_insert(answer.clone()), &answer, "{door}");
        }
        // Whichever door was first: one that asks is not content with what another did not ask.
        for path in ["/behind_unasked/asked", "/behind_asked/asked", "/behind_asked/unasked"] {
            let answer = with_bearer(&app, "GET", path, token).await;
            let expected = if ended { (401, "invalid_token".to_owned()) } else { (200, String::new()) };
            assert_eq!((answer.status.as_u16(), answer.code()), expected, "{path}");
        }
        assert_eq!(with_bearer(&app, "GET", "/behind_unasked/unasked", token).await.body, "in");
        jwt.end_all_sessions(&sub).await.unwrap();
    }
    // Nothing else of the token is overlooked.
    for (seconds, expected) in [(909, 200), (910, 401)] {
        hands.put(seconds);
        for door in DOORS {
            assert_eq!(with_bearer(&app, "GET", &format!("/{door}"), token).await.status, expected, "{door}");
        }
    }
}

#[tokio::test]
async fn r_40_a_login_says_how_long_its_access_token_is_fresh_and_a_refresh_is_not() {
    let hands = Hands::new();
    let jwt = builder(MemoryStore::default(), &hands).build().unwrap();
    let claims = |token: &str| serde_json::from_str::<Value>(&segment_text(token, 1)).unwrap();
    let minute = Duration::from_secs(60);
    let sub = somebody();
    let opened = [
        (jwt.create_token_pair(&sub).fresh_for(minute), json!(NOW + 60), json!(NOW)),
        (jwt.create_token_pair(&sub).auth_time(at(NOW - 50)).fresh_for(minute), json!(NOW + 10), json!(NOW - 50)),
        (jwt.create_token_pair(&sub).fresh_until(at(NOW + 30)), json!(NOW + 30), json!(NOW)),
        (jwt.create_token_pair(&sub).fresh_for(minute).fresh(true), json!(true), json!(NOW)),
        (jwt.create_token_pair(&sub).fresh_for(minute).fresh(false), json!(false), Value::Null),
    ];
    for (row, (builder, fresh, auth_time)) in opened.into_iter().enumerate() {
        let pair = builder.open().await.unwrap();
        let access = claims(pair.access().as_str());
        assert_eq!((&access["fresh"], &access["auth_time"]), (&fresh, &auth_time), "row {row}");
        // The refresh token keeps the login's time, and what it gives is not fresh.
        let refresh = pair.refresh().as_str();
        assert_eq!((claims(refresh).get("fresh"), &claims(refresh)["auth_time"]), (None, &auth_time), "row {row}");
        let payload = jwt.authenticate::<NoClaims>(refresh, &Policy::refresh()).await.unwrap();
        let renewed = claims(jwt.refresh(&payload).await.unwrap().access().as_str());
        assert_eq!((&renewed["fresh"], &renewed["auth_time"]), (&json!(false), &auth_time), "row {row}");
    }
}

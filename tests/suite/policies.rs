//! What a route demands in place of the configuration, or beyond it: how long ago the login was, whom the token is for, which
//! kind it is, and whether an expired one counts as none (R-38, R-40).

use std::time::Duration;

use axum::Router;
use fastjwt::{
    AnyPayload, ConstPolicy, ErrorKind, FastJwt, NoClaims, Policy, Required, TokenFault, TokenPayload,
    access_token_required, fresh_token_required, refresh_token_required, token_required,
};
use serde_json::{Value, json};

use crate::support::{Answer, NOW, builder, forge_claims, get, get_bearer, good_claims, jwt};

/// A policy at each door: attribute, extractor, layer, and both doors behind the layer.
macro_rules! demands {
    ($($name:ident: #[$attribute:meta] $policy:expr;)*) => { $(
        mod $name {
            use super::*;

            struct Demanded;

            impl ConstPolicy for Demanded {
                const POLICY: Policy = $policy;
            }

            #[$attribute]
            async fn guarded() -> &'static str {
                "in"
            }

            #[$attribute]
            async fn injected(_: TokenPayload) -> &'static str {
                "in"
            }

            pub(super) fn app(jwt: &FastJwt) -> Router {
                let required = async |_: Required<Demanded>| "in";
                Router::new()
                    .route("/layer", axum::routing::get("in"))
                    .route("/layer_and_attribute", axum::routing::get(injected))
                    .route("/layer_and_extractor", axum::routing::get(required))
                    .route_layer(jwt.require(Demanded::POLICY))
                    // A layer with the usual terms verifies first; the policy behind it has the last word.
                    .merge(
                        Router::new()
                            .route("/after_another_layer", axum::routing::get(injected))
                            .route_layer(jwt.require(Policy::any().leeway(Duration::from_secs(300)))),
                    )
                    .route("/attribute_without_payload", axum::routing::get(guarded))
                    .route("/attribute", axum::routing::get(injected))
                    .route("/extractor", axum::routing::get(required))
                    .with_state(jwt.clone())
            }
        }
    )* };
}

demands! {
    recent: #[fresh_token_required(max_age = "5m")] Policy::fresh().max_age(Duration::from_secs(300));
    recent_login: #[access_token_required(max_age = "1h")] Policy::access().max_age(Duration::from_secs(3600));
    recent_grant: #[refresh_token_required(max_age = "1d")] Policy::refresh().max_age(Duration::from_secs(86_400));
    strict_leeway: #[access_token_required(leeway = "0s")] Policy::access().leeway(Duration::ZERO);
    wide_leeway: #[access_token_required(leeway = "5m")] Policy::access().leeway(Duration::from_secs(300));
    billing: #[access_token_required(audience("billing", "invoices"))] Policy::access().audience(&["billing", "invoices"]);
    partner: #[access_token_required(issuer = "https://partner.example.org")] Policy::access().issuer("https://partner.example.org");
    any_kind: #[token_required] Policy::any();
}

const DOORS: [&str; 6] =
    ["attribute", "attribute_without_payload", "extractor", "layer", "layer_and_attribute", "layer_and_extractor"];

/// The answer of every door, which must be one.
async fn ask(app: &Router, token: &str) -> Answer {
    let first = get_bearer(app, "/attribute", token).await;
    for door in DOORS {
        assert_eq!(get_bearer(app, &format!("/{door}"), token).await, first, "{door}");
    }
    first
}

fn token(changes: &Value) -> String {
    let mut claims = good_claims();
    claims.as_object_mut().unwrap().extend(changes.as_object().unwrap().clone());
    forge_claims(&claims)
}

fn to_f64(seconds: u64) -> f64 {
    f64::from(u32::try_from(seconds).unwrap())
}

async fn assert_says(app: &Router, changes: &Value, expected: &str) {
    let answer = ask(app, &token(changes)).await;
    let said = if answer.status.is_success() { "in".to_owned() } else { answer.code() };
    assert_eq!(said, expected, "{changes}");
}

#[tokio::test]
async fn r_40_fresh_enough_is_a_login_that_is_not_long_ago() {
    const STALE: &str = "insufficient_user_authentication";
    let app = recent::app(&jwt());
    let table = [
        (json!({ "fresh": true, "auth_time": NOW }), "in"),
        // The tests' leeway is ten seconds.
        (json!({ "fresh": true, "auth_time": NOW - 310 }), "in"),
        (json!({ "fresh": true, "auth_time": NOW - 311 }), STALE),
        (json!({ "fresh": true, "auth_time": 0 }), STALE),
        (json!({ "fresh": true, "auth_time": NOW + 10 }), "in"),
        (json!({ "fresh": true, "auth_time": NOW + 11 }), STALE),
        // A login ahead of this clock counts by its full second: other clocks have fractions, too.
        (json!({ "fresh": true, "auth_time": to_f64(NOW) + 10.9 }), "in"),
        (json!({ "fresh": true, "auth_time": to_f64(NOW) + 11.1 }), STALE),
        // A token that does not say when does not say that it was lately.
        (json!({ "fresh": true }), STALE),
        // A token that was refreshed is never fresh.
        (json!({ "fresh": false, "auth_time": NOW }), STALE),
        (json!({ "auth_time": NOW }), STALE),
        (json!({ "type": "refresh", "fresh": true, "auth_time": NOW }), "invalid_token"),
        (json!({ "fresh": true, "auth_time": "now" }), "invalid_token"),
    ];
    for (changes, expected) in table {
        assert_says(&app, &changes, expected).await;
    }
    let answer = ask(&app, &token(&json!({ "fresh": true, "auth_time": NOW - 900 }))).await;
    let challenge = r#"Bearer realm="api", error="insufficient_user_authentication", error_description="A fresh token is required", max_age="300""#;
    assert_eq!((answer.status.as_u16(), answer.challenge()), (401, Some(challenge)));
    // Of a token that was refreshed, too.
    let refreshed = ask(&app, &token(&json!({ "fresh": false, "auth_time": NOW }))).await;
    assert_eq!(refreshed, answer);
}

#[tokio::test]
async fn r_40_without_fresh_the_login_counts_and_not_the_token() {
    for (app, kind) in [(recent_login::app(&jwt()), "access"), (recent_grant::app(&jwt()), "refresh")] {
        assert_says(&app, &json!({ "type": kind, "auth_time": NOW - 3600 }), "in").await;
        assert_says(&app, &json!({ "type": kind, "auth_time": NOW - 86_411 }), "insufficient_user_authentication")
            .await;
        assert_says(&app, &json!({ "type": kind }), "insufficient_user_authentication").await;
    }
}

#[test]
fn r_40_what_was_demanded_is_told() {
    let policy = Policy::fresh().max_age(Duration::from_secs(60));
    let error = jwt().verify::<NoClaims>(&token(&json!({})), &policy).unwrap_err();
    assert_eq!(error.kind(), &ErrorKind::Token(TokenFault::NotFresh { max_age: Duration::from_secs(60) }));
    assert_eq!(error.to_string(), "the token is not fresh: the subject must have proved who they are within 60s");
}

#[tokio::test]
async fn a_login_makes_a_token_that_is_fresh_enough_and_ages() {
    let now = std::sync::Arc::new(std::sync::atomic::AtomicU64::new(NOW));
    let clock = now.clone();
    let jwt =
        builder().clock(move || crate::support::at(clock.load(std::sync::atomic::Ordering::SeqCst))).build().unwrap();
    let token = jwt.create_access_token("USER_ID").fresh().sign().unwrap();
    let app = recent::app(&jwt);
    assert_eq!(ask(&app, token.as_str()).await.status.as_u16(), 200);
    now.store(NOW + 310, std::sync::atomic::Ordering::SeqCst);
    assert_eq!(ask(&app, token.as_str()).await.status.as_u16(), 200);
    now.store(NOW + 311, std::sync::atomic::Ordering::SeqCst);
    assert_eq!(ask(&app, token.as_str()).await.code(), "insufficient_user_authentication");
}

#[tokio::test]
async fn a_routes_leeway_is_its_own_also_behind_a_door_with_another() {
    let jwt = jwt();
    let (strict, wide) = (strict_leeway::app(&jwt), wide_leeway::app(&jwt));
    let in_leeway = json!({ "exp": NOW - 5 });
    let long_over = json!({ "exp": NOW - 299 });
    assert_says(&strict, &in_leeway, "token_expired").await;
    assert_says(&strict, &json!({ "exp": NOW }), "token_expired").await;
    assert_says(&strict, &json!({ "exp": NOW + 1 }), "in").await;
    assert_says(&strict, &json!({ "nbf": NOW + 1 }), "invalid_token").await;
    assert_says(&wide, &in_leeway, "in").await;
    assert_says(&wide, &long_over, "in").await;
    assert_says(&wide, &json!({ "exp": NOW - 300 }), "token_expired").await;
    assert_says(&wide, &json!({ "iat": NOW + 300, "exp": NOW + 900 }), "in").await;
    assert_says(&wide, &json!({ "iat": NOW + 301, "exp": NOW + 900 }), "invalid_token").await;
    // The layer in front takes what this route must not.
    assert_eq!(get_bearer(&strict, "/after_another_layer", &token(&in_leeway)).await.code(), "token_expired");
    assert_eq!(get_bearer(&strict, "/after_another_layer", &token(&json!({}))).await.body, "in");
    assert_eq!(get_bearer(&wide, "/after_another_layer", &token(&long_over)).await.body, "in");
}

#[test]
fn a_leeway_is_at_most_five_minutes() {
    let policy = Policy::access().leeway(Duration::MAX);
    assert_eq!(policy, Policy::access().leeway(Duration::from_secs(300)));
    assert!(jwt().verify::<NoClaims>(&token(&json!({ "exp": NOW - 300 })), &policy).is_err());
}

#[tokio::test]
async fn a_routes_audience_stands_in_place_of_the_configured_one() {
    for jwt in [jwt(), builder().audience(["orders"]).build().unwrap()] {
        let app = billing::app(&jwt);
        for (audience, expected) in [
            (json!("billing"), "in"),
            (json!("invoices"), "in"),
            (json!(["orders", "invoices"]), "in"),
            (json!("orders"), "invalid_token"),
            (json!("Billing"), "invalid_token"),
            (json!("bill"), "invalid_token"),
            (json!([]), "invalid_token"),
            (json!(["billing", 1]), "invalid_token"),
        ] {
            assert_says(&app, &json!({ "aud": audience }), expected).await;
        }
        assert_says(&app, &json!({}), "invalid_token").await;
    }
    // The layer in front has verified it for another audience.
    let jwt = builder().audience(["orders"]).build().unwrap();
    let app = billing::app(&jwt);
    assert_eq!(
        get_bearer(&app, "/after_another_layer", &token(&json!({ "aud": "orders" }))).await.code(),
        "invalid_token"
    );
    assert_eq!(
        get_bearer(&app, "/after_another_layer", &token(&json!({ "aud": ["orders", "billing"] }))).await.body,
        "in"
    );
}

#[tokio::test]
async fn an_empty_audience_is_fulfilled_by_none() {
    let policy = Policy::access().audience(&[]);
    for changes in [json!({}), json!({ "aud": [] }), json!({ "aud": "orders" })] {
        assert!(jwt().verify::<NoClaims>(&token(&changes), &policy).is_err(), "{changes}");
    }
}

#[tokio::test]
async fn a_routes_issuer_stands_in_place_of_the_configured_one() {
    for jwt in [jwt(), builder().issuer("https://us.example.org").build().unwrap()] {
        let app = partner::app(&jwt);
        assert_says(&app, &json!({ "iss": "https://partner.example.org" }), "in").await;
        assert_says(&app, &json!({ "iss": "https://us.example.org" }), "invalid_token").await;
        assert_says(&app, &json!({ "iss": "https://partner.example.org/" }), "invalid_token").await;
        assert_says(&app, &json!({}), "invalid_token").await;
    }
    let jwt = builder().issuer("https://us.example.org").build().unwrap();
    let ours = token(&json!({ "iss": "https://us.example.org" }));
    assert_eq!(get_bearer(&partner::app(&jwt), "/after_another_layer", &ours).await.code(), "invalid_token");
}

#[tokio::test]
async fn r_38_only_a_route_for_any_kind_takes_both() {
    let app = any_kind::app(&jwt());
    assert_says(&app, &json!({ "type": "access" }), "in").await;
    assert_says(&app, &json!({ "type": "refresh" }), "in").await;
    assert_says(&app, &json!({ "type": "id" }), "invalid_token").await;
    assert_says(&app, &json!({ "type": null }), "invalid_token").await;
    assert_says(&app, &json!({ "exp": NOW - 10 }), "token_expired").await;
    assert_eq!(get(&app, "/attribute", None).await.code(), "missing_token");
    // What one door lets in, another one still refuses.
    assert_eq!(
        get_bearer(
            &recent_login::app(&jwt()),
            "/after_another_layer",
            &token(&json!({ "type": "refresh", "auth_time": NOW }))
        )
        .await
        .code(),
        "invalid_token"
    );

    let app = Router::new()
        .route("/", axum::routing::get(async |payload: AnyPayload| payload.kind.to_string()))
        .route("/layer", axum::routing::get("in").layer(jwt().token_required()))
        .with_state::<()>(jwt());
    assert_eq!(get_bearer(&app, "/", &token(&json!({ "type": "refresh" }))).await.body, "refresh");
    assert_eq!(get_bearer(&app, "/", &token(&json!({}))).await.body, "access");
    assert_eq!(get_bearer(&app, "/layer", &token(&json!({ "type": "refresh" }))).await.body, "in");
    assert_eq!(get(&app, "/layer", None).await.code(), "missing_token");
}

#[access_token_required(optional(expired))]
async fn optional_or_expired(payload: Option<TokenPayload>) -> String {
    payload.map_or_else(|| "nobody".to_owned(), |payload| payload.sub.clone())
}

#[access_token_required(optional)]
async fn optional(payload: Option<TokenPayload>) -> String {
    payload.map_or_else(|| "nobody".to_owned(), |payload| payload.sub.clone())
}

struct OrExpired;

impl ConstPolicy for OrExpired {
    const POLICY: Policy = Policy::access().optional_or_expired();
}

#[tokio::test]
async fn an_expired_token_counts_as_none_only_where_it_is_asked_for() {
    let jwt = jwt();
    let extracted = async |payload: Option<Required<OrExpired>>| {
        payload.map_or_else(|| "nobody".to_owned(), |payload| payload.sub.clone())
    };
    let app = Router::new()
        .route("/layer_and_attribute", axum::routing::get(optional_or_expired))
        .route_layer(jwt.require(Policy::access().optional_or_expired()))
        .route("/attribute", axum::routing::get(optional_or_expired))
        .route("/extractor", axum::routing::get(extracted))
        .route("/optional", axum::routing::get(optional))
        .with_state::<()>(jwt.clone());
    let doors = ["/attribute", "/extractor", "/layer_and_attribute"];
    let expired = token(&json!({ "exp": NOW - 10 }));
    let refused = [
        (crate::support::spoil_signature(&expired), "invalid_token"),
        (crate::support::spoil_signature(&token(&json!({}))), "invalid_token"),
        (token(&json!({ "nbf": NOW + 11 })), "invalid_token"),
        (token(&json!({ "type": "refresh" })), "invalid_token"),
        (token(&json!({ "aud": "others" })), "invalid_token"),
        ("x.y.z".to_owned(), "invalid_token"),
        ("a b".to_owned(), "invalid_request"),
        ("x".repeat(9000), "token_too_large"),
    ];
    for door in doors {
        assert_eq!(get(&app, door, None).await.body, "nobody", "{door}");
        assert_eq!(get_bearer(&app, door, &expired).await.body, "nobody", "{door}");
        assert_eq!(get_bearer(&app, door, &token(&json!({}))).await.body, "USER_ID", "{door}");
        for (token, code) in &refused {
            assert_eq!(get_bearer(&app, door, token).await.code(), *code, "{door} {token}");
        }
    }
    assert_eq!(get_bearer(&app, "/optional", &expired).await.code(), "token_expired");
    assert_eq!(get(&app, "/optional", None).await.body, "nobody");
    // Without an `Option` there is nothing to say that there is none.
    let app = Router::new().route("/", axum::routing::get(async |_: Required<OrExpired>| "in")).with_state::<()>(jwt);
    assert_eq!(get(&app, "/", None).await.code(), "missing_token");
    assert_eq!(get_bearer(&app, "/", &expired).await.code(), "missing_token");
}

#[access_token_required(
    audience("orders", "billing"),
    issuer = "https://a-very-long-name-of-an-issuer.identity.customers.eu-central-1.example.org/tenants/0123456789/",
    leeway = "30s",
    max_age = "12h",
    subject_param = "user_id"
)]
async fn everything() -> &'static str {
    "in"
}

#[tokio::test]
async fn the_first_that_is_wrong_is_the_error() {
    const ISSUER: &str =
        "https://a-very-long-name-of-an-issuer.identity.customers.eu-central-1.example.org/tenants/0123456789/";
    let app = Router::new().route("/{user_id}", axum::routing::get(everything)).with_state::<()>(jwt());
    // Each step mends the first fault of the one before.
    let steps = [
        (
            json!({ "exp": NOW - 30, "iss": "x", "aud": "x", "type": "refresh", "auth_time": 0, "sub": "x" }),
            "token_expired",
        ),
        (json!({ "iss": "x", "aud": "x", "type": "refresh", "auth_time": 0, "sub": "x" }), "invalid_token"),
        (json!({ "iss": ISSUER, "aud": "x", "type": "refresh", "auth_time": 0, "sub": "x" }), "invalid_token"),
        (json!({ "iss": ISSUER, "aud": "billing", "type": "refresh", "auth_time": 0, "sub": "x" }), "invalid_token"),
        (json!({ "iss": ISSUER, "aud": "billing", "auth_time": 0, "sub": "x" }), "insufficient_user_authentication"),
        (json!({ "iss": ISSUER, "aud": "billing", "auth_time": NOW - 43_230, "sub": "x" }), "insufficient_scope"),
    ];
    for (changes, expected) in steps {
        assert_eq!(get_bearer(&app, "/USER_ID", &token(&changes)).await.code(), expected, "{changes}");
    }
    let good = token(&json!({ "iss": ISSUER, "aud": "billing", "auth_time": NOW - 43_230, "exp": NOW - 29 }));
    assert_eq!(get_bearer(&app, "/USER_ID", &good).await.body, "in");
}

//! Tokens in every place, with every method and proof, at every door: the answers are the same, byte for byte, dead cookies included.

use axum::{Router, body::Body, http::Request, routing::any};
use fastjwt::{
    AnyPayload, ConstPolicy, Error, FastJwt, FreshPayload, Location, Locations, Policy, RefreshPayload, Required,
    TokenPayload, access_token_required, fresh_token_required, refresh_token_required,
};
use serde_json::{Value, json};

use crate::{
    locations::{Carrier, EVERYWHERE},
    support::{Answer, builder, forge_claims, good_claims, send, spoil_signature},
};

pub const CSRF: &str = "Zq7pLw9xRtVb3nMk8sYc2d";

/// A module a demand: the attribute, with a payload and without, the extractor, and the policy of the layer.
macro_rules! demands {
    ($($demand:ident: #[$attribute:meta] $payload:ty, $extractor:ty, $policy:expr;)*) => {
        $(
            mod $demand {
                use super::*;

                pub(super) struct Demanded;

                impl ConstPolicy for Demanded {
                    const POLICY: Policy = $policy;
                }

                #[$attribute]
                async fn injected(_: $payload) -> &'static str {
                    "in"
                }

                pub(super) fn app(jwt: &FastJwt) -> Router<FastJwt> {
                    let extractor = any(async |_: $extractor| "in");
                    Router::new()
                        .route("/layer", any("in"))
                        .route("/layer_and_extractor", extractor.clone())
                        .route("/layer_and_attribute", any(injected))
                        .route_layer(jwt.require(Demanded::POLICY))
                        .route("/attribute", any(injected))
                        .route("/extractor", extractor)
                }
            }
        )*

        pub const DEMANDS: &[&str] = &[$(stringify!($demand)),*];

        /// Every demand at `/demand/door`.
        pub fn app(jwt: &FastJwt) -> Router {
            Router::new()
                $(.nest(concat!("/", stringify!($demand)), $demand::app(jwt)))*
                .route("/access/without_payload", any(access_only))
                .route("/refresh/without_payload", any(refresh_only))
                .route("/unproven/without_payload", any(unproven_only))
                .layer(jwt.body_tokens())
                .with_state(jwt.clone())
        }
    };
}

demands! {
    access: #[access_token_required] TokenPayload, TokenPayload, Policy::access();
    fresh: #[fresh_token_required] TokenPayload, FreshPayload, Policy::fresh();
    refresh: #[refresh_token_required] TokenPayload, RefreshPayload, Policy::refresh();
    optional: #[access_token_required(optional)] Option<TokenPayload>, Option<TokenPayload>, Policy::access().optional();
    unproven: #[access_token_required(csrf = false)] TokenPayload, Required<Demanded>, Policy::access().csrf(false);
    in_headers: #[access_token_required(locations(headers))]
        TokenPayload, Required<Demanded>, Policy::access().locations(Locations::HEADERS);
    in_cookies: #[access_token_required(locations(cookies), csrf = false)]
        TokenPayload, Required<Demanded>, Policy::access().locations(Locations::COOKIES).csrf(false);
    in_json: #[access_token_required(locations(json))]
        TokenPayload, Required<Demanded>, Policy::access().locations(Locations::JSON);
    in_query: #[access_token_required(locations(query))]
        TokenPayload, Required<Demanded>, Policy::access().locations(Locations::QUERY);
    in_websocket: #[access_token_required(locations(websocket))]
        TokenPayload, Required<Demanded>, Policy::access().locations(Locations::WEBSOCKET);
    in_some: #[access_token_required(optional, locations(query, cookies, json))]
        Option<TokenPayload>,
        Option<Required<Demanded>>,
        Policy::access().optional().locations(Locations::COOKIES.and(Locations::JSON).and(Locations::QUERY));
}

#[access_token_required]
async fn access_only() -> &'static str {
    "in"
}

#[refresh_token_required]
async fn refresh_only() -> &'static str {
    "in"
}

#[access_token_required(csrf = false)]
async fn unproven_only() -> &'static str {
    "in"
}

/// The doors of a demand, the first of which the others are compared with.
pub fn doors(demand: &str) -> &'static [&'static str] {
    match demand {
        "access" | "refresh" | "unproven" => {
            &["attribute", "extractor", "layer", "layer_and_extractor", "layer_and_attribute", "without_payload"]
        }
        _ => &["attribute", "extractor", "layer", "layer_and_extractor", "layer_and_attribute"],
    }
}

fn token(changes: &Value) -> String {
    let mut claims = good_claims();
    claims["csrf"] = json!(CSRF);
    claims.as_object_mut().unwrap().extend(changes.as_object().unwrap().clone());
    forge_claims(&claims)
}

pub fn tokens() -> Vec<(&'static str, String)> {
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
pub type Circumstance = (&'static str, &'static str, Vec<(&'static str, &'static str)>);

pub fn circumstances() -> Vec<Circumstance> {
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

pub async fn ask(app: &Router, method: &str, path: &str, carrier: &Carrier) -> Answer {
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
    for &demand in DEMANDS {
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
                    for door in doors(demand) {
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

#[tokio::test]
async fn a_route_without_csrf_still_refuses_what_another_sites_page_sends() {
    let jwt = builder().locations(EVERYWHERE).build().unwrap();
    let app = app(&jwt);
    let cookie = Carrier::default().with("access", Location::Cookie, &token(&json!({})));
    let with = |name: &str, value: &str| {
        let mut carrier = cookie.clone();
        carrier.headers.push((name.into(), value.into()));
        carrier
    };
    for demand in ["unproven", "in_cookies"] {
        for door in doors(demand) {
            let path = format!("/{demand}/{door}");
            assert_eq!(ask(&app, "POST", &path, &cookie).await.body, "in", "{path}");
            // A wrong proof is none, and none is asked for.
            assert_eq!(ask(&app, "POST", &path, &with("x-csrf-token", "wrong")).await.body, "in", "{path}");
            for sent in [with("sec-fetch-site", "cross-site"), with("origin", "https://other.example")] {
                let answer = ask(&app, "POST", &path, &sent).await;
                assert_eq!((answer.status.as_u16(), answer.code().as_str()), (403, "csrf_failed"), "{path}");
            }
        }
    }
    assert_eq!(ask(&app, "POST", "/access/attribute", &cookie).await.code(), "csrf_failed");
}

/// What a door demands, it demands of the token with whose claims the handler runs.
#[tokio::test]
async fn r_100_no_handler_runs_with_another_token_than_the_one_that_its_door_has_judged() {
    #[fresh_token_required(locations(cookies))]
    async fn attribute(payload: FreshPayload) -> String {
        payload.sub.clone()
    }

    #[fresh_token_required(locations(cookies))]
    async fn plain(payload: Option<Required<Plain>>) -> String {
        payload.map_or_else(String::new, |payload| payload.sub.clone())
    }

    struct Plain;
    impl ConstPolicy for Plain {
        const POLICY: Policy = Policy::access().locations(Locations::HEADERS);
    }

    struct RefreshCookie;
    impl ConstPolicy for RefreshCookie {
        const POLICY: Policy = Policy::refresh().locations(Locations::COOKIES);
    }

    let jwt = builder().locations(EVERYWHERE).build().unwrap();
    let guarded = |locations| {
        let guard = jwt.require(Policy::fresh().locations(locations));
        Router::new().route("/", any(async |payload: TokenPayload| payload.sub.clone())).route_layer(guard)
    };
    let refresh = any(async |_: RefreshPayload| "refreshed");
    let between = any(async |_: Required<RefreshCookie>, payload: TokenPayload| payload.sub.clone());
    let tolerated = any(async |_: Result<RefreshPayload, Error>, payload: TokenPayload| payload.sub.clone());
    let fresh = || jwt.require(Policy::fresh().locations(Locations::COOKIES));
    let of_any_kind = jwt.require(Policy::any().locations(Locations::COOKIES));
    let app = Router::new()
        .nest("/cookies", guarded(Locations::COOKIES))
        .nest("/query", guarded(Locations::QUERY))
        .nest("/json", guarded(Locations::JSON))
        .route("/attribute", any(attribute))
        .route("/plain", any(plain))
        .route("/refresh", refresh.layer(fresh()))
        .route("/between", between.layer(fresh()))
        .route("/tolerated", tolerated.layer(fresh()))
        .route("/any", any(async |payload: AnyPayload| payload.sub.clone()).layer(of_any_kind))
        .layer(jwt.body_tokens())
        .with_state(jwt.clone());
    let judged = token(&json!({ "sub": "JUDGED", "fresh": true }));
    let others = token(&json!({ "sub": "OTHER", "fresh": false }));
    for (path, place) in [
        ("/cookies", Location::Cookie),
        ("/query", Location::Query),
        ("/json", Location::Json),
        ("/attribute", Location::Cookie),
        ("/plain", Location::Cookie),
    ] {
        let carrier = Carrier::default().with("access", place, &judged);
        let with = |token: &str| carrier.clone().with("access", Location::Header, token);
        let answer = ask(&app, "GET", path, &with(&others)).await;
        assert_eq!((answer.status.as_u16(), answer.code().as_str()), (400, "invalid_request"), "{path}");
        // The same one in two places is the one that was judged; in two explicit ones, it is refused as ever.
        let is_explicit = place == Location::Query;
        let answer = ask(&app, "GET", path, &with(&judged)).await;
        assert_eq!(answer.status, if is_explicit { 400 } else { 200 }, "{path}: {}", answer.body);
        assert!(is_explicit || answer.body == "JUDGED", "{path}: {}", answer.body);
    }
    // Neither where a door in between has found a token of the other kind, or has refused the second one and the handler went on.
    let refresh_token = token(&json!({ "sub": "JUDGED", "type": "refresh" }));
    let carrier = Carrier::default().with("access", Location::Cookie, &judged);
    let carrier = carrier.with("refresh", Location::Cookie, &refresh_token).with("access", Location::Header, &others);
    for path in ["/between", "/tolerated"] {
        assert_eq!(ask(&app, "GET", path, &carrier).await.code(), "invalid_request", "{path}");
    }
    // Of two refresh tokens, a guard of any kind has judged one.
    let second = token(&json!({ "sub": "OTHER", "type": "refresh" }));
    let carrier = Carrier::default().with("refresh", Location::Cookie, &refresh_token);
    let carrier = carrier.with("refresh", Location::Header, &second);
    assert_eq!(ask(&app, "GET", "/any", &carrier).await.code(), "invalid_request");
    // Of another kind it is another matter: the access token lets in, and the refresh token is spent.
    let refresh = token(&json!({ "sub": "JUDGED", "type": "refresh" }));
    let carrier =
        Carrier::default().with("access", Location::Cookie, &judged).with("refresh", Location::Header, &refresh);
    assert_eq!(ask(&app, "GET", "/refresh", &carrier).await.body, "refreshed");
}

#[tokio::test]
async fn a_route_looks_only_where_its_argument_says_also_behind_a_door_that_looks_elsewhere() {
    let jwt = builder().locations(EVERYWHERE).build().unwrap();
    let alone = app(&jwt);
    let behind = Router::new().merge(app(&jwt)).layer(jwt.access_token_required()).layer(jwt.body_tokens());
    let own = [
        ("in_headers", Location::Header),
        ("in_cookies", Location::Cookie),
        ("in_json", Location::Json),
        ("in_query", Location::Query),
        ("in_websocket", Location::WebSocket),
    ];
    for app in [alone, behind] {
        for (demand, place) in own {
            for (_, other) in own {
                let carrier = Carrier::default().with("access", other, &token(&json!({})));
                for door in doors(demand) {
                    let answer = ask(&app, "GET", &format!("/{demand}/{door}"), &carrier).await;
                    let said = if answer.status == 200 { answer.body.clone() } else { answer.code() };
                    let expected = if other == place { "in" } else { "missing_token" };
                    assert_eq!(said, expected, "{other:?} at {demand}/{door}");
                }
            }
        }
    }
}

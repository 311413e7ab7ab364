//! Every kind of request through every door: attribute, extractor and layer give the same answer, byte for byte (R-38, R-42 to R-46).

use axum::{
    Router,
    body::Body,
    http::{HeaderValue, Method, Request, StatusCode},
    routing::get,
};
use fastjwt::{
    AnyPayload, ConstPolicy, FastJwt, FreshPayload, Policy, RefreshPayload, Required, TokenPayload,
    access_token_required, fresh_token_required, jwt_claims, refresh_token_required, scopes, token_required,
};
use serde_json::{Value, json};

use crate::support::{Answer, NOW, builder, forge, forge_text, good_header, send, spoil_signature};

#[jwt_claims]
struct Profile {
    age: u8,
}

/// A module a demand, with a handler a door that it can be made at.
macro_rules! doors {
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

doors! {
    access: #[access_token_required] TokenPayload;
    fresh: #[fresh_token_required] TokenPayload;
    refresh: #[refresh_token_required] TokenPayload;
    subject: #[access_token_required(subject_param = "user_id")] TokenPayload;
    optional: #[access_token_required(optional)] Option<TokenPayload>;
    typed: #[access_token_required] TokenPayload<Profile>;
    missing_route_parameter: #[access_token_required(subject_param = "nowhere")] TokenPayload;
    scoped: #[access_token_required(scopes("orders:read", any("admin", "support")))] TokenPayload;
    recent: #[fresh_token_required(max_age = "5m", scopes(any("orders:read", "admin")))] TokenPayload;
    any: #[token_required] TokenPayload;
}

/// The policies of extractors.
struct Scoped;
struct Recent;

impl ConstPolicy for Scoped {
    const POLICY: Policy = Policy::access().scopes(scopes!("orders:read", any("admin", "support")));
}

impl ConstPolicy for Recent {
    const POLICY: Policy =
        Policy::fresh().max_age(std::time::Duration::from_secs(300)).scopes(scopes!(any("orders:read", "admin")));
}

#[access_token_required]
async fn access_only() -> &'static str {
    "in"
}

#[fresh_token_required]
async fn fresh_only() -> &'static str {
    "in"
}

#[refresh_token_required]
async fn refresh_only() -> &'static str {
    "in"
}

#[access_token_required(scopes("orders:read", any("admin", "support")))]
async fn scoped_only() -> &'static str {
    "in"
}

#[fresh_token_required(max_age = "5m", scopes(any("orders:read", "admin")))]
async fn recent_only() -> &'static str {
    "in"
}

#[token_required]
async fn any_only() -> &'static str {
    "in"
}

#[access_token_required(subject_param = "user_id")]
async fn subject_only() -> &'static str {
    "in"
}

type Extracted<T> = fn(T) -> std::future::Ready<&'static str>;

/// A handler that takes `T` and nothing else.
fn extractor<T>() -> Extracted<T> {
    |_| std::future::ready("in")
}

pub const DEMANDS: [&str; 10] = [
    "access",
    "fresh",
    "refresh",
    "subject",
    "optional",
    "typed",
    "missing_route_parameter",
    "scoped",
    "recent",
    "any",
];

/// Every demand at `/demand/{user_id}/door`.
pub fn app(jwt: &FastJwt) -> Router {
    let layered = |policy: Policy| move |router: Router<FastJwt>| router.route_layer(jwt.require(policy));
    let (access, fresh, refresh) = (Policy::access(), Policy::fresh(), Policy::refresh());
    let subject = access.subject_param("user_id");
    let demand = |name: &str, router: Router<FastJwt>| Router::new().nest(&format!("/{name}/{{user_id}}"), router);
    let one =
        |door: &str, handler: axum::routing::MethodRouter<FastJwt>| Router::new().route(&format!("/{door}"), handler);
    // Behind a layer the extractor and the attribute meet what it has verified.
    let behind = |policy: Policy,
                  extractor: axum::routing::MethodRouter<FastJwt>,
                  attribute: axum::routing::MethodRouter<FastJwt>| {
        let open: Router<FastJwt> = Router::new().route("/layer", get("in"));
        let inner = open.route("/layer_and_extractor", extractor).route("/layer_and_attribute", attribute);
        layered(policy)(inner)
    };
    Router::new()
        .merge(demand(
            "access",
            behind(access, get(extractor::<TokenPayload>()), get(access::injected))
                .merge(one("attribute", get(access::injected)))
                .merge(one("attribute_without_payload", get(access_only)))
                .merge(one("extractor", get(extractor::<TokenPayload>())))
                .merge(one("two_extractors", get(async |_: TokenPayload, _: TokenPayload| "in"))),
        ))
        .merge(demand(
            "fresh",
            behind(fresh, get(extractor::<FreshPayload>()), get(fresh::injected))
                .merge(layered(access)(one("access_layer_and_extractor", get(extractor::<FreshPayload>()))))
                .merge(one("attribute", get(fresh::injected)))
                .merge(one("attribute_without_payload", get(fresh_only)))
                .merge(one("extractor", get(extractor::<FreshPayload>()))),
        ))
        .merge(demand(
            "refresh",
            behind(refresh, get(extractor::<RefreshPayload>()), get(refresh::injected))
                .merge(one("attribute", get(refresh::injected)))
                .merge(one("attribute_without_payload", get(refresh_only)))
                .merge(one("extractor", get(extractor::<RefreshPayload>()))),
        ))
        .merge(demand(
            "subject",
            behind(subject, get(extractor::<TokenPayload>()), get(subject::injected))
                .merge(one("attribute", get(subject::injected)))
                .merge(one("attribute_without_payload", get(subject_only))),
        ))
        .merge(demand(
            "optional",
            behind(access.optional(), get(extractor::<Option<TokenPayload>>()), get(optional::injected))
                .merge(one("attribute", get(optional::injected)))
                .merge(one("extractor", get(extractor::<Option<TokenPayload>>()))),
        ))
        .merge(demand(
            "typed",
            layered(access)(one("layer_and_extractor", get(extractor::<TokenPayload<Profile>>())))
                .merge(layered(access)(one("layer_and_attribute", get(typed::injected))))
                .merge(one("attribute", get(typed::injected)))
                .merge(one("extractor", get(extractor::<TokenPayload<Profile>>()))),
        ))
        .merge(demand(
            "missing_route_parameter",
            layered(access.subject_param("nowhere"))(one("layer", get("in")))
                .merge(one("attribute", get(missing_route_parameter::injected))),
        ))
        .merge(demand(
            "scoped",
            behind(Scoped::POLICY, get(extractor::<Required<Scoped>>()), get(scoped::injected))
                .merge(layered(access)(one("access_layer_and_extractor", get(extractor::<Required<Scoped>>()))))
                .merge(one("attribute", get(scoped::injected)))
                .merge(one("attribute_without_payload", get(scoped_only)))
                .merge(one("extractor", get(extractor::<Required<Scoped>>()))),
        ))
        .merge(demand(
            "recent",
            behind(Recent::POLICY, get(extractor::<Required<Recent>>()), get(recent::injected))
                .merge(one("attribute", get(recent::injected)))
                .merge(one("attribute_without_payload", get(recent_only)))
                .merge(one("extractor", get(extractor::<Required<Recent>>()))),
        ))
        .merge(demand(
            "any",
            behind(Policy::any(), get(extractor::<AnyPayload>()), get(any::injected))
                .merge(one("attribute", get(any::injected)))
                .merge(one("attribute_without_payload", get(any_only)))
                .merge(one("extractor", get(extractor::<AnyPayload>()))),
        ))
        .with_state(jwt.clone())
}

/// The doors of a demand, the first of which the others are compared with.
pub fn doors(demand: &str) -> &'static [&'static str] {
    match demand {
        "access" => &[
            "attribute",
            "attribute_without_payload",
            "extractor",
            "two_extractors",
            "layer",
            "layer_and_extractor",
            "layer_and_attribute",
        ],
        "fresh" | "scoped" => &[
            "attribute",
            "attribute_without_payload",
            "extractor",
            "layer",
            "layer_and_extractor",
            "layer_and_attribute",
            "access_layer_and_extractor",
        ],
        "refresh" | "recent" | "any" => &[
            "attribute",
            "attribute_without_payload",
            "extractor",
            "layer",
            "layer_and_extractor",
            "layer_and_attribute",
        ],
        "subject" => &["attribute", "attribute_without_payload", "layer", "layer_and_extractor", "layer_and_attribute"],
        "optional" => &["attribute", "extractor", "layer", "layer_and_extractor", "layer_and_attribute"],
        "typed" => &["attribute", "extractor", "layer_and_extractor", "layer_and_attribute"],
        _ => &["attribute", "layer"],
    }
}

/// What a kind of request is answered, demand by demand in the order of [`DEMANDS`]: a code, or "in".
pub type Codes = [&'static str; 10];

/// The same whatever is demanded.
const fn always(code: &'static str) -> Codes {
    [code; 10]
}

fn claims(changes: &Value) -> Value {
    let mut claims = json!({ "sub": "USER_ID", "exp": NOW + 900, "iat": NOW, "type": "access", "iss": "us", "aud": "api", "age": 22 });
    claims.as_object_mut().unwrap().extend(changes.as_object().unwrap().clone());
    claims
}

fn token(changes: &Value) -> String {
    forge(&good_header(), &claims(changes))
}

/// The kinds of requests: a name, the values of `Authorization`, the codes.
pub fn requests() -> Vec<(&'static str, Vec<Vec<u8>>, Codes)> {
    let mut missing = always("missing_token");
    missing[4] = "in";
    let mut refresh = always("invalid_token");
    (refresh[2], refresh[9]) = ("in", "in");
    let bad = always("invalid_request");
    let invalid = always("invalid_token");
    let stale = "insufficient_user_authentication";
    let bearer = |token: &str| vec![format!("Bearer {token}").into_bytes()];
    let unscoped = "insufficient_scope";
    let good = ["in", stale, "invalid_token", "in", "in", "in", "internal", unscoped, stale, "in"];
    let fresh = ["in", "in", "invalid_token", "in", "in", "in", "internal", unscoped, stale, "in"];
    let with = |base: Codes, scoped, recent| {
        let mut codes = base;
        (codes[7], codes[8]) = (scoped, recent);
        codes
    };
    let now = json!({ "fresh": true, "auth_time": NOW });
    let and = |base: &Value, scopes: &[&str]| {
        let mut changes = base.clone();
        changes["scopes"] = json!(scopes);
        bearer(&token(&changes))
    };
    let raw = |value: &[u8]| vec![value.to_vec()];
    let plain = token(&json!({}));
    let unsigned = |alg: &str| forge(&json!({ "alg": alg }), &claims(&json!({})));
    let segments: Vec<&str> = plain.split('.').collect();
    let text = |payload: &str| forge_text(good_header().to_string(), payload);
    let mut spoiled_fit = fresh;
    spoiled_fit[5] = "invalid_token";
    let mut other_subject = good;
    other_subject[3] = "insufficient_scope";
    vec![
        ("none", vec![], missing),
        ("empty", raw(b""), missing),
        ("another scheme", raw(b"Basic dTpw"), missing),
        ("a scheme alone", raw(b"Negotiate"), missing),
        ("a longer scheme", raw(b"Bearer2 x"), missing),
        ("a bare token", raw(plain.as_bytes()), missing),
        ("the scheme alone", raw(b"Bearer"), bad),
        ("nothing after the scheme", raw(b"Bearer "), bad),
        ("a tab", vec![format!("Bearer\t{plain}").into_bytes()], bad),
        ("a comma", bearer(&format!("{plain},{plain}")), bad),
        ("two words", bearer(&format!("{plain} x")), bad),
        ("quotes", bearer(&format!("\"{plain}\"")), bad),
        ("not ASCII", bearer("\u{e9}"), bad),
        ("not UTF-8", raw(b"Bearer \xff"), bad),
        ("two headers", [bearer(&plain), bearer(&plain)].concat(), bad),
        ("two headers, one of another scheme", [raw(b"Basic dTpw"), bearer(&plain)].concat(), bad),
        ("two headers of another scheme", [raw(b"Basic a"), raw(b"Digest b")].concat(), bad),
        ("garbage", bearer("garbage"), invalid),
        ("padding", bearer(&format!("{plain}=")), invalid),
        ("two segments", bearer(&segments[..2].join(".")), invalid),
        ("four segments", bearer(&format!("{plain}.x")), invalid),
        ("an empty signature", bearer(&format!("{}.{}.", segments[0], segments[1])), invalid),
        ("alg none", bearer(&unsigned("none")), invalid),
        ("another algorithm", bearer(&unsigned("HS384")), invalid),
        ("another key", bearer(&forge(&json!({ "alg": "HS256", "kid": "other" }), &claims(&json!({})))), invalid),
        ("crit", bearer(&forge(&json!({ "alg": "HS256", "crit": ["x"], "x": 1 }), &claims(&json!({})))), invalid),
        ("another typ", bearer(&forge(&json!({ "alg": "HS256", "typ": "logout+jwt" }), &claims(&json!({})))), invalid),
        ("a bad signature", bearer(&spoil_signature(&plain)), invalid),
        ("expired, with a bad signature", bearer(&spoil_signature(&token(&json!({ "exp": 1 })))), invalid),
        ("a list as payload", bearer(&text("[]")), invalid),
        ("a claim twice", bearer(&text(r#"{"sub":"a","sub":"a"}"#)), invalid),
        ("no subject", bearer(&token(&json!({ "sub": "" }))), invalid),
        ("no end", bearer(&text(r#"{"sub":"a","type":"access","iss":"us","aud":"api","age":1}"#)), invalid),
        ("expired", bearer(&token(&json!({ "exp": NOW - 10 }))), always("token_expired")),
        (
            "an expired refresh token",
            bearer(&token(&json!({ "exp": NOW - 10, "type": "refresh" }))),
            always("token_expired"),
        ),
        (
            "expired, of another issuer",
            bearer(&token(&json!({ "exp": NOW - 10, "iss": "them" }))),
            always("token_expired"),
        ),
        ("not yet valid", bearer(&token(&json!({ "nbf": NOW + 11 }))), invalid),
        ("issued in the future", bearer(&token(&json!({ "iat": NOW + 11 }))), invalid),
        ("another issuer", bearer(&token(&json!({ "iss": "them" }))), invalid),
        ("another audience", bearer(&token(&json!({ "aud": "them" }))), invalid),
        ("no audience", bearer(&token(&json!({ "aud": [] }))), invalid),
        ("another realm", bearer(&token(&json!({ "realm": "staff" }))), invalid),
        ("an unknown kind", bearer(&token(&json!({ "type": "id" }))), invalid),
        ("a refresh token", bearer(&token(&json!({ "type": "refresh" }))), refresh),
        (
            "a refresh token that says it is fresh",
            bearer(&token(&json!({ "type": "refresh", "fresh": true }))),
            refresh,
        ),
        ("extra claims that don't fit", bearer(&token(&json!({ "fresh": true, "age": "old" }))), spoiled_fit),
        ("too large", bearer(&"x".repeat(8193)), always("token_too_large")),
        ("another subject", bearer(&token(&json!({ "sub": "user_id" }))), other_subject),
        ("good", bearer(&plain), good),
        ("good, in another case", raw(format!("bEARER   {plain}").as_bytes()), good),
        ("good, not fresh", bearer(&token(&json!({ "fresh": false }))), good),
        ("good and fresh", bearer(&token(&json!({ "fresh": true }))), fresh),
        ("good, and fresh for some time yet", bearer(&token(&json!({ "fresh": NOW - 9 }))), fresh),
        ("good, and fresh no longer", bearer(&token(&json!({ "fresh": NOW - 10 }))), good),
        ("fresh at some time", bearer(&token(&json!({ "fresh": "soon" }))), invalid),
        ("one scope of two", and(&json!({}), &["orders:read"]), with(good, unscoped, stale)),
        ("the other scope of two", and(&json!({}), &["support"]), with(good, unscoped, stale)),
        ("both scopes", and(&json!({}), &["support", "orders:read"]), with(good, "in", stale)),
        ("a scope in another case", and(&json!({}), &["Orders:read", "admin"]), with(good, unscoped, stale)),
        ("a wildcard", and(&json!({}), &["orders:*", "admin"]), with(good, unscoped, stale)),
        ("a login just now", bearer(&token(&now)), with(fresh, unscoped, unscoped)),
        ("a login just now, and a scope", and(&now, &["admin"]), with(fresh, unscoped, "in")),
        (
            "a login long ago",
            and(&json!({ "fresh": true, "auth_time": NOW - 311 }), &["admin"]),
            with(fresh, unscoped, stale),
        ),
        (
            "a login just now, fresh no longer",
            and(&json!({ "fresh": NOW - 10, "auth_time": NOW }), &["admin"]),
            with(good, unscoped, stale),
        ),
        (
            "a login long ago, fresh for some time yet",
            and(&json!({ "fresh": NOW + 1, "auth_time": NOW - 311 }), &["admin"]),
            with(fresh, unscoped, stale),
        ),
        (
            "a login just now, refreshed since",
            and(&json!({ "auth_time": NOW }), &["admin"]),
            with(good, unscoped, stale),
        ),
    ]
}

pub async fn ask(app: &Router, method: Method, path: String, values: &[Vec<u8>]) -> Answer {
    let mut request = Request::builder().method(method).uri(path);
    for value in values {
        request = request.header("authorization", HeaderValue::from_bytes(value).unwrap());
    }
    send(app, request.body(Body::empty()).unwrap()).await
}

fn code(answer: &Answer) -> String {
    if answer.status == StatusCode::OK { answer.body.clone() } else { answer.code() }
}

#[tokio::test]
async fn every_request_is_answered_alike_by_every_door() {
    let jwt = builder().issuer("us").audience(["api"]).build().unwrap();
    let app = app(&jwt);
    let app = Router::new().nest("/outer/{org}", app.clone()).merge(app);
    for (name, values, codes) in requests() {
        for (demand, expected) in DEMANDS.into_iter().zip(codes) {
            let mut first: Option<(Answer, Answer)> = None;
            for prefix in ["", "/outer/org"] {
                for door in doors(demand) {
                    let path = || format!("{prefix}/{demand}/USER_ID/{door}");
                    let answer = ask(&app, Method::GET, path(), &values).await;
                    assert_eq!(code(&answer), expected, "{name} at {}", path());
                    let head = ask(&app, Method::HEAD, path(), &values).await;
                    assert_eq!(
                        (head.status, &head.headers, head.body.as_str()),
                        (answer.status, &answer.headers, ""),
                        "{name} at {}",
                        path()
                    );
                    let (get, of_head) = first.get_or_insert_with(|| (answer.clone(), head.clone()));
                    // Status, every header and the body.
                    assert_eq!((&answer, &head), (&*get, &*of_head), "{name} at {}", path());
                }
            }
        }
    }
}

//! A token from a cookie proves its csrf value where something may change: the whole matrix, and each way to prove it.

use std::sync::{Arc, Mutex};

use axum::{Router, body::Body, http::Request, routing::any};
use fastjwt::{
    Builder, Entropy, FastJwt, Location as Place, Locations, NoClaims, OutOfEntropy, Policy, TokenKind, TokenPayload,
    access_token_required, refresh_token_required,
};
use serde_json::json;

use crate::{
    locations::{Carrier, EVERYWHERE},
    support::{Answer, ask, builder, encode, forge_claims, good_claims, send},
};

const CSRF: &str = "Zq7pLw9xRtVb3nMk8sYc2d";
const ANOTHER: &str = "aaaaaaaaaaaaaaaaaaaaaa";

fn claims(kind: &str) -> serde_json::Value {
    let mut claims = good_claims();
    (claims["type"], claims["csrf"]) = (json!(kind), json!(CSRF));
    claims
}

fn token(kind: &str) -> String {
    forge_claims(&claims(kind))
}

#[access_token_required]
async fn access() -> &'static str {
    "in"
}

#[refresh_token_required]
async fn refresh() -> &'static str {
    "in"
}

fn app(jwt: &FastJwt) -> Router {
    let layered = |path: &str, policy: Policy| Router::new().route(path, any("in")).route_layer(jwt.require(policy));
    Router::new()
        .route("/access", any(access))
        .route("/refresh", any(refresh))
        .route("/extractor", any(async |_: TokenPayload| "in"))
        .merge(layered("/layer", Policy::access()))
        .merge(layered("/open", Policy::access().csrf(false)))
        .merge(layered("/optional", Policy::access().optional()))
        .layer(jwt.body_tokens())
        .with_state(jwt.clone())
}

fn cookies() -> Builder {
    builder().locations(Locations::COOKIES)
}

fn cookie(kind: &str) -> String {
    format!("__Host-{kind}_token={}", token(kind))
}

/// What a request says of the csrf value, in the order of the matrix.
const STATES: [&str; 10] =
    ["right", "missing", "empty", "short", "long", "wrong", "another", "cookie", "twice", "no_claim"];

/// The status of every cell: a place, a method (`UPGRADE` is the GET that opens a WebSocket), and a status a state.
#[rustfmt::skip]
const MATRIX: [(Place, &str, [u16; 10]); 55] = [
    (Place::Header, "GET",     [200, 200, 200, 200, 200, 200, 200, 200, 200, 200]),
    (Place::Header, "HEAD",    [200, 200, 200, 200, 200, 200, 200, 200, 200, 200]),
    (Place::Header, "OPTIONS", [200, 200, 200, 200, 200, 200, 200, 200, 200, 200]),
    (Place::Header, "POST",    [200, 200, 200, 200, 200, 200, 200, 200, 200, 200]),
    (Place::Header, "PUT",     [200, 200, 200, 200, 200, 200, 200, 200, 200, 200]),
    (Place::Header, "PATCH",   [200, 200, 200, 200, 200, 200, 200, 200, 200, 200]),
    (Place::Header, "DELETE",  [200, 200, 200, 200, 200, 200, 200, 200, 200, 200]),
    (Place::Header, "TRACE",   [200, 200, 200, 200, 200, 200, 200, 200, 200, 200]),
    (Place::Header, "CONNECT", [200, 200, 200, 200, 200, 200, 200, 200, 200, 200]),
    (Place::Header, "PURGE",   [200, 200, 200, 200, 200, 200, 200, 200, 200, 200]),
    (Place::Header, "UPGRADE", [200, 200, 200, 200, 200, 200, 200, 200, 200, 200]),
    (Place::Cookie, "GET",     [200, 200, 200, 200, 200, 200, 200, 200, 200, 200]),
    (Place::Cookie, "HEAD",    [200, 200, 200, 200, 200, 200, 200, 200, 200, 200]),
    (Place::Cookie, "OPTIONS", [200, 200, 200, 200, 200, 200, 200, 200, 200, 200]),
    (Place::Cookie, "POST",    [200, 403, 403, 403, 403, 403, 403, 403, 403, 403]),
    (Place::Cookie, "PUT",     [200, 403, 403, 403, 403, 403, 403, 403, 403, 403]),
    (Place::Cookie, "PATCH",   [200, 403, 403, 403, 403, 403, 403, 403, 403, 403]),
    (Place::Cookie, "DELETE",  [200, 403, 403, 403, 403, 403, 403, 403, 403, 403]),
    (Place::Cookie, "TRACE",   [200, 403, 403, 403, 403, 403, 403, 403, 403, 403]),
    (Place::Cookie, "CONNECT", [200, 403, 403, 403, 403, 403, 403, 403, 403, 403]),
    (Place::Cookie, "PURGE",   [200, 403, 403, 403, 403, 403, 403, 403, 403, 403]),
    (Place::Cookie, "UPGRADE", [200, 403, 403, 403, 403, 403, 403, 403, 403, 403]),
    (Place::Json,   "GET",     [200, 200, 200, 200, 200, 200, 200, 200, 200, 200]),
    (Place::Json,   "HEAD",    [200, 200, 200, 200, 200, 200, 200, 200, 200, 200]),
    (Place::Json,   "OPTIONS", [200, 200, 200, 200, 200, 200, 200, 200, 200, 200]),
    (Place::Json,   "POST",    [200, 200, 200, 200, 200, 200, 200, 200, 200, 200]),
    (Place::Json,   "PUT",     [200, 200, 200, 200, 200, 200, 200, 200, 200, 200]),
    (Place::Json,   "PATCH",   [200, 200, 200, 200, 200, 200, 200, 200, 200, 200]),
    (Place::Json,   "DELETE",  [200, 200, 200, 200, 200, 200, 200, 200, 200, 200]),
    (Place::Json,   "TRACE",   [200, 200, 200, 200, 200, 200, 200, 200, 200, 200]),
    (Place::Json,   "CONNECT", [200, 200, 200, 200, 200, 200, 200, 200, 200, 200]),
    (Place::Json,   "PURGE",   [200, 200, 200, 200, 200, 200, 200, 200, 200, 200]),
    (Place::Json,   "UPGRADE", [200, 200, 200, 200, 200, 200, 200, 200, 200, 200]),
    (Place::Query,  "GET",     [200, 200, 200, 200, 200, 200, 200, 200, 200, 200]),
    (Place::Query,  "HEAD",    [200, 200, 200, 200, 200, 200, 200, 200, 200, 200]),
    (Place::Query,  "OPTIONS", [200, 200, 200, 200, 200, 200, 200, 200, 200, 200]),
    (Place::Query,  "POST",    [200, 200, 200, 200, 200, 200, 200, 200, 200, 200]),
    (Place::Query,  "PUT",     [200, 200, 200, 200, 200, 200, 200, 200, 200, 200]),
    (Place::Query,  "PATCH",   [200, 200, 200, 200, 200, 200, 200, 200, 200, 200]),
    (Place::Query,  "DELETE",  [200, 200, 200, 200, 200, 200, 200, 200, 200, 200]),
    (Place::Query,  "TRACE",   [200, 200, 200, 200, 200, 200, 200, 200, 200, 200]),
    (Place::Query,  "CONNECT", [200, 200, 200, 200, 200, 200, 200, 200, 200, 200]),
    (Place::Query,  "PURGE",   [200, 200, 200, 200, 200, 200, 200, 200, 200, 200]),
    (Place::Query,  "UPGRADE", [200, 200, 200, 200, 200, 200, 200, 200, 200, 200]),
    (Place::WebSocket, "GET",     [200, 200, 200, 200, 200, 200, 200, 200, 200, 200]),
    (Place::WebSocket, "HEAD",    [200, 200, 200, 200, 200, 200, 200, 200, 200, 200]),
    (Place::WebSocket, "OPTIONS", [200, 200, 200, 200, 200, 200, 200, 200, 200, 200]),
    (Place::WebSocket, "POST",    [200, 200, 200, 200, 200, 200, 200, 200, 200, 200]),
    (Place::WebSocket, "PUT",     [200, 200, 200, 200, 200, 200, 200, 200, 200, 200]),
    (Place::WebSocket, "PATCH",   [200, 200, 200, 200, 200, 200, 200, 200, 200, 200]),
    (Place::WebSocket, "DELETE",  [200, 200, 200, 200, 200, 200, 200, 200, 200, 200]),
    (Place::WebSocket, "TRACE",   [200, 200, 200, 200, 200, 200, 200, 200, 200, 200]),
    (Place::WebSocket, "CONNECT", [200, 200, 200, 200, 200, 200, 200, 200, 200, 200]),
    (Place::WebSocket, "PURGE",   [200, 200, 200, 200, 200, 200, 200, 200, 200, 200]),
    (Place::WebSocket, "UPGRADE", [200, 200, 200, 200, 200, 200, 200, 200, 200, 200]),
];

#[tokio::test]
async fn r_55_r_54_r_57_the_matrix_of_kinds_places_methods_and_csrf_states() {
    let app = app(&builder().locations(EVERYWHERE).build().unwrap());
    for kind in ["access", "refresh"] {
        for (place, method, statuses) in MATRIX {
            for (state, status) in STATES.into_iter().zip(statuses) {
                let mut claims = claims(kind);
                if state == "no_claim" {
                    claims.as_object_mut().unwrap().remove("csrf");
                }
                let mut carrier = Carrier::default().with(kind, place, &forge_claims(&claims));
                let proofs: &[&str] = match state {
                    "right" | "no_claim" => &[CSRF],
                    "missing" | "cookie" => &[],
                    "empty" => &[""],
                    "short" => &[&CSRF[..21]],
                    "long" => &["Zq7pLw9xRtVb3nMk8sYc2dA"],
                    "wrong" => &["Zq7pLw9xRtVb3nMk8sYc2e"],
                    // A good value, of another user's token.
                    "another" => &[ANOTHER],
                    _ => &[CSRF, CSRF],
                };
                carrier.headers.extend(proofs.iter().map(|proof| ("x-csrf-token".into(), (*proof).to_owned())));
                if state == "cookie" {
                    let csrf = format!("__Host-csrf_{kind}_token={CSRF}; x-csrf-token={CSRF}; csrf_token={CSRF}");
                    carrier.headers.push(("cookie".into(), csrf));
                }
                let method = if method == "UPGRADE" {
                    carrier.headers.push(("upgrade".into(), "websocket".into()));
                    "GET"
                } else {
                    method
                };
                let answer = carrier.ask(&app, method, &format!("/{kind}")).await;
                assert_eq!(answer.status.as_u16(), status, "{kind} in {place:?}, {method}, {state}: {answer:?}");
                if status == 403 {
                    assert_eq!((answer.code().as_str(), answer.challenge()), ("csrf_failed", None), "{state}");
                }
            }
        }
    }
}

async fn post(app: &Router, path: &str, headers: &[(&str, &str)]) -> String {
    code(&ask(app, "POST", path, headers, "").await)
}

fn code(answer: &Answer) -> String {
    if answer.status == 200 { answer.body.clone() } else { format!("{} {}", answer.status.as_u16(), answer.code()) }
}

/// FastJWT, fault 5: a missing CSRF token is reported as a missing JWT, and the next place is looked at.
#[tokio::test]
async fn fastjwt_5_a_missing_csrf_value_is_told_as_such_and_no_other_place_is_tried() {
    let app = app(&builder().locations(Locations::HEADERS | Locations::COOKIES | Locations::JSON).build().unwrap());
    for path in ["/access", "/extractor", "/layer", "/optional"] {
        let answer = ask(&app, "POST", path, &[("cookie", &cookie("access"))], "").await;
        assert_eq!(answer.status, 403);
        assert_eq!(answer.body, r#"{"error":"csrf_failed","message":"The CSRF proof is missing"}"#, "{path}");
        assert_eq!(answer.challenge(), None);
        let wrong = [("cookie", cookie("access")), ("x-csrf-token", ANOTHER.to_owned())];
        let wrong: Vec<_> = wrong.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let answer = ask(&app, "POST", path, &wrong, "").await;
        assert_eq!(answer.body, r#"{"error":"csrf_failed","message":"The CSRF proof is wrong"}"#, "{path}");
    }
}

/// FastJWT, fault 5: `verify_csrf=False` has no effect.
#[tokio::test]
async fn fastjwt_5_the_csrf_value_can_be_switched_off_for_a_route_and_for_all() {
    let cookie = cookie("access");
    let jwt = cookies().build().unwrap();
    let routes = app(&jwt);
    assert_eq!(post(&routes, "/open", &[("cookie", &cookie)]).await, "in");
    assert_eq!(post(&routes, "/layer", &[("cookie", &cookie)]).await, "403 csrf_failed");
    // What browsers say of a request is heeded all the same.
    let cross = [("cookie", cookie.as_str()), ("sec-fetch-site", "cross-site")];
    assert_eq!(post(&routes, "/open", &cross).await, "403 csrf_failed");

    let jwt = cookies().csrf_protection(false).build().unwrap();
    let routes = app(&jwt);
    for path in ["/access", "/extractor", "/layer", "/open", "/optional"] {
        assert_eq!(post(&routes, path, &[("cookie", &cookie)]).await, "in", "{path}");
        assert_eq!(post(&routes, path, &cross).await, "403 csrf_failed", "{path}");
    }
    assert_eq!(jwt.create_access_token("u").sign().unwrap().csrf(), None);
    let jwt = cookies().csrf_protection(false).same_origin_check(false).build().unwrap();
    assert_eq!(post(&app(&jwt), "/access", &cross).await, "in");
}

/// Whoever can set cookies for the victim's browser, from a subdomain or over plain http, sets one and sends it in the header.
#[tokio::test]
async fn r_56_a_csrf_value_that_somebody_tossed_into_the_browser_is_not_that_of_the_token() {
    let app = app(&cookies().build().unwrap());
    let tossed = format!("__Host-csrf_access_token={ANOTHER}; {}; csrf_access_token={ANOTHER}", cookie("access"));
    assert_eq!(post(&app, "/access", &[("cookie", &tossed), ("x-csrf-token", ANOTHER)]).await, "403 csrf_failed");
    assert_eq!(post(&app, "/access", &[("cookie", &tossed), ("x-csrf-token", CSRF)]).await, "in");
}

#[tokio::test]
async fn r_56_a_login_changes_the_csrf_value_and_a_refresh_keeps_it() {
    let jwt = cookies().build().unwrap();
    let app = app(&jwt);
    let login = || {
        let access = jwt.create_access_token("u").fresh().sign().unwrap();
        let refresh = jwt.create_refresh_token("u").csrf(access.csrf()).sign().unwrap();
        (access, refresh)
    };
    let ((access, first), (_, second)) = (login(), login());
    assert_eq!(access.csrf(), first.csrf());
    assert_ne!(first.csrf(), second.csrf());
    let payload = jwt.verify_refresh_token::<NoClaims>(first.as_str()).unwrap();
    assert_eq!(payload.csrf.as_deref(), first.csrf());
    let refreshed = jwt.create_access_token("u").csrf(payload.csrf.as_deref()).sign().unwrap();
    let cookie = format!("__Host-access_token={}", refreshed.as_str());
    let proven = |token: Option<&str>| [("cookie", cookie.clone()), ("x-csrf-token", token.unwrap().to_owned())];
    for (proof, expected) in [(access.csrf(), "in"), (second.csrf(), "403 csrf_failed")] {
        let headers = proven(proof);
        let headers: Vec<_> = headers.iter().map(|(name, value)| (*name, value.as_str())).collect();
        assert_eq!(post(&app, "/access", &headers).await, expected);
    }
}

/// Of another library, or of a trusted issuer: ours has 22 characters or more.
#[tokio::test]
async fn r_57_a_token_with_an_empty_csrf_value_is_proved_by_nothing() {
    let app = app(&cookies().csrf_form(true).build().unwrap());
    let mut empty = claims("access");
    empty["csrf"] = json!("");
    let cookie = format!("__Host-access_token={}", forge_claims(&empty));
    assert_eq!(post(&app, "/access", &[("cookie", &cookie), ("x-csrf-token", "")]).await, "403 csrf_failed");
    let form = [("cookie", cookie.as_str()), ("content-type", "application/x-www-form-urlencoded")];
    assert_eq!(code(&ask(&app, "POST", "/access", &form, "csrf_token=").await), "403 csrf_failed");
}

/// Fills with 1, then with 2, and so on.
struct Counting(Arc<Mutex<Vec<usize>>>);

impl Entropy for Counting {
    fn fill(&self, bytes: &mut [u8]) -> Result<(), OutOfEntropy> {
        let mut fills = self.0.lock().unwrap();
        fills.push(bytes.len());
        bytes.fill(fills.len() as u8);
        Ok(())
    }
}

#[test]
fn r_57_csrf_values_are_128_random_bits_of_the_configured_source() {
    let fills = Arc::new(Mutex::new(Vec::new()));
    let counted = cookies().entropy(Counting(Arc::clone(&fills))).build().unwrap();
    let token = counted.create_access_token("u").sign().unwrap();
    let payload = counted.verify_access_token::<NoClaims>(token.as_str()).unwrap();
    // The id, and the csrf value: of bytes of its own, 16 each.
    assert_eq!(*fills.lock().unwrap(), [16, 16]);
    assert_eq!((payload.jti.clone().unwrap(), payload.csrf.clone().unwrap()), (encode([1; 16]), encode([2; 16])));

    let jwt = cookies().build().unwrap();
    let mut seen = std::collections::HashSet::new();
    for _ in 0..1000 {
        let token = jwt.create_access_token("u").sign().unwrap();
        let csrf = token.csrf().unwrap().to_owned();
        assert_eq!(csrf.len(), 22);
        assert!(seen.insert(csrf));
        let payload = jwt.verify_access_token::<NoClaims>(token.as_str()).unwrap();
        assert_ne!(payload.csrf, payload.jti);
        assert_eq!(payload.csrf.as_deref(), token.csrf());
    }
    // One that is given is as good, or none.
    for weak in ["", "a", &"a".repeat(21), &"a".repeat(129), "aaaaaaaaaaaaaaaaaaaaa;", "aaaaaaaaaaaaaaaaaaaaaä"] {
        let error = jwt.create_access_token("u").csrf(Some(weak)).sign().unwrap_err();
        assert!(error.to_string().contains("22 to 128 characters of base64url"), "{weak}: {error}");
        assert!(weak.is_empty() || weak == "a" || !error.to_string().contains(weak));
    }
    let given = jwt.create_refresh_token("u").csrf(Some(CSRF)).sign().unwrap();
    assert_eq!(given.csrf(), Some(CSRF));
    assert_eq!(jwt.create_access_token("u").csrf(None).sign().unwrap().csrf().map(str::len), Some(22));
}

#[test]
fn only_tokens_that_may_travel_in_a_cookie_have_a_csrf_value() {
    let csrf = |jwt: &FastJwt, kind| match kind {
        TokenKind::Access => jwt.create_access_token("u").sign().unwrap().csrf().is_some(),
        _ => jwt.create_refresh_token("u").sign().unwrap().csrf().is_some(),
    };
    let headers = builder().build().unwrap();
    let access = builder().access_locations(Locations::COOKIES).build().unwrap();
    let both = cookies().build().unwrap();
    for (jwt, expected) in [(headers, [false, false]), (access, [true, false]), (both, [true, true])] {
        assert_eq!([csrf(&jwt, TokenKind::Access), csrf(&jwt, TokenKind::Refresh)], expected);
    }
}

#[tokio::test]
async fn a_form_proves_the_csrf_value_where_it_is_switched_on() {
    let jwt = cookies().csrf_form(true).max_body_size(8192).build().unwrap();
    let routes = app(&jwt);
    let cookie = cookie("access");
    let form = ("content-type", "application/x-www-form-urlencoded; charset=utf-8");
    let send = async |routes: &Router, headers: &[(&str, &str)], body: &str| {
        let mut all = vec![("cookie", cookie.as_str())];
        all.extend(headers);
        code(&ask(routes, "POST", "/access", &all, body).await)
    };
    let table = [
        (format!("csrf_token={CSRF}"), "in"),
        (format!("a=b&csrf%5Ftoken=%5A{}&c", &CSRF[1..]), "in"),
        (format!("csrf_token={ANOTHER}"), "403 csrf_failed"),
        (format!("csrf_token={CSRF}&csrf_token={CSRF}"), "403 csrf_failed"),
        (format!("csrf_token={CSRF}+"), "403 csrf_failed"),
        ("csrf_token=".to_owned(), "403 csrf_failed"),
        ("csrf_token".to_owned(), "403 csrf_failed"),
        (String::new(), "403 csrf_failed"),
        (format!("csrf_token={CSRF}&a={}", "x".repeat(8192)), "413 token_too_large"),
    ];
    for (body, expected) in &table {
        assert_eq!(send(&routes, &[form], body).await, *expected, "{body:.80}");
    }
    let good = &table[0].0;
    // A header decides if there is one, and another type is no form.
    assert_eq!(send(&routes, &[form, ("x-csrf-token", ANOTHER)], good).await, "403 csrf_failed");
    assert_eq!(send(&routes, &[("content-type", "text/plain")], good).await, "403 csrf_failed");
    assert_eq!(send(&routes, &[("content-type", "application/json")], good).await, "403 csrf_failed");
    // Off by default.
    assert_eq!(send(&app(&cookies().build().unwrap()), &[form], good).await, "403 csrf_failed");
    // Without the layer nobody can read the form.
    let bare = Router::new().route("/access", any(access)).with_state(jwt);
    assert_eq!(send(&bare, &[form], good).await, "500 internal");
    assert_eq!(send(&bare, &[("x-csrf-token", CSRF)], "").await, "in");
}

#[tokio::test]
async fn a_form_is_put_back_for_its_handler() {
    let jwt = cookies().csrf_form(true).build().unwrap();
    let app = Router::new()
        .route("/", any(async |_: TokenPayload, body: String| body))
        .layer(jwt.body_tokens())
        .with_state(jwt);
    let body = format!("csrf_token={CSRF}&text=buy+milk");
    let headers = [("cookie", cookie("access")), ("content-type", "application/x-www-form-urlencoded".to_owned())];
    let headers: Vec<_> = headers.iter().map(|(name, value)| (*name, value.as_str())).collect();
    assert_eq!(ask(&app, "POST", "/", &headers, &body).await.body, body);
}

#[tokio::test]
async fn header_and_field_have_names_of_their_own_for_each_kind() {
    let jwt = cookies()
        .csrf_form(true)
        .access_cookie(|cookie| cookie.csrf_header("X-Access-Proof").csrf_field("access_proof"))
        .refresh_cookie(|cookie| cookie.csrf_header("X-Refresh-Proof").csrf_field("refresh_proof"))
        .build()
        .unwrap();
    let app = app(&jwt);
    let form = ("content-type", "application/x-www-form-urlencoded");
    for (kind, other) in [("access", "refresh"), ("refresh", "access")] {
        let cookie = cookie(kind);
        for (name, expected) in [(kind, "in"), (other, "403 csrf_failed")] {
            let header = format!("x-{name}-proof");
            let path = format!("/{kind}");
            assert_eq!(post(&app, &path, &[("cookie", &cookie), (&header, CSRF)]).await, expected);
            let body = format!("{name}_proof={CSRF}");
            assert_eq!(code(&ask(&app, "POST", &path, &[("cookie", &cookie), form], &body).await), expected);
        }
        assert_eq!(
            post(&app, &format!("/{kind}"), &[("cookie", &cookie), ("x-csrf-token", CSRF)]).await,
            "403 csrf_failed"
        );
    }
}

#[tokio::test]
async fn r_59_a_websocket_from_a_cookie_proves_its_csrf_value_behind_a_protocols_name() {
    let app = app(&cookies().build().unwrap());
    let cookie = cookie("access");
    let open = async |path: &str, headers: &[(&str, &str)]| {
        let mut all = vec![("cookie", cookie.as_str())];
        all.extend(headers);
        code(&ask(&app, "GET", path, &all, "").await)
    };
    for upgrade in ["websocket", "WebSocket", "h2c, websocket", "h2c ,WEBSOCKET"] {
        assert_eq!(open("/access", &[("upgrade", upgrade)]).await, "403 csrf_failed", "{upgrade}");
    }
    let several = [("upgrade", "h2c"), ("upgrade", "websocket")];
    assert_eq!(open("/access", &several).await, "403 csrf_failed");
    for other in ["h2c", "websocket2", ""] {
        assert_eq!(open("/access", &[("upgrade", other)]).await, "in", "{other}");
    }
    let upgrade = ("upgrade", "websocket");
    let (good, with_others) = (format!("fastjwt-csrf, {CSRF}"), format!("chat,fastjwt-csrf,{CSRF},x"));
    let (wrong, twice) = (format!("fastjwt-csrf, {ANOTHER}"), format!("{good}, {good}"));
    let table: [(&str, &str); 7] = [
        (&good, "in"),
        (&with_others, "in"),
        (&wrong, "403 csrf_failed"),
        (&twice, "403 csrf_failed"),
        ("fastjwt-csrf", "403 csrf_failed"),
        ("fastjwt-csrf,", "403 csrf_failed"),
        (CSRF, "403 csrf_failed"),
    ];
    for (list, expected) in table {
        assert_eq!(open("/access", &[upgrade, ("sec-websocket-protocol", list)]).await, expected, "{list}");
    }
    // Other requests have other ways.
    let headers = [("cookie", cookie.as_str()), ("sec-websocket-protocol", &good)];
    assert_eq!(post(&app, "/access", &headers).await, "403 csrf_failed");
    // Where the value is not demanded, what the browser says of the page is.
    assert_eq!(open("/open", &[upgrade]).await, "in");
    let ours = [upgrade, ("host", "app.example"), ("origin", "https://app.example")];
    assert_eq!(open("/open", &ours).await, "in");
    let theirs = [upgrade, ("host", "app.example"), ("origin", "https://evil.example")];
    assert_eq!(open("/open", &theirs).await, "403 csrf_failed");
}

#[tokio::test]
async fn r_59_a_preflight_passes_the_layer_and_other_options_need_their_token_only() {
    let app = app(&cookies().build().unwrap());
    let preflight = [("origin", "https://evil.example"), ("access-control-request-method", "POST")];
    assert_eq!(code(&ask(&app, "OPTIONS", "/layer", &preflight, "").await), "in");
    assert_eq!(code(&ask(&app, "OPTIONS", "/layer", &[], "").await), "401 missing_token");
    let cookie = cookie("access");
    assert_eq!(code(&ask(&app, "OPTIONS", "/layer", &[("cookie", &cookie)], "").await), "in");
    assert_eq!(code(&ask(&app, "OPTIONS", "/access", &[("cookie", &cookie)], "").await), "in");
}

/// The order of checks: a token that is no good is told first, and freshness and the like last.
#[tokio::test]
async fn r_29_the_csrf_value_is_judged_between_the_kind_and_what_else_is_demanded() {
    let jwt = cookies().build().unwrap();
    let fresh = Router::new().route("/", any("in")).route_layer(jwt.fresh_token_required());
    let ask = async |token: &str, headers: &[(&str, &str)]| {
        let mut request = Request::post("/").header("cookie", format!("__Host-access_token={token}"));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        code(&send(&fresh, request.body(Body::empty()).unwrap()).await)
    };
    let mut expired = claims("access");
    expired["exp"] = json!(1);
    assert_eq!(ask(&forge_claims(&expired), &[]).await, "401 token_expired");
    assert_eq!(ask(&token("refresh"), &[]).await, "401 invalid_token");
    assert_eq!(ask(&token("access"), &[]).await, "403 csrf_failed");
    assert_eq!(ask(&token("access"), &[("x-csrf-token", CSRF)]).await, "401 insufficient_user_authentication");
    // What the browser says comes before the token is read at all.
    assert_eq!(ask(&forge_claims(&expired), &[("sec-fetch-site", "cross-site")]).await, "403 csrf_failed");
}

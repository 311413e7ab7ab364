//! What those who watch the doors are told: one event for each token that is let in and each request that is refused, by the names
//! that `docs/events.md` lists, and nothing of a token that is not signed (R-98).

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
    time::Duration,
};

use axum::{
    Router,
    extract::{FromRef, State},
    http::{HeaderMap, Method},
    routing::{any, get, post},
};
use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};
use fastjwt::{
    Algorithm, Builder, Check, CheckedRequest, CurrentSubject, Denied, Entropy, Error, FastJwt, LoadSubject, Location,
    Locations, NoClaims, OutOfEntropy, Policy, Realm, RefreshPayload, SameOrigin, SigningKey, TokenPayload,
    TokenResponse, access_token_required, fresh_token_required, session::MemoryStore,
};
use serde_json::{Value, json};

use crate::{
    doors, doors_elsewhere,
    locations::{Carrier, EVERYWHERE},
    logs::Log,
    support::{
        Answer, NOW, SECRET, builder, forge, forge_text, get_bearer, good_header, jwt, segment_text, shows,
        spoil_signature,
    },
};

const CSRF: &str = doors_elsewhere::CSRF;

/// The names of the events that end the road of a request.
const REFUSALS: [&str; 4] = ["token_refused", "csrf_failed", "policy_refused", "request_failed"];

/// Hears what happens on its own thread.
struct Ear {
    runtime: tokio::runtime::Runtime,
    log: Log,
}

impl Ear {
    fn new() -> Self {
        Log::listen();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        Self { runtime, log: Log::default() }
    }

    /// Runs the job and gives the events of this library that it caused.
    fn hear<T>(&self, job: impl Future<Output = T>) -> (T, Vec<String>) {
        let outcome = tracing::subscriber::with_default(self.log.clone(), || self.runtime.block_on(job));
        (outcome, self.log.take().into_iter().filter(|event| event.contains(" fastjwt ")).collect())
    }
}

/// The text of a field, if the event has it.
fn field<'e>(event: &'e str, name: &str) -> Option<&'e str> {
    event.split_once(&format!(" {name}=\""))?.1.split('"').next()
}

fn name(event: &str) -> &str {
    field(event, "event").unwrap_or_default()
}

/// The id of a token that has one.
fn jti(token: &str) -> Option<String> {
    let [_, payload, _] = token.split('.').collect::<Vec<_>>()[..] else { return None };
    let claims: Value = serde_json::from_slice(&BASE64_URL_SAFE_NO_PAD.decode(payload).ok()?).ok()?;
    Some(claims["jti"].as_str()?.to_owned())
}

/// The events that say how requests ended: one each.
fn endings(events: &[String]) -> Vec<&str> {
    let is_ending = |event: &str| name(event) == "token_accepted" || REFUSALS.contains(&name(event));
    events.iter().map(String::as_str).filter(|event| is_ending(event)).collect()
}

/// The rows of the tables of the page, each with its cells.
fn rows() -> Vec<Vec<&'static str>> {
    let page = include_str!("../../fastjwt/docs/events.md");
    let rows = page
        .lines()
        .filter(|line| line.starts_with("| `") && !line.starts_with("| `event` ") && !line.starts_with("| `reason` "));
    rows.map(|line| line.trim_matches('|').split(" | ").map(str::trim).collect()).collect()
}

/// The words in backticks.
fn words(cell: &str) -> impl Iterator<Item = &str> {
    cell.split('`').skip(1).step_by(2)
}

/// What the page says of an event or a reason.
#[derive(Debug, Clone)]
struct Documented {
    event: &'static str,
    level: &'static str,
    answer: &'static str,
}

/// The events of the page, with their levels and fields.
fn documented_events() -> BTreeMap<&'static str, (&'static str, &'static str)> {
    let events = rows().into_iter().filter(|row| row.len() == 4);
    events.map(|row| (words(row[0]).next().unwrap(), (row[1], row[3]))).collect()
}

/// The reasons of the page.
fn documented_reasons() -> BTreeMap<&'static str, Documented> {
    let events = documented_events();
    let mut reasons = BTreeMap::new();
    for row in rows().into_iter().filter(|row| row.len() == 3) {
        // The one table says the level, the other the event.
        let (event, level) = match words(row[1]).next() {
            Some(event) => (event, events[event].0),
            None => ("token_refused", row[1]),
        };
        for reason in words(row[0]) {
            let earlier = reasons.insert(reason, Documented { event, level, answer: row[2] });
            assert!(earlier.is_none(), "{reason} stands twice");
        }
    }
    reasons
}

#[derive(Clone, FromRef)]
struct App {
    jwt: FastJwt,
}

struct User;

impl LoadSubject<User> for App {
    type Error = std::io::Error;

    async fn load_subject(&self, sub: &str) -> Result<Option<User>, Self::Error> {
        match sub {
            "gone" => Ok(None),
            "unknown" => Err(std::io::Error::other("no database")),
            _ => Ok(Some(User)),
        }
    }
}

/// Refuses what a header asks it to.
struct Refusing;

impl Check for Refusing {
    async fn check(&self, _: &TokenPayload, request: CheckedRequest<'_>) -> Result<(), Denied> {
        match request.parts().and_then(|parts| parts.headers.get("x-check")).map(|value| value.as_bytes()) {
            Some(b"forbidden") => Err(Denied::forbidden("tenant_closed", "This tenant is closed")),
            Some(b"unauthorized") => Err(Denied::unauthorized("log_in_again", "Log in again")),
            Some(_) => Err(Denied::unavailable()),
            None => Ok(()),
        }
    }
}

/// A source of randomness that has none left.
struct Dry;

impl Entropy for Dry {
    fn fill(&self, _: &mut [u8]) -> Result<(), OutOfEntropy> {
        Err(OutOfEntropy)
    }
}

#[fresh_token_required]
async fn fresh() {}

#[access_token_required(scopes("orders:read"))]
async fn scoped() {}

#[access_token_required(subject_param = "id")]
async fn own() {}

#[access_token_required(subject_param = "nowhere")]
async fn broken() {}

#[access_token_required(locations(cookies))]
async fn from_cookies() {}

async fn renew(State(jwt): State<FastJwt>, payload: RefreshPayload) -> Result<TokenResponse, Error> {
    Ok(jwt.refresh(&payload).await?.into())
}

async fn revoke(State(jwt): State<FastJwt>, payload: TokenPayload) -> Result<(), Error> {
    jwt.revoke(&payload).await
}

async fn issue(State(jwt): State<FastJwt>) -> Result<String, Error> {
    jwt.create_access_token("USER_ID").sign().map(|token| token.as_str().to_owned())
}

async fn nobodys(State(jwt): State<FastJwt>) -> Result<(), Error> {
    jwt.create_access_token("").sign().map(drop)
}

async fn impatient(State(jwt): State<FastJwt>) -> Result<(), Error> {
    jwt.verify_access_token::<NoClaims>("x").map(drop)
}

async fn large_cookie(State(jwt): State<FastJwt>) -> Result<fastjwt::SetCookies, Error> {
    jwt.access_cookies(&jwt.create_access_token("u").claim("large", "x".repeat(4000)).sign()?)
}

async fn log_in(State(jwt): State<FastJwt>) -> Result<(), Error> {
    jwt.create_token_pair("USER_ID").open().await.map(drop)
}

fn service(jwt: &FastJwt) -> Router {
    Router::new()
        .route("/access", any(async |_: TokenPayload| ()))
        .route("/fresh", get(fresh))
        .route("/scoped", get(scoped))
        .route("/user/{id}", get(own))
        .route("/broken", get(broken))
        .route("/from_cookies", get(from_cookies))
        .route("/me", get(async |_: CurrentSubject<User>| ()))
        .route("/renew", post(renew))
        .route("/revoke", post(revoke))
        .route("/issue", get(issue))
        .route("/nobodys", get(nobodys))
        .route("/impatient", get(impatient))
        .route("/large_cookie", get(large_cookie))
        .route("/log_in", post(log_in))
        .route("/origin", post(async |_: SameOrigin| ()))
        .route("/sessions/{id}", jwt.session_route())
        .with_state(App { jwt: jwt.clone() })
}

/// A configuration with all that can refuse.
fn everything() -> Builder {
    builder()
        .issuer("us")
        .audience(["api"])
        .locations(EVERYWHERE)
        .max_body_size(8192)
        .session_store(MemoryStore::default())
        .refresh_grace(Duration::ZERO)
        .check(Refusing)
}

fn claims(changes: &Value) -> Value {
    let mut claims = json!({
        "sub": "USER_ID", "exp": NOW + 900, "iat": NOW, "jti": "the-id", "type": "access", "iss": "us", "aud": "api", "csrf": CSRF,
    });
    claims.as_object_mut().unwrap().extend(changes.as_object().unwrap().clone());
    claims
}

fn token(changes: &Value) -> String {
    forge(&good_header(), &claims(changes))
}

/// What is known of a refused token.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Known {
    Nothing,
    /// Its key, and no more: it did not sign this, or what it signed are no claims.
    Key,
    /// Whose token it is, without the key.
    Claims,
    /// All of it.
    Token,
}

/// A request that must be refused for this reason.
struct Case {
    reason: &'static str,
    known: Known,
    jti: String,
    app: Router,
    method: &'static str,
    path: &'static str,
    carrier: Carrier,
}

impl Case {
    fn header(mut self, name: &str, value: &str) -> Self {
        self.carrier.headers.push((name.into(), value.into()));
        self
    }

    fn method(self, method: &'static str) -> Self {
        Self { method, ..self }
    }

    /// With this token in its header, which is of this kind.
    fn token(self, kind: &str, token: &str) -> Self {
        let jti = jti(token).unwrap_or(self.jti);
        Self { carrier: Carrier::default().with(kind, Location::Header, token), jti, ..self }
    }

    async fn ask(&self) -> Answer {
        doors_elsewhere::ask(&self.app, self.method, self.path, &self.carrier).await
    }
}

/// More members than a header may have.
fn many_members() -> String {
    (0..32).map(|number| format!(r#","member{number}":0"#)).collect()
}

async fn cases() -> Vec<Case> {
    let jwt = everything().build().unwrap();
    let all = service(&jwt).layer(jwt.body_tokens());
    let plain = service(&builder().build().unwrap());
    let verifying = SigningKey::generate(Algorithm::ES256).unwrap().verifying_key().clone();
    let verifying = service(&FastJwt::builder().verifying_key(verifying).build().unwrap());
    let dry = service(&builder().entropy(Dry).build().unwrap());

    let case = |reason, known, app: &Router, path| Case {
        reason,
        known,
        jti: "the-id".to_owned(),
        app: app.clone(),
        method: "GET",
        path,
        carrier: Carrier::default(),
    };
    let with = |reason, known, path, token: &str| case(reason, known, &all, path).token("access", token);
    let unsigned = |reason, token: &str| with(reason, Known::Nothing, "/access", token);
    let header = |reason, text: &str| unsigned(reason, &forge_text(text, claims(&json!({})).to_string()));
    let signed = |reason, path, changes: &Value| with(reason, Known::Token, path, &token(changes));
    // A payload with these members beside its name.
    let signing = |members: &str| {
        let payload = format!(r#"{{"sub":"USER_ID","jti":"the-id","type":"access",{members}}}"#);
        forge_text(good_header().to_string(), payload)
    };
    let nameless = json!({ "sub": "USER_ID", "type": "access", "iss": "us", "aud": "api", "exp": NOW + 900 });
    let nameless = forge(&good_header(), &nameless);
    let good = token(&json!({}));
    let within =
        |case: Case, place, token: &str| Case { carrier: Carrier::default().with("access", place, token), ..case };
    let in_cookie =
        |reason, known| within(case(reason, known, &all, "/access").method("POST"), Location::Cookie, &good);
    let large = |reason, place| within(case(reason, Known::Nothing, &all, "/access"), place, &"x".repeat(8193));

    let pair = jwt.create_token_pair("USER_ID").open().await.unwrap();
    let (ended, spent) = (pair.access().as_str().to_owned(), pair.refresh().as_str().to_owned());
    let payload = jwt.authenticate::<NoClaims>(&spent, &Policy::refresh()).await.unwrap();
    let renewed = jwt.refresh(&payload).await.unwrap();
    let revoked = jwt.create_token_pair("USER_ID").open().await.unwrap();
    let payload = jwt.authenticate::<NoClaims>(revoked.access().as_str(), &Policy::access()).await.unwrap();
    jwt.revoke(&payload).await.unwrap();
    drop(renewed);

    vec![
        case("missing_token", Known::Nothing, &all, "/access"),
        unsigned("several_tokens", &good).header("authorization", "Bearer x"),
        unsigned("malformed_credentials", "two words"),
        large("token_too_large", Location::Header),
        large("query_too_large", Location::Query),
        large("body_too_large", Location::Json),
        in_cookie("missing_csrf", Known::Token),
        in_cookie("wrong_csrf", Known::Token).header("x-csrf-token", "Zq7pLw9xRtVb3nMk8sYc2e"),
        in_cookie("cross_origin", Known::Nothing).header("sec-fetch-site", "cross-site"),
        case("cross_origin", Known::Nothing, &all, "/origin").method("POST").header("origin", "https://other.example"),
        unsigned("malformed", "garbage"),
        header("header_not_an_object", "[]"),
        header("header_repeated", r#"{"alg":"HS256","alg":"HS256"}"#),
        header("header_too_many_members", &format!(r#"{{"alg":"HS256"{}}}"#, many_members())),
        header("header_wrong_type", r#"{"alg":"HS256","typ":1}"#),
        header("missing_algorithm", "{}"),
        header("wrong_typ", r#"{"alg":"HS256","typ":"logout+jwt"}"#),
        header("critical", r#"{"alg":"HS256","crit":["x"],"x":1}"#),
        header("encrypted", r#"{"alg":"HS256","enc":"A128GCM"}"#),
        header("unknown_key", r#"{"alg":"HS256","kid":"attackers-key"}"#),
        header("wrong_algorithm", r#"{"alg":"none"}"#),
        with("bad_signature", Known::Key, "/access", &spoil_signature(&good)),
        with("claims_not_an_object", Known::Key, "/access", &forge_text(good_header().to_string(), "[]")),
        with("claim_missing", Known::Token, "/access", &signing(r#""aud":"api""#)),
        signed("claim_wrong_type", "/access", &json!({ "aud": 1 })),
        with("claim_repeated", Known::Token, "/access", &signing(r#""exp":1,"exp":2"#)),
        signed("expired", "/access", &json!({ "exp": NOW - 10 })),
        // A text that is not written as it reads.
        signed("expired", "/access", &json!({ "exp": NOW - 10, "sub": "CORP\\alice" })),
        signed("not_yet_valid", "/access", &json!({ "nbf": NOW + 11 })),
        signed("issued_in_future", "/access", &json!({ "iat": NOW + 11 })),
        signed("wrong_issuer", "/access", &json!({ "iss": "them" })),
        signed("wrong_audience", "/access", &json!({ "aud": "others" })),
        signed("wrong_realm", "/access", &json!({ "realm": "staff" })),
        signed("bound", "/access", &json!({ "cnf": { "jkt": "a" } })),
        signed("wrong_kind", "/access", &json!({ "type": "refresh" })),
        signed("not_fresh", "/fresh", &json!({})),
        signed("missing_scope", "/scoped", &json!({})),
        signed("other_subject", "/user/somebody", &json!({})),
        with("subject_gone", Known::Claims, "/me", &token(&json!({ "sub": "gone" }))),
        with("revoked", Known::Token, "/access", revoked.access().as_str()),
        case("reused", Known::Claims, &all, "/renew").method("POST").token("refresh", &spent),
        with("session_ended", Known::Token, "/access", &ended),
        with("unknown_session", Known::Nothing, "/sessions/nobodys", &good).method("DELETE"),
        signed("denied", "/access", &json!({})).header("x-check", "forbidden"),
        signed("denied", "/access", &json!({})).header("x-check", "unauthorized"),
        signed("check_unavailable", "/access", &json!({})).header("x-check", "unavailable"),
        with("unavailable", Known::Claims, "/me", &token(&json!({ "sub": "unknown" }))),
        signed("missing_route_parameter", "/broken", &json!({})),
        with("not_revocable", Known::Nothing, "/revoke", &nameless).method("POST"),
        case("no_signing_key", Known::Nothing, &verifying, "/issue"),
        case("cannot_issue", Known::Nothing, &all, "/nobodys"),
        case("must_await", Known::Nothing, &all, "/impatient"),
        case("missing_body_layer", Known::Nothing, &service(&jwt), "/access"),
        case("cookies_not_configured", Known::Nothing, &plain, "/from_cookies"),
        case("cookie_too_large", Known::Nothing, &all, "/large_cookie"),
        case("no_session_store", Known::Nothing, &plain, "/log_in").method("POST"),
        case("out_of_entropy", Known::Nothing, &dry, "/issue"),
    ]
}

#[test]
fn r_98_every_refusal_is_one_event_with_the_documented_name_reason_and_answer() {
    let documented = documented_reasons();
    let events_documented = documented_events();
    let ear = Ear::new();
    let (cases, _) = ear.hear(cases());
    let mut seen = BTreeSet::new();
    for case in cases {
        let reason = case.reason;
        let (answer, events) = ear.hear(case.ask());
        let expected = &documented[reason];
        let refusals: Vec<&String> = events.iter().filter(|event| REFUSALS.contains(&name(event))).collect();
        let [event] = refusals.as_slice() else { panic!("{reason}: not one event: {events:#?}") };
        assert_eq!((name(event), field(event, "reason")), (expected.event, Some(reason)), "{event}");
        assert!(event.to_lowercase().starts_with(&format!("{} fastjwt ", expected.level)), "{event}");
        assert_eq!(field(event, "realm"), Some(""), "{event}");

        // What the page says of the answer.
        assert!(expected.answer.contains(answer.status.as_str()), "{reason}: {answer:?}");
        if reason == "denied" {
            assert_eq!(field(event, "code"), Some(answer.code().as_str()));
        } else {
            assert_eq!(words(expected.answer).last(), Some(answer.code().as_str()), "{reason}: {answer:?}");
            assert_eq!(field(event, "code"), None);
        }

        // Whose token it was, as far as a key has signed it.
        let (has_key, has_claims) = match case.known {
            Known::Nothing => (false, false),
            Known::Key => (true, false),
            Known::Claims => (false, true),
            Known::Token => (true, true),
        };
        assert_eq!(field(event, "kid").is_some(), has_key, "{event}");
        assert_eq!(field(event, "jti"), has_claims.then_some(case.jti.as_str()), "{event}");
        assert_eq!(
            (field(event, "sub").is_some(), field(event, "kind").is_some()),
            (has_claims, has_claims),
            "{event}"
        );

        // Nothing that is told at these levels is without a name, and each has the fields that are listed.
        for event in events.iter().filter(|event| !event.starts_with("DEBUG") && !event.starts_with("TRACE")) {
            assert!(events_documented.contains_key(name(event)), "{event}");
        }
        seen.insert(reason);
    }
    // A signature can't be made to fail from outside.
    let unseen: Vec<_> = documented.keys().filter(|reason| !seen.contains(*reason)).collect();
    assert_eq!(unseen, [&"signing"]);
}

/// What must not stand in an event about a request with these tokens.
fn assert_silent(events: &[String], tokens: &[String]) {
    for event in events {
        for segment in tokens.iter().flat_map(|token| token.split('.')).filter(|segment| segment.len() >= 12) {
            assert!(!event.contains(&segment[..12]), "{event} shows {segment}");
        }
        assert!(!event.contains(CSRF), "{event}");
        assert!(!shows(event, SECRET), "{event}");
    }
}

#[test]
fn r_98_whatever_comes_through_whatever_door_is_one_event_and_shows_no_token() {
    let jwt = builder().issuer("us").audience(["api"]).build().unwrap();
    let ear = Ear::new();
    let app = doors::app(&jwt);
    for (what, values, codes) in doors::requests() {
        let tokens: Vec<String> =
            values.iter().map(|value| String::from_utf8_lossy(value).replace(['"', ' ', ','], ".")).collect();
        for (demand, code) in doors::DEMANDS.into_iter().zip(codes) {
            for door in doors::doors(demand) {
                let path = format!("/{demand}/USER_ID/{door}");
                let (_, events) = ear.hear(doors::ask(&app, Method::GET, path.clone(), &values));
                let names: Vec<&str> = endings(&events).into_iter().map(name).collect();
                // A layer in front lets in, and the door behind it has the last word.
                let before = names.len() > 1 && door.contains("layer_and");
                let accepted: &[&str] = if before { &["token_accepted"] } else { &[] };
                let ending: &[&str] = match code {
                    // An optional door without a token has nothing to tell.
                    "in" if tokens.is_empty() || !values[0].to_ascii_lowercase().starts_with(b"bearer ") => &[],
                    "in" => &["token_accepted"],
                    "internal" => &["request_failed"],
                    "insufficient_scope" | "insufficient_user_authentication" => &["policy_refused"],
                    _ => &["token_refused"],
                };
                assert_eq!(names, [accepted, ending].concat(), "{what} at {path}: {events:#?}");
                assert_silent(&events, &tokens);
            }
        }
    }
}

#[test]
fn r_98_wherever_a_token_is_it_is_one_event_that_says_where_and_shows_no_csrf_value() {
    let jwt = builder().locations(EVERYWHERE).max_body_size(8192).build().unwrap();
    let ear = Ear::new();
    let app = doors_elsewhere::app(&jwt);
    let places = [
        (Location::Header, "header"),
        (Location::Cookie, "cookie"),
        (Location::Json, "json"),
        (Location::Query, "query"),
        (Location::WebSocket, "websocket"),
    ];
    let mut told = BTreeSet::new();
    for &demand in doors_elsewhere::DEMANDS {
        let kind = if demand == "refresh" { "refresh" } else { "access" };
        for (place, place_name) in places {
            for (token_name, token) in doors_elsewhere::tokens() {
                if place == Location::Query && token_name == "malformed" {
                    continue;
                }
                for (circumstance, method, headers) in doors_elsewhere::circumstances() {
                    let mut carrier = Carrier::default().with(kind, place, &token);
                    carrier.headers.extend(headers.iter().map(|(name, value)| ((*name).into(), (*value).into())));
                    for door in ["attribute", "layer"] {
                        let path = format!("/{demand}/{door}");
                        let (answer, events) = ear.hear(doors_elsewhere::ask(&app, method, &path, &carrier));
                        let what = format!("{token_name} in {place:?}, {circumstance}, at {path}: {events:#?}");
                        let endings = endings(&events);
                        // Where an optional door finds nothing there is nothing to tell.
                        let is_silent = endings.is_empty() && answer.status == 200 && path.starts_with("/optional")
                            || path.starts_with("/in_some");
                        assert!(endings.len() == 1 || is_silent, "{what}");
                        for event in endings {
                            assert_eq!(name(event) == "token_accepted", answer.status == 200, "{what}");
                            let location = field(event, "location");
                            if jti(&token).is_some() && circumstance != "beside a header" && location.is_some() {
                                assert_eq!(location, Some(place_name), "{what}");
                            }
                            told.insert((name(event).to_owned(), location.map(str::to_owned)));
                        }
                        assert_silent(&events, std::slice::from_ref(&token));
                    }
                }
            }
        }
    }
    for (_, place) in places {
        for event in ["token_accepted", "token_refused", "policy_refused"] {
            assert!(told.contains(&(event.to_owned(), Some(place.to_owned()))), "{event} in {place}");
        }
    }
    assert!(told.contains(&("csrf_failed".to_owned(), Some("cookie".to_owned()))));
}

#[test]
fn r_98_a_token_that_is_let_in_is_told_once_a_request_by_its_ids() {
    let jwt = builder().locations(Locations::HEADERS).build().unwrap();
    let inner = Router::new()
        .route("/", get(async |_: TokenPayload, _: Option<TokenPayload>| ()))
        .route_layer(jwt.access_token_required())
        .route_layer(jwt.access_token_required())
        .with_state::<()>(jwt.clone());
    let ear = Ear::new();
    let token = jwt.create_access_token("USER_ID").sign().unwrap();
    let (_, events) = ear.hear(get_bearer(&inner, "/", token.as_str()));
    let [event] = events.as_slice() else { panic!("{events:#?}") };
    let header: Value = serde_json::from_str(&segment_text(token.as_str(), 0)).unwrap();
    assert!(event.starts_with("DEBUG fastjwt "), "{event}");
    let fields = ["event", "realm", "location", "kid", "jti", "sub", "kind"].map(|name| field(event, name));
    let jti = jti(token.as_str());
    let expected =
        ["token_accepted", "", "header", header["kid"].as_str().unwrap(), jti.as_deref().unwrap(), "USER_ID", "access"];
    assert_eq!(fields, expected.map(Some), "{event}");
}

#[test]
fn r_98_the_last_door_tells_it_if_nobody_has_told_it_before() {
    #[access_token_required]
    async fn alone(_: TokenPayload) {}

    #[access_token_required]
    #[access_token_required]
    async fn stacked() {}

    let jwt = builder().locations(Locations::HEADERS).build().unwrap();
    let routes = || Router::new().route("/alone", get(alone)).route("/stacked", get(stacked));
    let guarded = routes().route_layer(jwt.access_token_required());
    let app = Router::new().merge(routes()).nest("/behind", guarded).with_state::<()>(jwt.clone());
    let ear = Ear::new();
    let good = jwt.create_access_token("USER_ID").sign().unwrap().into_string();
    let refresh = jwt.create_refresh_token("USER_ID").sign().unwrap().into_string();
    let (key, foreign) = (field_of_header(&good, "kid"), spoil_signature(&good));
    for path in ["/alone", "/stacked", "/behind/alone", "/behind/stacked"] {
        for (token, expected) in [(&good, "token_accepted"), (&refresh, "token_refused"), (&foreign, "token_refused")] {
            let (_, events) = ear.hear(get_bearer(&app, path, token));
            let [event] = events.as_slice() else { panic!("{path}: {events:#?}") };
            assert_eq!(field(event, "event"), Some(expected), "{path}");
            // Whose signature it is, or should be, is told as long as the key is there.
            assert_eq!(field(event, "kid"), Some(key.as_str()), "{path} {event}");
        }
    }
}

fn field_of_header(token: &str, name: &str) -> String {
    let header: Value = serde_json::from_str(&segment_text(token, 0)).unwrap();
    header[name].as_str().unwrap().to_owned()
}

#[test]
fn r_98_a_token_without_a_request_is_told_as_well_and_nothing_is_told_twice() {
    let jwt = jwt();
    let ear = Ear::new();
    let (good, bad) = (jwt.create_access_token("u").sign().unwrap(), token(&json!({ "exp": 1 })));
    let (_, events) = ear.hear(async { jwt.verify_access_token::<NoClaims>(good.as_str()).map(drop) });
    assert_eq!(endings(&events).into_iter().map(name).collect::<Vec<_>>(), ["token_accepted"], "{events:#?}");
    assert_eq!(field(&events[0], "location"), None);
    let (_, events) = ear.hear(async {
        jwt.verify_access_token::<NoClaims>(&bad).map(drop).unwrap_err();
        jwt.authenticate::<NoClaims>(&bad, &Policy::access()).await.map(drop).unwrap_err();
        jwt.verify_for_logout("x").await.map(drop).unwrap_err();
    });
    let reasons: Vec<_> = endings(&events).into_iter().map(|event| field(event, "reason")).collect();
    assert_eq!(reasons, [Some("expired"), Some("expired"), Some("malformed")], "{events:#?}");

    // A handler that deals with a refusal by itself hides it from the client, not from those who watch; one that answers with an
    // error of `verify` does not tell it again.
    let app = Router::new()
        .route("/mild", get(async |payload: Result<TokenPayload, Error>| if payload.is_ok() { "in" } else { "out" }))
        .route(
            "/by_hand",
            get(async |State(jwt): State<FastJwt>, headers: HeaderMap| {
                let text = headers["authorization"].to_str().unwrap().trim_start_matches("Bearer ").to_owned();
                jwt.verify_access_token::<NoClaims>(&text).map(|_| "in")
            }),
        )
        .with_state::<()>(jwt.clone());
    for (path, status) in [("/mild", 200), ("/by_hand", 401)] {
        let (answer, events) = ear.hear(get_bearer(&app, path, &bad));
        assert_eq!(answer.status, status);
        let reasons: Vec<_> = endings(&events).into_iter().map(|event| field(event, "reason")).collect();
        assert_eq!(reasons, [Some("expired")], "{events:#?}");
    }
}

enum Staff {}

impl Realm for Staff {
    const NAME: &'static str = "staff";
}

#[test]
fn r_98_each_event_names_its_realm_and_the_place_of_its_token() {
    let staff = || FastJwt::<Staff>::realm_builder().secret(SECRET).clock(|| crate::support::at(NOW));
    let jwt = staff().build().unwrap();
    let app = Router::new().route("/", get(async |_: TokenPayload<NoClaims, Staff>| ())).with_state::<()>(jwt.clone());
    let ear = Ear::new();
    let good = jwt.create_access_token("USER_ID").sign().unwrap();
    let customers = crate::support::jwt().create_access_token("USER_ID").sign().unwrap();
    for (token, reason) in [
        (good.as_str().to_owned(), None),
        (customers.as_str().to_owned(), Some("wrong_realm")),
        (spoil_signature(good.as_str()), Some("bad_signature")),
        ("x".to_owned(), Some("malformed")),
    ] {
        let (_, events) = ear.hear(get_bearer(&app, "/", &token));
        let [event] = endings(&events)[..] else { panic!("{events:#?}") };
        let fields = ["realm", "location", "reason"].map(|name| field(event, name));
        assert_eq!(fields, [Some("staff"), Some("header"), reason], "{event}");
    }
    let (_, events) = ear.hear(crate::support::get(&app, "/", None));
    let [event] = endings(&events)[..] else { panic!("{events:#?}") };
    assert_eq!(["realm", "location"].map(|name| field(event, name)), [Some("staff"), None], "{event}");
    // Of a user who is gone, too: the token itself is good.
    let ends = |events: &[String]| {
        let ends = endings(events)
            .into_iter()
            .map(|event| (name(event).to_owned(), field(event, "location").map(str::to_owned)));
        ends.collect::<Vec<_>>()
    };
    let at = |event: &str| (event.to_owned(), Some("header".to_owned()));
    let customers = crate::support::jwt();
    let gone = customers.create_access_token("gone").sign().unwrap();
    let (_, events) = ear.hear(get_bearer(&service(&customers), "/me", gone.as_str()));
    assert_eq!(ends(&events), [at("token_accepted"), at("token_refused")], "{events:#?}");
    // Of one that can't be loaded it says why, beside the refusal.
    let unknown = customers.create_access_token("unknown").sign().unwrap();
    let (_, events) = ear.hear(get_bearer(&service(&customers), "/me", unknown.as_str()));
    let event = events.iter().find(|event| name(event) == "subject_unavailable").unwrap();
    let fields = ["realm", "sub"].map(|name| field(event, name));
    assert_eq!(fields, [Some(""), Some("unknown")], "{event}");
    assert!(event.starts_with("ERROR fastjwt ") && event.contains("no database"), "{event}");
    assert_eq!(ends(&events), [at("token_accepted"), at("request_failed")], "{events:#?}");
}

/// The files of the library.
fn sources(room: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(room).unwrap().map(|entry| entry.unwrap().path());
    entries.flat_map(|path| if path.is_dir() { sources(&path) } else { vec![path] }).collect()
}

/// Every name in the code stands in the tables, and the other way round; nothing at the level of information or above is without.
#[test]
fn r_98_the_page_of_events_is_complete() {
    let mut told = BTreeSet::new();
    let room = Path::new(env!("CARGO_MANIFEST_DIR")).join("fastjwt/src");
    for path in sources(&room).into_iter().filter(|path| path.extension().is_some_and(|kind| kind == "rs")) {
        let code = fs::read_to_string(&path).unwrap();
        let names = code.split("event = \"").skip(1).map(|rest| rest.split('"').next().unwrap().to_owned());
        told.extend(names);
        // In `event.rs` the level is a parameter.
        let by_level = code.split("tell!(").skip(1).filter_map(|rest| rest.split('"').nth(1).map(str::to_owned));
        told.extend(by_level.filter(|name| REFUSALS.contains(&name.as_str())));
        for level in ["info", "warn", "error"] {
            for call in code.split(&format!("tracing::{level}!(")).skip(1) {
                let named = call.split(';').next().is_some_and(|call| call.contains("event = "));
                assert!(named, "{} has an event without a name", path.display());
            }
        }
    }
    let documented: BTreeSet<String> = documented_events().into_keys().map(str::to_owned).collect();
    assert_eq!(documented, told);
    // And every reason is one that the code can give.
    let code = include_str!("../../fastjwt/src/event.rs");
    for reason in documented_reasons().into_keys().filter(|reason| *reason != "denied") {
        assert!(code.contains(&format!("\"{reason}\"")), "{reason}");
    }
}

//! The document is a promise: each answer in it occurs, each answer that occurs is in it, and each way in that it names leads in.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use axum::Router;
use fastjwt::{Builder, Check, CheckedRequest, Denied, FastJwt, Locations, TokenPayload};
use serde_json::{Value, json};

use crate::{
    openapi::instances,
    openapi_app::documented,
    sessions::ill::{Fate, Ill},
    support::{Answer, NOW, SECRET, ask, at, builder, encode, sign_segments, spoil_signature},
};

const CSRF: &str = "Zq7pLw9xRtVb3nMk8sYc2d";
/// Every scope that a handler of the application knows.
const SCOPES: [&str; 15] = [
    "orders:read",
    "orders:write",
    "admin",
    "support",
    "audit",
    "help",
    "assist",
    "a",
    "b",
    "c",
    "d",
    "e",
    "f",
    "g",
    "h",
];

/// A request in the making.
#[derive(Debug, Clone, Default)]
struct Sent {
    headers: Vec<(String, String)>,
    query: String,
    body: String,
}

impl Sent {
    fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.into(), value.into()));
        self
    }

    async fn to(&self, app: &Router, method: &str, path: &str) -> Answer {
        let headers: Vec<_> = self.headers.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        let path = path.replace("{user}", "USER_ID");
        ask(app, method, &format!("{path}{}", self.query), &headers, &self.body).await
    }
}

/// The claims of a token that nobody refuses.
fn best(kind: &str, scopes: &[&str]) -> Value {
    json!({
        "sub": "USER_ID", "exp": NOW + 900, "iat": NOW, "type": kind, "fresh": true, "auth_time": NOW, "csrf": CSRF,
        "scopes": scopes,
    })
}

fn forged(claims: &Value) -> String {
    sign_segments(&encode(json!({ "alg": "HS256" }).to_string()), &encode(claims.to_string()))
}

/// Every way in which a token can be wrong, and the right one.
fn tokens(kind: &str) -> Vec<String> {
    let changed = |change: &[(&str, Value)]| {
        let mut claims = best(kind, &SCOPES);
        for (name, value) in change {
            claims[*name] = value.clone();
        }
        forged(&claims)
    };
    let good = changed(&[]);
    vec![
        spoil_signature(&good),
        "x.y".to_owned(),
        "not a token".to_owned(),
        "x".repeat(9000),
        changed(&[("exp", json!(NOW - 900))]),
        changed(&[("fresh", json!(false))]),
        changed(&[("auth_time", json!(NOW - 4000))]),
        changed(&[("scopes", json!([]))]),
        changed(&[("sub", json!("OTHER"))]),
        changed(&[("sub", json!("GONE"))]),
        changed(&[("sub", json!("UNREACHABLE"))]),
        good,
    ]
}

/// Every request that could be answered in another way: each token in each place, with and without proof and origin.
fn requests(is_websocket: bool) -> Vec<Sent> {
    let mut all = vec![Sent::default()];
    for kind in ["access", "refresh"] {
        let good = forged(&best(kind, &SCOPES));
        for token in tokens(kind) {
            let encoded = token.replace(' ', "%20");
            let bearer = Sent::default().header("authorization", &format!("Bearer {token}"));
            let cookie = Sent::default().header("cookie", &format!("__Host-{kind}_token={token}"));
            let json = Sent { body: json!({ format!("{kind}_token"): token }).to_string(), ..Sent::default() };
            let query = Sent { query: format!("?token={encoded}"), ..Sent::default() };
            let protocol = Sent::default().header("sec-websocket-protocol", &format!("fastjwt, {token}"));
            let json = json.header("content-type", "application/json");
            let proven = cookie.clone().header("x-csrf-token", CSRF);
            // What is wrong with the request besides makes no difference to what is wrong with the token.
            if token == good {
                for sent in [&bearer, &query, &json, &cookie, &proven] {
                    all.push(sent.clone().header("sec-fetch-site", "cross-site"));
                }
                all.push(bearer.clone().header("authorization", "Bearer x.y.z"));
                all.push(Sent { query: format!("{}&token=x", query.query), ..Sent::default() });
                all.push(cookie.clone().header("cookie", &format!("__Host-{kind}_token=x")));
                all.push(cookie.clone().header("x-csrf-token", "wrong"));
            }
            all.extend([bearer, query, protocol, json, cookie, proven]);
        }
    }
    let upgrades = |sent: Sent| if is_websocket { sent.header("upgrade", "websocket") } else { sent };
    all.into_iter().map(upgrades).collect()
}

/// Paths and methods, each with its operation.
fn operations(document: &Value) -> Vec<(String, String, Value)> {
    let mut found = Vec::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            found.push((path.clone(), method.to_uppercase(), operation.clone()));
        }
    }
    assert!(found.len() >= 19, "{}", found.len());
    found
}

type Codes = BTreeSet<(u16, String)>;

/// The answers in the document that are ours, with their codes.
fn told(operation: &Value) -> Codes {
    let mut told = Codes::new();
    for (status, response) in operation["responses"].as_object().unwrap() {
        let content = &response["content"]["application/json"];
        if content["schema"]["$ref"] != "#/components/schemas/FastJwtRefusal" {
            continue;
        }
        let is_challenged = ["400", "401", "403"].contains(&status.as_str());
        assert!(response["headers"].get("WWW-Authenticate").is_none() || is_challenged, "{response}");
        // There are none for what only a check of the service's own may say.
        for (code, example) in content["examples"].as_object().into_iter().flatten() {
            assert_eq!(example["value"]["error"], json!(code));
            told.insert((status.parse().unwrap(), code.clone()));
        }
    }
    told
}

/// The answers that came, with their codes; those of handlers and of axum have none.
async fn came(app: &Router, method: &str, path: &str, operation: &Value) -> Codes {
    let mut came = Codes::new();
    for sent in requests(path == "/live") {
        let answer = sent.to(app, method, path).await;
        let (status, code) = (answer.status.as_u16(), answer.code());
        if code.is_empty() {
            // Nothing but axum's own word on an upgrade that is none.
            assert!(answer.status.is_success() || path == "/live", "{path}: {answer:?}");
            continue;
        }
        let response = &operation["responses"][status.to_string()];
        if answer.challenge().is_some() {
            assert!(response["headers"]["WWW-Authenticate"].is_object(), "{path}: {response}");
        }
        came.insert((status, code));
    }
    came
}

struct Moody;

impl Check for Moody {
    async fn check(&self, payload: &TokenPayload, _: CheckedRequest<'_>) -> Result<(), Denied> {
        match payload.sub.as_str() {
            "OTHER" => Err(Denied::unavailable()),
            "GONE" => Err(Denied::forbidden("closed", "The shop is closed")),
            _ => Ok(()),
        }
    }
}

const EVERYWHERE: Locations = crate::locations::EVERYWHERE;

fn configurations() -> BTreeMap<&'static str, Builder> {
    [
        ("headers", builder()),
        ("cookies", builder().locations(Locations::COOKIES)),
        ("cookies without csrf values", builder().locations(Locations::COOKIES).csrf_protection(false)),
        ("cookies without the origin", builder().locations(Locations::COOKIES).same_origin_check(false)),
        ("neither", builder().locations(Locations::COOKIES).csrf_protection(false).same_origin_check(false)),
        ("query and sockets", builder().locations(Locations::QUERY | Locations::WEBSOCKET)),
        ("split", builder().access_in_header_refresh_in_cookie()),
        ("everywhere", builder().locations(EVERYWHERE)),
    ]
    .into()
}

#[tokio::test]
async fn each_answer_in_the_document_occurs_and_each_that_occurs_is_in_it() {
    for (name, builder) in configurations() {
        let (app, document) = documented(&instances(builder));
        let document = serde_json::to_value(document).unwrap();
        for (path, method, operation) in operations(&document) {
            // What the user has written of its statuses is theirs; the other realm's requests are its own.
            if path == "/mine" || path.starts_with("/staff") {
                continue;
            }
            let (told, came) = (told(&operation), came(&app, &method, &path, &operation).await);
            assert_eq!(told, came, "{name}: {method} {path}: in the document, and what came");
            assert_eq!(told.is_empty(), path == "/open", "{name}: {method} {path}");
        }
    }
}

#[tokio::test]
async fn a_check_of_the_services_own_is_told_without_its_codes() {
    let (app, document) = documented(&instances(builder().check(Moody)));
    let document = serde_json::to_value(document).unwrap();
    let operation = &document["paths"]["/guarded"]["get"];
    let (told, mut came) = (told(operation), came(&app, "GET", "/guarded", operation).await);
    assert!(came.remove(&(403, "closed".into())), "{came:?}");
    assert_eq!(told, came);
    assert!(told.contains(&(503, "unavailable".into())), "{told:?}");
    for status in ["401", "403"] {
        let description = operation["responses"][status]["description"].as_str().unwrap();
        assert!(
            description.ends_with("Or a check of the service's own refuses it, with a code of its own."),
            "{description}"
        );
    }
    // A loader that fails has its 503 without a check, too.
    let (_, document) = documented(&instances(builder()));
    let document = serde_json::to_value(document).unwrap();
    assert!(document["paths"]["/me"]["get"]["responses"]["503"].is_object());
    assert!(document["paths"]["/guarded"]["get"]["responses"]["503"].is_null());
}

#[tokio::test]
async fn a_store_that_is_out_of_reach_is_told_where_it_is_asked() {
    for fail_open in [false, true] {
        let store = Ill::default();
        let builder = builder().session_store(store.clone()).store_attempts(1).store_fail_open(fail_open);
        let (app, document) = documented(&instances(builder));
        let document = serde_json::to_value(document).unwrap();
        let operation = &document["paths"]["/orders"]["get"];
        // Where it is not asked, nothing of it is told.
        assert!(document["paths"]["/unasked"]["get"]["responses"]["503"].is_null());
        assert_eq!(document["paths"]["/stacked"]["post"]["responses"]["503"].is_null(), fail_open);
        let well = came(&app, "GET", "/orders", operation).await;
        store.befalls("check", Fate::Lost);
        let lost = came(&app, "GET", "/orders", operation).await;
        assert_eq!(told(operation), &well | &lost);
        let is_unavailable = |codes: &Codes| codes.contains(&(503, "unavailable".into()));
        assert_eq!((is_unavailable(&well), is_unavailable(&lost)), (false, !fail_open));
    }
}

/// What a client does that knows the document alone: it fulfils one alternative.
fn fulfilled(document: &Value, alternative: &serde_json::Map<String, Value>, leave_out: Option<(&str, usize)>) -> Sent {
    let mut sent = Sent::default();
    for (name, scopes) in alternative {
        let scheme = &document["components"]["securitySchemes"][name];
        let left_out = leave_out.filter(|(scheme, _)| scheme == name).map(|(_, at)| at);
        let is_csrf = name.ends_with("_csrf");
        if is_csrf && left_out.is_some() {
            continue;
        }
        let mut scopes: Vec<&str> = scopes.as_array().unwrap().iter().map(|scope| scope.as_str().unwrap()).collect();
        if let Some(at) = left_out {
            scopes.remove(at);
        }
        let kind = if name.contains("refresh") { "refresh" } else { "access" };
        let mut claims = best(kind, &scopes);
        if name.starts_with("staff") {
            claims["realm"] = json!("staff & co");
        }
        let value = if is_csrf { CSRF.to_owned() } else { forged(&claims) };
        let key = scheme["name"].as_str().unwrap_or_default();
        sent = match (scheme["type"].as_str().unwrap(), scheme["in"].as_str()) {
            ("http", None) if scheme["scheme"] == "bearer" => sent.header("authorization", &format!("Bearer {value}")),
            ("apiKey", Some("header")) if key == "Sec-WebSocket-Protocol" => {
                sent.header(key, &format!("fastjwt, {value}"))
            }
            ("apiKey", Some("header")) => sent.header(key, &value),
            ("apiKey", Some("cookie")) => sent.header("cookie", &format!("{key}={value}")),
            ("apiKey", Some("query")) => Sent { query: format!("?{key}={value}"), ..sent },
            other => panic!("{name} is {other:?}"),
        };
    }
    sent
}

#[tokio::test]
async fn each_way_in_that_the_document_names_leads_in_and_less_than_it_names_does_not() {
    let mut ways = 0;
    for (name, builder) in configurations() {
        let (app, document) = documented(&instances(builder));
        let document = serde_json::to_value(document).unwrap();
        for (path, method, operation) in operations(&document) {
            if path == "/mine" {
                continue;
            }
            let what = format!("{name}: {method} {path}");
            let upgrades = |sent: Sent| if path == "/live" { sent.header("upgrade", "websocket") } else { sent };
            let enters = async |sent: Sent| upgrades(sent).to(&app, &method, &path).await.code().is_empty();
            let no_alternatives = Vec::new();
            let alternatives = operation["security"].as_array().unwrap_or(&no_alternatives);
            for alternative in alternatives {
                let alternative = alternative.as_object().unwrap();
                assert!(enters(fulfilled(&document, alternative, None)).await, "{what}: {alternative:?}");
                ways += 1;
                // The rule with too many ways names more than is needed.
                for (scheme, scopes) in alternative.iter().filter(|_| path != "/many") {
                    let parts = scopes.as_array().unwrap().len().max(usize::from(scheme.ends_with("_csrf")));
                    for part in 0..parts {
                        let less = fulfilled(&document, alternative, Some((scheme, part)));
                        assert!(!enters(less).await, "{what}: {alternative:?} without {scheme} {part}");
                    }
                }
            }
            // Without anything, where that is among the ways or no token is demanded.
            let is_open = operation["security"].is_null() || alternatives.contains(&json!({}));
            assert_eq!(enters(Sent::default()).await, is_open, "{what}: {alternatives:?}");
        }
    }
    assert!(ways > 150, "{ways}");
}

/// The instances of these tests take what the tests sign.
#[test]
fn the_tests_sign_as_the_instances_do() {
    let jwt = FastJwt::builder().secret(SECRET).clock(|| at(NOW)).leeway(Duration::ZERO).build().unwrap();
    assert!(jwt.verify_access_token::<fastjwt::NoClaims>(&forged(&best("access", &[]))).is_ok());
}

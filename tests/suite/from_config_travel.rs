//! The options that say where tokens travel: how each shows that it does something.

use std::time::Duration;

use axum::{
    Router,
    body::Body,
    http::{Method, Request, StatusCode, header::SET_COOKIE},
    response::IntoResponse as _,
    routing::any,
};
use fastjwt::{Config, FastJwt, RefreshPayload, TokenPayload};
use serde_json::{Value, json};

use crate::{
    from_config::{BASE, SECRET, Turn, at_once},
    support::Answer,
};

type Beside = &'static [(&'static str, &'static str)];

const COOKIES: Beside = &[("secret_key", SECRET), ("locations", "cookies")];
const QUERY: Beside = &[("secret_key", SECRET), ("locations", "query")];
const JSON: Beside = &[("secret_key", SECRET), ("locations", "json")];
const WEBSOCKET: Beside = &[("secret_key", SECRET), ("locations", "websocket")];
const FORMS: Beside = &[("secret_key", SECRET), ("locations", "cookies"), ("csrf_form", "true")];
const OPEN: Beside = &[("secret_key", SECRET), ("locations", "cookies"), ("csrf_protection", "false")];
const RENEWING: Beside = &[
    ("secret_key", SECRET),
    ("locations", "cookies"),
    ("csrf_protection", "false"),
    ("implicit_refresh_within", "10m"),
];
const RESOURCE: Beside = &[("secret_key", SECRET), ("protected_resource", "https://api.example.org/v1")];
const RESOURCE_ALONE: &str = r#"{"resource":"https://api.example.org/v1","bearer_methods_supported":["header"]}"#;

#[rustfmt::skip] // A table: an option a line.
pub const TABLE: &[Turn] = &[
    Turn { option: "locations", beside: BASE, value: "headers,cookies", look: in_cookies, without: "401 401", with: "200 200" },
    Turn { option: "access_locations", beside: BASE, value: "cookies", look: in_cookies, without: "401 401", with: "200 401" },
    Turn { option: "refresh_locations", beside: BASE, value: "cookies", look: in_cookies, without: "401 401", with: "401 200" },
    Turn { option: "query_name", beside: QUERY, value: "jwt", look: in_query_jwt, without: "401", with: "200" },
    Turn { option: "access_json_key", beside: JSON, value: "jwt", look: in_json_jwt, without: "401 401", with: "200 401" },
    Turn { option: "refresh_json_key", beside: JSON, value: "jwt", look: in_json_jwt, without: "401 401", with: "401 200" },
    Turn { option: "max_body_size", beside: JSON, value: "8192", look: in_long_json, without: "200", with: "413" },
    Turn { option: "websocket_protocol", beside: WEBSOCKET, value: "jwt", look: in_protocol_jwt, without: "401", with: "200" },
    Turn { option: "clear_dead_cookies", beside: COOKIES, value: "true", look: cleared, without: "false", with: "true" },
    Turn { option: "csrf_protection", beside: COOKIES, value: "false", look: unproven, without: "403", with: "200" },
    Turn { option: "csrf_form", beside: COOKIES, value: "true", look: proven_in_field_csrf_token, without: "403 403", with: "200 200" },
    Turn { option: "same_origin_check", beside: OPEN, value: "false", look: from_another_site, without: "403", with: "200" },
    Turn { option: "trusted_origins", beside: OPEN, value: "https://a.example.org, https://app.example.org", look: from_another_origin, without: "403", with: "200" },
    Turn { option: "implicit_refresh_within", beside: OPEN, value: "10m", look: renewals, without: "- - -", with: "900 900 900" },
    Turn { option: "implicit_refresh_limit", beside: RENEWING, value: "10m", look: renewals, without: "900 900 900", with: "600 600 600" },
    Turn { option: "implicit_refresh_include_routes", beside: RENEWING, value: "/a/{name}, /b", look: renewals, without: "900 900 900", with: "- 900 -" },
    Turn { option: "implicit_refresh_exclude_routes", beside: RENEWING, value: "/a/{name}", look: renewals, without: "900 900 900", with: "900 - 900" },
    Turn { option: "implicit_refresh_include_methods", beside: RENEWING, value: "POST", look: renewals, without: "900 900 900", with: "- - 900" },
    Turn { option: "implicit_refresh_exclude_methods", beside: RENEWING, value: "POST,PUT", look: renewals, without: "900 900 900", with: "900 900 -" },
    Turn { option: "cookie_domain", beside: COOKIES, value: "example.org", look: |jwt| has(jwt, "; Domain=example.org"), without: "0", with: "4" },
    Turn { option: "cookie_same_site", beside: COOKIES, value: "Strict", look: |jwt| has(jwt, "; SameSite=Strict"), without: "0", with: "4" },
    Turn { option: "cookie_secure", beside: COOKIES, value: "false", look: |jwt| has(jwt, "; Secure"), without: "4", with: "0" },
    Turn { option: "cookie_http_only", beside: COOKIES, value: "false", look: |jwt| has(jwt, "; HttpOnly"), without: "2", with: "0" },
    Turn { option: "cookie_partitioned", beside: COOKIES, value: "yes", look: |jwt| has(jwt, "; Partitioned"), without: "0", with: "4" },
    Turn { option: "cookie_lifetime", beside: COOKIES, value: "1h", look: |jwt| has(jwt, "; Max-Age=3600"), without: "0", with: "4" },
    Turn { option: "csrf_cookie", beside: COOKIES, value: "off", look: |jwt| has(jwt, "__Host-csrf_"), without: "2", with: "0" },
    Turn { option: "access_cookie_name", beside: COOKIES, value: "__Host-a", look: |jwt| has(jwt, "__Host-a="), without: "0", with: "1" },
    Turn { option: "access_cookie_path", beside: COOKIES, value: "/a", look: |jwt| has(jwt, "__Secure-access_token=T; Path=/a"), without: "0", with: "1" },
    Turn { option: "access_csrf_cookie_name", beside: COOKIES, value: "a", look: |jwt| has(jwt, "^a="), without: "0", with: "1" },
    Turn { option: "access_csrf_cookie_path", beside: COOKIES, value: "/a", look: |jwt| has(jwt, "__Secure-csrf_access_token=T; Path=/a"), without: "0", with: "1" },
    Turn { option: "access_csrf_header_name", beside: COOKIES, value: "x-proof", look: proven_in_header_x_proof, without: "403 403", with: "200 403" },
    Turn { option: "access_csrf_field_name", beside: FORMS, value: "proof", look: proven_in_field_csrf_token, without: "200 200", with: "403 200" },
    Turn { option: "refresh_cookie_name", beside: COOKIES, value: "__Host-r", look: |jwt| has(jwt, "__Host-r="), without: "0", with: "1" },
    Turn { option: "refresh_cookie_path", beside: COOKIES, value: "/r", look: |jwt| has(jwt, "__Secure-refresh_token=T; Path=/r"), without: "0", with: "1" },
    Turn { option: "refresh_csrf_cookie_name", beside: COOKIES, value: "r", look: |jwt| has(jwt, "^r="), without: "0", with: "1" },
    Turn { option: "refresh_csrf_cookie_path", beside: COOKIES, value: "/r", look: |jwt| has(jwt, "__Secure-csrf_refresh_token=T; Path=/r"), without: "0", with: "1" },
    Turn { option: "refresh_csrf_header_name", beside: COOKIES, value: "x-proof", look: proven_in_header_x_proof, without: "403 403", with: "403 200" },
    Turn { option: "refresh_csrf_field_name", beside: FORMS, value: "proof", look: proven_in_field_csrf_token, without: "200 200", with: "200 403" },
    Turn { option: "protected_resource", beside: BASE, value: "https://api.example.org/v1", look: resource, without: "", with: RESOURCE_ALONE },
    Turn { option: "protected_resource_authorization_servers", beside: RESOURCE, value: "https://a.example, https://b.example", look: resource, without: RESOURCE_ALONE,
        with: r#"{"resource":"https://api.example.org/v1","authorization_servers":["https://a.example","https://b.example"],"bearer_methods_supported":["header"]}"# },
    Turn { option: "protected_resource_scopes", beside: RESOURCE, value: "orders:read,orders:write", look: resource, without: RESOURCE_ALONE,
        with: r#"{"resource":"https://api.example.org/v1","scopes_supported":["orders:read","orders:write"],"bearer_methods_supported":["header"]}"# },
    Turn { option: "protected_resource_name", beside: RESOURCE, value: "Orders", look: resource, without: RESOURCE_ALONE,
        with: r#"{"resource":"https://api.example.org/v1","bearer_methods_supported":["header"],"resource_name":"Orders"}"# },
    Turn { option: "protected_resource_documentation", beside: RESOURCE, value: "https://docs.example", look: resource, without: RESOURCE_ALONE,
        with: r#"{"resource":"https://api.example.org/v1","bearer_methods_supported":["header"],"resource_documentation":"https://docs.example"}"# },
];

#[test]
fn an_address_from_a_second_source_keeps_what_the_first_says_of_the_resource() {
    let file = [
        ("JWT_PROTECTED_RESOURCE", "https://old.example"),
        ("JWT_PROTECTED_RESOURCE_AUTHORIZATION_SERVERS", "https://a.example"),
        ("JWT_PROTECTED_RESOURCE_SCOPES", "orders:read"),
    ];
    let sources = [&file[..], &[("JWT_SECRET_KEY", SECRET), ("JWT_PROTECTED_RESOURCE", "https://api.example.org/v1")]];
    let builder = sources
        .into_iter()
        .fold(FastJwt::builder(), |builder, source| builder.config(Config::from_vars("JWT_", source.iter().copied())));
    let told: Value = serde_json::from_str(&resource(&builder.build().unwrap())).unwrap();
    let expected = json!({
        "resource": "https://api.example.org/v1",
        "authorization_servers": ["https://a.example"],
        "scopes_supported": ["orders:read"],
        "bearer_methods_supported": ["header"],
    });
    assert_eq!(told, expected);
}

/// What the service tells about itself.
fn resource(jwt: &FastJwt) -> String {
    let request = Request::get("/").body(Body::empty()).unwrap();
    at_once(Router::new().route("/", any(jwt.resource_metadata())), request).body
}

/// The values of tokens and csrf values, in place of them.
fn tokens(jwt: &FastJwt) -> [(String, String); 2] {
    let access = jwt.create_access_token("u").sign().unwrap();
    let refresh = jwt.create_refresh_token("u").sign().unwrap();
    let csrf = |csrf: Option<&str>| csrf.unwrap_or_default().to_owned();
    [(access.as_str().to_owned(), csrf(access.csrf())), (refresh.as_str().to_owned(), csrf(refresh.csrf()))]
}

/// Sends a request to a route that takes access tokens, or refresh tokens at `/refresh`.
fn ask(jwt: &FastJwt, method: Method, uri: &str, headers: &[(&str, &str)], body: String) -> Answer {
    let app = Router::new()
        .route("/", any(async |_: TokenPayload| "in"))
        .route("/refresh", any(async |_: RefreshPayload| "in"))
        .layer(jwt.body_tokens())
        .with_state(jwt.clone());
    let mut request = Request::builder().method(method).uri(uri).header("host", "example.org");
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    at_once(app, request.body(Body::from(body)).unwrap())
}

fn status(answer: &Answer) -> String {
    answer.status.as_u16().to_string()
}

/// Asks with the cookie of each kind, and what else there is for it.
fn with_cookies(
    jwt: &FastJwt,
    method: &Method,
    more: impl Fn(&str) -> (Vec<(&'static str, String)>, String),
) -> String {
    let routes = [("/", "__Host-access_token"), ("/refresh", "__Host-refresh_token")];
    let answers = routes.iter().zip(tokens(jwt)).map(|((uri, cookie), (token, csrf))| {
        let (mut headers, body) = more(&csrf);
        headers.push(("cookie", format!("{cookie}={token}")));
        let headers: Vec<_> = headers.iter().map(|(name, value)| (*name, value.as_str())).collect();
        status(&ask(jwt, method.clone(), uri, &headers, body))
    });
    answers.collect::<Vec<_>>().join(" ")
}

/// How long the follower lives of a token with 7 minutes left, by two routes and two methods.
fn renewals(jwt: &FastJwt) -> String {
    let token = jwt.create_access_token("u").fresh().expires_in(Duration::from_secs(7 * 60)).sign().unwrap();
    let routes = Router::new().route("/", any("")).route("/a/{id}", any(""));
    let lives = [("GET", "/"), ("GET", "/a/7"), ("POST", "/")].map(|(method, uri)| {
        let request = Request::builder().method(method).uri(uri).header("host", "example.org");
        let request = request.header("cookie", format!("__Host-access_token={}", token.as_str()));
        let answer = at_once(routes.clone().layer(jwt.implicit_refresh()), request.body(Body::empty()).unwrap());
        let cookie = answer.headers.get(SET_COOKIE).map_or("", |value| value.to_str().unwrap());
        cookie.split("; Max-Age=").nth(1).unwrap_or("-").to_owned()
    });
    lives.join(" ")
}

fn in_cookies(jwt: &FastJwt) -> String {
    with_cookies(jwt, &Method::GET, |_| Default::default())
}

fn in_query_jwt(jwt: &FastJwt) -> String {
    let [(token, _), _] = tokens(jwt);
    status(&ask(jwt, Method::GET, &format!("/?jwt={token}"), &[], String::new()))
}

fn post_json(jwt: &FastJwt, uri: &str, body: String) -> String {
    status(&ask(jwt, Method::POST, uri, &[("content-type", "application/json")], body))
}

fn in_json_jwt(jwt: &FastJwt) -> String {
    let [(access, _), (refresh, _)] = tokens(jwt);
    let answers = [("/", access), ("/refresh", refresh)]
        .map(|(uri, token)| post_json(jwt, uri, serde_json::json!({ "jwt": token }).to_string()));
    answers.join(" ")
}

fn in_long_json(jwt: &FastJwt) -> String {
    let [(access_token, _), _] = tokens(jwt);
    post_json(jwt, "/", serde_json::json!({ "access_token": access_token, "pad": "x".repeat(9000) }).to_string())
}

fn in_protocol_jwt(jwt: &FastJwt) -> String {
    let [(token, _), _] = tokens(jwt);
    let protocols = format!("jwt, {token}");
    let headers = [
        ("connection", "upgrade"),
        ("upgrade", "websocket"),
        ("sec-websocket-version", "13"),
        ("sec-websocket-protocol", &protocols),
    ];
    status(&ask(jwt, Method::GET, "/", &headers, String::new()))
}

fn cleared(jwt: &FastJwt) -> String {
    let answer = ask(jwt, Method::GET, "/", &[("cookie", "__Host-access_token=a.b.c")], String::new());
    assert_eq!(answer.status, StatusCode::UNAUTHORIZED);
    answer.headers.contains_key(SET_COOKIE).to_string()
}

fn unproven(jwt: &FastJwt) -> String {
    with_cookies(jwt, &Method::POST, |_| Default::default()).split(' ').next().unwrap_or_default().to_owned()
}

fn proven_in_field_csrf_token(jwt: &FastJwt) -> String {
    with_cookies(jwt, &Method::POST, |csrf| {
        (vec![("content-type", "application/x-www-form-urlencoded".to_owned())], format!("csrf_token={csrf}"))
    })
}

fn proven_in_header_x_proof(jwt: &FastJwt) -> String {
    with_cookies(jwt, &Method::POST, |csrf| (vec![("x-proof", csrf.to_owned())], String::new()))
}

fn from(jwt: &FastJwt, headers: &'static [(&'static str, &'static str)]) -> String {
    let answers = with_cookies(jwt, &Method::POST, |_| {
        (headers.iter().map(|(name, value)| (*name, (*value).to_owned())).collect(), String::new())
    });
    answers.split(' ').next().unwrap_or_default().to_owned()
}

fn from_another_site(jwt: &FastJwt) -> String {
    from(jwt, &[("sec-fetch-site", "cross-site")])
}

fn from_another_origin(jwt: &FastJwt) -> String {
    from(jwt, &[("sec-fetch-site", "same-site"), ("origin", "https://app.example.org")])
}

/// How many of the cookies that a login sets have this in them. A token or csrf value is written `T`, the start of a cookie `^`.
fn has(jwt: &FastJwt, part: &str) -> String {
    let access = jwt.create_access_token("u").sign().unwrap();
    let refresh = jwt.create_refresh_token("u").sign().unwrap();
    let cookies = (jwt.access_cookies(&access).unwrap(), jwt.refresh_cookies(&refresh).unwrap()).into_response();
    let cookies = cookies.headers().get_all(SET_COOKIE);
    let count = cookies.iter().filter(|cookie| {
        let (name, rest) = cookie.to_str().unwrap().split_once('=').unwrap();
        let (_, attributes) = rest.split_once(';').unwrap();
        format!("^{name}=T;{attributes}").contains(part)
    });
    count.count().to_string()
}

//! What a protected resource tells about itself (RFC 9728): the document, where it lies, and who is sent there.

use axum::{
    Router,
    body::Body,
    http::{Method, Request, StatusCode},
    routing::get,
};
use fastjwt::{
    Builder, FastJwt, Locations, Policy, ProtectedResource, TokenPayload, access_token_required, fresh_token_required,
    jwt_claims,
};
use serde_json::{Value, json};

use crate::support::{NOW, builder, forge_claims, get_bearer, good_claims, send, spoil_signature};

#[jwt_claims]
struct Profile {
    age: u8,
}

fn faults(resource: ProtectedResource) -> Vec<String> {
    match builder().protected_resource(resource).build() {
        Ok(_) => Vec::new(),
        Err(error) => error.faults().iter().map(ToString::to_string).collect(),
    }
}

async fn document(builder: Builder) -> crate::support::Answer {
    let app = Router::new().route("/", get(builder.build().unwrap().resource_metadata()));
    crate::support::get(&app, "/", None).await
}

#[tokio::test]
async fn the_document_says_what_was_configured_and_nothing_else() {
    let resource = ProtectedResource::new("https://api.example.org/v1");
    let full = resource
        .clone()
        .authorization_servers(["https://login.example.org", "https://other.example.org/tenant"])
        .scopes(["orders:read", "orders:write"])
        .name("The \"orders\"")
        .documentation("https://docs.example.org/?page=1#start");
    let answer = document(builder().protected_resource(full)).await;
    assert_eq!((answer.status, answer.header("content-type")), (StatusCode::OK, Some("application/json")));
    let expected = json!({
        "resource": "https://api.example.org/v1",
        "authorization_servers": ["https://login.example.org", "https://other.example.org/tenant"],
        "scopes_supported": ["orders:read", "orders:write"],
        "bearer_methods_supported": ["header"],
        "resource_name": "The \"orders\"",
        "resource_documentation": "https://docs.example.org/?page=1#start",
    });
    assert_eq!(serde_json::from_str::<Value>(&answer.body).unwrap(), expected);
    let answer = document(builder().protected_resource(resource)).await;
    let expected = json!({ "resource": "https://api.example.org/v1", "bearer_methods_supported": ["header"] });
    assert_eq!(serde_json::from_str::<Value>(&answer.body).unwrap(), expected);
    // Nothing is configured: nothing is there.
    assert_eq!(document(builder()).await.status, StatusCode::NOT_FOUND);
}

/// RFC 9728 section 2: only ways in that there are, and an empty list where there is none of the standard's.
#[tokio::test]
async fn the_document_names_the_ways_in_that_there_are() {
    let resource = || builder().protected_resource(ProtectedResource::new("https://api.example.org"));
    for (builder, methods) in [
        (resource(), json!(["header"])),
        (resource().locations(Locations::COOKIES | Locations::JSON), json!([])),
        (resource().access_locations(Locations::COOKIES).refresh_locations(Locations::HEADERS), json!([])),
        (resource().locations(Locations::HEADERS).header_name("x-auth"), json!([])),
        (resource().locations(Locations::HEADERS).header_scheme("Token"), json!([])),
        (resource().locations(Locations::HEADERS).header_scheme("bearer"), json!(["header"])),
        (resource().locations(Locations::QUERY), json!([])),
        (resource().locations(Locations::QUERY).query_name("access_token"), json!(["query"])),
        (
            resource().locations(Locations::QUERY | Locations::HEADERS).query_name("access_token"),
            json!(["header", "query"]),
        ),
    ] {
        let document: Value = serde_json::from_str(&document(builder).await.body).unwrap();
        assert_eq!(document["bearer_methods_supported"], methods);
    }
}

#[tokio::test]
async fn the_document_is_open_and_has_a_head() {
    let jwt = builder().protected_resource(ProtectedResource::new("https://api.example.org")).build().unwrap();
    let path = "/.well-known/oauth-protected-resource";
    let app: Router = Router::new().route(path, get(jwt.resource_metadata().clone()));
    let ask = async |method| send(&app, Request::builder().method(method).uri(path).body(Body::empty()).unwrap()).await;
    let (whole, head) = (ask(Method::GET).await, ask(Method::HEAD).await);
    assert_eq!((whole.status, head.status, head.body.as_str()), (StatusCode::OK, StatusCode::OK, ""));
    assert_eq!(head.headers, whole.headers);
    assert_eq!(ask(Method::POST).await.status, StatusCode::METHOD_NOT_ALLOWED);
}

/// Section 3.1: the well-known path stands between host and path.
#[tokio::test]
async fn the_challenge_names_the_document_by_the_rule_of_the_standard() {
    for (resource, location) in [
        ("https://api.example.org", "https://api.example.org/.well-known/oauth-protected-resource"),
        ("https://api.example.org/", "https://api.example.org/.well-known/oauth-protected-resource"),
        ("https://api.example.org:8443/", "https://api.example.org:8443/.well-known/oauth-protected-resource"),
        ("https://api.example.org/v1", "https://api.example.org/.well-known/oauth-protected-resource/v1"),
        ("https://api.example.org/v1/", "https://api.example.org/.well-known/oauth-protected-resource/v1/"),
        ("https://api.example.org/a/b%20c", "https://api.example.org/.well-known/oauth-protected-resource/a/b%20c"),
        ("https://[2001:db8::1]:8443/v1", "https://[2001:db8::1]:8443/.well-known/oauth-protected-resource/v1"),
        ("http://localhost:8000", "http://localhost:8000/.well-known/oauth-protected-resource"),
        ("http://127.0.0.1:8000/x", "http://127.0.0.1:8000/.well-known/oauth-protected-resource/x"),
        ("http://[::1]", "http://[::1]/.well-known/oauth-protected-resource"),
    ] {
        let jwt = builder().protected_resource(ProtectedResource::new(resource)).build().unwrap();
        let app = Router::new().route("/", get(async |_: TokenPayload| "in")).with_state(jwt);
        let answer = crate::support::get(&app, "/", None).await;
        let challenge = format!(r#"Bearer realm="api", resource_metadata="{location}""#);
        assert_eq!(answer.challenge(), Some(challenge.as_str()));
    }
}

#[access_token_required]
async fn attribute() -> &'static str {
    "in"
}

#[fresh_token_required]
async fn fresh() -> &'static str {
    "in"
}

#[access_token_required(subject_param = "user")]
async fn subject() -> &'static str {
    "in"
}

#[access_token_required(subject_param = "nowhere")]
async fn misconfigured() -> &'static str {
    "in"
}

#[tokio::test]
async fn every_challenge_names_the_document_and_an_answer_without_one_does_not() {
    let resource = ProtectedResource::new("https://api.example.org/v1");
    let [with, without] = [builder().protected_resource(resource), builder()].map(|builder| {
        let jwt = builder.max_token_size(1000).build().unwrap();
        Router::new()
            .route("/layer", get("in").route_layer(jwt.require(Policy::access())))
            .route("/attribute", get(attribute))
            .route("/extractor", get(async |_: TokenPayload| "in"))
            .route("/typed", get(async |_: TokenPayload<Profile>| "in"))
            .route("/fresh", get(fresh))
            .route("/subject/{user}", get(subject))
            .route("/misconfigured", get(misconfigured))
            .with_state(jwt)
    });
    let good = forge_claims(&good_claims());
    let changed = |name: &str, value: Value| {
        let mut claims = good_claims();
        claims[name] = value;
        forge_claims(&claims)
    };
    let cases = [
        (None, "/layer", 401),
        (None, "/attribute", 401),
        (None, "/extractor", 401),
        (Some("Bearer".to_owned()), "/extractor", 400),
        (Some("Bearer a b".to_owned()), "/layer", 400),
        (Some("Bearer x".to_owned()), "/attribute", 401),
        (Some(format!("Bearer {}", spoil_signature(&good))), "/extractor", 401),
        (Some(format!("Bearer {}", changed("exp", json!(NOW - 60)))), "/layer", 401),
        (Some(format!("Bearer {}", changed("type", json!("refresh")))), "/attribute", 401),
        (Some(format!("Bearer {good}")), "/typed", 401),
        (Some(format!("Bearer {good}")), "/fresh", 401),
        (Some(format!("Bearer {good}")), "/subject/another", 403),
        // No challenge: nothing that a client could ask an issuer for.
        (Some(format!("Bearer {}", "a".repeat(1001))), "/extractor", 431),
        (Some(format!("Bearer {good}")), "/misconfigured", 500),
    ];
    let parameter = r#", resource_metadata="https://api.example.org/.well-known/oauth-protected-resource/v1""#;
    for (authorization, path, status) in cases {
        let told = crate::support::get(&with, path, authorization.as_deref()).await;
        let bare = crate::support::get(&without, path, authorization.as_deref()).await;
        assert_eq!((told.status.as_u16(), bare.status.as_u16()), (status, status), "{path}");
        let expected = bare.challenge().map(|challenge| format!("{challenge}{parameter}"));
        assert_eq!(told.challenge(), expected.as_deref(), "{path}");
        assert_eq!(told.challenge().is_some(), status < 431, "{path}");
        assert_eq!(told.body, bare.body);
    }
    assert_eq!(get_bearer(&with, "/attribute", &good).await.challenge(), None);
}

#[test]
fn an_identifier_that_is_no_safe_url_is_refused() {
    let refused =
        "`protected_resource`: the resource must be an https URL without query and fragment (http on loopback)";
    for hostile in [
        "",
        " ",
        "/",
        "api.example.org",
        "//api.example.org",
        "https:",
        "https:/",
        "https://",
        "https:///v1",
        "https://:443",
        "ftp://api.example.org",
        "http://api.example.org",
        "http://localhost.example.org",
        "http://127.0.0.1.example.org",
        "http://127.0.0.2",
        "javascript:alert(1)",
        "data:text/plain,x",
        "file:///etc/passwd",
        "urn:x:y",
        "https://user@api.example.org",
        "https://user:password@api.example.org",
        "https://api.example.org?x=1",
        "https://api.example.org/?",
        "https://api.example.org/v1?x",
        "https://api.example.org/#",
        "https://api.example.org/v1#x",
        "https://api.example.org/\", error=\"x",
        "https://api.example.org/a\"b",
        "https://api.example.org/a\\b",
        "https://api.example.org/\r\nSet-Cookie: a=b",
        "https://api.example.org/\0",
        "https://api.example.org/\u{e4}",
        "https://\u{e4}pi.example.org",
        "https://api.example.org/a b",
        " https://api.example.org",
        "https://api.example.org ",
        "https://api.example.org:99999",
        "https://api.example.org:x",
        "https://api.example.org:",
        "https://[::1",
        "*",
        "https://a,b/\t",
    ] {
        assert_eq!(faults(ProtectedResource::new(hostile)), [refused], "{hostile:?}");
        let server =
            ProtectedResource::new("https://api.example.org").authorization_servers(["https://a.example", hostile]);
        let told = "`protected_resource`: authorization server 2 must be an https URL without query and fragment (http on loopback)";
        assert_eq!(faults(server), [told], "{hostile:?}");
    }
}

#[test]
fn every_fault_of_a_resource_is_told_at_once_and_no_password() {
    let resource = ProtectedResource::new("https://user:hunter2@api.example.org")
        .authorization_servers(["https://user:hunter2@login.example.org"])
        .scopes(["good", "", "two words", "quo\"te"])
        .name("")
        .documentation("hunter2");
    let told = faults(resource);
    let words =
        ["the resource", "authorization server 1", "scope 2", "scope 3", "scope 4", "the name", "the documentation"];
    assert_eq!(told.len(), words.len(), "{told:?}");
    for (fault, word) in told.iter().zip(words) {
        assert!(fault.contains(word) && fault.contains("must") && !fault.contains("hunter2"), "{fault}");
    }
}

/// A responder of the service's own is handed the whole challenge.
#[tokio::test]
async fn a_responder_gets_the_challenge_with_the_document() {
    let jwt: FastJwt = builder()
        .protected_resource(ProtectedResource::new("https://api.example.org"))
        .responder(|refusal| refusal.challenge().unwrap().to_str().unwrap().to_owned())
        .build()
        .unwrap();
    let app = Router::new().route("/", get(attribute)).with_state(jwt);
    let body = crate::support::get(&app, "/", None).await.body;
    assert!(
        body.ends_with(r#"resource_metadata="https://api.example.org/.well-known/oauth-protected-resource""#),
        "{body}"
    );
}

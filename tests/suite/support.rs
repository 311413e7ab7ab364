//! What the tests share: a clock that stands still, tokens forged by hand, and requests through a router.

use std::{
    sync::{
        LazyLock,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, SystemTime},
};

use aws_lc_rs::hmac;
use axum::{
    Router,
    body::{Body, to_bytes},
    http::{HeaderMap, Method, Request, StatusCode, header::AUTHORIZATION},
};
use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};
use fastjwt::{Builder, Claims, ErrorKind, FastJwt, TokenPayload};
use serde_json::{Value, json};
use tower::ServiceExt as _;

/// A good HS256 secret.
pub const SECRET: &[u8] = b"uJ7rZ0vQ2mXc9LwTn4YbKe6HsGd1PfAa";

/// 2026-01-01T00:00:00Z, where the tests' clock stands.
pub const NOW: u64 = 1_767_225_600;

pub fn at(seconds: u64) -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_secs(seconds)
}

/// A configuration with [`SECRET`], no issuer, no audience, and a clock that stands at [`NOW`].
pub fn builder() -> Builder {
    FastJwt::builder().secret(SECRET).clock(|| at(NOW))
}

pub fn jwt() -> FastJwt {
    builder().build().expect("the test configuration is good")
}

/// The header and the claims of a token that `jwt()` accepts, to be spoiled.
pub fn good_header() -> Value {
    json!({ "alg": "HS256", "typ": "JWT" })
}

pub fn good_claims() -> Value {
    json!({ "sub": "USER_ID", "exp": NOW + 900, "iat": NOW, "nbf": NOW, "jti": "id", "type": "access", "fresh": false })
}

pub fn encode(bytes: impl AsRef<[u8]>) -> String {
    BASE64_URL_SAFE_NO_PAD.encode(bytes)
}

/// A token with these texts as header and payload, whatever they are, and a good HS256 signature over them.
pub fn forge_text(header: impl AsRef<[u8]>, payload: impl AsRef<[u8]>) -> String {
    sign_segments(&encode(header), &encode(payload))
}

/// A token with these members, and a good HS256 signature.
pub fn forge(header: &Value, claims: &Value) -> String {
    forge_text(header.to_string(), claims.to_string())
}

/// A token with these claims and the usual header.
pub fn forge_claims(claims: &Value) -> String {
    forge(&good_header(), claims)
}

/// A token with these claims, and the very header that `jwt()` writes.
pub fn issue_claims(claims: &Value) -> String {
    static HEADER: LazyLock<String> = LazyLock::new(|| {
        let token = jwt().create_access_token("u").sign().expect("a token").into_string();
        token.split_once('.').expect("it has a header").0.to_owned()
    });
    sign_segments(&HEADER, &encode(claims.to_string()))
}

/// Signs two encoded segments with [`SECRET`].
pub fn sign_segments(header: &str, payload: &str) -> String {
    let message = format!("{header}.{payload}");
    let tag = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, SECRET), message.as_bytes());
    format!("{message}.{}", encode(tag))
}

/// The text of a token's segment, 0 for the header and 1 for the payload.
pub fn segment_text(token: &str, index: usize) -> String {
    let segment = token.split('.').nth(index).expect("the token has this segment");
    String::from_utf8(BASE64_URL_SAFE_NO_PAD.decode(segment).expect("it is base64url")).expect("it is UTF-8")
}

/// The same token with another signature of the same length.
pub fn spoil_signature(token: &str) -> String {
    let (message, signature) = token.rsplit_once('.').expect("the token has a signature");
    let first = if signature.starts_with('A') { "B" } else { "A" };
    format!("{message}.{first}{}", &signature[1..])
}

/// An answer, all of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: String,
}

impl Answer {
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }

    /// The stable code in the body.
    pub fn code(&self) -> String {
        let body: Value = serde_json::from_str(&self.body).unwrap_or_default();
        body["error"].as_str().unwrap_or_default().to_owned()
    }

    pub fn challenge(&self) -> Option<&str> {
        self.header("www-authenticate")
    }
}

pub async fn send(app: &Router, request: Request<Body>) -> Answer {
    let response = app.clone().oneshot(request).await.expect("a router does not fail");
    let (parts, body) = response.into_parts();
    let body = to_bytes(body, usize::MAX).await.expect("the body is there");
    Answer {
        status: parts.status,
        headers: parts.headers,
        body: String::from_utf8(body.to_vec()).expect("the body is text"),
    }
}

/// Any method, with these headers and this body.
pub async fn ask(app: &Router, method: &str, path: &str, headers: &[(&str, &str)], body: &str) -> Answer {
    let mut request = Request::builder().method(method).uri(path);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    send(app, request.body(Body::from(body.to_owned())).expect("a good request")).await
}

/// `GET path` with `Authorization: authorization`.
pub async fn get(app: &Router, path: &str, authorization: Option<&str>) -> Answer {
    let mut request = Request::builder().method(Method::GET).uri(path);
    if let Some(value) = authorization {
        request = request.header(AUTHORIZATION, value);
    }
    send(app, request.body(Body::empty()).expect("a good request")).await
}

pub async fn get_bearer(app: &Router, path: &str, token: &str) -> Answer {
    get(app, path, Some(&format!("Bearer {token}"))).await
}

/// A number that no other test of this process has.
pub fn unique() -> u64 {
    static NEXT: AtomicU64 = AtomicU64::new(1);
    NEXT.fetch_add(1, Ordering::Relaxed)
}

/// How many cases a property is tried with: many more with `FASTJWT_LONG=1`, as `tests/run --long` sets it.
pub fn cases(quick: u32, long: u32) -> u32 {
    if std::env::var_os("FASTJWT_LONG").is_some() { long } else { quick }
}

/// Why a token that must not be accepted as an access token is refused.
pub fn refusal<C: Claims>(jwt: &FastJwt, token: &str) -> ErrorKind {
    jwt.verify_access_token::<C>(token).expect_err("the token must be refused").kind().clone()
}

/// A router that demands an access token of `jwt()` at `/`.
pub fn guarded() -> Router {
    Router::new().route("/", axum::routing::get(async |_: TokenPayload| "in")).with_state(jwt())
}

/// Sends a token to [`guarded`], which must answer as to every token that is not valid, whatever is wrong with it.
pub async fn assert_invalid_over_http(token: &str) {
    let answer = get_bearer(&guarded(), "/", token).await;
    assert_eq!((answer.status, answer.code().as_str()), (StatusCode::UNAUTHORIZED, "invalid_token"), "{token}");
    let challenge = r#"Bearer realm="api", error="invalid_token", error_description="The token is not valid""#;
    assert_eq!(answer.challenge(), Some(challenge), "{token}");
}

/// Whether a text shows a part of a secret, of eight bytes or more, in any of the forms in which bytes get printed.
pub fn shows(text: &str, secret: &[u8]) -> bool {
    const PART: usize = 8;
    let list = |bytes: &[u8]| bytes.iter().map(u8::to_string).collect::<Vec<_>>().join(", ");
    let hex = |bytes: &[u8]| bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>();
    let lower = text.to_lowercase();
    let in_bytes = secret.windows(PART).any(|part| {
        text.as_bytes().windows(PART).any(|window| window == part)
            || lower.contains(&hex(part))
            || text.contains(&list(part))
    });
    // Base64 shows the bytes in three ways, by where they stand in it; both alphabets, without what hangs over.
    let in_base64 = (0..3).any(|start| {
        let encoded = encode(secret.get(start..).unwrap_or_default());
        let parts: Vec<&str> =
            encoded.as_bytes().windows(PART + 2).filter_map(|part| str::from_utf8(part).ok()).collect();
        parts.iter().any(|part| text.contains(*part) || text.contains(&part.replace('-', "+").replace('_', "/")))
    });
    in_bytes || in_base64
}

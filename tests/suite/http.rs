//! The answers of a guarded service: status, challenge, headers and body, as clients and programs see them (R-42 to R-50).

use axum::{
    Router,
    body::Body,
    http::{HeaderValue, Method, Request, StatusCode},
    routing::{any, get, post},
};
use fastjwt::{FastJwt, NoClaims, Policy, TokenPayload, access_token_required};
use serde_json::{Value, json};

use crate::support::{
    Answer, NOW, builder, forge, forge_claims, get_bearer, good_claims, good_header, jwt, send, spoil_signature,
};

async fn subject(payload: TokenPayload) -> String {
    payload.sub.clone()
}

pub fn app(jwt: FastJwt) -> Router {
    Router::new().route("/me", get(subject)).with_state(jwt)
}

/// `GET /me` with these values of the header `name`, whatever their bytes.
pub async fn ask(app: &Router, name: &str, values: &[&[u8]]) -> Answer {
    let mut request = Request::builder().uri("/me");
    for value in values {
        request = request.header(name, HeaderValue::from_bytes(value).unwrap());
    }
    send(app, request.body(Body::empty()).unwrap()).await
}

/// An answer in full: any header beside those of the design's table is one too many.
fn assert_answer(answer: &Answer, status: u16, code: &str, message: &str, challenge: Option<&str>) {
    let body = format!(r#"{{"error":"{code}","message":"{message}"}}"#);
    let length = body.len().to_string();
    let mut headers = vec![("content-length", length.as_str()), ("content-type", "application/json")];
    headers.extend(challenge.map(|challenge| ("www-authenticate", challenge)));
    let mut found: Vec<_> =
        answer.headers.iter().map(|(name, value)| (name.as_str(), value.to_str().unwrap())).collect();
    found.sort_unstable();
    assert_eq!((answer.status.as_u16(), answer.body.as_str(), found), (status, body.as_str(), headers));
}

const NO_TOKEN: (u16, &str, &str, Option<&str>) =
    (401, "missing_token", "A token is required", Some(r#"Bearer realm="api""#));
const MALFORMED: (u16, &str, &str, Option<&str>) = (
    400,
    "invalid_request",
    "The credentials are malformed",
    Some(r#"Bearer realm="api", error="invalid_request", error_description="The credentials are malformed""#),
);
const SEVERAL: (u16, &str, &str, Option<&str>) = (
    400,
    "invalid_request",
    "The request carries more than one token",
    Some(r#"Bearer realm="api", error="invalid_request", error_description="The request carries more than one token""#),
);
const INVALID: (u16, &str, &str, Option<&str>) = (
    401,
    "invalid_token",
    "The token is not valid",
    Some(r#"Bearer realm="api", error="invalid_token", error_description="The token is not valid""#),
);
const EXPIRED: (u16, &str, &str, Option<&str>) = (
    401,
    "token_expired",
    "The token has expired",
    Some(r#"Bearer realm="api", error="invalid_token", error_description="The token has expired""#),
);
const TOO_LARGE: (u16, &str, &str, Option<&str>) = (431, "token_too_large", "The token is too large", None);

fn assert_is(answer: &Answer, (status, code, message, challenge): (u16, &str, &str, Option<&str>)) {
    assert_answer(answer, status, code, message, challenge);
}

#[tokio::test]
async fn r_42_no_credentials_get_a_bare_challenge() {
    let app = app(jwt());
    assert_is(&ask(&app, "authorization", &[]).await, NO_TOKEN);
    assert_is(&ask(&app, "authorization", &[b""]).await, NO_TOKEN);
    // What else a client may send is not looked at: neither another header, nor a cookie, nor the query (R-47).
    let token = forge_claims(&good_claims());
    let elsewhere = Request::builder()
        .uri(format!("/me?access_token={token}&token={token}"))
        .header("cookie", format!("access_token={token}"))
        .header("proxy-authorization", format!("Bearer {token}"))
        .header("x-access-token", &token);
    assert_is(&send(&app, elsewhere.body(Body::empty()).unwrap()).await, NO_TOKEN);
}

fn with(changes: &Value) -> String {
    let mut claims = good_claims();
    claims.as_object_mut().unwrap().extend(changes.as_object().unwrap().clone());
    forge_claims(&claims)
}

#[tokio::test]
async fn r_43_r_49_every_invalid_token_gets_the_same_answer() {
    let app = app(jwt());
    let good = forge_claims(&good_claims());
    let mut unnamed = good_header();
    unnamed["kid"] = json!("another");
    let invalid = [
        "x".to_owned(),
        "a.b.c".to_owned(),
        format!("{good}.x"),
        format!("{good}="),
        format!("{}.", good.rsplit_once('.').unwrap().0),
        spoil_signature(&good),
        spoil_signature(&with(&json!({ "exp": 1 }))),
        forge(&json!({ "alg": "none" }), &good_claims()),
        forge(&json!({ "alg": "HS512" }), &good_claims()),
        forge(&json!({ "alg": "HS256", "typ": "logout+jwt" }), &good_claims()),
        forge(&json!({ "alg": "HS256", "crit": ["exp"] }), &good_claims()),
        forge(&unnamed, &good_claims()),
        forge_claims(&json!({})),
        forge_claims(&json!([1])),
        with(&json!({ "sub": "" })),
        with(&json!({ "exp": "never" })),
        with(&json!({ "nbf": NOW + 100 })),
        with(&json!({ "iat": NOW + 100 })),
        with(&json!({ "aud": "them" })),
        with(&json!({ "realm": "staff" })),
        with(&json!({ "type": "refresh" })),
        with(&json!({ "type": "other" })),
    ];
    for token in invalid {
        assert_is(&get_bearer(&app, "/me", &token).await, INVALID);
    }
    assert_is(&get_bearer(&app, "/me", &with(&json!({ "exp": NOW - 10 }))).await, EXPIRED);
    let answer = get_bearer(&app, "/me", &good).await;
    assert_eq!((answer.status, answer.body.as_str(), answer.challenge()), (StatusCode::OK, "USER_ID", None));
}

#[tokio::test]
async fn r_45_malformed_and_repeated_credentials_are_a_bad_request() {
    let app = app(jwt());
    let token = forge_claims(&good_claims());
    let malformed = [
        "Bearer".to_owned(),
        "Bearer ".to_owned(),
        "Bearer   ".to_owned(),
        format!("Bearer\t{token}"),
        format!("Bearer \t{token}"),
        format!("Bearer {token} "),
        format!("Bearer {token}\t"),
        format!("Bearer {token}, Bearer {token}"),
        format!("Bearer {token},"),
        format!("Bearer ,{token}"),
        format!("Bearer,{token}"),
        format!("Bearer {token} {token}"),
        format!("Bearer {token}; x=y"),
        format!("Bearer \"{token}\""),
        format!("Bearer token=\"{token}\""),
        format!("Bearer =={token}"),
        "Bearer a=b".to_owned(),
        "Bearer =".to_owned(),
        format!("Bearer:{token}"),
        format!("Bearer={token}"),
        format!("Bearer {token}\u{e9}"),
        "Bearer \u{1F980}".to_owned(),
        "Bearer {}".to_owned(),
        "Bearer a\\b".to_owned(),
    ];
    for value in &malformed {
        assert_is(&ask(&app, "authorization", &[value.as_bytes()]).await, MALFORMED);
    }
    // Bytes that are not even UTF-8.
    assert_is(&ask(&app, "authorization", &[b"Bearer \xff\xfe"]).await, MALFORMED);
    assert_is(&ask(&app, "authorization", &[b"Bearer\xa0x"]).await, MALFORMED);

    let bearer = format!("Bearer {token}");
    let bearer = bearer.as_bytes();
    for values in
        [[bearer, bearer], [bearer, b"Basic dTpw"], [b"Basic dTpw", bearer], [b"", bearer], [b"Basic a", b"Basic b"]]
    {
        assert_is(&ask(&app, "authorization", &values).await, SEVERAL);
    }
}

#[tokio::test]
async fn r_46_the_scheme_has_no_case_and_one_or_more_spaces() {
    let app = app(jwt());
    let token = forge_claims(&good_claims());
    for scheme in ["Bearer ", "bearer ", "BEARER ", "bEaReR ", "Bearer  ", "Bearer        "] {
        let answer = ask(&app, "authorization", &[format!("{scheme}{token}").as_bytes()]).await;
        assert_eq!((answer.status, answer.body.as_str()), (StatusCode::OK, "USER_ID"), "{scheme:?}");
    }
    let others = [
        format!("Basic {token}"),
        format!("DPoP {token}"),
        // As long as ours.
        format!("Digest {token}"),
        "Negotiate".to_owned(),
        token.clone(),
        format!("Bearers {token}"),
        format!("Bearer-x {token}"),
        format!("Bearer{token}"),
        format!("Bear {token}"),
        format!(" Bearer {token}"),
        format!("\tBearer {token}"),
        format!("B\u{e9}arer {token}"),
    ];
    for value in &others {
        assert_is(&ask(&app, "authorization", &[value.as_bytes()]).await, NO_TOKEN);
    }
    // token68 has letters, digits, marks and padding; what is none of ours is an invalid token, not a bad request.
    for value in ["Bearer a", "Bearer a.b-c_d~e+f/g", "Bearer a==", "Bearer ...", "Bearer ~", "Bearer a.b.c====="] {
        assert_is(&ask(&app, "authorization", &[value.as_bytes()]).await, INVALID);
    }
}

#[tokio::test]
async fn r_09_too_large_is_told_before_anything_is_read() {
    let app = app(builder().max_token_size(256).build().unwrap());
    for length in [257, 10_000, 1_000_000] {
        // Neither what the text is nor whether it is text matters.
        for byte in [b"x", b".", b"=", b",", b" ", b"\xff"] {
            let value = [b"Bearer x", byte.repeat(length - 1).as_slice()].concat();
            assert_is(&ask(&app, "authorization", &[&value]).await, TOO_LARGE);
        }
    }
    let value = format!("Bearer {}", "x".repeat(256));
    assert_is(&ask(&app, "authorization", &[value.as_bytes()]).await, INVALID);
    // The spaces are not the token.
    let value = format!("Bearer {}{}", " ".repeat(300), "x".repeat(256));
    assert_is(&ask(&app, "authorization", &[value.as_bytes()]).await, INVALID);
}

#[tokio::test]
async fn not_fresh_and_other_subject_are_told_apart() {
    let jwt = jwt();
    let of = |policy| Router::new().route("/user/{id}", get("in")).route_layer(jwt.require(policy)).with_state(());
    let token = forge_claims(&good_claims());
    let challenge = concat!(
        r#"Bearer realm="api", error="insufficient_user_authentication", "#,
        r#"error_description="A fresh token is required", max_age="0""#
    );
    let answer = get_bearer(&of(Policy::fresh()), "/user/x", &token).await;
    assert_answer(&answer, 401, "insufficient_user_authentication", "A fresh token is required", Some(challenge));
    let challenge =
        r#"Bearer realm="api", error="insufficient_scope", error_description="The token is for another subject""#;
    let answer = get_bearer(&of(Policy::access().subject_param("id")), "/user/x", &token).await;
    assert_answer(&answer, 403, "insufficient_scope", "The token is for another subject", Some(challenge));
    let answer = get_bearer(&of(Policy::access().subject_param("user_id")), "/user/USER_ID", &token).await;
    assert_answer(&answer, 500, "internal", "The server could not complete the request", None);
}

#[access_token_required]
async fn guarded() -> &'static str {
    "in"
}

#[tokio::test]
async fn answers_to_head_have_the_headers_of_get_and_no_body() {
    let jwt = jwt();
    let layered = Router::new().route("/layer", get("in")).route_layer(jwt.access_token_required());
    let app = Router::new()
        .route("/extractor", get(subject))
        .route("/attribute", get(guarded))
        .merge(layered)
        .with_state(jwt);
    let outer =
        Router::new().nest("/outer/{id}", app.clone()).nest("/a/b", Router::new().nest("/c", app.clone())).merge(app);
    for door in ["extractor", "attribute", "layer"] {
        for prefix in ["", "/outer/7", "/a/b/c"] {
            let of =
                |method| Request::builder().method(method).uri(format!("{prefix}/{door}")).body(Body::empty()).unwrap();
            let answer = send(&outer, of(Method::GET)).await;
            assert_is(&answer, NO_TOKEN);
            let head = send(&outer, of(Method::HEAD)).await;
            assert_eq!(
                (head.status, &head.headers, head.body.as_str()),
                (answer.status, &answer.headers, ""),
                "{prefix}/{door}"
            );
        }
    }
}

#[tokio::test]
async fn the_layer_sits_before_the_routing_of_methods_and_lets_preflights_through() {
    let jwt = jwt();
    let routes =
        Router::new().route("/layer", post("in")).route("/any", any("any")).route_layer(jwt.access_token_required());
    let app = Router::new().route("/attribute", post(guarded)).merge(routes).fallback("nothing").with_state(jwt);
    let ask = async |method: &str, path: &str, headers: &[(&str, &str)]| {
        let mut request = Request::builder().method(method).uri(path);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        send(&app, request.body(Body::empty()).unwrap()).await
    };
    let (origin, method) = (("origin", "https://a.example"), ("access-control-request-method", "POST"));
    // Behind the layer a wrong method is told to nobody without a token (axum adds `Allow` all the same); the attribute never
    // sees it.
    let answer = ask("GET", "/layer", &[]).await;
    assert_eq!(
        (answer.status.as_u16(), answer.code().as_str(), answer.challenge()),
        (NO_TOKEN.0, NO_TOKEN.1, NO_TOKEN.3)
    );
    let answer = ask("GET", "/attribute", &[]).await;
    assert_eq!((answer.status, answer.header("allow")), (StatusCode::METHOD_NOT_ALLOWED, Some("POST")));
    let bearer = format!("Bearer {}", forge_claims(&good_claims()));
    let answer = ask("GET", "/layer", &[("authorization", &bearer)]).await;
    assert_eq!((answer.status, answer.header("allow")), (StatusCode::METHOD_NOT_ALLOWED, Some("POST")));
    // A preflight is all three: OPTIONS, Origin and Access-Control-Request-Method.
    assert_eq!(ask("OPTIONS", "/layer", &[origin, method]).await.status, StatusCode::METHOD_NOT_ALLOWED);
    assert_eq!(ask("OPTIONS", "/any", &[origin, method]).await.body, "any");
    for (verb, headers) in [
        ("OPTIONS", vec![]),
        ("OPTIONS", vec![origin]),
        ("OPTIONS", vec![method]),
        ("GET", vec![origin, method]),
        ("POST", vec![origin, method]),
        ("HEAD", vec![origin, method]),
        ("CONNECT", vec![origin, method]),
        ("options", vec![origin, method]),
    ] {
        for path in ["/layer", "/any"] {
            assert_eq!(ask(verb, path, &headers).await.status, StatusCode::UNAUTHORIZED, "{verb} {path}");
        }
    }
    // Behind an extractor or attribute a preflight-like request is one like any other.
    let app = Router::new().route("/any", any(guarded)).with_state(crate::support::jwt());
    let preflight =
        Request::builder().method("OPTIONS").uri("/any").header(origin.0, origin.1).header(method.0, method.1);
    assert_is(&send(&app, preflight.body(Body::empty()).unwrap()).await, NO_TOKEN);
    assert_eq!(ask("GET", "/nowhere", &[]).await.body, "nothing");
}

#[tokio::test]
async fn header_name_scheme_and_realm_are_the_services_own() {
    let token = forge_claims(&good_claims());
    let jwt = builder().header_name("X-Auth").header_scheme("Token").challenge_realm("The lab").build().unwrap();
    let app = app(jwt);
    assert_eq!(ask(&app, "x-auth", &[format!("tOkEn {token}").as_bytes()]).await.body, "USER_ID");
    let bare = Some(r#"Token realm="The lab""#);
    assert_answer(
        &ask(&app, "authorization", &[format!("Token {token}").as_bytes()]).await,
        401,
        NO_TOKEN.1,
        NO_TOKEN.2,
        bare,
    );
    assert_answer(
        &ask(&app, "x-auth", &[format!("Bearer {token}").as_bytes()]).await,
        401,
        NO_TOKEN.1,
        NO_TOKEN.2,
        bare,
    );
    let invalid = r#"Token realm="The lab", error="invalid_token", error_description="The token is not valid""#;
    assert_answer(&ask(&app, "x-auth", &[b"Token x"]).await, 401, INVALID.1, INVALID.2, Some(invalid));
    // The usual header is no second token here.
    let both =
        Request::builder().uri("/me").header("x-auth", format!("Token {token}")).header("authorization", "Bearer x");
    assert_eq!(send(&app, both.body(Body::empty()).unwrap()).await.body, "USER_ID");
}

#[tokio::test]
async fn without_a_scheme_the_header_is_the_bare_token() {
    let token = forge_claims(&good_claims());
    let app = app(builder().header_name("x-token").header_scheme("").build().unwrap());
    assert_eq!(ask(&app, "x-token", &[token.as_bytes()]).await.body, "USER_ID");
    assert_is(&ask(&app, "x-token", &[]).await, NO_TOKEN);
    assert_is(&ask(&app, "x-token", &[b""]).await, NO_TOKEN);
    assert_is(&ask(&app, "x-token", &[b"x"]).await, INVALID);
    assert_is(&ask(&app, "x-token", &[format!("Bearer {token}").as_bytes()]).await, MALFORMED);
    assert_is(&ask(&app, "x-token", &[token.as_bytes(), token.as_bytes()]).await, SEVERAL);
    assert_is(&ask(&app, "x-token", &["x".repeat(8193).as_bytes()]).await, TOO_LARGE);
}

#[tokio::test]
async fn an_error_from_a_handler_is_answered_as_by_a_door() {
    async fn by_hand(
        axum::extract::State(jwt): axum::extract::State<FastJwt>,
        token: String,
    ) -> Result<String, fastjwt::Error> {
        Ok(jwt.verify_access_token::<NoClaims>(&token)?.sub.clone())
    }
    let app = Router::new().route("/", post(by_hand)).with_state(jwt());
    let ask = async |token: String| send(&app, Request::post("/").body(Body::from(token)).unwrap()).await;
    assert_is(&ask(with(&json!({ "exp": 1 }))).await, EXPIRED);
    assert_is(&ask("x".into()).await, INVALID);
    assert_is(&ask("x".repeat(8193)).await, TOO_LARGE);
    assert_eq!(ask(with(&json!({}))).await.body, "USER_ID");
}

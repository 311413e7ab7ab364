//! Access tokens in the form of RFC 9068: what is issued, what is demanded, and that neither mode takes the other's for its own.

use axum::{Router, http::StatusCode, routing::get};
use fastjwt::{
    Builder, ClaimFault, ConfigError, ErrorKind, FastJwt, HeaderFault, NoClaims, Policy, RefreshPayload, TokenFault,
    TokenPayload, UsageFault, access_token_required,
};
use serde_json::{Value, json};

use crate::support::{NOW, builder, forge, get_bearer, segment_text};

const ISSUER: &str = "https://login.example.org";

/// Either mode, with what both need to take the same tokens.
fn configured(at_jwt: bool) -> Builder {
    builder().at_jwt(at_jwt).issuer(ISSUER).audience(["api"]).client_id("app")
}

fn mode(at_jwt: bool) -> FastJwt {
    configured(at_jwt).build().unwrap()
}

/// What a token of the mode says at the least (RFC 9068 section 2.2), with what every token of ours says.
fn claims() -> Value {
    json!({
        "iss": ISSUER, "sub": "u", "aud": "api", "exp": NOW + 900, "iat": NOW, "jti": "id", "client_id": "app", "type": "access",
    })
}

fn header(typ: &str) -> Value {
    json!({ "alg": "HS256", "typ": typ })
}

fn judged(jwt: &FastJwt, token: &str, policy: &Policy) -> Result<TokenPayload, ErrorKind> {
    jwt.verify(token, policy).map_err(|error| error.kind().clone())
}

fn parts(token: &str) -> [Value; 2] {
    [0, 1].map(|index| serde_json::from_str(&segment_text(token, index)).unwrap())
}

#[test]
fn r_37_the_mode_issues_at_jwt_access_tokens_with_every_claim() {
    let jwt = mode(true);
    let token = jwt.create_access_token("u").scopes(["orders:read", "orders:write"]).sign().unwrap().into_string();
    let [header, payload] = parts(&token);
    assert_eq!((&header["alg"], &header["typ"]), (&json!("HS256"), &json!("at+jwt")));
    let expected = json!({
        "iss": ISSUER, "sub": "u", "aud": "api", "exp": NOW + 900, "nbf": NOW, "iat": NOW, "jti": payload["jti"], "type": "access",
        "fresh": false, "scope": "orders:read orders:write", "client_id": "app",
    });
    assert_eq!(payload, expected);
    assert!(payload["jti"].as_str().is_some_and(|jti| jti.len() >= 22));
    let read = judged(&jwt, &token, &Policy::access()).unwrap();
    assert!(read.has_scopes(["orders:write", "orders:read"]) && !read.has_scopes(["orders"]));
    assert_eq!(read.client_id.as_deref(), Some("app"));
    // Without scopes there is no empty `scope`, which RFC 6749 section 3.3 knows not; a header member changes no type.
    let bare = jwt.create_access_token("u").client_id("other").header("x", 1).sign().unwrap().into_string();
    let [header, payload] = parts(&bare);
    assert_eq!((&header["typ"], &header["x"], &payload["client_id"]), (&json!("at+jwt"), &json!(1), &json!("other")));
    assert!(payload.get("scope").is_none() && payload.get("scopes").is_none());
    assert_eq!(judged(&jwt, &bare, &Policy::access()).unwrap().client_id.as_deref(), Some("other"));
}

#[test]
fn r_37_a_refresh_token_of_the_mode_is_no_at_jwt() {
    let jwt = mode(true);
    let token = jwt.create_refresh_token("u").scopes(["a", "b"]).sign().unwrap().into_string();
    let [header, payload] = parts(&token);
    assert_eq!((&header["typ"], &payload["scopes"]), (&json!("JWT"), &json!(["a", "b"])));
    assert!(payload.get("scope").is_none());
    assert!(judged(&jwt, &token, &Policy::refresh()).unwrap().has_scopes(["a", "b"]));
    // No client is needed to refresh.
    let jwt = builder().at_jwt(true).issuer(ISSUER).audience(["api"]).build().unwrap();
    assert!(jwt.create_refresh_token("u").sign().is_ok());
}

/// For both kinds and all types: what the mode takes, and what it takes when it is off.
#[test]
fn r_37_the_mode_demands_at_jwt_of_access_tokens_and_of_nothing_else() {
    let wrong = Err(TokenFault::Header(HeaderFault::WrongTyp).into());
    for (typ, is_at_jwt) in [
        (Some("at+jwt"), true),
        (Some("AT+JWT"), true),
        (Some("application/at+jwt"), true),
        (Some("Application/At+Jwt"), true),
        (Some("JWT"), false),
        (Some("jwt"), false),
        (None, false),
    ] {
        for (kind, policy) in [("access", Policy::access()), ("refresh", Policy::refresh())] {
            let mut header = header("");
            header["typ"] = json!(typ);
            if typ.is_none() {
                header.as_object_mut().unwrap().remove("typ");
            }
            let mut claims = claims();
            claims["type"] = json!(kind);
            let token = forge(&header, &claims);
            let on = judged(&mode(true), &token, &policy).map(drop);
            let fits = is_at_jwt == (kind == "access");
            assert_eq!(on, if fits { Ok(()) } else { wrong.clone() }, "{kind}, {typ:?}");
            assert_eq!(judged(&mode(false), &token, &policy).map(drop), Ok(()), "{kind}, {typ:?}");
        }
    }
    for typ in ["", "at", "at+jwt ", "application/jwt", "id+jwt", "secevent+jwt", "application/at+jwt;v=1", "at+jwts"] {
        for at_jwt in [true, false] {
            let refused = judged(&mode(at_jwt), &forge(&header(typ), &claims()), &Policy::access());
            assert_eq!(refused.map(drop), wrong, "{typ:?}");
        }
    }
}

#[test]
fn r_37_the_mode_demands_every_claim_of_the_standard() {
    let (on, off) = (mode(true), mode(false));
    let access = Policy::access();
    assert!(judged(&on, &forge(&header("at+jwt"), &claims()), &access).is_ok());
    for claim in ["iss", "exp", "aud", "sub", "client_id", "iat", "jti", "type"] {
        let mut claims = claims();
        claims.as_object_mut().unwrap().remove(claim);
        let token = forge(&header("at+jwt"), &claims);
        let missing = ErrorKind::Token(TokenFault::Claims(ClaimFault::Missing(Some(claim))));
        assert_eq!(judged(&on, &token, &access).map(drop), Err(missing), "{claim}");
        // With the mode off, only these three are what a token may lack.
        let optional = ["client_id", "iat", "jti"].contains(&claim);
        assert_eq!(judged(&off, &token, &access).is_ok(), optional, "{claim}");
        // It is there, and says nothing.
        for value in [json!(null), json!({}), json!(true)] {
            claims[claim] = value;
            let token = forge(&header("at+jwt"), &claims);
            let wrong = ErrorKind::Token(TokenFault::Claims(ClaimFault::WrongType(Some(claim))));
            assert_eq!(judged(&on, &token, &access).map(drop), Err(wrong), "{claim}");
        }
    }
    // A refresh token stays as it was.
    let mut refresh = claims();
    refresh["type"] = json!("refresh");
    for claim in ["client_id", "iat", "jti"] {
        refresh.as_object_mut().unwrap().remove(claim);
    }
    assert!(judged(&on, &forge(&header("JWT"), &refresh), &Policy::refresh()).is_ok());
}

#[test]
fn r_94_scopes_are_one_string_in_the_mode() {
    let on = mode(true);
    let read = |jwt: &FastJwt, members: Value| {
        let mut claims = claims();
        claims.as_object_mut().unwrap().extend(members.as_object().unwrap().clone());
        judged(jwt, &forge(&header("at+jwt"), &claims), &Policy::access()).map(|payload| payload.scopes.clone())
    };
    for (scope, words) in [
        ("a", vec!["a"]),
        ("a b", vec!["a", "b"]),
        (" a  b ", vec!["a", "b"]),
        ("A a", vec!["A", "a"]),
        ("a\tb", vec!["a\tb"]),
        ("a,b", vec!["a,b"]),
        ("", vec![]),
        ("   ", vec![]),
    ] {
        let words: Vec<String> = words.into_iter().map(str::to_owned).collect();
        assert_eq!(read(&on, json!({ "scope": scope })), Ok(words.clone()), "{scope:?}");
        // What stands in the list adds nothing to it.
        assert_eq!(read(&on, json!({ "scopes": ["admin"], "scope": scope })), Ok(words), "{scope:?}");
        // With the mode off it is another issuer's word for something, and grants nothing.
        assert_eq!(read(&mode(false), json!({ "scope": scope })), Ok(vec![]));
        assert_eq!(read(&mode(false), json!({ "scope": scope, "scopes": ["x"] })), Ok(vec!["x".to_owned()]));
    }
    for scope in [json!(null), json!(1), json!(-1), json!(1.5), json!(true), json!(["a"]), json!({ "a": 1 })] {
        let wrong = ErrorKind::Token(TokenFault::Claims(ClaimFault::WrongType(Some("scope"))));
        assert_eq!(read(&on, json!({ "scope": scope })), Err(wrong), "{scope}");
        assert_eq!(read(&mode(false), json!({ "scope": scope })), Ok(vec![]), "{scope}");
    }
}

/// A service that switches the mode on refuses its own tokens of before, and the other way round reads them without their scopes.
#[test]
fn r_37_tokens_of_one_mode_in_the_other() {
    let issue = |jwt: &FastJwt| jwt.create_access_token("u").scopes(["a"]).sign().unwrap().into_string();
    let (on, off) = (mode(true), mode(false));
    let wrong = ErrorKind::Token(TokenFault::Header(HeaderFault::WrongTyp));
    assert_eq!(judged(&on, &issue(&off), &Policy::access()).map(drop), Err(wrong));
    assert_eq!(judged(&off, &issue(&on), &Policy::access()).unwrap().scopes, [] as [&str; 0]);
    let [header, payload] = parts(&issue(&off));
    assert_eq!((&header["typ"], &payload["scopes"]), (&json!("JWT"), &json!(["a"])));
    assert!(payload.get("scope").is_none());
    // Refresh tokens are the same in both.
    let refresh = |jwt: &FastJwt| jwt.create_refresh_token("u").scopes(["a"]).sign().unwrap().into_string();
    for (from, to) in [(&on, &off), (&off, &on)] {
        assert_eq!(judged(to, &refresh(from), &Policy::refresh()).unwrap().scopes, ["a"]);
    }
}

#[test]
fn r_37_a_token_that_the_standard_does_not_know_is_not_issued() {
    let without_client = builder().at_jwt(true).issuer(ISSUER).audience(["api"]).build().unwrap();
    let with_client = mode(true);
    let refused = [
        (without_client.create_access_token("u").sign(), "client_id"),
        (with_client.create_access_token("u").client_id("").sign(), "client_id"),
        (with_client.create_access_token("u").audience([] as [&str; 0]).sign(), "audience"),
    ];
    for (answer, word) in refused {
        let error = answer.unwrap_err();
        assert!(
            matches!(error.kind(), ErrorKind::Usage(UsageFault::CannotIssue(reason)) if reason.contains(word)),
            "{error}"
        );
    }
    assert!(without_client.create_access_token("u").client_id("app").sign().is_ok());
    // A refused empty client is refused in either mode.
    assert!(mode(false).create_access_token("u").client_id("").sign().is_err());
}

#[test]
fn r_37_the_mode_needs_an_issuer_and_an_audience() {
    let told = |error: ConfigError| error.faults().iter().map(ToString::to_string).collect::<Vec<_>>();
    let fault = |option: &str| format!("`at_jwt`: it needs an `{option}` (RFC 9068 section 2.2)");
    assert_eq!(told(builder().at_jwt(true).build().unwrap_err()), [fault("issuer"), fault("audience")]);
    assert_eq!(told(builder().at_jwt(true).issuer(ISSUER).build().unwrap_err()), [fault("audience")]);
    for client in [String::new(), "x".repeat(256)] {
        let error = told(configured(true).client_id(client).build().unwrap_err());
        assert_eq!(error, ["`client_id`: it must have 1 to 255 bytes"]);
    }
    assert!(builder().at_jwt(true).at_jwt(false).build().is_ok());
}

#[access_token_required]
async fn guarded(payload: TokenPayload<NoClaims>) -> String {
    payload.scopes.join(",")
}

#[tokio::test]
async fn r_37_every_door_demands_the_same() {
    let jwt = mode(true);
    let app = Router::new()
        .route("/layer", get("a,b").route_layer(jwt.access_token_required()))
        .route("/attribute", get(guarded))
        .route("/extractor", get(async |payload: TokenPayload| payload.scopes.join(",")))
        .route("/both", get(guarded).route_layer(jwt.access_token_required()))
        .route("/refresh", get(async |_: RefreshPayload| "in"))
        .with_state(jwt.clone());
    let token = jwt.create_access_token("u").scopes(["a", "b"]).sign().unwrap().into_string();
    let untyped = forge(&header("JWT"), &claims());
    let mut refresh = claims();
    refresh["type"] = json!("refresh");
    let [refresh, at_jwt_refresh] = ["JWT", "at+jwt"].map(|typ| forge(&header(typ), &refresh));
    for path in ["/layer", "/attribute", "/extractor", "/both"] {
        let answer = get_bearer(&app, path, &token).await;
        assert_eq!((answer.status, answer.body.as_str()), (StatusCode::OK, "a,b"), "{path}");
        for refused in [&untyped, &refresh, &at_jwt_refresh] {
            let answer = get_bearer(&app, path, refused).await;
            assert_eq!((answer.status, answer.code().as_str()), (StatusCode::UNAUTHORIZED, "invalid_token"), "{path}");
        }
    }
    let status = async |token: &str| get_bearer(&app, "/refresh", token).await.status;
    assert_eq!(status(&refresh).await, StatusCode::OK);
    for refused in [&token, &untyped, &at_jwt_refresh] {
        assert_eq!(status(refused).await, StatusCode::UNAUTHORIZED);
    }
}

//! Answers that bring no cookie: those that speak of it themselves, no success, and what a shared cache may store.

use axum::{
    Router,
    body::Body,
    extract::State,
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode},
    response::{IntoResponse, Response},
    routing::{any, post},
};
use fastjwt::{Error, FastJwt, LogoutToken, TokenPayload, access_token_required};

use super::{MINUTE, builder, cookie, log_in, renewed, visit};
use crate::{sessions::Hands, support::Answer};

/// What a handler answers comes out with a cookie, or as it was.
pub(super) async fn is_renewed(status: u16, headers: &[(&str, &str)]) -> bool {
    let hands = Hands::new();
    let jwt = builder(&hands).build().unwrap();
    let token = log_in(&jwt);
    hands.put(6 * MINUTE);
    let own: HeaderMap = headers
        .iter()
        .map(|(name, value)| (HeaderName::try_from(*name).unwrap(), HeaderValue::from_str(value).unwrap()))
        .collect();
    let handler = move || {
        let own = own.clone();
        async move {
            let mut response = Response::new(Body::from("the body"));
            *response.status_mut() = StatusCode::from_u16(status).unwrap();
            *response.headers_mut() = own;
            response
        }
    };
    let plain = Router::new().route("/", any(handler));
    let expected = visit(&plain, "GET", "/", &token).await;
    let answer = visit(&plain.layer(jwt.implicit_refresh()), "GET", "/", &token).await;
    if answer == expected {
        return false;
    }
    assert!(renewed(&answer).is_some(), "{answer:?}");
    assert_eq!((answer.status, &answer.body), (expected.status, &expected.body));
    assert_eq!((answer.header("cache-control"), answer.header("pragma")), (Some("no-store"), Some("no-cache")));
    let others = |answer: &Answer| {
        let mut headers = answer.headers.clone();
        for ours in ["cache-control", "pragma"] {
            headers.remove(ours);
        }
        let kept =
            headers.get_all("set-cookie").iter().filter(|value| !value.as_bytes().starts_with(b"__Host-")).cloned();
        let kept: Vec<HeaderValue> = kept.collect();
        headers.remove("set-cookie");
        (headers, kept)
    };
    assert_eq!(others(&answer), others(&expected));
    true
}

#[tokio::test]
async fn an_answer_that_is_no_success() {
    for status in [200, 201, 202, 203, 204, 205, 206, 207, 302, 303, 307] {
        assert!(is_renewed(status, &[]).await, "{status}");
    }
    for status in [101, 300, 301, 304, 305, 308, 400, 401, 403, 404, 409, 410, 422, 429, 500, 502, 503, 599] {
        assert!(!is_renewed(status, &[]).await, "{status}");
    }
}

#[tokio::test]
async fn an_answer_that_a_shared_cache_may_store() {
    const CC: &str = "cache-control";
    let stored: &[&[(&str, &str)]] = &[
        &[(CC, "public")],
        &[(CC, "PUBLIC, max-age=60")],
        &[(CC, "public, no-store")],
        &[(CC, "private, public")],
        &[(CC, "max-age=60")],
        &[(CC, " max-age = 60")],
        &[(CC, "max-age=\"60\"")],
        &[(CC, "max-age")],
        &[(CC, "no-cache, s-maxage=0")],
        &[(CC, "private, s-maxage=60")],
        &[(CC, "no-cache=\"set-cookie, x\"")],
        &[(CC, "private=\"set-cookie\"")],
        &[(CC, "private=\"a, no-store\"")],
        &[(CC, "x=\"\\\", no-store\"")],
        &[(CC, "must-understand, no-store")],
        &[(CC, "immutable")],
        &[(CC, "stale-while-revalidate=30")],
        &[(CC, "something-new")],
        &[(CC, "no-cache"), (CC, "max-age=5")],
        &[("expires", "Thu, 01 Jan 2099 00:00:00 GMT")],
        &[(CC, "no-cache"), ("expires", "0")],
        &[(CC, "no-store"), ("cdn-cache-control", "max-age=60")],
        &[(CC, "no-store"), ("cloudflare-cdn-cache-control", "")],
        &[("surrogate-control", "max-age=60")],
        &[(CC, "private"), ("x-accel-expires", "60")],
        &[(CC, "private"), ("edge-control", "!no-store, max-age=3600")],
        &[("edge-control", "cache-maxage=10m")],
    ];
    for headers in stored {
        assert!(!is_renewed(200, headers).await, "{headers:?}");
    }
    let not_stored: &[&[(&str, &str)]] = &[
        &[],
        &[(CC, "no-store")],
        &[(CC, "No-Store, max-age=0")],
        &[(CC, "private")],
        &[(CC, "private, max-age=300")],
        &[(CC, "max-age=300"), (CC, "private")],
        &[(CC, "no-cache")],
        &[(CC, "max-age=0, must-revalidate")],
        &[(CC, "max-age=00,no-transform,,proxy-revalidate")],
        &[(CC, "private"), ("expires", "Thu, 01 Jan 2099 00:00:00 GMT")],
        &[(CC, "x=\"\\\"\", no-store")],
        &[("cdn-cache-control", "no-store")],
        &[("edge-control", "no-store")],
        &[("vary", "cookie"), ("etag", "\"a\""), ("x-cache-control-note", "public")],
    ];
    for headers in not_stored {
        assert!(is_renewed(200, headers).await, "{headers:?}");
    }
}

#[tokio::test]
async fn an_answer_that_speaks_of_the_cookies_itself() {
    for name in ["access_token", "csrf_access_token", "refresh_token", "csrf_refresh_token"] {
        for value in ["=x; Path=/; Secure", "=", "=; Max-Age=0", ";", " = x", "", "=\"\""] {
            let header = format!("__Host-{name}{value}");
            assert!(!is_renewed(200, &[("set-cookie", "theme=dark"), ("set-cookie", &header)]).await, "{header}");
        }
    }
    for header in ["\"cookies\"", "\"*\"", "\"cache\", \"cookies\"", "\"cache\",\"*\""] {
        assert!(!is_renewed(200, &[("clear-site-data", header)]).await, "{header}");
    }
    for (name, value) in [
        ("set-cookie", "theme=dark; Path=/"),
        ("set-cookie", "__Host-access_token_2=x"),
        ("set-cookie", "x=__Host-access_token"),
        ("set-cookie", "access_token=x"),
        ("clear-site-data", "\"cache\", \"storage\""),
    ] {
        assert!(is_renewed(200, &[(name, value)]).await, "{name}: {value}");
    }
}

async fn logout(_: LogoutToken, State(jwt): State<FastJwt>) -> impl IntoResponse {
    (jwt.unset_cookies(), "good bye")
}

#[access_token_required]
async fn login_again(payload: TokenPayload, State(jwt): State<FastJwt>) -> Result<impl IntoResponse, Error> {
    let token = jwt.create_access_token(&payload.sub).claim("second", true).fresh().sign()?;
    Ok((jwt.access_cookies(&token)?, "welcome back"))
}

#[tokio::test]
async fn fault_4_a_logout_stays_a_logout_and_a_login_a_login() {
    let hands = Hands::new();
    let jwt = builder(&hands).build().unwrap();
    let app = Router::new()
        .route("/logout", post(logout))
        .route("/away", post(async |State(jwt): State<FastJwt>| (jwt.unset_refresh_cookies(), "half of it")))
        .route("/login", post(login_again))
        .layer(jwt.implicit_refresh())
        .with_state(jwt.clone());
    let token = log_in(&jwt);
    hands.put(6 * MINUTE);
    let answer = visit(&app, "POST", "/logout", &token).await;
    assert_eq!((answer.status, answer.headers.get_all("set-cookie").iter().count()), (StatusCode::OK, 4));
    for header in answer.headers.get_all("set-cookie") {
        assert!(
            header.to_str().unwrap().contains("=; ") && header.to_str().unwrap().contains("Max-Age=0"),
            "{answer:?}"
        );
    }
    let answer = visit(&app, "POST", "/away", &token).await;
    assert_eq!((answer.status, renewed(&answer)), (StatusCode::OK, None));
    let answer = visit(&app, "POST", "/login", &token).await;
    let own = crate::sessions::claims(&renewed(&answer).unwrap());
    assert_eq!((&own["second"], &own["fresh"]), (&true.into(), &true.into()));
    assert_eq!(cookie(&answer, "__Host-csrf_access_token"), own["csrf"].as_str().map(str::to_owned));
}

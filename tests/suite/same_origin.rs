//! What browsers say of the page that sent a request: Fetch Metadata, then `Origin`, then `Referer` (R-54, R-58, R-60).

use axum::{
    Router,
    body::Body,
    http::{Request, Version},
    routing::any,
};
use fastjwt::{Builder, FastJwt, Location, SameOrigin, TokenPayload};
use serde_json::json;

use crate::{
    locations::{Carrier, EVERYWHERE},
    support::{ask, builder, forge_claims, good_claims, send},
};

const CSRF: &str = "Zq7pLw9xRtVb3nMk8sYc2d";

fn token() -> String {
    let mut claims = good_claims();
    claims["csrf"] = json!(CSRF);
    forge_claims(&claims)
}

fn trusting() -> Builder {
    builder().locations(EVERYWHERE).trusted_origins(["https://admin.example.org", "http://app.example.org:8080"])
}

/// The check at every door that has one: before a login by itself, and before the token of a cookie.
fn app(jwt: &FastJwt) -> Router {
    Router::new()
        .route("/layer", any("in").layer(jwt.same_origin()))
        .route("/extractor", any(async |_: SameOrigin| "in"))
        .route("/cookie", any(async |_: TokenPayload| "in"))
        .layer(jwt.body_tokens())
        .with_state(jwt.clone())
}

const DOORS: [&str; 3] = ["/layer", "/extractor", "/cookie"];

async fn passes(app: &Router, method: &str, door: &str, headers: &[(&str, &str)]) -> bool {
    let cookie = format!("__Host-access_token={}", token());
    let mut all = vec![("cookie", cookie.as_str()), ("x-csrf-token", CSRF)];
    all.extend(headers);
    let answer = ask(app, method, door, &all, "").await;
    if answer.status == 200 {
        return true;
    }
    assert_eq!(answer.status, 403, "{door} {headers:?}");
    let body = r#"{"error":"csrf_failed","message":"The request comes from another site"}"#;
    assert_eq!(answer.body, if method == "HEAD" { "" } else { body });
    assert_eq!(answer.challenge(), None);
    false
}

#[tokio::test]
async fn r_58_r_60_what_a_browser_says_of_the_page_decides() {
    let app = app(&trusting().build().unwrap());
    let host = ("host", "app.example.org");
    let site = |value| ("sec-fetch-site", value);
    let origin = |value| ("origin", value);
    let referer = |value| ("referer", value);
    let (ours, theirs) = (origin("https://app.example.org"), origin("https://evil.example"));
    let trusted = origin("https://admin.example.org");
    let table = [
        // Fetch Metadata.
        (vec![host, site("same-origin")], true),
        (vec![host, site("none")], true),
        (vec![host, site("same-origin"), theirs], true),
        (vec![host, site("cross-site")], false),
        (vec![host, site("cross-site"), ours], false),
        (vec![host, site("cross-site"), trusted], false),
        (vec![host, site("same-site")], false),
        (vec![host, site("same-site"), ours], false),
        (vec![host, site("same-site"), origin("https://other.example.org")], false),
        (vec![host, site("same-site"), trusted], true),
        (vec![host, site("same-site"), origin("HTTPS://Admin.Example.ORG")], true),
        (vec![host, site("same-site"), origin("https://admin.example.org:443")], true),
        (vec![host, site("same-site"), origin("http://app.example.org:8080")], true),
        (vec![host, site("same-site"), origin("http://admin.example.org")], false),
        (vec![host, site("same-site"), origin("https://admin.example.org:8443")], false),
        (vec![host, site("same-site"), origin("https://admin.example.org.evil.example")], false),
        (vec![host, site("same-site"), origin("null")], false),
        (vec![host, site("same-site"), trusted, theirs], false),
        (vec![host, site("same-site"), referer("https://admin.example.org/")], false),
        // A value that nobody knows is none.
        (vec![host, site("Same-Origin"), theirs], false),
        (vec![host, site("other-planet"), ours], true),
        (vec![host, site("")], true),
        (vec![host, site("same-origin"), site("same-origin"), theirs], false),
        (vec![host, site("cross-site"), site("same-origin"), theirs], false),
        (vec![host, ("host", "evil.example"), ours], false),
        (vec![host, referer("https://app.example.org/"), referer("https://evil.example/")], false),
        (vec![host, referer("https://app.example.org#x")], true),
        // The origin.
        (vec![host, ours], true),
        (vec![host, theirs], false),
        (vec![host, trusted], true),
        (vec![host, origin("null")], false),
        (vec![host, origin("")], false),
        (vec![host, ours, ours], false),
        (vec![host, origin("https://app.example.org.evil.example")], false),
        (vec![host, origin("https://evilapp.example.org")], false),
        (vec![host, origin("https://app.example.org@evil.example")], false),
        (vec![host, origin("https://evil.example/app.example.org")], false),
        (vec![host, origin("https://app.example.org/")], false),
        (vec![host, origin("https://app.example.org:444")], false),
        (vec![host, origin("https://app.example.org:")], false),
        (vec![host, origin("https://app.example.org:+443")], false),
        (vec![host, origin("https://app.example.org:99999")], false),
        (vec![host, origin("app.example.org")], false),
        (vec![host, origin("file://app.example.org")], false),
        (vec![host, origin("chrome-extension://app.example.org")], false),
        (vec![host, theirs, referer("https://app.example.org/")], false),
        (vec![host, origin("null"), referer("https://app.example.org/")], false),
        (vec![("host", "App.Example.Org:443"), ours], true),
        (vec![("host", "app.example.org:8080"), ours], false),
        (vec![("host", "app.example.org:8080"), origin("http://app.example.org:8080")], true),
        (vec![("host", "localhost:3000"), origin("http://localhost:3000")], true),
        (vec![("host", "localhost:3000"), origin("http://localhost:3001")], false),
        (vec![("host", "127.0.0.1:3000"), origin("http://localhost:3000")], false),
        (vec![("host", "[::1]:3000"), origin("http://[::1]:3000")], true),
        (vec![("host", "[::1]"), origin("http://[::1]:80")], true),
        (vec![("host", "[::1]:3000"), origin("http://[::2]:3000")], false),
        (vec![("host", "[x]"), origin("http://[x]")], false),
        (vec![ours], false),
        (vec![host, host, ours], false),
        (vec![("host", ""), origin("https://")], false),
        // What proxies say of the host, anybody can say.
        (vec![host, ("x-forwarded-host", "evil.example"), theirs], false),
        (vec![host, ("forwarded", "host=evil.example"), theirs], false),
        // The page's address.
        (vec![host, referer("https://app.example.org/a?b#c")], true),
        (vec![host, referer("https://app.example.org")], true),
        (vec![host, referer("https://admin.example.org/users")], true),
        (vec![host, referer("https://evil.example/app.example.org")], false),
        (vec![host, referer("https://evil.example?https://app.example.org/")], false),
        (vec![host, referer("https://app.example.org.evil.example/")], false),
        (vec![host, referer("https://app.example.org@evil.example/")], false),
        (vec![host, referer("https://evil.example\\app.example.org/")], false),
        (vec![host, referer("about:blank")], false),
        (vec![host, referer("")], false),
        (vec![host, referer("https://app.example.org/"), referer("https://app.example.org/")], false),
        // No browser.
        (vec![host], true),
        (vec![], true),
    ];
    for (headers, expected) in table {
        for door in DOORS {
            assert_eq!(passes(&app, "POST", door, &headers).await, expected, "POST {door} {headers:?}");
            for method in ["PUT", "PATCH", "DELETE", "TRACE", "CONNECT", "PURGE"] {
                assert_eq!(passes(&app, method, door, &headers).await, expected, "{method} {door} {headers:?}");
            }
            // What changes nothing may come from anywhere.
            for method in ["GET", "HEAD", "OPTIONS"] {
                assert!(passes(&app, method, door, &headers).await, "{method} {door} {headers:?}");
                let mut upgrade = headers.clone();
                upgrade.push(("upgrade", "websocket"));
                assert_eq!(passes(&app, method, door, &upgrade).await, expected, "{method} {door} {upgrade:?}");
            }
        }
    }
}

#[tokio::test]
async fn r_58_over_http_2_the_host_stands_in_the_uri() {
    let app = app(&trusting().build().unwrap());
    for (uri, origin, expected) in [
        ("https://app.example.org/layer", "https://app.example.org", 200),
        ("https://app.example.org/layer", "https://evil.example", 403),
        ("http://app.example.org:3000/layer", "http://app.example.org:3000", 200),
    ] {
        let request = Request::post(uri).version(Version::HTTP_2).header("origin", origin).body(Body::empty()).unwrap();
        assert_eq!(send(&app, request).await.status, expected, "{uri} {origin}");
    }
    // The header is what the server goes by, if there is one.
    let request = Request::post("https://evil.example/layer")
        .header("host", "app.example.org")
        .header("origin", "https://evil.example")
        .body(Body::empty())
        .unwrap();
    assert_eq!(send(&app, request).await.status, 403);
}

#[tokio::test]
async fn r_54_tokens_of_cookies_query_and_bodies_come_from_pages_of_this_site_and_others_from_anywhere() {
    for (is_on, jwt) in
        [(true, trusting().build().unwrap()), (false, trusting().same_origin_check(false).build().unwrap())]
    {
        let app = app(&jwt);
        for place in [Location::Header, Location::Cookie, Location::Json, Location::Query, Location::WebSocket] {
            let mut carrier = Carrier::default().with("access", place, &token());
            carrier.headers.push(("x-csrf-token".into(), CSRF.into()));
            carrier.headers.push(("sec-fetch-site".into(), "cross-site".into()));
            let comes_by_itself = !matches!(place, Location::Header | Location::WebSocket);
            let expected = if is_on && comes_by_itself { 403 } else { 200 };
            assert_eq!(carrier.ask(&app, "POST", "/cookie").await.status.as_u16(), expected, "{place:?}");
            assert_eq!(carrier.ask(&app, "GET", "/cookie").await.status, 200, "{place:?}");
            carrier.headers.push(("upgrade".into(), "websocket".into()));
            assert_eq!(carrier.ask(&app, "GET", "/cookie").await.status.as_u16(), expected, "{place:?}");
        }
        // The layer and the extractor are there because somebody put them there.
        assert!(!passes(&app, "POST", "/layer", &[("sec-fetch-site", "cross-site")]).await);
        assert!(!passes(&app, "POST", "/extractor", &[("sec-fetch-site", "cross-site")]).await);
    }
}

#[tokio::test]
async fn r_60_the_login_has_no_token_and_is_guarded_all_the_same() {
    let app = app(&builder().build().unwrap());
    for door in ["/layer", "/extractor"] {
        for (site, status) in [("cross-site", 403), ("same-site", 403), ("same-origin", 200), ("none", 200)] {
            assert_eq!(ask(&app, "POST", door, &[("sec-fetch-site", site)], "").await.status.as_u16(), status);
        }
        assert_eq!(ask(&app, "POST", door, &[], "").await.status, 200);
    }
    let both = [("/layer", "layer"), ("/extractor", "extractor")];
    let mut answers = Vec::new();
    for (door, _) in both {
        answers.push(ask(&app, "POST", door, &[("sec-fetch-site", "cross-site")], "").await);
    }
    assert_eq!(answers[0], answers[1]);
}

#[test]
fn trusted_origins_are_origins() {
    for good in ["https://a", "http://a.example:8080", "https://[::1]:3000", "https://127.0.0.1", "HTTPS://A.example"] {
        assert!(builder().trusted_origins([good]).build().is_ok(), "{good}");
    }
    for bad in [
        "",
        "null",
        "*",
        "https://*",
        "https://*.example.org",
        "a.example",
        "https://",
        "https://a/",
        "https://a/b",
        "https://u@a",
        "https://a:",
        "https://a:x",
        "https://a:65536",
        "ftp://a",
        "https://a b",
        "https://[a]",
        "https://ä",
    ] {
        let error = builder().trusted_origins(["https://fine", bad]).build().unwrap_err();
        let text = error.to_string();
        assert!(text.contains("`trusted_origins`: number 2: it must be `http://` or `https://`"), "{bad}: {text}");
    }
}

//! A browser's cookie store (RFC 6265bis section 5.7), so far as it matters here, and what it holds after any use of a service.

use std::time::Duration;

use axum::{
    Router,
    body::Body,
    extract::State,
    http::{HeaderMap, Request},
    response::IntoResponse,
    routing::{get, post},
};
use fastjwt::{
    Builder, CookieLifetime, Error, FastJwt, Locations, SameSite, TokenPayload, access_token_required,
    refresh_token_required,
};
use proptest::prelude::*;

use crate::support::{Answer, builder, cases, send};

#[derive(Debug, Clone, PartialEq)]
struct Stored {
    name: String,
    value: String,
    domain: String,
    /// Whether it is sent to this very host only.
    host_only: bool,
    path: String,
    secure: bool,
    http_only: bool,
    partitioned: bool,
}

/// The cookies of a browser at one host, by https.
#[derive(Debug, Default)]
struct Store {
    host: &'static str,
    cookies: Vec<Stored>,
}

impl Store {
    fn at(host: &'static str) -> Self {
        Self { host, cookies: Vec::new() }
    }

    /// Takes what a response to a request for `path` sets; panics where a browser would refuse it, which no service wants.
    fn take(&mut self, path: &str, headers: &HeaderMap) {
        for header in headers.get_all("set-cookie") {
            self.set(path, header.to_str().unwrap());
        }
    }

    fn set(&mut self, request_path: &str, header: &str) {
        let mut parts = header.split(';').map(str::trim);
        let (name, value) = parts.next().unwrap().split_once('=').expect("a name and a value");
        assert!(name.len() + value.len() <= 4096, "{header}");
        let mut cookie = Stored {
            name: name.to_owned(),
            value: value.to_owned(),
            domain: self.host.to_owned(),
            host_only: true,
            path: default_path(request_path).to_owned(),
            secure: false,
            http_only: false,
            partitioned: false,
        };
        let (mut same_site, mut age, mut in_past) = ("", None, false);
        for attribute in parts {
            let (key, value) = attribute.split_once('=').unwrap_or((attribute, ""));
            match key.to_ascii_lowercase().as_str() {
                "domain" => (cookie.domain, cookie.host_only) = (value.to_ascii_lowercase(), false),
                "path" if value.starts_with('/') => cookie.path = value.to_owned(),
                "secure" => cookie.secure = true,
                "httponly" => cookie.http_only = true,
                "partitioned" => cookie.partitioned = true,
                "samesite" => same_site = value,
                "max-age" => age = Some(value.parse::<i64>().expect("a number")),
                "expires" => in_past = value == "Thu, 01 Jan 1970 00:00:00 GMT",
                other => panic!("an attribute `{other}` in {header}"),
            }
        }
        // Where a browser refuses a cookie.
        let is_ours = self.host == cookie.domain || self.host.ends_with(&format!(".{}", cookie.domain));
        assert!(is_ours, "{header}");
        assert!(same_site != "None" || cookie.secure, "{header}");
        assert!(!cookie.partitioned || cookie.secure, "{header}");
        let prefix = name.to_ascii_lowercase();
        assert!(!prefix.starts_with("__secure-") || cookie.secure, "{header}");
        let is_host = cookie.secure && cookie.host_only && cookie.path == "/";
        assert!(!prefix.starts_with("__host-") || is_host, "{header}");
        // One of the same name, domain and path is replaced, or taken away.
        self.cookies.retain(|old| {
            let same = |cookie: &Stored| {
                (cookie.name.clone(), cookie.domain.clone(), cookie.host_only, cookie.path.clone(), cookie.partitioned)
            };
            same(old) != same(&cookie)
        });
        // `Max-Age` comes before `Expires`.
        if !age.map_or(in_past, |age| age <= 0) {
            self.cookies.push(cookie);
        }
    }

    /// The header of a request for `path`, longer paths first.
    fn header(&self, path: &str) -> Option<String> {
        let mut sent: Vec<_> = self.cookies.iter().filter(|cookie| path_matches(path, &cookie.path)).collect();
        sent.sort_by_key(|cookie| std::cmp::Reverse(cookie.path.len()));
        let pairs: Vec<_> = sent.iter().map(|cookie| format!("{}={}", cookie.name, cookie.value)).collect();
        (!pairs.is_empty()).then(|| pairs.join("; "))
    }

    /// What a script on a page reads.
    fn read(&self, name_part: &str) -> Option<String> {
        let mut readable = self.cookies.iter().filter(|cookie| !cookie.http_only && cookie.name.contains(name_part));
        readable.next().map(|cookie| cookie.value.clone())
    }
}

fn default_path(path: &str) -> &str {
    match path.rfind('/') {
        Some(0) | None => "/",
        Some(end) => &path[..end],
    }
}

fn path_matches(path: &str, cookie: &str) -> bool {
    path == cookie || path.starts_with(cookie) && (cookie.ends_with('/') || path[cookie.len()..].starts_with('/'))
}

#[test]
fn the_store_replaces_by_name_domain_and_path() {
    let mut store = Store::at("app.example.org");
    store.set("/a/b", "x=1; Secure");
    store.set("/a/b", "x=2; Path=/");
    store.set("/a/b", "x=3; Path=/; Domain=example.org");
    assert_eq!(store.header("/a/c").unwrap(), "x=1; x=2; x=3");
    assert_eq!(store.header("/ab").unwrap(), "x=2; x=3");
    store.set("/", "x=; Path=/; Max-Age=0");
    store.set("/", "x=; Path=/a; Expires=Thu, 01 Jan 1970 00:00:00 GMT");
    assert_eq!(store.header("/a/c").unwrap(), "x=3");
    store.set("/", "x=4; Path=/; Domain=example.org; Max-Age=-1");
    assert_eq!(store.header("/a/c"), None);
}

async fn login(State(jwt): State<FastJwt>) -> Result<impl IntoResponse, Error> {
    let access = jwt.create_access_token("u").sign()?;
    let refresh = jwt.create_refresh_token("u").csrf(access.csrf()).sign()?;
    Ok((jwt.access_cookies(&access)?, jwt.refresh_cookies(&refresh)?))
}

#[refresh_token_required]
async fn refresh(State(jwt): State<FastJwt>, payload: TokenPayload) -> Result<impl IntoResponse, Error> {
    jwt.access_cookies(&jwt.create_access_token("u").csrf(payload.csrf.as_deref()).sign()?)
}

#[access_token_required]
async fn me() -> &'static str {
    "me"
}

#[access_token_required]
async fn note() -> &'static str {
    "noted"
}

/// A refresh without asking, as a middleware of a service might do it, on the way out of a logout.
async fn logout_and_refresh(State(jwt): State<FastJwt>) -> Result<impl IntoResponse, Error> {
    let access = jwt.create_access_token("u").sign()?;
    Ok((jwt.access_cookies(&access)?, jwt.unset_cookies()))
}

fn app(jwt: FastJwt) -> Router {
    Router::new()
        .route("/deep/login", post(login))
        .route("/refresh", post(refresh))
        .route("/me", get(me))
        .route("/deep/note", post(note))
        .route("/logout", post(async |State(jwt): State<FastJwt>| jwt.unset_cookies()))
        .route(
            "/deep/logout",
            post(async |State(jwt): State<FastJwt>| (jwt.unset_refresh_cookies(), jwt.unset_access_cookies())),
        )
        .route("/logout/refreshing", post(logout_and_refresh))
        .with_state(jwt)
}

#[derive(Debug, Clone, Copy)]
enum Step {
    Login,
    Refresh,
    Note,
    ClearAccess,
}

struct Browser {
    app: Router,
    store: Store,
}

impl Browser {
    async fn send(&mut self, method: &str, path: &str, csrf: Option<String>) -> Answer {
        let mut request = Request::builder().method(method).uri(path).header("sec-fetch-site", "same-origin");
        if let Some(cookie) = self.store.header(path) {
            request = request.header("cookie", cookie);
        }
        if let Some(csrf) = csrf {
            request = request.header("x-csrf-token", csrf);
        }
        let answer = send(&self.app, request.body(Body::empty()).unwrap()).await;
        self.store.take(path, &answer.headers);
        answer
    }

    fn holds(&self, part: &str) -> bool {
        self.store.cookies.iter().any(|cookie| cookie.name.ends_with(part))
    }

    /// The step, and whether its answer is what the cookies in the store promise.
    async fn go(&mut self, step: Step, jwt: &FastJwt) {
        let has_access = self.holds("access_token");
        let has_refresh = self.holds("refresh_token");
        let csrf = |store: &Store, kind: &str| store.read(&format!("csrf_{kind}"));
        match step {
            Step::Login => assert_eq!(self.send("POST", "/deep/login", None).await.status, 200),
            Step::Refresh => {
                let csrf = csrf(&self.store, "refresh");
                let status = self.send("POST", "/refresh", csrf).await.status.as_u16();
                assert_eq!(status, if has_refresh { 200 } else { 401 });
            }
            Step::Note => {
                let csrf = csrf(&self.store, "access");
                let status = self.send("POST", "/deep/note", csrf).await.status.as_u16();
                assert_eq!(status, if has_access { 200 } else { 401 });
                assert_eq!(self.send("GET", "/me", None).await.status.as_u16(), status);
            }
            Step::ClearAccess => self.store.take("/", jwt.unset_access_cookies().into_response().headers()),
        }
    }
}

fn configurations() -> Vec<Builder> {
    let cookies = || builder().locations(Locations::COOKIES);
    vec![
        cookies(),
        cookies().refresh_cookie(|cookie| cookie.path("/refresh")),
        cookies().cookies(|cookie| cookie.domain("example.org").same_site(SameSite::Strict)),
        cookies().cookies(|cookie| cookie.partitioned(true).same_site(SameSite::None)),
        cookies().cookies(|cookie| cookie.secure(false)),
        cookies().cookies(|cookie| cookie.lifetime(CookieLifetime::Session)),
        cookies().cookies(|cookie| cookie.lifetime(CookieLifetime::For(Duration::MAX))),
        cookies().access_cookie(|cookie| cookie.csrf_cookie_path("/deep").name("own_access_token")),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(cases(48, 2_000)))]

    #[test]
    fn r_61_no_sequence_of_set_refresh_and_unset_leaves_a_cookie_behind_after_the_logout(
        configuration in 0..8_usize,
        steps in prop::collection::vec(prop::sample::select(vec![Step::Login, Step::Refresh, Step::Note, Step::ClearAccess]), 0..12),
        logout in prop::sample::select(vec!["/logout", "/deep/logout", "/logout/refreshing"]),
    ) {
        let jwt = configurations().swap_remove(configuration).build().unwrap();
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(async {
            let mut browser = Browser { app: app(jwt.clone()), store: Store::at("app.example.org") };
            // What else the browser holds is not ours.
            browser.store.set("/", "theme=dark; Path=/");
            for step in &steps {
                browser.go(*step, &jwt).await;
                let names: Vec<_> = browser.store.cookies.iter().map(|cookie| cookie.name.clone()).collect();
                let mut distinct = names.clone();
                distinct.sort_unstable();
                distinct.dedup();
                assert_eq!(distinct.len(), names.len(), "{names:?}");
            }
            assert_eq!(browser.send("POST", logout, None).await.status, 200);
            assert_eq!(browser.store.header("/me").as_deref(), Some("theme=dark"));
            assert_eq!(browser.store.cookies.len(), 1, "{:?}", browser.store.cookies);
            assert_eq!(browser.send("GET", "/me", None).await.status, 401);
        });
    }
}

#[tokio::test]
async fn r_56_an_open_page_keeps_its_csrf_value_over_refreshes() {
    for configuration in configurations() {
        let jwt = configuration.build().unwrap();
        let mut browser = Browser { app: app(jwt.clone()), store: Store::at("app.example.org") };
        browser.go(Step::Login, &jwt).await;
        // The page reads it once.
        let csrf = browser.store.read("csrf_access").unwrap();
        for _ in 0..3 {
            browser.go(Step::Refresh, &jwt).await;
            assert_eq!(browser.send("POST", "/deep/note", Some(csrf.clone())).await.status, 200);
        }
        browser.go(Step::Login, &jwt).await;
        assert_eq!(browser.send("POST", "/deep/note", Some(csrf)).await.status, 403);
    }
}

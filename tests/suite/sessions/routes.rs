//! The ready routes through a router: login, refresh and the list of sessions, for headers, JSON and cookies.

use axum::{
    Router,
    extract::Request,
    http::{HeaderMap, StatusCode, header::SET_COOKIE},
    response::{IntoResponse, Response},
    routing::{get, post},
};
use fastjwt::{
    ConfigError, FastJwt, Locations, Login, Policy, Realm, TokenPayload, WrongCredentials, access_token_required,
    jwt_claims, session::MemoryStore,
};
use serde_json::{Value, json};

use super::{
    Hands, Pair, builder, claims, good,
    ill::{Fate, Ill},
    in_memory, invalid, see, somebody, told, try_refresh, with_bearer,
};
use crate::support::{Answer, NOW, ask, jwt as without_sessions};

#[jwt_claims]
struct Profile {
    plan: String,
}

/// The body is the name; `nobody` is not known, `busy` is an answer of the service's own.
async fn log_in(headers: HeaderMap, name: String) -> Result<Response, WrongCredentials> {
    match name.as_str() {
        "nobody" => return Err(WrongCredentials),
        "busy" => return Ok((StatusCode::TOO_MANY_REQUESTS, "later").into_response()),
        _ => {}
    }
    let device = headers.get("user-agent").and_then(|agent| agent.to_str().ok()).unwrap_or_default();
    let login = Login::new(name).claims(&Profile { plan: "free".into() }).scopes(["notes"]).device(device);
    if headers.contains_key("x-app") {
        return Ok(login.in_body().into_response());
    }
    Ok((StatusCode::CREATED, [("x-welcome", "back")], [(SET_COOKIE, "theme=dark")], login).into_response())
}

#[access_token_required]
async fn me(payload: TokenPayload<Profile>) -> String {
    format!("{} {}", payload.sub, payload.plan)
}

/// All ready routes, and two others, for any state.
pub fn app(jwt: &FastJwt) -> Router {
    Router::new()
        .route("/login", jwt.login_route(log_in))
        .route("/refresh", jwt.refresh_route())
        .route("/logout", jwt.logout_route())
        .route("/logout-everywhere", jwt.logout_everywhere_route())
        .route("/sessions", jwt.sessions_route())
        .route("/sessions/{id}", jwt.session_route())
        .route("/me", get(me))
        .route("/fresh", get("in").layer(jwt.fresh_token_required()))
        .with_state(jwt.clone())
}

pub const SAME: (&str, &str) = ("sec-fetch-site", "same-origin");
pub const CROSS: (&str, &str) = ("sec-fetch-site", "cross-site");

/// Tokens in headers and JSON bodies, the refresh token too.
pub fn for_clients(hands: &Hands) -> FastJwt {
    builder(MemoryStore::default(), hands).locations(Locations::HEADERS | Locations::JSON).build().unwrap()
}

pub fn for_browsers(hands: &Hands) -> FastJwt {
    builder(MemoryStore::default(), hands).locations(Locations::HEADERS | Locations::COOKIES).build().unwrap()
}

pub async fn log_in_as(app: &Router, name: &str, headers: &[(&str, &str)]) -> Answer {
    ask(app, "POST", "/login", headers, name).await
}

/// What a browser keeps: names and values, in the order in which they were set.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Jar(Vec<(String, String)>);

impl Jar {
    /// Takes over what an answer sets and takes away.
    pub fn keep(&mut self, answer: &Answer) {
        for header in set_cookies(answer) {
            let (name, rest) = header.split_once('=').unwrap();
            self.0.retain(|(kept, _)| kept != name);
            let (value, attributes) = rest.split_once(';').unwrap_or((rest, ""));
            if !attributes.contains("Max-Age=0") {
                self.0.push((name.to_owned(), value.to_owned()));
            }
        }
    }

    pub fn of(answer: &Answer) -> Self {
        let mut jar = Self::default();
        jar.keep(answer);
        jar
    }

    pub fn get(&self, name: &str) -> &str {
        &self.0.iter().find(|(kept, _)| kept == name).unwrap_or_else(|| panic!("no cookie {name}")).1
    }

    pub fn put(&mut self, name: &str, value: &str) {
        self.0.retain(|(kept, _)| kept != name);
        self.0.push((name.to_owned(), value.to_owned()));
    }

    pub fn remove(&mut self, name: &str) {
        self.0.retain(|(kept, _)| kept != name);
    }

    pub fn header(&self) -> String {
        self.0.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join("; ")
    }

    pub fn has_tokens(&self) -> bool {
        self.0.iter().any(|(name, _)| name.ends_with("_token"))
    }

    /// A request of the application's own page.
    pub async fn send(&self, app: &Router, method: &str, path: &str) -> Answer {
        let csrf = self.get("__Host-csrf_access_token");
        ask(app, method, path, &[("cookie", &self.header()), ("x-csrf-token", csrf), SAME], "").await
    }
}

pub fn set_cookies(answer: &Answer) -> impl Iterator<Item = &str> {
    answer.headers.get_all(SET_COOKIE).iter().map(|value| value.to_str().unwrap())
}

pub fn json_of(answer: &Answer) -> Value {
    serde_json::from_str(&answer.body).unwrap_or_else(|_| panic!("no JSON: {answer:?}"))
}

fn names(value: &Value) -> Vec<&str> {
    value.as_object().unwrap().keys().map(String::as_str).collect()
}

#[tokio::test]
async fn a_login_opens_a_session_with_what_the_handler_says() {
    let jwt = in_memory(&Hands::new());
    let app = app(&jwt);
    let name = somebody();
    let answer = log_in_as(&app, &name, &[("user-agent", "a browser")]).await;
    assert_eq!(answer.status, 201, "the handler's own");
    assert_eq!(answer.header("x-welcome"), Some("back"));
    assert_eq!(answer.header("cache-control"), Some("no-store"));
    assert_eq!(set_cookies(&answer).collect::<Vec<_>>(), ["theme=dark"], "tokens travel in headers");
    let body = json_of(&answer);
    assert_eq!(names(&body), ["access_token", "expires_in", "refresh_token", "scope", "token_type"]);
    let pair = Pair::of(&Answer { status: StatusCode::OK, ..answer });
    assert_eq!(with_bearer(&app, "GET", "/me", &pair.access).await.body, format!("{name} free"));
    assert_eq!(see(&app, "/fresh", &pair.access).await, good());
    assert_eq!(claims(&pair.access)["scopes"], json!(["notes"]));
    let sessions = jwt.sessions(&name).await.unwrap();
    assert_eq!(sessions.iter().map(|session| session.device.as_str()).collect::<Vec<_>>(), ["a browser"]);
}

#[tokio::test]
async fn a_login_that_fails_opens_nothing() {
    let jwt = for_browsers(&Hands::new());
    let app = app(&jwt);
    let answer = log_in_as(&app, "nobody", &[]).await;
    assert_eq!(told(&answer), (401, "wrong_credentials".to_owned()));
    assert_eq!(answer.challenge(), Some(r#"Bearer realm="api""#));
    assert_eq!(set_cookies(&answer).count(), 0);
    let answer = log_in_as(&app, "busy", &[]).await;
    assert_eq!((answer.status.as_u16(), answer.body.as_str()), (429, "later"), "the service's own answer");
    assert_eq!(ask(&app, "GET", "/login", &[], "").await.status, 405);
    assert_eq!(log_in_as(&app, "", &[]).await.status, 500, "a token needs a subject");

    // Outside of the route, and with a status that refuses.
    let sub = somebody();
    let (of_handler, of_status) = (sub.clone(), sub.clone());
    let elsewhere = Router::new()
        .route("/elsewhere", post(async move || Login::new(of_handler)))
        .route("/wrong", post(async || WrongCredentials))
        .route("/refused", jwt.login_route(async move || (StatusCode::FORBIDDEN, Login::new(of_status))));
    for (path, status) in [("/elsewhere", 500), ("/wrong", 500), ("/refused", 403)] {
        let answer = ask(&elsewhere, "POST", path, &[], "").await;
        assert_eq!((answer.status.as_u16(), answer.body.as_str()), (status, ""), "{path}");
    }
    assert_eq!(jwt.sessions(&sub).await.unwrap(), []);

    let unkept = without_sessions();
    let unkept = Router::<()>::new().route("/login", unkept.login_route(async || Login::new("USER_ID")));
    assert_eq!(told(&ask(&unkept, "POST", "/login", &[], "").await), (500, "internal".to_owned()));
}

#[tokio::test]
async fn r_60_a_page_of_another_origin_logs_nobody_in() {
    let jwt = for_browsers(&Hands::new());
    let app = app(&jwt);
    let name = somebody();
    let other = ("origin", "https://evil.example");
    for headers in [vec![CROSS], vec![("host", "app.example.org"), other], vec![("sec-fetch-site", "same-site")]] {
        let answer = log_in_as(&app, &name, &headers).await;
        assert_eq!(told(&answer), (403, "csrf_failed".to_owned()), "{headers:?}");
        assert_eq!(set_cookies(&answer).count(), 0);
    }
    assert_eq!(jwt.sessions(&name).await.unwrap(), [], "the handler was not asked, or nothing came of it");
    for headers in [vec![], vec![SAME], vec![("host", "app.example.org"), ("origin", "https://app.example.org")]] {
        assert_eq!(log_in_as(&app, &name, &headers).await.status, 201, "{headers:?}");
    }
}

#[tokio::test]
async fn r_97_in_a_browser_no_script_can_read_a_token() {
    let hands = Hands::new();
    let jwt = for_browsers(&hands);
    let app = app(&jwt);
    let name = somebody();
    let answer = log_in_as(&app, &name, &[SAME]).await;
    assert_eq!(json_of(&answer), json!({ "expires_in": 900, "scope": "notes" }));
    let http_only = |answer: &Answer| {
        let tokens = set_cookies(answer).filter(|cookie| cookie.contains("_token=ey")).collect::<Vec<_>>().join("\n");
        assert_eq!(tokens.matches("__Host-").count(), 2, "{tokens}");
        assert_eq!(tokens.matches("; HttpOnly").count(), 2, "{tokens}");
    };
    http_only(&answer);
    assert!(set_cookies(&answer).any(|cookie| cookie == "theme=dark"), "the handler's own stays");
    let mut jar = Jar::of(&answer);
    assert_eq!(jar.send(&app, "GET", "/me").await.body, format!("{name} free"));
    assert_eq!(jar.send(&app, "GET", "/fresh").await.status, 200);

    hands.put(60);
    let before = jar.clone();
    let answer = jar.send(&app, "POST", "/refresh").await;
    assert_eq!(answer.status, 200, "{answer:?}");
    assert_eq!(json_of(&answer), json!({ "expires_in": 900, "scope": "notes" }));
    assert_eq!(answer.header("cache-control"), Some("no-store"));
    http_only(&answer);
    jar.keep(&answer);
    for name in ["__Host-access_token", "__Host-refresh_token"] {
        assert_ne!(jar.get(name), before.get(name));
    }
    for name in ["__Host-csrf_access_token", "__Host-csrf_refresh_token"] {
        assert_eq!(jar.get(name), before.get(name), "open pages go on");
    }
    assert_eq!(jar.send(&app, "GET", "/me").await.status, 200);
    // A refresh is a program's doing, and says nothing of the person's being there.
    assert_eq!(told(&jar.send(&app, "GET", "/fresh").await), (401, "insufficient_user_authentication".to_owned()));
}

#[tokio::test]
async fn a_refresh_by_cookie_is_the_pages_own() {
    let jwt = for_browsers(&Hands::new());
    let app = app(&jwt);
    let jar = Jar::of(&log_in_as(&app, &somebody(), &[SAME]).await);
    let cookies = jar.header();
    let csrf = ("x-csrf-token", jar.get("__Host-csrf_refresh_token"));
    for headers in [vec![SAME], vec![SAME, ("x-csrf-token", "x")], vec![CROSS, csrf]] {
        let headers: Vec<_> = headers.into_iter().chain([("cookie", cookies.as_str())]).collect();
        let answer = ask(&app, "POST", "/refresh", &headers, "").await;
        assert_eq!(told(&answer), (403, "csrf_failed".to_owned()), "{headers:?}");
        assert_eq!(set_cookies(&answer).count(), 0);
    }
    assert_eq!(ask(&app, "GET", "/refresh", &[("cookie", &cookies)], "").await.status, 405);
    // None of these has spent it.
    assert_eq!(ask(&app, "POST", "/refresh", &[("cookie", &cookies), csrf], "").await.status, 200);
}

#[tokio::test]
async fn an_app_gets_its_tokens_in_the_body_and_is_answered_in_kind() {
    let hands = Hands::new();
    let jwt = for_browsers(&hands);
    let app = app(&jwt);
    let answer = log_in_as(&app, &somebody(), &[("x-app", "1")]).await;
    assert_eq!(set_cookies(&answer).count(), 0);
    let first = Pair::of(&answer);
    let answer = with_bearer(&app, "POST", "/refresh", &first.refresh).await;
    assert_eq!(set_cookies(&answer).count(), 0);
    assert_eq!(answer.header("cache-control"), Some("no-store"));
    let second = Pair::of(&answer);
    assert_eq!(see(&app, "/me", &second.access).await, good());
    assert_eq!(told(&with_bearer(&app, "POST", "/refresh", &second.access).await), invalid(), "an access token");
}

#[tokio::test]
async fn a_refresh_reads_json_without_a_layer() {
    let hands = Hands::new();
    let app = app(&for_clients(&hands));
    let json = ("content-type", "application/json");
    let first = Pair::of(&Answer { status: StatusCode::OK, ..log_in_as(&app, &somebody(), &[]).await });
    let body = json!({ "refresh_token": first.refresh }).to_string();
    let second = Pair::of(&ask(&app, "POST", "/refresh", &[json], &body).await);
    assert_eq!(see(&app, "/sessions", &second.access).await, good());
    assert_eq!(told(&ask(&app, "POST", "/refresh", &[json], "{}").await), (401, "missing_token".to_owned()));
    // Either way it is the same token: the grandparent is a reuse, and ends the session (R-64).
    let third = Pair::of(&with_bearer(&app, "POST", "/refresh", &second.refresh).await);
    assert_eq!(told(&ask(&app, "POST", "/refresh", &[json], &body).await), invalid());
    assert_eq!(see(&app, "/sessions", &third.access).await, invalid());
    assert_eq!(try_refresh(&app, &third.refresh).await, invalid());
}

#[tokio::test]
async fn with_the_refresh_token_alone_in_a_cookie_the_access_token_is_in_the_body() {
    let hands = Hands::new();
    let jwt = builder(MemoryStore::default(), &hands).access_in_header_refresh_in_cookie().build().unwrap();
    let app = app(&jwt);
    let answer = log_in_as(&app, &somebody(), &[SAME]).await;
    let mut jar = Jar::of(&answer);
    for _ in 0..2 {
        let csrf = jar.get("__Host-csrf_refresh_token").to_owned();
        let answer =
            ask(&app, "POST", "/refresh", &[("cookie", &jar.header()), ("x-csrf-token", &csrf), SAME], "").await;
        let body = json_of(&answer);
        assert_eq!(names(&body), ["access_token", "expires_in", "scope", "token_type"]);
        assert_eq!(see(&app, "/me", body["access_token"].as_str().unwrap()).await, good());
        let set: Vec<_> = set_cookies(&answer).map(|cookie| cookie.split('=').next().unwrap()).collect();
        assert_eq!(set, ["__Host-refresh_token", "__Host-csrf_refresh_token"]);
        jar.keep(&answer);
    }
}

#[tokio::test]
async fn a_refresh_that_a_session_has_no_more_is_refused() {
    let jwt = in_memory(&Hands::new());
    let app = app(&jwt);
    let sub = somebody();
    let pair: Pair = jwt.create_token_pair(&sub).open().await.unwrap().into();
    jwt.end_all_sessions(&sub).await.unwrap();
    assert_eq!(try_refresh(&app, &pair.refresh).await, invalid());
}

#[tokio::test]
async fn r_78_a_subject_sees_its_own_sessions_and_ends_them() {
    let hands = Hands::new();
    let jwt = in_memory(&hands);
    let app = app(&jwt);
    let (sub, other) = (somebody(), somebody());
    let mut pairs = Vec::new();
    for (second, device) in ["phone", "desk \"1\""].into_iter().enumerate() {
        hands.put_millis(second as u64 * 1000 + 250);
        pairs.push(jwt.create_token_pair(&sub).device(device).open().await.unwrap());
    }
    let theirs = jwt.create_token_pair(&other).open().await.unwrap();
    let (phone, desk) = (pairs[0].access().as_str(), pairs[1].access().as_str());

    let answer = with_bearer(&app, "GET", "/sessions", desk).await;
    assert_eq!(answer.header("content-type"), Some("application/json"));
    assert_eq!(answer.header("cache-control"), Some("no-store"));
    let listed = json_of(&answer);
    let kept = &jwt.sessions(&sub).await.unwrap()[0];
    let expected = json!({
        "id": pairs[1].session_id(), "created": NOW + 1, "refreshed": NOW + 1, "ends": kept.ends.as_secs(),
        "idle_end": kept.idle_end.as_secs(), "device": "desk \"1\"", "current": true,
    });
    assert_eq!(listed[0], expected);
    let brief = |listed: &Value| -> Vec<(String, bool)> {
        let of = |session: &Value| (session["id"].as_str().unwrap().to_owned(), session["current"] == true);
        listed.as_array().unwrap().iter().map(of).collect()
    };
    let ids = [pairs[1].session_id().to_owned(), pairs[0].session_id().to_owned()];
    assert_eq!(brief(&listed), [(ids[0].clone(), true), (ids[1].clone(), false)]);
    let alone = jwt.create_access_token(&sub).sign().unwrap();
    let listed = json_of(&with_bearer(&app, "GET", "/sessions", alone.as_str()).await);
    assert_eq!(brief(&listed), [(ids[0].clone(), false), (ids[1].clone(), false)], "a token without a session");

    // Somebody else's, one that nobody has, and one that is no text: told alike, and nothing happens.
    let mut answers = Vec::new();
    for id in [theirs.session_id(), "AAAAAAAAAAAAAAAAAAAAAA", "%FF", "%00"] {
        let answer = with_bearer(&app, "DELETE", &format!("/sessions/{id}"), desk).await;
        assert_eq!(told(&answer), (404, "not_found".to_owned()), "{id}");
        answers.push(answer);
    }
    assert!(answers.iter().all(|answer| *answer == answers[0]), "{answers:?}");
    assert_eq!(see(&app, "/sessions", theirs.access().as_str()).await, good());

    assert_eq!(with_bearer(&app, "DELETE", &format!("/sessions/{}", ids[1]), desk).await.status, 204);
    assert_eq!(see(&app, "/sessions", phone).await, invalid());
    assert_eq!(try_refresh(&app, pairs[0].refresh().as_str()).await, invalid());
    let answer = with_bearer(&app, "DELETE", &format!("/sessions/{}", ids[1]), desk).await;
    assert_eq!(answer, answers[0], "it has ended, which is as if it had never been");
    assert_eq!(with_bearer(&app, "DELETE", &format!("/sessions/{}", ids[0]), desk).await.status, 204);
    assert_eq!(see(&app, "/sessions", desk).await, invalid());
    assert_eq!(told(&ask(&app, "GET", "/sessions", &[], "").await), (401, "missing_token".to_owned()));
    assert_eq!(told(&with_bearer(&app, "GET", "/sessions", theirs.refresh().as_str()).await), invalid());
}

/// The store has ended it the first time; the second time there is nothing to end.
#[tokio::test]
async fn r_61_who_ends_their_own_session_is_told_so_though_the_stores_answer_was_lost() {
    let (ill, hands) = (Ill::default(), Hands::new());
    let jwt = builder(ill.clone(), &hands).build().unwrap();
    let app = app(&jwt);
    let pair = jwt.create_token_pair(somebody()).open().await.unwrap();
    let path = format!("/sessions/{}", pair.session_id());
    ill.every_other_time_befalls("end", Fate::AnswerLost);
    assert_eq!(with_bearer(&app, "DELETE", &path, pair.access().as_str()).await.status, 204);
    ill.is_well();
    assert_eq!(see(&app, "/sessions", pair.access().as_str()).await, invalid());
}

#[tokio::test]
async fn r_61_who_ends_their_own_session_has_no_cookies_left() {
    let hands = Hands::new();
    let app = app(&for_browsers(&hands));
    let name = somebody();
    let other = Jar::of(&log_in_as(&app, &name, &[SAME]).await);
    hands.put(1);
    let mut jar = Jar::of(&log_in_as(&app, &name, &[SAME]).await);
    let listed = json_of(&jar.send(&app, "GET", "/sessions").await);
    let (own, others) = (&listed[0], &listed[1]);
    assert_eq!((&own["current"], &others["current"]), (&json!(true), &json!(false)));
    let path = |session: &Value| format!("/sessions/{}", session["id"].as_str().unwrap());
    let cookies = jar.header();
    let forged = ask(&app, "DELETE", &path(own), &[("cookie", &cookies), SAME], "").await;
    assert_eq!(told(&forged), (403, "csrf_failed".to_owned()));
    let answer = jar.send(&app, "DELETE", &path(others)).await;
    assert_eq!((answer.status.as_u16(), set_cookies(&answer).count()), (204, 0));
    assert_eq!(told(&other.send(&app, "GET", "/me").await), invalid());
    let answer = jar.send(&app, "DELETE", &path(own)).await;
    assert_eq!((answer.status.as_u16(), set_cookies(&answer).count()), (204, 4));
    jar.keep(&answer);
    assert!(!jar.has_tokens());
}

struct Staff;

impl Realm for Staff {
    const NAME: &'static str = "staff";
}

#[tokio::test]
async fn a_realm_has_its_own_routes_and_any_state_will_do() -> Result<(), ConfigError> {
    let hands = Hands::new();
    let store = std::sync::Arc::new(MemoryStore::default());
    let customers = builder(store.clone(), &hands).build()?;
    let clock = hands.clone();
    let staff = FastJwt::<Staff>::realm_builder()
        .secret(crate::support::SECRET)
        .clock(move || clock.now())
        .session_store(store)
        .build()?;
    let app: Router = Router::new()
        .nest(
            "/staff/{house}",
            Router::new()
                .route("/login", staff.login_route(async |request: Request| Login::new(request.uri().path().len())))
                .route("/refresh", staff.refresh_route())
                .route("/sessions", staff.sessions_route())
                .route("/sessions/{number}", staff.session_route())
                .route("/nameless", staff.session_route()),
        )
        .route("/refresh", customers.refresh_route())
        .route("/sessions", customers.sessions_route())
        .route("/nameless", customers.session_route())
        .with_state(7_u8);
    let pair = Pair::of(&ask(&app, "POST", "/staff/north/login", &[], "").await);
    assert_eq!(try_refresh(&app, &pair.refresh).await, invalid());
    assert_eq!(see(&app, "/sessions", &pair.access).await, invalid());
    let pair = Pair::of(&with_bearer(&app, "POST", "/staff/north/refresh", &pair.refresh).await);
    let listed = json_of(&with_bearer(&app, "GET", "/staff/north/sessions", &pair.access).await);
    // The last parameter of the path is the session's id, whatever its name.
    let path = format!("/staff/north/sessions/{}", listed[0]["id"].as_str().unwrap());
    assert_eq!(with_bearer(&app, "DELETE", &path, &pair.access).await.status, 204);
    let own = customers.create_access_token("USER_ID").sign().unwrap();
    let answer = with_bearer(&app, "DELETE", "/nameless", own.as_str()).await;
    assert_eq!(told(&answer), (500, "internal".to_owned()), "a path without a parameter");
    assert!(customers.authenticate::<fastjwt::NoClaims>(own.as_str(), &Policy::access()).await.is_ok());
    Ok(())
}

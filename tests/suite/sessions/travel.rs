//! Sessions in cookies and bodies, tokens of other issuers, and clocks that jump.

use std::time::Duration;

use axum::{
    Router,
    extract::State,
    http::StatusCode,
    response::IntoResponse,
    routing::{get, post},
};
use fastjwt::{
    Error, FastJwt, Locations, LogoutToken, NoClaims, Policy, RefreshPayload, TokenPayload, TokenResponse,
    session::{MemoryStore, SessionStore, StoreFuture},
};
use serde_json::json;

use super::{Hands, app, builder, claims, expired, good, in_memory, invalid, jti, log_in, renew, see, somebody, told};
use crate::support::{Answer, NOW, ask};

async fn login(State(jwt): State<FastJwt>) -> Result<impl IntoResponse, Error> {
    let pair = jwt.create_token_pair("USER_ID").open().await?;
    Ok((jwt.pair_cookies(&pair)?, "welcome"))
}

async fn refresh(State(jwt): State<FastJwt>, payload: RefreshPayload) -> Result<impl IntoResponse, Error> {
    let pair = jwt.refresh(&payload).await?;
    Ok((jwt.pair_cookies(&pair)?, "again"))
}

async fn logout(State(jwt): State<FastJwt>, token: LogoutToken) -> Result<impl IntoResponse, Error> {
    jwt.log_out(&token).await?;
    Ok((jwt.unset_cookies(), StatusCode::NO_CONTENT))
}

/// A browser's cookies: what an answer sets is added, what it takes away goes.
#[derive(Default)]
struct Jar(std::collections::BTreeMap<String, String>);

impl Jar {
    fn take(&mut self, answer: &Answer) {
        for header in answer.headers.get_all("set-cookie") {
            let (cookie, attributes) = header.to_str().unwrap().split_once(';').unwrap();
            let (name, value) = cookie.split_once('=').unwrap();
            if attributes.contains("Max-Age=0") {
                self.0.remove(name);
            } else {
                self.0.insert(name.to_owned(), value.to_owned());
            }
        }
    }

    fn header(&self) -> String {
        self.0.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join("; ")
    }

    fn csrf(&self, kind: &str) -> &str {
        &self.0[&format!("__Host-csrf_{kind}_token")]
    }

    fn token(&self, kind: &str) -> &str {
        &self.0[&format!("__Host-{kind}_token")]
    }
}

#[tokio::test]
async fn r_56_a_session_in_cookies_keeps_its_csrf_value_until_the_logout() {
    let hands = Hands::new();
    let jwt = builder(MemoryStore::default(), &hands)
        .locations(Locations::COOKIES)
        .clear_dead_cookies(true)
        .refresh_grace(Duration::ZERO)
        .build()
        .unwrap();
    let app = Router::new()
        .route("/login", post(login))
        .route("/refresh", post(refresh))
        .route("/logout", post(logout))
        .route("/me", get(async |payload: TokenPayload| payload.sub.clone()))
        .with_state(jwt.clone());
    let mut jar = Jar::default();
    jar.take(&ask(&app, "POST", "/login", &[], "").await);
    assert_eq!(jar.0.len(), 4);
    let csrf = jar.csrf("access").to_owned();
    assert_eq!(csrf, jar.csrf("refresh"));
    let stolen = jar.header();
    assert_eq!(ask(&app, "POST", "/refresh", &[("cookie", &jar.header())], "").await.code(), "csrf_failed");
    hands.put(1);
    let answer = ask(&app, "POST", "/refresh", &[("cookie", &jar.header()), ("x-csrf-token", &csrf)], "").await;
    assert_eq!((answer.status.as_u16(), answer.header("cache-control")), (200, Some("no-store")));
    jar.take(&answer);
    for kind in ["access", "refresh"] {
        assert_eq!((jar.csrf(kind), claims(jar.token(kind))["csrf"].as_str()), (csrf.as_str(), Some(csrf.as_str())));
    }
    assert_eq!(ask(&app, "GET", "/me", &[("cookie", &jar.header())], "").await.body, "USER_ID");
    // The spent cookie: dead, and the browser may forget it. The session has ended.
    let mut old = Jar::default();
    let answer = ask(&app, "POST", "/refresh", &[("cookie", &stolen), ("x-csrf-token", &csrf)], "").await;
    assert_eq!(told(&answer), invalid());
    assert_eq!(answer.headers.get_all("set-cookie").iter().count(), 2);
    old.take(&answer);
    assert_eq!(told(&ask(&app, "GET", "/me", &[("cookie", &jar.header())], "").await), invalid());

    jar.take(&ask(&app, "POST", "/login", &[], "").await);
    assert_ne!(jar.csrf("access"), csrf, "a login changes it");
    assert_eq!(ask(&app, "POST", "/logout", &[("cookie", &jar.header())], "").await.code(), "csrf_failed");
    let foreign = [("cookie", jar.header()), ("x-csrf-token", jar.csrf("access").to_owned())];
    let mut headers: Vec<(&str, &str)> = foreign.iter().map(|(name, value)| (*name, value.as_str())).collect();
    headers.push(("sec-fetch-site", "cross-site"));
    assert_eq!(ask(&app, "POST", "/logout", &headers, "").await.code(), "csrf_failed");
    headers.pop();
    let answer = ask(&app, "POST", "/logout", &headers, "").await;
    assert_eq!(answer.status, StatusCode::NO_CONTENT);
    jar.take(&answer);
    assert_eq!(jar.0.len(), 0);
    assert_eq!(jwt.sessions("USER_ID").await.unwrap(), []);
}

/// The access token in the header, the refresh token in a cookie.
#[tokio::test]
async fn r_56_the_csrf_value_stays_where_it_is_needed() {
    for (access, refresh) in [(Locations::HEADERS, Locations::COOKIES), (Locations::COOKIES, Locations::HEADERS)] {
        let in_access = access == Locations::COOKIES;
        let hands = Hands::new();
        let jwt = builder(MemoryStore::default(), &hands)
            .access_locations(access)
            .refresh_locations(refresh)
            .build()
            .unwrap();
        let pair = jwt.create_token_pair("USER_ID").open().await.unwrap();
        let kept = pair.refresh().csrf().unwrap().to_owned();
        assert_eq!(pair.access().csrf(), in_access.then_some(kept.as_str()));
        let payload = jwt.authenticate::<NoClaims>(pair.refresh().as_str(), &Policy::refresh()).await.unwrap();
        let next = jwt.refresh(&payload).await.unwrap();
        assert_eq!(next.refresh().csrf(), Some(kept.as_str()));
        assert_eq!(next.access().csrf(), in_access.then_some(kept.as_str()));
        assert!(jwt.pair_cookies(&next).is_err(), "they don't travel together");
    }
}

#[tokio::test]
async fn a_refresh_token_in_a_body_is_refreshed() {
    let jwt = builder(MemoryStore::default(), &Hands::new())
        .locations(Locations::HEADERS.and(Locations::JSON))
        .build()
        .unwrap();
    let refresh = async |State(jwt): State<FastJwt>, payload: RefreshPayload| -> Result<TokenResponse, Error> {
        Ok(jwt.refresh(&payload).await?.into())
    };
    let app = Router::new()
        .route("/refresh", post(refresh))
        .route("/logout", post(logout))
        .layer(jwt.body_tokens())
        .with_state(jwt.clone());
    let pair = log_in(&jwt, "USER_ID").await;
    let body = |refresh: &str| json!({ "refresh_token": refresh }).to_string();
    let json = [("content-type", "application/json")];
    let answer = ask(&app, "POST", "/refresh", &json, &body(&pair.refresh)).await;
    let next = super::Pair::of(&answer);
    assert_eq!(ask(&app, "POST", "/logout", &json, &body(&next.refresh)).await.status, StatusCode::NO_CONTENT);
    assert_eq!(told(&ask(&app, "POST", "/refresh", &json, &body(&next.refresh)).await), invalid());
}

#[tokio::test]
async fn r_97_a_session_is_unguessable_and_no_sign_of_presence() {
    let hands = Hands::new();
    let jwt = in_memory(&hands);
    let app = app(&jwt).merge(
        Router::new()
            .route("/lately", get("in"))
            .route_layer(jwt.require(Policy::access().max_age(Duration::from_secs(300)))),
    );
    let sub = somebody();
    let mut ids = std::collections::BTreeSet::new();
    for _ in 0..100 {
        let pair = jwt.create_token_pair(&sub).open().await.unwrap();
        assert_eq!(pair.session_id().len(), 22, "128 bits in base64url");
        ids.insert(pair.session_id().to_owned());
    }
    assert_eq!(ids.len(), 100);
    // The token is new, and the person was last seen at the login.
    let pair = log_in(&jwt, &sub).await;
    hands.put(320);
    let next = renew(&app, &pair.refresh).await;
    assert_eq!(see(&app, "/me", &next.access).await, good());
    assert_eq!(see(&app, "/lately", &next.access).await, (401, "insufficient_user_authentication".into()));
}

#[tokio::test]
async fn a_clock_that_jumps_ahead_and_back_opens_nothing() {
    let hands = Hands::new();
    let jwt = in_memory(&hands);
    let app = app(&jwt);
    let sub = somebody();
    let (revoked, gone) = (log_in(&jwt, &sub).await, log_in(&jwt, &sub).await);
    let alone = jwt.create_access_token(&sub).sign().unwrap();
    let payload = jwt.authenticate::<NoClaims>(alone.as_str(), &Policy::access()).await.unwrap();
    jwt.revoke(&payload).await.unwrap();
    let payload = jwt.authenticate::<NoClaims>(&revoked.access, &Policy::access()).await.unwrap();
    jwt.revoke(&payload).await.unwrap();
    jwt.end_session(&sub, claims(&gone.access)["sid"].as_str().unwrap()).await.unwrap();
    // A month later everything has ended, and other logins let the store forget it.
    hands.put(31 * 86_400);
    for _ in 0..20 {
        log_in(&jwt, &somebody()).await;
    }
    for token in [&revoked.access, &gone.access] {
        assert_eq!(see(&app, "/me", token).await, expired());
    }
    hands.put(1);
    for token in [revoked.access.as_str(), gone.access.as_str(), alone.as_str()] {
        assert_eq!(see(&app, "/me", token).await, invalid());
    }
    assert_eq!(super::try_refresh(&app, &gone.refresh).await, invalid());
    let pair = log_in(&jwt, &sub).await;
    assert_ne!(jti(&pair.access), jti(&revoked.access));
}

/// A store that tells of its purges.
struct Purged(MemoryStore, tokio::sync::mpsc::UnboundedSender<u64>);

impl SessionStore for Purged {
    fn open<'a>(&'a self, open: fastjwt::session::Open<'a>) -> StoreFuture<'a, ()> {
        self.0.open(open)
    }
    fn rotate<'a>(&'a self, rotate: fastjwt::session::Rotate<'a>) -> StoreFuture<'a, fastjwt::session::Rotation> {
        self.0.rotate(rotate)
    }
    fn check<'a>(&'a self, check: fastjwt::session::Check<'a>) -> StoreFuture<'a, fastjwt::session::Standing> {
        self.0.check(check)
    }
    fn renew<'a>(
        &'a self,
        check: fastjwt::session::Check<'a>,
        idle_end: fastjwt::NumericDate,
    ) -> StoreFuture<'a, fastjwt::session::Standing> {
        self.0.renew(check, idle_end)
    }
    fn revoke<'a>(&'a self, revoke: fastjwt::session::Revoke<'a>) -> StoreFuture<'a, ()> {
        self.0.revoke(revoke)
    }
    fn end<'a>(&'a self, end: fastjwt::session::End<'a>) -> StoreFuture<'a, u64> {
        self.0.end(end)
    }
    fn sessions<'a>(&'a self, list: fastjwt::session::List<'a>) -> StoreFuture<'a, Vec<fastjwt::session::Session>> {
        self.0.sessions(list)
    }
    fn purge(&self, now: fastjwt::NumericDate) -> StoreFuture<'_, u64> {
        self.1.send(now.as_secs() - NOW).unwrap();
        self.0.purge(now)
    }
}

#[tokio::test]
async fn r_73_a_store_is_told_to_forget_every_ten_minutes_of_writing() {
    let (sender, mut purges) = tokio::sync::mpsc::unbounded_channel();
    let hands = Hands::new();
    let jwt = builder(Purged(MemoryStore::default(), sender), &hands).build().unwrap();
    for second in [0, 1, 599, 600, 1199, 1200, 1201] {
        hands.put(second);
        log_in(&jwt, &somebody()).await;
    }
    hands.put(5); // A clock that is set back does not put it off.
    jwt.end_all_sessions("nobody").await.unwrap();
    for expected in [0, 600, 1200, 5] {
        assert_eq!(purges.recv().await, Some(expected));
    }
    assert!(purges.try_recv().is_err());
}

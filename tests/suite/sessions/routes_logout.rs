//! The ready logouts: they end what they should, tell nothing, and leave no cookie, unless another site asks for it.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use axum::{Router, http::StatusCode};
use fastjwt::{
    Algorithm, Locations, NoClaims, NumericDate, Policy, SigningKey,
    session::{
        Check, End, List, MemoryStore, Open, Revoke, Rotate, Rotation, Session, SessionStore, Standing, StoreError,
        StoreFault, StoreFuture,
    },
};
use serde_json::json;

use super::{
    Hands, Pair, builder, claims, good, in_memory, invalid, log_in,
    routes::{CROSS, Jar, SAME, app, for_browsers, for_clients, log_in_as, set_cookies},
    see, somebody, told, try_refresh, unavailable, with_bearer,
};
use crate::{
    issuer_server,
    support::{Answer, ask, forge_claims, good_claims, spoil_signature},
    test_keys::{P256, Signer},
};

/// The whole of an answer to a logout that is not to be told from another one.
async fn log_out(app: &Router, token: &str) -> Answer {
    with_bearer(app, "POST", "/logout", token).await
}

#[tokio::test]
async fn r_77_who_logs_out_is_logged_out_at_once() {
    let hands = Hands::new();
    let store = Arc::new(MemoryStore::default());
    let (here, there) = (builder(store.clone(), &hands).build().unwrap(), builder(store, &hands).build().unwrap());
    let (app, elsewhere) = (app(&here), app(&there));
    for by in ["access", "refresh", "expired"] {
        let sub = somebody();
        let (pair, other) = (log_in(&here, &sub).await, log_in(&here, &sub).await);
        if by == "expired" {
            hands.put(3600);
            assert_eq!(see(&app, "/sessions", &pair.access).await, (401, "token_expired".to_owned()));
        }
        let token = if by == "refresh" { &pair.refresh } else { &pair.access };
        assert_eq!(log_out(&app, token).await.status, 204, "{by}");
        for node in [&app, &elsewhere] {
            assert_eq!(try_refresh(node, &pair.refresh).await, invalid(), "{by}");
            if by != "expired" {
                assert_eq!(see(node, "/sessions", &pair.access).await, invalid(), "{by}");
            }
        }
        assert!(try_refresh(&app, &other.refresh).await.0 == 200, "another session goes on");
    }
}

#[tokio::test]
async fn r_82_a_logout_tells_nothing_of_its_token() {
    let hands = Hands::new();
    let jwt = in_memory(&hands);
    let app = app(&jwt);
    let pair = log_in(&jwt, &somebody()).await;
    let mut old = good_claims();
    old["exp"] = json!(1000);
    let first = log_out(&app, &pair.access).await;
    assert_eq!((first.status, first.body.as_str()), (StatusCode::NO_CONTENT, ""));
    assert_eq!(set_cookies(&first).count(), 0, "none are in use");
    for token in [
        pair.access.clone(),
        pair.refresh.clone(),
        spoil_signature(&pair.access),
        forge_claims(&old),
        forge_claims(&json!({ "sub": "USER_ID" })),
        "no-token".to_owned(),
    ] {
        assert_eq!(log_out(&app, &token).await, first, "{token}");
    }
    assert_eq!(ask(&app, "POST", "/logout", &[], "").await, first, "without a token");
    // Not a question of a token's being good.
    let twice = [("authorization", "Bearer a"), ("authorization", "Bearer b")];
    assert_eq!(told(&ask(&app, "POST", "/logout", &twice, "").await), (400, "invalid_request".to_owned()));
    assert_eq!(ask(&app, "GET", "/logout", &[], "").await.status, 405);
}

#[tokio::test]
async fn a_logout_reads_json_without_a_layer() {
    let jwt = for_clients(&Hands::new());
    let app = app(&jwt);
    for name in ["access_token", "refresh_token"] {
        let pair = log_in(&jwt, &somebody()).await;
        let body = json!({ name: if name == "access_token" { &pair.access } else { &pair.refresh } }).to_string();
        let json = ("content-type", "application/json");
        assert_eq!(ask(&app, "POST", "/logout", &[json], &body).await.status, 204);
        assert_eq!(see(&app, "/sessions", &pair.access).await, invalid());
    }
}

const ALL: [&str; 4] =
    ["__Host-access_token", "__Host-csrf_access_token", "__Host-refresh_token", "__Host-csrf_refresh_token"];

#[tokio::test]
async fn r_61_a_logout_takes_every_cookie_away_even_that_of_a_dead_token() {
    let hands = Hands::new();
    let jwt = for_browsers(&hands);
    let app = app(&jwt);
    for case in ["good", "expired", "only refresh", "ended", "wrong signature", "no token", "unreadable", "repeated"] {
        let mut jar = Jar::of(&log_in_as(&app, &somebody(), &[SAME]).await);
        let refresh = jar.get("__Host-refresh_token").to_owned();
        let csrf = jar.get("__Host-csrf_refresh_token").to_owned();
        let mut status = 204;
        match case {
            "expired" => hands.put(3600),
            "only refresh" => jar.remove("__Host-access_token"),
            "ended" => assert_eq!(log_out(&app, &refresh).await.status, 204),
            "wrong signature" => {
                let spoilt = spoil_signature(jar.get("__Host-access_token"));
                jar.put("__Host-access_token", &spoilt);
            }
            "no token" => jar = Jar::default(),
            "unreadable" => {
                jar.put("__Host-access_token", "{}");
                status = 400;
            }
            _ => {}
        }
        let mut cookies = jar.header();
        if case == "repeated" {
            cookies = format!("{cookies}; {cookies}");
            status = 400;
        }
        let headers = [("cookie", cookies.as_str()), ("x-csrf-token", &csrf), SAME];
        let answer = ask(&app, "POST", "/logout", &headers, "").await;
        assert_eq!(answer.status, status, "{case}: {answer:?}");
        assert_eq!(answer.header("cache-control"), Some("no-store"));
        let gone: Vec<_> = set_cookies(&answer).map(|cookie| cookie.split('=').next().unwrap()).collect();
        assert_eq!(gone, ALL, "{case}");
        for cookie in set_cookies(&answer) {
            let (_, attributes) = cookie.split_once("=;").expect("no value");
            assert!(attributes.contains("Path=/; Secure") || attributes.contains("Secure"), "{cookie}");
            assert!(attributes.contains("Max-Age=0; Expires=Thu, 01 Jan 1970 00:00:00 GMT"), "{cookie}");
        }
        // Something that was shown was good for logging out, and the session has ended.
        if ["good", "expired", "only refresh", "ended", "wrong signature", "unreadable"].contains(&case) {
            assert_eq!(try_refresh(&app, &refresh).await, invalid(), "{case}");
        }
        hands.put(0);
    }
}

#[tokio::test]
async fn no_other_site_logs_a_visitor_out() {
    let hands = Hands::new();
    let jwt = for_browsers(&hands);
    let app = app(&jwt);
    let jar = Jar::of(&log_in_as(&app, &somebody(), &[SAME]).await);
    let cookies = jar.header();
    let csrf = ("x-csrf-token", jar.get("__Host-csrf_access_token"));
    let spoilt = format!("__Host-access_token={}", spoil_signature(jar.get("__Host-access_token")));
    for (case, headers) in [
        ("no csrf value", vec![SAME, ("cookie", cookies.as_str())]),
        ("the wrong one", vec![SAME, ("cookie", &cookies), ("x-csrf-token", "x")]),
        ("another site", vec![CROSS, ("cookie", &cookies), csrf]),
        // `SameSite` keeps the cookies back, and the answer must still not take them away.
        ("another site's form", vec![CROSS]),
        ("another site's form, which sent a dead cookie before", vec![CROSS, ("cookie", &spoilt)]),
        ("a cookie that can't be read", vec![CROSS, ("cookie", "__Host-access_token={}")]),
    ] {
        for path in ["/logout", "/logout-everywhere"] {
            if path == "/logout-everywhere" && !headers.iter().any(|(_, value)| *value == cookies) {
                continue;
            }
            let answer = ask(&app, "POST", path, &headers, "").await;
            assert_eq!(told(&answer), (403, "csrf_failed".to_owned()), "{path}, {case}");
            assert_eq!(set_cookies(&answer).count(), 0, "{path}, {case}");
        }
    }
    assert_eq!(jar.send(&app, "GET", "/me").await.status, 200, "the session goes on");
    // A script of another origin that was allowed to send this header comes with what it has.
    let dead = ("authorization", "Bearer dead");
    assert_eq!(ask(&app, "POST", "/logout", &[CROSS, dead], "").await.status, 204);

    // Without the check of origins a csrf value is still demanded where there is a token, and nothing is taken away where there is none.
    let jwt =
        builder(MemoryStore::default(), &hands).locations(Locations::COOKIES).same_origin_check(false).build().unwrap();
    let app = super::routes::app(&jwt);
    let answer = ask(&app, "POST", "/logout", &[CROSS], "").await;
    assert_eq!((told(&answer), set_cookies(&answer).count()), ((403, "csrf_failed".to_owned()), 0));
}

#[tokio::test]
async fn r_78_a_logout_everywhere_ends_all_sessions_of_its_subject() {
    let hands = Hands::new();
    let jwt = for_browsers(&hands);
    let app = app(&jwt);
    let (sub, other) = (somebody(), somebody());
    let pairs = [log_in(&jwt, &sub).await, log_in(&jwt, &sub).await];
    let alone = jwt.create_access_token(&sub).sign().unwrap();
    let theirs = log_in(&jwt, &other).await;
    assert_eq!(told(&with_bearer(&app, "POST", "/logout-everywhere", &pairs[0].refresh).await), invalid());
    assert_eq!(told(&ask(&app, "POST", "/logout-everywhere", &[], "").await), (401, "missing_token".to_owned()));
    hands.put(3600);
    let answer = with_bearer(&app, "POST", "/logout-everywhere", &pairs[0].access).await;
    assert_eq!(told(&answer), (401, "token_expired".to_owned()));
    hands.put(0);
    assert_eq!(see(&app, "/sessions", &pairs[1].access).await, good());

    // One that was refreshed will do: it is not fresh.
    let pair = Pair::of(&with_bearer(&app, "POST", "/refresh", &pairs[0].refresh).await);
    let answer = with_bearer(&app, "POST", "/logout-everywhere", &pair.access).await;
    assert_eq!((answer.status.as_u16(), set_cookies(&answer).count()), (204, 4));
    for token in [&pair.access, &pairs[1].access, alone.as_str()] {
        assert_eq!(see(&app, "/sessions", token).await, invalid());
    }
    for token in [&pair.refresh, &pairs[1].refresh] {
        assert_eq!(try_refresh(&app, token).await, invalid());
    }
    assert_eq!(see(&app, "/sessions", &theirs.access).await, good());
    assert_eq!(told(&with_bearer(&app, "POST", "/logout-everywhere", &pair.access).await), invalid());
}

#[tokio::test]
async fn a_service_may_demand_a_fresh_token_of_who_logs_out_everywhere() {
    for jwt in [in_memory(&Hands::new()), for_clients(&Hands::new())] {
        let route = jwt.logout_everywhere_route().route_layer(jwt.fresh_token_required());
        let app: Router = Router::new()
            .route("/logout-everywhere", route.route_layer(jwt.body_tokens()))
            .route("/refresh", jwt.refresh_route());
        let sub = somebody();
        let old = Pair::of(&with_bearer(&app, "POST", "/refresh", &log_in(&jwt, &sub).await.refresh).await);
        let answer = with_bearer(&app, "POST", "/logout-everywhere", &old.access).await;
        assert_eq!(told(&answer), (401, "insufficient_user_authentication".to_owned()));
        let fresh = log_in(&jwt, &sub).await;
        assert_eq!(with_bearer(&app, "POST", "/logout-everywhere", &fresh.access).await.status, 204);
    }
}

/// A store that can be cut off.
#[derive(Default)]
struct Cut {
    store: MemoryStore,
    off: AtomicBool,
}

impl Cut {
    fn unless_off<'a, T: 'a>(&self, call: StoreFuture<'a, T>) -> StoreFuture<'a, T> {
        if !self.off.load(Ordering::SeqCst) {
            return call;
        }
        Box::pin(async { Err(StoreError::new(StoreFault::Unavailable, "it is cut off")) })
    }
}

impl SessionStore for Cut {
    fn open<'a>(&'a self, open: Open<'a>) -> StoreFuture<'a, ()> {
        self.unless_off(self.store.open(open))
    }

    fn rotate<'a>(&'a self, rotate: Rotate<'a>) -> StoreFuture<'a, Rotation> {
        self.unless_off(self.store.rotate(rotate))
    }

    fn check<'a>(&'a self, check: Check<'a>) -> StoreFuture<'a, Standing> {
        self.unless_off(self.store.check(check))
    }

    fn renew<'a>(&'a self, check: Check<'a>, idle_end: NumericDate) -> StoreFuture<'a, Standing> {
        self.unless_off(self.store.renew(check, idle_end))
    }

    fn revoke<'a>(&'a self, revoke: Revoke<'a>) -> StoreFuture<'a, ()> {
        self.unless_off(self.store.revoke(revoke))
    }

    fn end<'a>(&'a self, end: End<'a>) -> StoreFuture<'a, u64> {
        self.unless_off(self.store.end(end))
    }

    fn sessions<'a>(&'a self, list: List<'a>) -> StoreFuture<'a, Vec<Session>> {
        self.unless_off(self.store.sessions(list))
    }

    fn purge(&self, now: NumericDate) -> StoreFuture<'_, u64> {
        self.unless_off(self.store.purge(now))
    }
}

#[tokio::test]
async fn r_79_with_the_store_out_of_reach_nobody_is_told_to_be_logged_out() {
    let hands = Hands::new();
    let store = Arc::new(Cut::default());
    let jwt = builder(store.clone(), &hands).locations(Locations::HEADERS | Locations::COOKIES).build().unwrap();
    let app = app(&jwt);
    let name = somebody();
    let jar = Jar::of(&log_in_as(&app, &name, &[SAME]).await);
    store.off.store(true, Ordering::SeqCst);
    for (method, path) in [
        ("POST", "/logout"),
        ("POST", "/logout-everywhere"),
        ("POST", "/refresh"),
        ("GET", "/sessions"),
        ("DELETE", "/sessions/x"),
    ] {
        let answer = jar.send(&app, method, path).await;
        assert_eq!(told(&answer), unavailable(), "{path}");
        assert_eq!(answer.header("retry-after"), Some("5"), "{path}");
        assert_eq!(set_cookies(&answer).count(), 0, "{path}: who still has the token can come again");
    }
    let answer = log_in_as(&app, &name, &[SAME]).await;
    assert_eq!((told(&answer), set_cookies(&answer).count()), (unavailable(), 0));
    store.off.store(false, Ordering::SeqCst);
    assert_eq!(jar.send(&app, "POST", "/refresh").await.status, 200, "nothing was consumed");
    assert_eq!(jar.send(&app, "POST", "/logout").await.status, 204);
    assert_eq!(told(&jar.send(&app, "GET", "/me").await), invalid());
}

#[tokio::test]
async fn a_token_of_another_issuer_ends_no_sessions_here() {
    let issuer = issuer_server::issuing(Algorithm::ES256, "a");
    let server = issuer_server::Server::serving(issuer_server::jwk_set(&[&issuer]).await).await;
    let jwt = builder(MemoryStore::default(), &Hands::new())
        .issuer("https://login.example.org")
        .trusted_issuer(server.issuer())
        .build()
        .unwrap();
    let app = app(&jwt);
    let theirs = issuer_server::token(&issuer);
    let ours = jwt.create_token_pair("USER_ID").open().await.unwrap();
    assert_eq!(jwt.authenticate::<NoClaims>(&theirs, &Policy::access()).await.unwrap().sub, "USER_ID");
    for (method, path) in [
        ("POST", "/logout-everywhere".to_owned()),
        ("GET", "/sessions".to_owned()),
        ("DELETE", format!("/sessions/{}", ours.session_id())),
    ] {
        assert_eq!(told(&with_bearer(&app, method, &path, &theirs).await), invalid(), "{path}");
    }
    assert_eq!(log_out(&app, &theirs).await.status, 204, "it is revoked here");
    assert_eq!(see(&app, "/sessions", ours.access().as_str()).await, good());
}

/// Its session is none of ours, though it is called the same.
#[tokio::test]
async fn a_token_of_another_issuer_spares_no_session_in_the_cookies() {
    let key = SigningKey::from_pem(Algorithm::ES256, P256).unwrap().with_id("a").unwrap();
    let set = issuer_server::jwk_set(&[&issuer_server::issuing_with(key)]).await;
    let server = issuer_server::Server::serving(set).await;
    let jwt = builder(MemoryStore::default(), &Hands::new())
        .locations(Locations::COOKIES | Locations::HEADERS)
        .trusted_issuer(server.issuer().untyped_tokens())
        .build()
        .unwrap();
    let (app, sub) = (app(&jwt), somebody());
    let jar = Jar::of(&log_in_as(&app, &sub, &[SAME]).await);
    let mut said = claims(jar.get("__Host-refresh_token"));
    said["iss"] = issuer_server::ISSUER.into();
    said.as_object_mut().unwrap().remove("type");
    let theirs = Signer::Es256.forge(&json!({ "alg": "ES256", "kid": "a" }), &said);
    assert!(jwt.authenticate::<NoClaims>(&theirs, &Policy::access().revocation(false)).await.is_ok());
    let (authorization, cookies) = (format!("Bearer {theirs}"), jar.header());
    let headers = [("authorization", authorization.as_str()), ("cookie", &cookies), SAME];
    assert_eq!(ask(&app, "POST", "/logout", &headers, "").await.status, 204);
    assert_eq!(try_refresh_by_cookie(&app, &jar).await, 401);
}

/// A token that a page brings in a body says nothing of the cookies beside it, whatever the check of origins is set to.
#[tokio::test]
async fn no_other_site_ends_the_session_in_the_cookies_with_a_token_of_its_own() {
    let jwt = builder(MemoryStore::default(), &Hands::new())
        .locations(Locations::COOKIES | Locations::JSON)
        .same_origin_check(false)
        .build()
        .unwrap();
    let app = app(&jwt);
    let victim = Jar::of(&log_in_as(&app, &somebody(), &[SAME]).await);
    let evil = log_in(&jwt, &somebody()).await;
    let cookies = victim.header();
    let headers = [CROSS, ("cookie", cookies.as_str()), ("content-type", "application/json")];
    let body = json!({ "access_token": evil.access }).to_string();
    let answer = ask(&app, "POST", "/logout", &headers, &body).await;
    assert_eq!((answer.status.as_u16(), set_cookies(&answer).count()), (204, 0), "the cookies are not its own");
    assert_eq!(try_refresh_by_cookie(&app, &victim).await, 200);
    // A page of this service's own has ended its session, and its cookies go.
    let own = json!({ "access_token": log_in(&jwt, &somebody()).await.access }).to_string();
    let answer = ask(&app, "POST", "/logout", &[SAME, headers[1], headers[2]], &own).await;
    assert_eq!((answer.status.as_u16(), set_cookies(&answer).count()), (204, 4));
}

async fn try_refresh_by_cookie(app: &Router, jar: &Jar) -> u16 {
    jar.send(app, "POST", "/refresh").await.status.as_u16()
}

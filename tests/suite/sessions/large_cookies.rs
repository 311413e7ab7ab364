//! Tokens that are too large for a cookie: nothing is spent for them, and no session opened.

use std::{
    sync::atomic::{AtomicBool, Ordering},
    time::Duration,
};

use axum::Router;
use fastjwt::{Denied, Locations, Login, OnRefresh, Renewal, TokenPayload, session::MemoryStore};

use super::{
    Hands, Pair, builder,
    routes::{Jar, app, log_in_as},
    somebody, try_refresh,
};
use crate::support::ask;

/// Says much at the first refresh.
struct Talkative(AtomicBool);

impl OnRefresh for Talkative {
    async fn on_refresh(&self, _: &TokenPayload, renewal: &mut Renewal) -> Result<(), Denied> {
        if self.0.swap(false, Ordering::SeqCst) {
            renewal.set_claim("much", "x".repeat(3500));
        }
        Ok(())
    }
}

#[tokio::test]
async fn r_70_a_refresh_whose_cookie_a_browser_would_drop_spends_nothing() {
    let jwt = builder(MemoryStore::default(), &Hands::new())
        .locations(Locations::HEADERS | Locations::COOKIES)
        .on_refresh(Talkative(true.into()))
        .refresh_grace(Duration::ZERO)
        .build()
        .unwrap();
    let (app, name) = (app(&jwt), somebody());
    let mut jar = Jar::of(&log_in_as(&app, &name, &[]).await);
    let answer = jar.send(&app, "POST", "/refresh").await;
    assert_eq!((answer.status.as_u16(), answer.header("set-cookie")), (500, None));
    // The token is not spent.
    let answer = jar.send(&app, "POST", "/refresh").await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    jar.keep(&answer);
    assert_eq!(jar.send(&app, "GET", "/me").await.status, 200);
}

#[tokio::test]
async fn what_travels_otherwise_may_be_larger() {
    let jwt = builder(MemoryStore::default(), &Hands::new())
        .locations(Locations::HEADERS | Locations::COOKIES)
        .on_refresh(Talkative(true.into()))
        .build()
        .unwrap();
    let app = app(&jwt);
    let pair = Pair::of(&log_in_as(&app, &somebody(), &[("x-app", "")]).await);
    assert_eq!(try_refresh(&app, &pair.refresh).await.0, 200);
}

#[tokio::test]
async fn a_login_whose_cookie_a_browser_would_drop_opens_no_session() {
    let both = Locations::HEADERS | Locations::COOKIES;
    let jwt = builder(MemoryStore::default(), &Hands::new()).locations(both).build().unwrap();
    let log_in = async |name: String| Login::new(name).claim("much", "x".repeat(3500));
    let app = Router::new().route("/login", jwt.login_route(log_in)).with_state(jwt.clone());
    let name = somebody();
    let answer = ask(&app, "POST", "/login", &[], &name).await;
    assert_eq!((answer.status.as_u16(), answer.header("set-cookie")), (500, None));
    assert!(jwt.sessions(&name).await.unwrap().is_empty());
}

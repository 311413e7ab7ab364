//! With a store: what is revoked or ended is not renewed, whoever ended it and when, nor what the store can't tell of.

use std::{
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use axum::{
    Router,
    extract::State,
    http::StatusCode,
    routing::{any, post},
};
use fastjwt::{
    AccessToken, Builder, CurrentSubject, Error, FastJwt, LoadSubject, Locations, LogoutToken, NumericDate,
    TokenPayload, access_token_required, refresh_token_required,
    session::{
        Check, End, List, MemoryStore, Open, Revoke, Rotate, Rotation, Session, SessionStore, Standing, StoreError,
        StoreFault, StoreFuture,
    },
};

use super::{COOKIE, HOUR, MINUTE, app, in_the_last_ten_minutes, look, renewed, visit};
use crate::{
    sessions::{self, Hands, claims, somebody},
    support::{NOW, ask, at, spoil_signature},
};

/// A store in memory that says what it was asked, and can be out of reach, or be asked something right before an answer.
#[derive(Clone, Default)]
pub(super) struct Watched(Arc<Inner>);

#[derive(Default)]
struct Inner {
    store: MemoryStore,
    asked: Mutex<Vec<&'static str>>,
    is_down: AtomicBool,
}

impl Watched {
    fn asked(&self) -> Vec<&'static str> {
        std::mem::take(&mut self.0.asked.lock().unwrap())
    }

    pub(super) fn go_down(&self) {
        self.0.is_down.store(true, Ordering::SeqCst);
    }

    fn note<'a, T: 'a>(&self, what: &'static str, then: StoreFuture<'a, T>) -> StoreFuture<'a, T> {
        self.0.asked.lock().unwrap().push(what);
        if self.0.is_down.load(Ordering::SeqCst) {
            return Box::pin(async { Err(StoreError::new(StoreFault::Garbage, "down")) });
        }
        then
    }
}

impl SessionStore for Watched {
    fn open<'a>(&'a self, open: Open<'a>) -> StoreFuture<'a, ()> {
        self.note("open", self.0.store.open(open))
    }

    fn rotate<'a>(&'a self, rotate: Rotate<'a>) -> StoreFuture<'a, Rotation> {
        self.note("rotate", self.0.store.rotate(rotate))
    }

    fn check<'a>(&'a self, check: Check<'a>) -> StoreFuture<'a, Standing> {
        self.note("check", self.0.store.check(check))
    }

    fn renew<'a>(&'a self, check: Check<'a>, idle_end: NumericDate) -> StoreFuture<'a, Standing> {
        self.note("renew", self.0.store.renew(check, idle_end))
    }

    fn revoke<'a>(&'a self, revoke: Revoke<'a>) -> StoreFuture<'a, ()> {
        self.note("revoke", self.0.store.revoke(revoke))
    }

    fn end<'a>(&'a self, end: End<'a>) -> StoreFuture<'a, u64> {
        self.note("end", self.0.store.end(end))
    }

    fn sessions<'a>(&'a self, list: List<'a>) -> StoreFuture<'a, Vec<Session>> {
        self.note("sessions", self.0.store.sessions(list))
    }

    fn purge(&self, now: NumericDate) -> StoreFuture<'_, u64> {
        self.0.store.purge(now)
    }
}

pub(super) fn builder(store: &Watched, hands: &Hands) -> Builder {
    let builder = sessions::builder(store.clone(), hands).locations(Locations::HEADERS | Locations::COOKIES);
    builder.implicit_refresh(in_the_last_ten_minutes)
}

/// A login, 6 minutes ago.
pub(super) async fn log_in(jwt: &FastJwt, store: &Watched, hands: &Hands) -> AccessToken {
    hands.put(0);
    let pair = jwt.create_token_pair(somebody()).scopes(["read"]).claim("tenant", 7).open().await.unwrap();
    hands.put(6 * MINUTE);
    store.asked();
    pair.into_tokens().0
}

#[tokio::test]
async fn r_74_a_renewal_never_brings_the_end_of_its_session_nearer() {
    let (hands, store) = (Hands::new(), Watched::default());
    let jwt = builder(&store, &hands).build().unwrap();
    let app = app(&jwt, jwt.implicit_refresh());
    let sub = somebody();
    let month = Duration::from_secs(30 * 24 * HOUR);
    let pair = jwt.create_token_pair(&sub).refresh_expires_in(month).open().await.unwrap();
    let token = pair.into_tokens().0;
    let idle_end = async || jwt.sessions(&sub).await.unwrap()[0].idle_end;
    let before = idle_end().await;
    hands.put(6 * MINUTE);
    // No door of this route has asked for the ends of the session.
    assert!(renewed(&visit(&app, "POST", "/open", &token).await).is_some());
    assert_eq!(idle_end().await, before);
}

#[tokio::test]
async fn r_74_a_renewal_that_knows_the_end_of_its_session_stays_within_it() {
    let (hands, store) = (Hands::new(), Watched::default());
    let short = Duration::from_secs(HOUR);
    let jwt = builder(&store, &hands).session_lifetime(short).session_idle_timeout(short).build().unwrap();
    let app = app(&jwt, jwt.implicit_refresh());
    let sub = somebody();
    let token = jwt.create_token_pair(&sub).open().await.unwrap().into_tokens().0;
    hands.put(6 * MINUTE);
    // The door has asked for the ends of the session.
    assert!(renewed(&visit(&app, "POST", "/", &token).await).is_some());
    let session = &jwt.sessions(&sub).await.unwrap()[0];
    assert_eq!((session.idle_end, session.refreshed.as_secs()), (session.ends, crate::support::NOW + 6 * MINUTE));
}

#[tokio::test]
async fn a_token_of_a_session_is_renewed_in_one_round_trip() {
    let (hands, store) = (Hands::new(), Watched::default());
    let jwt = builder(&store, &hands).build().unwrap();
    let app = app(&jwt, jwt.implicit_refresh());
    let token = log_in(&jwt, &store, &hands).await;
    let follower = renewed(&visit(&app, "POST", "/open", &token).await).unwrap();
    assert_eq!(store.asked(), ["renew"]);
    let (before, after) = (claims(token.as_str()), claims(&follower));
    for claim in ["sid", "sub", "scopes", "tenant", "csrf", "auth_time"] {
        assert_eq!(before[claim], after[claim], "{claim}");
        assert!(!before[claim].is_null(), "{claim}");
    }
    assert_eq!(after["fresh"], false);
    // The door asks for itself, before.
    assert!(renewed(&visit(&app, "POST", "/", &token).await).is_some());
    assert_eq!(store.asked(), ["check", "renew"]);
    // What is not to be renewed nobody is asked about: at the limit, with long to live, behind such an answer.
    let limited = builder(&store, &hands).implicit_refresh(|renewal| renewal.limit(Duration::from_secs(15 * MINUTE)));
    let limited = limited.build().unwrap();
    let limited = self::app(&limited, limited.implicit_refresh());
    assert_eq!(renewed(&visit(&limited, "POST", "/open", &token).await), None);
    let broken = Router::new().route("/", any(StatusCode::BAD_REQUEST)).layer(jwt.implicit_refresh());
    visit(&broken, "POST", "/", &token).await;
    hands.put(5 * MINUTE);
    visit(&app, "POST", "/open", &token).await;
    assert_eq!(store.asked(), [""; 0]);
}

#[tokio::test]
async fn fault_6_nobody_can_make_the_store_be_asked_with_a_token_that_is_not_good() {
    let (hands, store) = (Hands::new(), Watched::default());
    let jwt = builder(&store, &hands).build().unwrap();
    let app = app(&jwt, jwt.implicit_refresh());
    let token = log_in(&jwt, &store, &hands).await;
    for text in ["garbage", &spoil_signature(token.as_str()), &format!("{}A", token.as_str())] {
        assert_eq!(renewed(&look(&app, "/open", text).await), None);
    }
    let cookie = format!("{COOKIE}={}", token.as_str());
    ask(&app, "POST", "/open", &[("cookie", &cookie)], "").await;
    hands.put(15 * MINUTE);
    visit(&app, "POST", "/open", &token).await;
    assert_eq!(store.asked(), [""; 0]);
}

#[tokio::test]
async fn fault_4_a_revoked_token_gets_no_new_cookie() {
    let (hands, store) = (Hands::new(), Watched::default());
    let jwt = builder(&store, &hands).build().unwrap();
    let app = app(&jwt, jwt.implicit_refresh());
    let token = log_in(&jwt, &store, &hands).await;
    let payload = jwt.authenticate::<fastjwt::NoClaims>(token.as_str(), &fastjwt::Policy::access()).await.unwrap();
    jwt.revoke(&payload).await.unwrap();
    for path in ["/", "/open"] {
        let answer = visit(&app, "GET", path, &token).await;
        assert_eq!(answer.headers.get("set-cookie"), None, "{answer:?}");
    }
}

#[tokio::test]
async fn a_session_that_has_ended_gets_no_new_cookie() {
    let (hands, store) = (Hands::new(), Watched::default());
    let jwt = builder(&store, &hands).session_idle_timeout(Duration::from_secs(8 * MINUTE)).build().unwrap();
    let app = app(&jwt, jwt.implicit_refresh());
    // By the user, everywhere.
    let token = log_in(&jwt, &store, &hands).await;
    jwt.end_all_sessions(claims(token.as_str())["sub"].as_str().unwrap()).await.unwrap();
    assert_eq!(renewed(&visit(&app, "GET", "/open", &token).await), None);
    // By idling: a renewal is what keeps it.
    let token = log_in(&jwt, &store, &hands).await;
    let other = log_in(&jwt, &store, &hands).await;
    hands.put(7 * MINUTE);
    assert!(renewed(&visit(&app, "GET", "/open", &token).await).is_some());
    hands.put(8 * MINUTE);
    assert!(renewed(&visit(&app, "GET", "/open", &token).await).is_some());
    assert_eq!(renewed(&visit(&app, "GET", "/open", &other).await), None);
    // One that another service keeps, and this one can't ask about.
    let alone = super::builder(&hands).build().unwrap();
    let elsewhere = Router::new().route("/", any("in")).layer(alone.implicit_refresh());
    let mut said = claims(token.as_str());
    said["aud"] = "here".into();
    assert_eq!(renewed(&look(&elsewhere, "/", &crate::support::forge_claims(&said)).await), None);
    said.as_object_mut().unwrap().remove("sid");
    assert!(renewed(&look(&elsewhere, "/", &crate::support::forge_claims(&said)).await).is_some());
}

#[tokio::test]
async fn a_token_without_a_session_is_renewed_until_its_subject_is_cut_off() {
    let (hands, store) = (Hands::new(), Watched::default());
    let jwt = builder(&store, &hands).build().unwrap();
    let app = app(&jwt, jwt.implicit_refresh());
    let sub = somebody();
    let token = jwt.create_access_token(&sub).fresh().sign().unwrap();
    hands.put(6 * MINUTE);
    assert!(renewed(&visit(&app, "GET", "/open", &token).await).is_some());
    jwt.end_sessions_before(&sub, at(NOW + MINUTE)).await.unwrap();
    assert_eq!(renewed(&visit(&app, "GET", "/open", &token).await), None);
}

/// Else a thief who keeps renewing the copy of a token has a newer one than the owner's.
#[tokio::test]
async fn what_follows_a_token_without_a_session_is_cut_off_with_it() {
    let (hands, store) = (Hands::new(), Watched::default());
    let jwt = builder(&store, &hands).build().unwrap();
    let app = app(&jwt, jwt.implicit_refresh());
    let sub = somebody();
    let token = jwt.create_access_token(&sub).fresh().sign().unwrap();
    let mut follower = token.as_str().to_owned();
    for minute in [6, 12, 18, 24] {
        hands.put(minute * MINUTE);
        follower = renewed(&look(&app, "/open", &follower).await).expect("it is renewed");
    }
    assert_eq!(look(&app, "/", &follower).await.status, 200);
    jwt.end_sessions_before(&sub, at(NOW + 3 * MINUTE)).await.unwrap();
    assert_eq!(look(&app, "/", &follower).await.code(), "invalid_token");
    // Of a new login that is not so.
    let token = jwt.create_access_token(&sub).fresh().sign().unwrap();
    assert_eq!(look(&app, "/", token.as_str()).await.status, 200);
}

/// Its followers keep when it was issued, and no token is older than tokens may be.
#[tokio::test]
async fn what_follows_a_token_without_a_session_lives_as_long_as_one_token_may() {
    let (hands, store) = (Hands::new(), Watched::default());
    let hour = Duration::from_secs(HOUR);
    let jwt = builder(&store, &hands).refresh_token_expires_in(hour).max_token_lifetime(hour).build().unwrap();
    let app = app(&jwt, jwt.implicit_refresh());
    let mut token = jwt.create_access_token(somebody()).fresh().sign().unwrap().into_string();
    let mut last_end = 0;
    for second in (0..2 * HOUR).step_by(31) {
        hands.put(second);
        if let Some(follower) = renewed(&look(&app, "/open", &token).await) {
            last_end = claims(&follower)["exp"].as_u64().unwrap() - NOW;
            token = follower;
        }
    }
    assert_eq!(last_end, HOUR);
}

#[tokio::test]
async fn no_follower_outlives_its_session() {
    let (hands, store) = (Hands::new(), Watched::default());
    let lifetime = HOUR + 90;
    let jwt = builder(&store, &hands).session_lifetime(Duration::from_secs(lifetime)).build().unwrap();
    let app = app(&jwt, jwt.implicit_refresh());
    let mut token = log_in(&jwt, &store, &hands).await.into_string();
    let mut last_end = 0;
    for second in (0..2 * HOUR).step_by(31) {
        hands.put(second);
        for path in ["/open", "/"] {
            if let Some(follower) = renewed(&look(&app, path, &token).await) {
                let end = claims(&follower)["exp"].as_u64().unwrap() - NOW;
                assert!(second < lifetime && end <= lifetime && end > last_end, "{second}: {last_end} to {end}");
                (token, last_end) = (follower, end);
            }
        }
    }
    assert_eq!(last_end, lifetime);
}

async fn log_out(State(jwt): State<FastJwt>, token: LogoutToken) -> Result<&'static str, Error> {
    // It forgets the cookies.
    jwt.log_out(&token).await?;
    Ok("good bye")
}

#[access_token_required]
async fn revoke(State(jwt): State<FastJwt>, payload: TokenPayload) -> Result<&'static str, Error> {
    jwt.revoke(&payload).await?;
    Ok("revoked")
}

#[refresh_token_required]
async fn refresh(
    State(jwt): State<FastJwt>,
    payload: TokenPayload,
) -> Result<impl axum::response::IntoResponse, Error> {
    Ok((jwt.pair_cookies(&jwt.refresh(&payload).await?)?, "refreshed"))
}

#[tokio::test]
async fn fault_4_what_the_handler_ends_is_not_renewed_behind_it() {
    let (hands, store) = (Hands::new(), Watched::default());
    let jwt = builder(&store, &hands).build().unwrap();
    let app = Router::new()
        .route("/logout", post(log_out))
        .route("/revoke", post(revoke))
        .layer(jwt.implicit_refresh())
        .with_state(jwt.clone());
    for path in ["/logout", "/revoke"] {
        let token = log_in(&jwt, &store, &hands).await;
        let answer = visit(&app, "POST", path, &token).await;
        assert_eq!((answer.status, answer.headers.get("set-cookie")), (StatusCode::OK, None), "{answer:?}");
    }
}

#[tokio::test]
async fn a_refresh_sets_its_own_cookies() {
    let (hands, store) = (Hands::new(), Watched::default());
    let jwt = builder(&store, &hands).build().unwrap();
    let app = Router::new().route("/refresh", post(refresh)).layer(jwt.implicit_refresh()).with_state(jwt.clone());
    hands.put(0);
    let pair = jwt.create_token_pair(somebody()).open().await.unwrap();
    hands.put(6 * MINUTE);
    let cookies = format!("{COOKIE}={}; __Host-refresh_token={}", pair.access().as_str(), pair.refresh().as_str());
    store.asked();
    let headers = [("cookie", &*cookies), ("x-csrf-token", pair.access().csrf().unwrap())];
    let answer = ask(&app, "POST", "/refresh", &headers, "").await;
    assert_eq!(answer.status, StatusCode::OK, "{answer:?}");
    assert!(renewed(&answer).is_some());
    assert_eq!(store.asked(), ["check", "rotate"]);
}

#[tokio::test]
async fn what_a_store_cannot_tell_is_not_renewed_and_the_answer_is_good() {
    for fails_open in [false, true] {
        let (hands, store) = (Hands::new(), Watched::default());
        let jwt = builder(&store, &hands).store_fail_open(fails_open).build().unwrap();
        let app = app(&jwt, jwt.implicit_refresh());
        let token = log_in(&jwt, &store, &hands).await;
        store.go_down();
        let answer = visit(&app, "POST", "/open", &token).await;
        assert_eq!((answer.status, answer.body.as_str()), (StatusCode::OK, "open"));
        assert_eq!((answer.headers.get("set-cookie"), answer.header("cache-control")), (None, None), "{answer:?}");
        let answer = visit(&app, "POST", "/", &token).await;
        let told = if fails_open { sessions::good() } else { sessions::unavailable() };
        assert_eq!((sessions::told(&answer), renewed(&answer)), (told, None));
    }
}

struct User;

#[derive(Clone)]
struct App(FastJwt);

impl axum::extract::FromRef<App> for FastJwt {
    fn from_ref(app: &App) -> Self {
        app.0.clone()
    }
}

impl LoadSubject<User> for App {
    type Error = std::io::Error;

    async fn load_subject(&self, _: &str) -> Result<Option<User>, Self::Error> {
        Ok(Some(User))
    }
}

#[tokio::test]
async fn r_100_the_layer_lets_nobody_in() {
    let (hands, store) = (Hands::new(), Watched::default());
    let jwt = builder(&store, &hands).build().unwrap();
    let app = Router::new()
        .route("/", any(async |_: CurrentSubject<User>| "in"))
        .layer(jwt.implicit_refresh())
        .with_state(App(jwt.clone()));
    let token = log_in(&jwt, &store, &hands).await;
    assert_eq!(visit(&app, "GET", "/", &token).await.status, StatusCode::OK);
    jwt.end_all_sessions(claims(token.as_str())["sub"].as_str().unwrap()).await.unwrap();
    // Whose token it is, only a door says, and that asks the store.
    assert_eq!(visit(&app, "GET", "/", &token).await.status, StatusCode::UNAUTHORIZED);
}

//! When the store is asked: once a request, about nothing but tokens that are good otherwise.

use std::sync::Arc;

use axum::{
    Router,
    routing::{get, post},
};
use fastjwt::{
    Check, CheckedRequest, ConstPolicy, CurrentSubject, Denied, FastJwt, LoadSubject, NoClaims, Policy, RefreshPayload,
    Required, TokenPayload, access_token_required,
    session::{MemoryStore, SessionStore},
};
use serde_json::json;

use super::{
    Hands, app, builder, expired, good,
    ill::{Fate, Ill},
    invalid, log_in, renew, see, somebody, try_refresh, unavailable,
};
use crate::support::{NOW, forge_claims, get_bearer, good_claims, spoil_signature};

struct Pass;

impl Check for Pass {
    async fn check(&self, _: &TokenPayload, _: CheckedRequest<'_>) -> Result<(), Denied> {
        Ok(())
    }
}

#[access_token_required]
async fn three_doors(payload: TokenPayload, again: AnyKind) -> String {
    format!("{}{}", payload.sub, again.sub)
}

type AnyKind = Required<Any>;

struct Any;

impl ConstPolicy for Any {
    const POLICY: Policy = Policy::any();
}

#[tokio::test]
async fn a_request_asks_once_however_many_doors_it_passes() {
    let ill = Ill::default();
    let jwt = builder(ill.clone(), &Hands::new()).check(Pass).build().unwrap();
    let routes = Router::new()
        .route("/doors", get(three_doors))
        .route_layer(jwt.access_token_required())
        .route("/late", get(async |_: TokenPayload| "in").route_layer(jwt.require(Policy::access().revocation(false))))
        .with_state(jwt.clone());
    let pair = log_in(&jwt, &somebody()).await;
    let asked = async |path: &str| {
        let before = ill.calls("check");
        let answer = get_bearer(&routes, path, &pair.access).await;
        (answer.status.as_u16(), ill.calls("check") - before)
    };
    assert_eq!(asked("/doors").await, (200, 1));
    assert_eq!(asked("/late").await, (200, 1), "a door that does not ask does not answer for the next");
    assert_eq!(asked("/doors").await, (200, 1), "the next request asks anew");
    let payload = jwt.authenticate::<NoClaims>(&pair.access, &Policy::access()).await.unwrap();
    jwt.revoke(&payload).await.unwrap();
    assert_eq!(asked("/late").await, (401, 1));
    ill.befalls("check", Fate::Lost);
    assert_eq!(asked("/late").await.0, 503);
}

/// A guard that is its handler's only parameter leaves nothing for others, and takes what others left.
#[tokio::test]
async fn so_does_one_whose_last_door_is_a_guard_alone() {
    #[access_token_required]
    async fn alone(payload: TokenPayload) -> String {
        payload.sub.clone()
    }

    #[access_token_required]
    async fn guarded() -> &'static str {
        "in"
    }

    #[access_token_required]
    #[access_token_required(revocation = false)]
    async fn stacked() -> &'static str {
        "in"
    }

    #[access_token_required(revocation = false)]
    async fn careless() -> &'static str {
        "in"
    }

    let ill = Ill::default();
    let jwt = builder(ill.clone(), &Hands::new()).check(Pass).build().unwrap();
    let routes = || {
        Router::new()
            .route("/alone", get(alone))
            .route("/guarded", get(guarded))
            .route("/stacked", get(stacked))
            .route("/careless", get(careless))
    };
    let guarded = routes().route_layer(jwt.access_token_required());
    let routes = Router::new().merge(routes()).nest("/behind", guarded).with_state(jwt.clone());
    let pair = log_in(&jwt, &somebody()).await;
    for (path, times) in [
        ("/alone", 1),
        ("/guarded", 1),
        ("/stacked", 1),
        ("/careless", 0),
        ("/behind/alone", 1),
        ("/behind/guarded", 1),
        ("/behind/stacked", 1),
        ("/behind/careless", 1),
    ] {
        let before = ill.calls("check");
        let answer = get_bearer(&routes, path, &pair.access).await;
        assert_eq!((answer.status.as_u16(), ill.calls("check") - before), (200, times), "{path}");
    }
    let payload = jwt.authenticate::<NoClaims>(&pair.access, &Policy::access()).await.unwrap();
    jwt.revoke(&payload).await.unwrap();
    for (path, status) in
        [("/alone", 401), ("/guarded", 401), ("/stacked", 401), ("/careless", 200), ("/behind/careless", 401)]
    {
        assert_eq!(get_bearer(&routes, path, &pair.access).await.status.as_u16(), status, "{path}");
    }
}

#[tokio::test]
async fn a_refresh_is_two_round_trips() {
    let ill = Ill::default();
    let jwt = builder(ill.clone(), &Hands::new()).build().unwrap();
    let app = app(&jwt).route("/twice", post(async |_: RefreshPayload| "in").with_state(jwt.clone()));
    let pair = log_in(&jwt, &somebody()).await;
    assert_eq!((ill.calls("open"), ill.all_calls()), (1, 1));
    let pair = renew(&app, &pair.refresh).await;
    assert_eq!((ill.calls("check"), ill.calls("rotate"), ill.all_calls()), (1, 1, 3));
    // A door that left the question out.
    let policy = Policy::refresh().revocation(false);
    let payload = jwt.authenticate::<NoClaims>(&pair.refresh, &policy).await.unwrap();
    assert_eq!(ill.all_calls(), 3);
    let next = jwt.refresh(&payload).await.unwrap();
    assert_eq!((ill.calls("check"), ill.calls("rotate"), ill.all_calls()), (2, 2, 5));
    jwt.end_session(&payload.sub, next.session_id()).await.unwrap();
    let payload = jwt.authenticate::<NoClaims>(next.refresh().as_str(), &policy).await.unwrap();
    assert!(jwt.refresh(&payload).await.is_err());
}

/// FastJWT asked its blocklist about texts that nobody had verified.
#[tokio::test]
async fn fault_6_nobody_unverified_causes_a_question() {
    let (ill, hands) = (Ill::default(), Hands::new());
    let jwt = builder(ill.clone(), &hands).build().unwrap();
    let app = app(&jwt).merge(
        Router::new().route("/user/{id}", get("in")).route_layer(jwt.require(Policy::access().subject_param("id"))),
    );
    let pair = log_in(&jwt, &somebody()).await;
    ill.all_befalls(Fate::Lost);
    let before = ill.all_calls();
    let stale = forge_claims(&json!({ "sub": "U", "exp": NOW - 60, "jti": "x", "sid": "y", "type": "access" }));
    for (token, told) in [
        (spoil_signature(&pair.access), invalid()),
        ("a.b.c".to_owned(), invalid()),
        (pair.refresh.clone(), invalid()),
        (stale, expired()),
    ] {
        assert_eq!(see(&app, "/me", &token).await, told);
    }
    assert_eq!(try_refresh(&app, &pair.access).await, invalid());
    assert_eq!(try_refresh(&app, &spoil_signature(&pair.refresh)).await, invalid());
    assert_eq!(ill.all_calls(), before);
    // What is only wrong for the route is told after the store was asked.
    assert_eq!(see(&app, "/user/other", &pair.access).await, unavailable());
}

/// FastJWT's callback, if it was async, revoked every token.
#[tokio::test]
async fn fault_6_a_store_that_waits_revokes_nothing() {
    let ill = Ill::default();
    let jwt = builder(ill.clone(), &Hands::new()).store_timeout(std::time::Duration::from_secs(30)).build().unwrap();
    let pair = log_in(&jwt, &somebody()).await;
    ill.all_befalls(Fate::Late(std::time::Duration::from_millis(1)));
    assert_eq!(see(&app(&jwt), "/me", &pair.access).await, good());
    let next = renew(&app(&jwt), &pair.refresh).await;
    assert_eq!(see(&app(&jwt), "/me", &next.access).await, good());
}

/// FastJWT renewed a token that was revoked, and AuthX after a logout.
#[tokio::test]
async fn fault_4_what_is_revoked_or_logged_out_is_not_refreshed() {
    let jwt = super::in_memory(&Hands::new());
    let app = app(&jwt);
    let pair = log_in(&jwt, &somebody()).await;
    let next = renew(&app, &pair.refresh).await;
    super::with_bearer(&app, "POST", "/logout", &next.access).await;
    for token in [&pair.refresh, &next.refresh] {
        assert_eq!(try_refresh(&app, token).await, invalid());
    }
}

struct Staff;

impl fastjwt::Realm for Staff {
    const NAME: &'static str = "staff";
}

#[tokio::test]
async fn realms_that_share_a_store_are_strangers() {
    let store: Arc<dyn SessionStore> = Arc::new(MemoryStore::default());
    let hands = Hands::new();
    let of_users = builder(Arc::clone(&store), &hands).build().unwrap();
    let clock = hands.clone();
    let of_staff = FastJwt::<Staff>::realm_builder()
        .secret(crate::support::SECRET)
        .clock(move || clock.now())
        .session_store(store)
        .build()
        .unwrap();
    let user = of_users.create_token_pair("SAME").open().await.unwrap();
    let staff = of_staff.create_token_pair("SAME").open().await.unwrap();
    assert!(!of_users.end_session("SAME", staff.session_id()).await.unwrap());
    assert_eq!(of_users.end_all_sessions("SAME").await.unwrap(), 1);
    let policy = Policy::access();
    assert!(of_users.authenticate::<NoClaims>(user.access().as_str(), &policy).await.is_err());
    of_staff.authenticate::<NoClaims>(staff.access().as_str(), &policy).await.unwrap();
}

/// Whatever a policy says of the store, a subject is asked about once it was let in.
#[derive(Clone, axum::extract::FromRef)]
struct State {
    jwt: FastJwt,
}

impl LoadSubject<String> for State {
    type Error = std::convert::Infallible;

    async fn load_subject(&self, sub: &str) -> Result<Option<String>, Self::Error> {
        Ok(Some(sub.to_owned()))
    }
}

#[tokio::test]
async fn a_subject_behind_a_door_causes_no_question_of_its_own() {
    let ill = Ill::default();
    let jwt = builder(ill.clone(), &Hands::new()).build().unwrap();
    let handler = async |user: CurrentSubject<String>| user.to_string();
    let app = Router::new()
        .route("/guarded", get(handler).route_layer(jwt.access_token_required()))
        .route("/alone", get(handler))
        .with_state(State { jwt: jwt.clone() });
    let pair = log_in(&jwt, "USER_ID").await;
    for path in ["/guarded", "/alone"] {
        let before = ill.calls("check");
        assert_eq!(get_bearer(&app, path, &pair.access).await.body, "USER_ID");
        assert_eq!(ill.calls("check") - before, 1, "{path}");
    }
    jwt.end_all_sessions("USER_ID").await.unwrap();
    assert_eq!(see(&app, "/alone", &pair.access).await, invalid());
}

#[tokio::test]
async fn a_token_of_a_session_that_nobody_opened_is_refused() {
    let jwt = super::in_memory(&Hands::new());
    let mut claims = good_claims();
    claims["sid"] = json!("made up");
    assert_eq!(see(&app(&jwt), "/me", &forge_claims(&claims)).await, invalid());
    // Without a session, and without an id, it is a token like any other.
    claims.as_object_mut().unwrap().remove("sid");
    claims.as_object_mut().unwrap().remove("jti");
    let token = forge_claims(&claims);
    assert_eq!(see(&app(&jwt), "/me", &token).await, good());
    let payload = jwt.authenticate::<NoClaims>(&token, &Policy::access()).await.unwrap();
    let refused = jwt.revoke(&payload).await.unwrap_err();
    assert_eq!(*refused.kind(), fastjwt::ErrorKind::Usage(fastjwt::UsageFault::NotRevocable));
}

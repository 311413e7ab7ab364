//! What a service's own checks and hooks see of a request: where its token was, and nothing of the token when it is printed.

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use axum::{
    Router,
    routing::{any, post},
};
use fastjwt::{
    Check, CheckedRequest, Denied, Error, FastJwt, Location, Locations, NoClaims, OnRefresh, Policy, RefreshPayload,
    Renewal, TokenPayload, TokenResponse, session::MemoryStore,
};

use crate::support::{ask, at, shows};
use crate::{sessions::Hands, support::NOW};

#[derive(Clone, Default)]
struct Seen {
    printed: Arc<Mutex<Vec<String>>>,
    by_check: Arc<Mutex<Vec<Option<Location>>>>,
    by_hook: Arc<Mutex<Vec<Option<Location>>>>,
}

impl Check for Seen {
    async fn check(&self, payload: &TokenPayload, request: CheckedRequest<'_>) -> Result<(), Denied> {
        self.printed.lock().unwrap().push(format!("{request:?} {request:#?}"));
        self.by_check.lock().unwrap().push(payload.location());
        Ok(())
    }
}

impl OnRefresh for Seen {
    async fn on_refresh(&self, payload: &TokenPayload, _: &mut Renewal) -> Result<(), Denied> {
        self.by_hook.lock().unwrap().push(payload.location());
        Ok(())
    }
}

async fn refresh(
    axum::extract::State(jwt): axum::extract::State<FastJwt>,
    payload: RefreshPayload,
) -> Result<TokenResponse, Error> {
    Ok(jwt.refresh(&payload).await?.into())
}

fn service(seen: &Seen, hands: &Hands) -> (FastJwt, Router) {
    let hands = hands.clone();
    let jwt = FastJwt::builder()
        .secret(crate::support::SECRET)
        .clock(move || hands.now())
        .locations(Locations::HEADERS | Locations::COOKIES | Locations::QUERY)
        .session_store(MemoryStore::default())
        .check(seen.clone())
        .on_refresh(seen.clone())
        .build()
        .unwrap();
    let app = Router::new()
        .route("/", any(async |_: TokenPayload| "in"))
        .route("/refresh", post(refresh))
        .layer(jwt.implicit_refresh())
        .with_state(jwt.clone());
    (jwt, app)
}

#[tokio::test]
async fn r_26_a_request_prints_nothing_that_a_check_could_log_by_mistake() {
    let (seen, hands) = (Seen::default(), Hands::new());
    let (jwt, app) = service(&seen, &hands);
    let token = jwt.create_access_token("USER_ID").sign().unwrap();
    let (text, csrf) = (token.as_str(), token.csrf().unwrap());
    let (bearer, cookie) = (format!("Bearer {text}"), format!("__Host-access_token={text}"));
    for (path, headers) in [
        ("/".to_owned(), vec![("authorization", bearer.as_str())]),
        ("/".to_owned(), vec![("cookie", &cookie), ("x-csrf-token", csrf)]),
        (format!("/?token={text}"), vec![]),
    ] {
        assert_eq!(ask(&app, "GET", &path, &headers, "").await.status, 200);
    }
    let printed = std::mem::take(&mut *seen.printed.lock().unwrap());
    assert_eq!(printed.len(), 3);
    for printed in &printed {
        assert!(!shows(printed, text.as_bytes()) && !shows(printed, csrf.as_bytes()), "{printed}");
        assert!(printed.contains("GET"), "{printed}");
    }
    jwt.authenticate::<NoClaims>(text, &Policy::access()).await.unwrap();
    assert!(seen.printed.lock().unwrap()[0].contains("None"), "without a request");
}

#[tokio::test]
async fn checks_and_hooks_are_told_where_the_token_was() {
    let (seen, hands) = (Seen::default(), Hands::new());
    let (jwt, app) = service(&seen, &hands);
    let pair = jwt.create_token_pair("USER_ID").open().await.unwrap();
    let (access, refresh) = pair.into_tokens();
    let by_check = || std::mem::take(&mut *seen.by_check.lock().unwrap());
    let by_hook = || std::mem::take(&mut *seen.by_hook.lock().unwrap());
    let bearer = |token: &str| format!("Bearer {token}");

    ask(&app, "GET", "/", &[("authorization", &bearer(access.as_str()))], "").await;
    assert_eq!(by_check(), [Some(Location::Header)]);
    ask(&app, "GET", &format!("/?token={}", access.as_str()), &[], "").await;
    assert_eq!(by_check(), [Some(Location::Query)]);
    jwt.authenticate::<NoClaims>(access.as_str(), &Policy::access()).await.unwrap();
    assert_eq!(by_check(), [None], "there is no request");

    let answer = ask(&app, "POST", "/refresh", &[("authorization", &bearer(refresh.as_str()))], "").await;
    assert_eq!(answer.status, 200, "{answer:?}");
    assert_eq!((by_check(), by_hook()), (vec![Some(Location::Header)], vec![Some(Location::Header)]));
    let payload = jwt.authenticate::<NoClaims>(refresh.as_str(), &Policy::refresh()).await.unwrap();
    let _ = jwt.refresh(&payload).await.unwrap();
    assert_eq!((by_check(), by_hook()), (vec![None], vec![None]));

    // A door, and the renewal of what it let in.
    hands.put(8 * 60);
    assert_eq!(hands.now(), at(NOW) + Duration::from_secs(480));
    let cookie = format!("__Host-access_token={}", access.as_str());
    let answer = ask(&app, "GET", "/", &[("cookie", &cookie)], "").await;
    assert!(answer.headers.contains_key("set-cookie"), "{answer:?}");
    let cookie = Some(Location::Cookie);
    assert_eq!((by_check(), by_hook()), (vec![cookie, cookie], vec![cookie]));
}

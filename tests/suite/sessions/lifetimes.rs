//! How long tokens of a session live: what its login says, and what a hook says of a refresh.

use std::time::Duration;

use fastjwt::{ClaimMap, Denied, ErrorKind, OnRefresh, Renewal, TokenPayload, session::MemoryStore};
use serde_json::{Value, json};

use super::{Hands, Pair, app, builder, claims, good, in_memory, renew, see, try_refresh};
use crate::support::{NOW, at};

#[tokio::test]
async fn a_session_keeps_the_lifetimes_of_its_login() {
    let hands = Hands::new();
    let jwt = in_memory(&hands);
    let app = app(&jwt);
    let seconds = Duration::from_secs;
    let login = jwt.create_token_pair("SHORT").refresh_expires_in(seconds(100)).access_expires_in(seconds(20));
    let pair: Pair = login.session_lifetime(seconds(150)).open().await.unwrap().into();
    let lives = |token: &str| claims(token)["exp"].as_u64().unwrap() - claims(token)["iat"].as_u64().unwrap();
    assert_eq!((lives(&pair.access), lives(&pair.refresh)), (20, 100));
    hands.put(10);
    let pair = renew(&app, &pair.refresh).await;
    assert_eq!((lives(&pair.access), lives(&pair.refresh)), (140, 100), "the access token's is the configured one");
    let other = jwt.create_token_pair("OTHER").refresh_expires_in(seconds(9000)).access_expires_in(seconds(20));
    let pair: Pair = other.open().await.unwrap().into();
    let pair = renew(&app, &pair.refresh).await;
    assert_eq!((lives(&pair.access), lives(&pair.refresh)), (900, 9000), "and this one's has no end before it");
    let login = jwt.create_token_pair("LONG").session_lifetime(seconds(31 * 86_400));
    assert!(matches!(login.open().await.unwrap_err().kind(), ErrorKind::Usage(_)));
    let login = jwt.create_token_pair("KNOWN").auth_time(at(NOW - 500)).fresh(false);
    let pair: Pair = login.open().await.unwrap().into();
    assert_eq!(
        (&claims(&pair.access)["auth_time"], &claims(&pair.access)["fresh"]),
        (&json!(NOW - 500), &json!(false))
    );
    let pair: Pair = jwt.create_token_pair("UNKNOWN").fresh(false).open().await.unwrap().into();
    assert_eq!(claims(&pair.refresh).get("auth_time"), None);
}

/// Says how long an access token lives, by what the token claims.
struct Lives;

impl OnRefresh<ClaimMap> for Lives {
    async fn on_refresh(&self, payload: &TokenPayload<ClaimMap>, renewal: &mut Renewal) -> Result<(), Denied> {
        if let Some(seconds) = payload.get("lives").and_then(Value::as_u64) {
            renewal.access_expires_in(Duration::from_secs(seconds));
        }
        Ok(())
    }
}

#[tokio::test]
async fn a_hook_says_how_long_the_access_token_of_a_refresh_lives() {
    let hands = Hands::new();
    let jwt = builder(MemoryStore::default(), &hands).on_refresh::<ClaimMap>(Lives).build().unwrap();
    let app = app(&jwt);
    let life = |pair: &Pair| {
        let lives = |token: &str| claims(token)["exp"].as_u64().unwrap() - claims(token)["iat"].as_u64().unwrap();
        (lives(&pair.access), lives(&pair.refresh))
    };
    let open = async |lives: u64| -> Pair {
        let login = jwt.create_token_pair("USER_ID").claim("lives", lives).session_lifetime(Duration::from_secs(5000));
        login.open().await.unwrap().into()
    };
    // Its own, each time; not beyond the session's end; and nothing is spent for one that can't be.
    let pair = renew(&app, &open(20).await.refresh).await;
    assert_eq!(life(&pair), (20, 5000));
    assert_eq!(life(&renew(&app, &pair.refresh).await), (20, 5000));
    assert_eq!(life(&renew(&app, &open(80_000).await.refresh).await), (5000, 5000));
    let pair = open(0).await;
    assert_eq!(try_refresh(&app, &pair.refresh).await.0, 500);
    assert_eq!(see(&app, "/me", &pair.access).await, good());
    assert_eq!(jwt.sessions("USER_ID").await.unwrap()[0].refreshed.as_secs(), NOW);
}

/// An operator who shortens lives does not log everybody out.
#[tokio::test]
async fn a_refresh_token_that_lives_longer_than_tokens_may_now_is_refreshed() {
    let hands = Hands::new();
    let store = std::sync::Arc::new(MemoryStore::default());
    let before = builder(store.clone(), &hands).build().unwrap();
    let pair = super::log_in(&before, "USER_ID").await;
    let day = Duration::from_secs(86_400);
    let after = builder(store, &hands).max_token_lifetime(day).refresh_token_expires_in(day).build().unwrap();
    let next = super::renew(&super::app(&after), &pair.refresh).await;
    let said = claims(&next.refresh);
    assert_eq!(said["exp"].as_u64().unwrap() - said["iat"].as_u64().unwrap(), 86_400);
}

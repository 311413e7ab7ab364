//! Two refreshes with one token at once, while the service is asked about the first.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use fastjwt::{Denied, OnRefresh, Renewal, TokenPayload, session::MemoryStore};
use tokio::sync::Notify;

use super::{Hands, app, builder, claims, good, invalid, jti, log_in, renew, see, somebody, try_refresh};
use crate::support::NOW;

/// Waits with the first refresh until it is let go.
#[derive(Clone, Default)]
struct Waiting {
    is_first: Arc<AtomicBool>,
    reached: Arc<Notify>,
    goes_on: Arc<Notify>,
}

impl OnRefresh for Waiting {
    async fn on_refresh(&self, _: &TokenPayload, _: &mut Renewal) -> Result<(), Denied> {
        if self.is_first.swap(false, Ordering::SeqCst) {
            self.reached.notify_one();
            self.goes_on.notified().await;
        }
        Ok(())
    }
}

/// The one that comes to the store later may have looked at the clock earlier.
#[tokio::test]
async fn r_66_of_two_refreshes_at_once_none_is_an_alarm_however_long_a_hook_takes() {
    for (leeway, seconds) in [(0, 0), (0, 12), (10, 25), (0, 59)] {
        let (hands, hook) = (Hands::new(), Waiting { is_first: Arc::new(true.into()), ..Waiting::default() });
        let configured = builder(MemoryStore::default(), &hands).leeway(Duration::from_secs(leeway));
        let jwt = configured.refresh_grace(Duration::from_secs(60)).on_refresh(hook.clone()).build().unwrap();
        let (app, sub) = (app(&jwt), somebody());
        let pair = log_in(&jwt, &sub).await;
        let first = tokio::spawn({
            let (app, refresh) = (app.clone(), pair.refresh.clone());
            async move { renew(&app, &refresh).await }
        });
        hook.reached.notified().await;
        hands.put_millis(seconds * 1000 + 3);
        let second = renew(&app, &pair.refresh).await;
        hook.goes_on.notify_one();
        let first = first.await.unwrap();
        assert_eq!(jti(&first.refresh), jti(&second.refresh));
        assert_eq!(see(&app, "/me", &first.access).await, good());
        assert_eq!(jwt.sessions(&sub).await.unwrap().len(), 1);
        // The grace begins when the token is spent, and not before a hook is asked.
        hands.put(seconds + 59);
        assert_eq!(jti(&renew(&app, &pair.refresh).await.refresh), jti(&second.refresh));
    }
}

/// What was asked took longer than the session lived.
#[tokio::test]
async fn r_74_a_session_that_ends_while_a_hook_is_asked_is_not_refreshed() {
    let (hands, hook) = (Hands::new(), Waiting { is_first: Arc::new(true.into()), ..Waiting::default() });
    let configured = builder(MemoryStore::default(), &hands).session_lifetime(Duration::from_secs(100));
    let jwt = configured.on_refresh(hook.clone()).build().unwrap();
    let app = app(&jwt);
    let pair = log_in(&jwt, &somebody()).await;
    hands.put(50);
    let first = tokio::spawn(async move { try_refresh(&app, &pair.refresh).await });
    hook.reached.notified().await;
    hands.put(100);
    hook.goes_on.notify_one();
    assert_eq!(first.await.unwrap(), invalid());
}

/// The moments of what a refresh signs never lie before those at which it was let in.
#[tokio::test]
async fn a_clock_that_is_set_back_while_a_hook_is_asked_makes_no_older_tokens() {
    let (hands, hook) = (Hands::new(), Waiting { is_first: Arc::new(true.into()), ..Waiting::default() });
    let jwt = builder(MemoryStore::default(), &hands).on_refresh(hook.clone()).build().unwrap();
    let app = app(&jwt);
    let pair = log_in(&jwt, &somebody()).await;
    hands.put(500);
    let first = tokio::spawn({
        let app = app.clone();
        async move { renew(&app, &pair.refresh).await }
    });
    hook.reached.notified().await;
    hands.put(5);
    hook.goes_on.notify_one();
    let next = first.await.unwrap();
    assert_eq!(claims(&next.access)["iat"], NOW + 500);
}

//! How many sessions a subject may have: the oldest end for a new one, others' never, and no login is lost to it.

use fastjwt::session::{MemoryStore, StoreFault};

use super::{
    Hands, builder, good,
    ill::{Fate, Ill},
    in_memory, invalid, log_in,
    routes::app,
    see, somebody, try_refresh,
};

#[tokio::test]
async fn a_login_beyond_the_limit_ends_the_oldest_session() {
    let hands = Hands::new();
    let jwt = builder(MemoryStore::default(), &hands).max_sessions(3).build().unwrap();
    let app = app(&jwt);
    let (sub, other) = (somebody(), somebody());
    let neighbour = log_in(&jwt, &other).await;
    let mut pairs = Vec::new();
    for number in 0..6 {
        hands.put(number);
        pairs.push(log_in(&jwt, &sub).await);
        // That it is used does not make a login a newer one.
        if number == 2 {
            pairs[0] = super::renew(&app, &pairs[0].refresh).await;
        }
    }
    for (number, pair) in pairs.iter().enumerate() {
        let (access, refreshed) =
            (see(&app, "/sessions", &pair.access).await.0, try_refresh(&app, &pair.refresh).await);
        let expected = if number < 3 { (401, invalid()) } else { (200, good()) };
        assert_eq!((access, refreshed), expected, "{number}");
    }
    assert_eq!((jwt.sessions(&sub).await.unwrap().len(), jwt.sessions(&other).await.unwrap().len()), (3, 1));
    assert_eq!(try_refresh(&app, &neighbour.refresh).await, good());
}

/// What has ended counts no more, and without the option nothing does.
#[tokio::test]
async fn only_sessions_that_live_count() {
    let hands = Hands::new();
    let jwt = builder(MemoryStore::default(), &hands).max_sessions(2).build().unwrap();
    let sub = somebody();
    let (first, second) = (log_in(&jwt, &sub).await, log_in(&jwt, &sub).await);
    let app = app(&jwt);
    let id = super::claims(&second.access)["sid"].as_str().unwrap().to_owned();
    assert!(jwt.end_session(&sub, &id).await.unwrap());
    log_in(&jwt, &sub).await;
    assert_eq!(try_refresh(&app, &first.refresh).await, good());

    let unlimited = in_memory(&hands);
    for _ in 0..20 {
        log_in(&unlimited, &sub).await;
    }
    assert_eq!(unlimited.sessions(&sub).await.unwrap().len(), 20);
}

/// A limit that is new is reached step by step, so that no login waits for thousands to end.
#[tokio::test]
async fn a_limit_that_is_new_is_reached_by_and_by() {
    let (hands, store) = (Hands::new(), Ill::default());
    let before = builder(store.clone(), &hands).build().unwrap();
    let after = builder(store, &hands).max_sessions(5).build().unwrap();
    let sub = somebody();
    for second in 0..60 {
        hands.put(second);
        log_in(&before, &sub).await;
    }
    let mut numbers = Vec::new();
    for second in 60..65 {
        hands.put(second);
        log_in(&after, &sub).await;
        numbers.push(after.sessions(&sub).await.unwrap().len());
    }
    assert_eq!(numbers, [45, 30, 15, 5, 5]);
}

#[tokio::test]
async fn a_login_that_can_make_no_room_opens_nothing() {
    let (hands, store) = (Hands::new(), Ill::default());
    let jwt = builder(store.clone(), &hands).max_sessions(1).build().unwrap();
    let sub = somebody();
    log_in(&jwt, &sub).await;
    for operation in ["sessions", "end"] {
        store.befalls(operation, Fate::Fails(StoreFault::Unavailable));
        assert!(jwt.create_token_pair(&sub).open().await.is_err(), "{operation}");
        store.is_well();
        assert_eq!(jwt.sessions(&sub).await.unwrap().len(), 1);
    }
}

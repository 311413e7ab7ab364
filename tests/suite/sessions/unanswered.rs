//! A refresh whose store did not answer: the token comes again to the same service, however much later, and nobody is logged out.

use std::time::Duration;

use fastjwt::{FastJwt, NoClaims, Policy, TokenPayload};

use super::{
    Hands, Pair, app, builder, good,
    ill::{Fate, Ill},
    invalid, jti, log_in, renew, see, somebody, try_refresh, unavailable,
};

const NONE: Duration = Duration::ZERO;
const TEN_SECONDS: Duration = Duration::from_secs(10);

/// An instance whose store is asked once, and not waited for.
fn with(ill: &Ill, hands: &Hands, grace: Duration) -> FastJwt {
    let quick = builder(ill.clone(), hands).store_attempts(1).store_timeout(Duration::from_millis(5));
    quick.refresh_grace(grace).build().unwrap()
}

#[tokio::test]
async fn r_70_after_an_outage_that_outlasts_the_grace_nobody_is_logged_out() {
    for grace in [NONE, TEN_SECONDS] {
        for fate in Fate::OUTAGES {
            let (ill, hands) = (Ill::default(), Hands::new());
            let jwt = with(&ill, &hands, grace);
            let app = app(&jwt);
            let first = log_in(&jwt, &somebody()).await;
            ill.befalls("rotate", fate);
            // It is tried more than once while the store is ill.
            for minute in [1, 2, 3] {
                hands.put(minute * 60);
                assert_eq!(try_refresh(&app, &first.refresh).await, unavailable(), "{fate:?}");
            }
            ill.is_well();
            hands.put(10 * 60);
            let second = renew(&app, &first.refresh).await;
            assert_eq!(see(&app, "/me", &second.access).await, good(), "{grace:?} {fate:?}");
            let third = renew(&app, &second.refresh).await;
            assert_eq!(see(&app, "/me", &third.access).await, good());
            // It was good once more, and is spent now.
            hands.put(11 * 60);
            assert_eq!(try_refresh(&app, &first.refresh).await, invalid());
            assert_eq!(see(&app, "/me", &third.access).await, invalid(), "the session ended with the alarm");
        }
    }
}

#[tokio::test]
async fn r_66_the_successor_that_nobody_got_is_given_to_one() {
    let (ill, hands) = (Ill::default(), Hands::new());
    let jwt = with(&ill, &hands, NONE);
    let app = app(&jwt);
    let first = log_in(&jwt, &somebody()).await;
    ill.befalls("rotate", Fate::AnswerLost);
    assert_eq!(try_refresh(&app, &first.refresh).await, unavailable());
    ill.is_well();
    let second = renew(&app, &first.refresh).await;
    assert_eq!(try_refresh(&app, &first.refresh).await, invalid(), "without a grace a second one is a thief");
    assert_eq!(see(&app, "/me", &second.access).await, invalid());
}

#[tokio::test]
async fn r_70_a_rotation_that_comes_late_is_no_alarm() {
    let (ill, hands) = (Ill::default(), Hands::new());
    let jwt = with(&ill, &hands, NONE);
    let app = app(&jwt);
    let first = log_in(&jwt, &somebody()).await;
    ill.befalls("rotate", Fate::Lost);
    assert_eq!(try_refresh(&app, &first.refresh).await, unavailable());
    let late = ill.last_rotation();
    ill.is_well();
    let second = renew(&app, &first.refresh).await;
    ill.comes_late(late).await;
    assert_eq!(see(&app, "/me", &second.access).await, good());
    renew(&app, &second.refresh).await;
}

#[tokio::test]
async fn r_70_who_does_not_wait_for_the_store_loses_nothing() {
    let (ill, hands) = (Ill::default(), Hands::new());
    let patient = builder(ill.clone(), &hands).store_attempts(1).store_timeout(Duration::from_secs(30));
    let jwt = patient.refresh_grace(NONE).build().unwrap();
    let app = app(&jwt);
    let first = log_in(&jwt, &somebody()).await;
    let payload: TokenPayload = jwt.authenticate::<NoClaims>(&first.refresh, &Policy::refresh()).await.unwrap();
    ill.befalls("rotate", Fate::HangsAfter);
    // As axum drops a handler whose client has gone.
    assert!(tokio::time::timeout(Duration::from_millis(20), jwt.refresh(&payload)).await.is_err());
    ill.is_well();
    hands.put(60);
    let second = renew(&app, &first.refresh).await;
    assert_ne!(jti(&second.refresh), jti(&first.refresh));
    assert_eq!(see(&app, "/me", &second.access).await, good());
}

#[tokio::test]
async fn r_64_a_successor_that_the_grace_has_given_away_is_not_given_again() {
    let (ill, hands) = (Ill::default(), Hands::new());
    let jwt = with(&ill, &hands, TEN_SECONDS);
    let app = app(&jwt);
    let first = log_in(&jwt, &somebody()).await;
    // The first one is done, and not heard of; the second one comes while it is waited for.
    ill.every_other_time_befalls("rotate", Fate::HangsAfter);
    let (unheard, given) = tokio::join!(try_refresh(&app, &first.refresh), renew(&app, &first.refresh));
    assert_eq!(unheard, unavailable());
    assert_eq!(see(&app, "/me", &given.access).await, good());
    ill.is_well();
    hands.put(60);
    assert_eq!(try_refresh(&app, &first.refresh).await, invalid(), "it was spent, and its successor given");
    assert_eq!(see(&app, "/me", &given.access).await, invalid(), "with an alarm");
}

#[tokio::test]
async fn r_70_of_two_that_got_no_answer_the_first_counts() {
    let (ill, hands) = (Ill::default(), Hands::new());
    let patient = builder(ill.clone(), &hands).store_attempts(1).store_timeout(Duration::from_millis(50));
    let jwt = patient.refresh_grace(NONE).build().unwrap();
    let app = app(&jwt);
    let first = log_in(&jwt, &somebody()).await;
    ill.befalls("rotate", Fate::HangsAfter);
    // The second one comes later, and is waited for longer.
    let second = async {
        tokio::time::sleep(Duration::from_millis(20)).await;
        ill.befalls("rotate", Fate::HangsBefore);
        try_refresh(&app, &first.refresh).await
    };
    assert_eq!(tokio::join!(try_refresh(&app, &first.refresh), second), (unavailable(), unavailable()));
    ill.is_well();
    hands.put(60);
    let second = renew(&app, &first.refresh).await;
    assert_eq!(see(&app, "/me", &second.access).await, good());
}

/// The first one's client goes away, and the second is given the successor; then the first one ends, without an answer.
async fn given_by_the_grace(ill: &Ill, first: &FastJwt, second: &FastJwt) -> (Pair, Pair) {
    let spent = log_in(first, &somebody()).await;
    let payload: TokenPayload = first.authenticate::<NoClaims>(&spent.refresh, &Policy::refresh()).await.unwrap();
    ill.befalls("rotate", Fate::HangsAfter);
    let mut gone = Box::pin(first.refresh(&payload));
    assert!(tokio::time::timeout(Duration::from_millis(20), &mut gone).await.is_err());
    ill.is_well();
    let given = renew(&app(second), &spent.refresh).await;
    drop(gone);
    (spent, given)
}

#[tokio::test]
async fn r_64_a_spent_token_that_comes_again_is_an_alarm_whoever_was_given_its_successor() {
    let (ill, hands) = (Ill::default(), Hands::new());
    let patient = |ill: &Ill| {
        let builder = builder(ill.clone(), &hands).store_attempts(1).store_timeout(Duration::from_secs(30));
        builder.refresh_grace(TEN_SECONDS).build().unwrap()
    };
    let (here, elsewhere) = (patient(&ill), patient(&ill));
    for other in [&here, &elsewhere] {
        hands.put(0);
        let (spent, given) = given_by_the_grace(&ill, &here, other).await;
        hands.put(300);
        let next = renew(&app(other), &given.refresh).await;
        hands.put(600);
        assert_eq!(try_refresh(&app(&here), &spent.refresh).await, invalid(), "a grandparent, minutes later");
        assert_eq!(see(&app(other), "/me", &next.access).await, invalid(), "with an alarm");
    }
    // As long as nobody has spent it, another process's may be given here: who refreshes later finds that out.
    hands.put(0);
    let (spent, given) = given_by_the_grace(&ill, &here, &elsewhere).await;
    hands.put(60);
    let twin = renew(&app(&here), &spent.refresh).await;
    assert_eq!(jti(&twin.refresh), jti(&given.refresh));
    renew(&app(&here), &twin.refresh).await;
    hands.put(120);
    assert_eq!(try_refresh(&app(&elsewhere), &given.refresh).await, invalid());
}

//! What happens when the store does not do what it should: nobody is let in, nothing is consumed, and it mends by itself.

use std::{future::poll_fn, task::Poll, time::Duration};

use axum::{Router, http::StatusCode, routing::get};
use fastjwt::{
    Error, FastJwt, NoClaims, NumericDate, Policy, TokenPayload,
    session::{Ends, MemoryStore, RefreshRecord, Rotation, Standing, StoreFault},
};

use super::{
    Hands, Pair, app, builder, good,
    ill::{Fate, Ill, Liar},
    invalid, jti, log_in, renew, see, somebody, told, try_refresh, unavailable, with_bearer,
};
use crate::support::{NOW, get_bearer, spoil_signature};

/// An instance whose store is asked once, and not waited for.
fn with(ill: &Ill, hands: &Hands) -> FastJwt {
    let quick = builder(ill.clone(), hands).store_attempts(1).store_timeout(Duration::from_millis(5));
    quick.build().unwrap()
}

#[tokio::test]
async fn r_79_a_store_that_can_not_tell_lets_nobody_in() {
    let (ill, hands) = (Ill::default(), Hands::new());
    let jwt = with(&ill, &hands);
    let app = app(&jwt)
        .merge(Router::new().route("/layer", get("in")).route_layer(jwt.access_token_required()))
        .merge(Router::new().route("/maybe", get(async |_: Option<TokenPayload>| "in")).with_state(jwt.clone()));
    let sub = somebody();
    let pair = log_in(&jwt, &sub).await;
    let alone = jwt.create_access_token(&sub).sign().unwrap();
    let faults = [StoreFault::Full, StoreFault::Refused, StoreFault::Garbage].map(Fate::Fails);
    for fate in Fate::OUTAGES.into_iter().chain(faults) {
        ill.befalls("check", fate);
        for token in [pair.access.as_str(), alone.as_str()] {
            for path in ["/me", "/layer", "/maybe"] {
                let answer = get_bearer(&app, path, token).await;
                assert_eq!(told(&answer), unavailable(), "{fate:?} {path}");
                assert_eq!(answer.header("retry-after"), Some("5"));
                assert_eq!(answer.challenge(), None);
            }
            assert_eq!(see(&app, "/unchecked", token).await, good());
            assert_eq!(see(&app, "/me", &spoil_signature(token)).await, invalid(), "what needs no store is told");
        }
        ill.is_well();
        assert_eq!(see(&app, "/me", &pair.access).await, good(), "{fate:?} is over");
    }
}

#[tokio::test]
async fn r_79_letting_in_unchecked_is_chosen_and_for_the_check_alone() {
    let (ill, hands) = (Ill::default(), Hands::new());
    let jwt = builder(ill.clone(), &hands).store_attempts(1).store_fail_open(true).build().unwrap();
    let app = app(&jwt);
    let pair = log_in(&jwt, &somebody()).await;
    let payload = jwt.authenticate::<NoClaims>(&pair.access, &Policy::access()).await.unwrap();
    jwt.revoke(&payload).await.unwrap();
    assert_eq!(see(&app, "/me", &pair.access).await, invalid(), "a store that can tell is believed");
    ill.all_befalls(Fate::Lost);
    assert_eq!(see(&app, "/me", &pair.access).await, good());
    assert_eq!(try_refresh(&app, &pair.refresh).await, unavailable());
    assert_eq!(told(&with_bearer(&app, "POST", "/logout", &pair.access).await), unavailable());
    assert_eq!(status(jwt.create_token_pair("USER_ID").open().await.map(drop)), 503);
    ill.is_well();
    assert_eq!(see(&app, "/me", &pair.access).await, invalid());
    renew(&app, &pair.refresh).await;
}

/// The status of a handler that ends with this.
fn status(result: Result<(), Error>) -> u16 {
    use axum::response::IntoResponse as _;
    result.map(|()| StatusCode::OK).into_response().status().as_u16()
}

#[tokio::test]
async fn r_70_an_outage_at_any_call_of_a_refresh_consumes_nothing() {
    for operation in ["check", "rotate"] {
        for fate in Fate::OUTAGES {
            let (ill, hands) = (Ill::default(), Hands::new());
            let jwt = with(&ill, &hands);
            let app = app(&jwt);
            let first = log_in(&jwt, &somebody()).await;
            ill.befalls(operation, fate);
            let answer = with_bearer(&app, "POST", "/refresh", &first.refresh).await;
            assert_eq!(told(&answer), unavailable(), "{operation} {fate:?}");
            assert_eq!(answer.header("retry-after"), Some("5"));
            ill.is_well();
            assert_eq!(see(&app, "/me", &first.access).await, good(), "no alarm: {operation} {fate:?}");
            hands.put(5);
            let second = renew(&app, &first.refresh).await;
            // Whether or not the first call was done: there is one successor, and it goes on.
            assert_eq!(jti(&renew(&app, &first.refresh).await.refresh), jti(&second.refresh));
            let third = renew(&app, &second.refresh).await;
            assert_eq!(see(&app, "/me", &third.access).await, good());
        }
    }
}

#[tokio::test]
async fn r_70_an_answer_that_is_lost_once_costs_nothing_even_without_grace() {
    for fate in [Fate::Lost, Fate::AnswerLost] {
        let (ill, hands) = (Ill::default(), Hands::new());
        let jwt = builder(ill.clone(), &hands).refresh_grace(Duration::ZERO).build().unwrap();
        ill.every_other_time_befalls("rotate", fate);
        let app = app(&jwt);
        let pair = log_in(&jwt, &somebody()).await;
        let pair = renew(&app, &pair.refresh).await;
        let pair = renew(&app, &pair.refresh).await;
        assert_eq!(see(&app, "/me", &pair.access).await, good());
        assert_eq!(ill.calls("rotate"), 4, "each was asked twice");
    }
}

#[tokio::test]
async fn r_70_an_outage_of_any_other_operation_is_told_and_may_be_asked_again() {
    for fate in Fate::OUTAGES {
        let (ill, hands) = (Ill::default(), Hands::new());
        let jwt = with(&ill, &hands);
        let app = app(&jwt);
        let sub = somebody();
        let pair = log_in(&jwt, &sub).await;
        let alone = jwt.create_access_token(&sub).sign().unwrap();
        let payload = jwt.authenticate::<NoClaims>(alone.as_str(), &Policy::access()).await.unwrap();
        let in_session = jwt.authenticate::<NoClaims>(&pair.access, &Policy::access()).await.unwrap();
        ill.all_befalls(fate);
        assert_eq!(status(jwt.create_token_pair(&sub).open().await.map(drop)), 503);
        assert_eq!(status(jwt.revoke(&payload).await), 503);
        assert_eq!(status(jwt.end_session(&sub, "sid").await.map(drop)), 503);
        assert_eq!(status(jwt.end_all_sessions(&sub).await.map(drop)), 503);
        assert_eq!(status(jwt.end_other_sessions(&in_session).await.map(drop)), 503);
        assert_eq!(status(jwt.end_sessions_before(&sub, hands.now()).await.map(drop)), 503);
        assert_eq!(status(jwt.sessions(&sub).await.map(drop)), 503);
        assert_eq!(told(&with_bearer(&app, "POST", "/logout", &pair.access).await), unavailable());
        ill.is_well();
        jwt.revoke(&payload).await.unwrap();
        jwt.end_all_sessions(&sub).await.unwrap();
        assert_eq!(see(&app, "/me", alone.as_str()).await, invalid());
        assert_eq!(see(&app, "/me", &pair.access).await, invalid());
        assert_eq!(jwt.sessions(&sub).await.unwrap(), [], "a login that failed can be used by nobody");
    }
}

/// The client hangs up while a refresh waits, wherever it waits.
#[tokio::test]
async fn r_70_a_client_that_hangs_up_can_come_again() {
    for polls in 0.. {
        let (ill, hands) = (Ill::default(), Hands::new());
        let jwt = builder(ill.clone(), &hands).build().unwrap();
        let app = app(&jwt);
        let first = log_in(&jwt, &somebody()).await;
        ill.all_befalls(Fate::Yields);
        let mut request = Box::pin(with_bearer(&app, "POST", "/refresh", &first.refresh));
        let mut left = polls;
        let answer = poll_fn(|context| {
            if left == 0 {
                return Poll::Ready(None);
            }
            left -= 1;
            request.as_mut().poll(context).map(Some)
        })
        .await;
        drop(request);
        let second = renew(&app, &first.refresh).await;
        let third = renew(&app, &second.refresh).await;
        assert_eq!(see(&app, "/me", &third.access).await, good(), "dropped after {polls} polls");
        if answer.is_some() {
            assert!(polls > 2, "it was dropped while it waited");
            return;
        }
    }
}

#[tokio::test]
async fn nonsense_from_a_store_lets_nobody_in() {
    let date = |seconds| NumericDate::from_secs(seconds).unwrap();
    let living = Some(Ends { absolute: date(NOW + 10_000), idle: date(NOW + 10_000) });
    let record = |jti: &str, iat, exp| Rotation::Grace(RefreshRecord::new(jti, date(iat), date(exp)));
    let table = [
        (Standing::Good(None), Rotation::Installed, unavailable(), unavailable()),
        (
            Standing::Good(Some(Ends { absolute: date(NOW), idle: date(NOW + 9) })),
            Rotation::Installed,
            invalid(),
            invalid(),
        ),
        (
            Standing::Good(Some(Ends { absolute: date(NOW + 9), idle: date(0) })),
            Rotation::Installed,
            invalid(),
            invalid(),
        ),
        (Standing::Good(living), record("", NOW, NOW + 9), good(), unavailable()),
        (Standing::Good(living), record("a", NOW + 9, NOW), good(), unavailable()),
        (Standing::Good(living), record("a", 0, 0), good(), unavailable()),
        (Standing::Good(living), Rotation::Ended, good(), invalid()),
        (Standing::CutOff, Rotation::Installed, invalid(), invalid()),
    ];
    for (standing, rotation, seen, refreshed) in table {
        let told = format!("{standing:?} {rotation:?}");
        let jwt = builder(Liar { standing, rotation }, &Hands::new()).build().unwrap();
        let app = app(&jwt);
        let pair = log_in(&jwt, "USER_ID").await;
        assert_eq!(see(&app, "/me", &pair.access).await, seen, "{told}");
        assert_eq!(try_refresh(&app, &pair.refresh).await, refreshed, "{told}");
    }
    // An end that lies far ahead is no end for a token.
    let far = Some(Ends { absolute: NumericDate::MAX, idle: NumericDate::MAX });
    let grace = record("again", NOW, NumericDate::MAX.as_secs());
    let jwt = builder(Liar { standing: Standing::Good(far), rotation: grace }, &Hands::new()).build().unwrap();
    let pair = log_in(&jwt, "USER_ID").await;
    let next = renew(&app(&jwt), &pair.refresh).await;
    assert_eq!(jti(&next.refresh), "again");
    assert_eq!(super::claims(&next.refresh)["exp"], NOW + 30 * 86_400, "max_token_lifetime");
}

#[tokio::test]
async fn r_83_a_full_store_refuses_logins_and_forgets_no_revocation() {
    let hands = Hands::new();
    let jwt = builder(MemoryStore::with_capacity(2), &hands).build().unwrap();
    let app = app(&jwt);
    let sub = somebody();
    let alone = jwt.create_access_token(&sub).sign().unwrap();
    let payload = jwt.authenticate::<NoClaims>(alone.as_str(), &Policy::access()).await.unwrap();
    jwt.revoke(&payload).await.unwrap();
    let pair = log_in(&jwt, &sub).await;
    assert_eq!(status(jwt.create_token_pair(&sub).open().await.map(drop)), 503);
    assert_eq!(see(&app, "/me", alone.as_str()).await, invalid());
    assert_eq!(see(&app, "/me", &pair.access).await, good());
    hands.put(1200);
    let _: Pair = log_in(&jwt, &sub).await;
}

//! What those who watch a service learn of its sessions: names and ids, and no token.

use fastjwt::{NoClaims, Policy};

use super::{
    Hands, app, builder, claims,
    ill::{Fate, Ill},
    jti, log_in, renew, see, try_refresh, with_bearer,
};
use crate::logs::Log;

/// The events that the work caused, without those below the level of information.
fn told(work: impl Future<Output = Vec<String>>) -> Vec<String> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let log = Log::default();
    Log::listen();
    let tokens = tracing::subscriber::with_default(log.clone(), || runtime.block_on(work));
    let events: Vec<String> = log.events().into_iter().filter(|event| !event.starts_with("DEBUG")).collect();
    assert!(!tokens.is_empty());
    for token in tokens {
        for part in token.split('.').skip(1) {
            assert!(events.iter().all(|event| !event.contains(part)), "a token in {events:?}");
        }
    }
    events
}

/// The events' names in their order.
fn names(events: &[String]) -> Vec<&str> {
    events
        .iter()
        .map(|event| event.split(" event=\"").nth(1).map_or("", |rest| rest.split('"').next().unwrap()))
        .collect()
}

#[test]
fn r_98_r_64_each_step_of_a_session_is_one_event() {
    let hands = Hands::new();
    let jwt = builder(Ill::default(), &hands).build().unwrap();
    let mut reused = (String::new(), String::new());
    let events = told(async {
        let app = app(&jwt);
        let first = log_in(&jwt, "USER_ID").await;
        let second = renew(&app, &first.refresh).await;
        hands.put(11);
        let third = renew(&app, &second.refresh).await;
        for _ in 0..3 {
            try_refresh(&app, &first.refresh).await;
        }
        see(&app, "/me", &third.access).await;
        reused = (jti(&first.refresh), claims(&first.refresh)["sid"].as_str().unwrap().to_owned());
        let other = log_in(&jwt, "USER_ID").await;
        let payload = jwt.authenticate::<NoClaims>(&other.access, &Policy::access()).await.unwrap();
        jwt.revoke(&payload).await.unwrap();
        with_bearer(&app, "POST", "/logout", &other.access).await;
        jwt.end_all_sessions("USER_ID").await.unwrap();
        vec![first.access, first.refresh, second.refresh, third.access, third.refresh, other.access, other.refresh]
    });
    let expected = [
        "login",
        "refresh",
        "refresh",
        "refresh_reused",
        // The spent token, and what was tried with the session's other ones.
        "token_refused",
        "token_refused",
        "token_refused",
        "token_refused",
        "login",
        "token_revoked",
        "sessions_ended",
        "sessions_ended",
    ];
    assert_eq!(names(&events), expected, "{events:#?}");
    let alarm = &events[3];
    assert!(alarm.starts_with("WARN fastjwt "), "{alarm}");
    for part in ["sub=\"USER_ID\"".to_owned(), format!("jti=\"{}\"", reused.0), format!("sid=\"{}\"", reused.1)] {
        assert!(alarm.contains(&part), "{part} in {alarm}");
    }
    assert!(events[0].contains("kid=\"") && events[1].contains("spent=\""), "{events:#?}");
    assert!(events[10].contains("which=\"one\" ended=1"), "{events:#?}");
}

/// The events of a name among these.
fn count(events: &[String], name: &str) -> usize {
    names(events).iter().filter(|found| **found == name).count()
}

#[test]
fn r_64_a_reuse_whose_answers_were_lost_is_told_once() {
    for (fate, attempts) in [(Fate::AnswerLost, 2), (Fate::AnswerLost, 1), (Fate::HangsAfter, 2)] {
        let (ill, hands) = (Ill::default(), Hands::new());
        let jwt = builder(ill.clone(), &hands).store_attempts(attempts).build().unwrap();
        let mut until_then = 0;
        let mut whose = String::new();
        let events = told(async {
            let app = app(&jwt);
            let first = log_in(&jwt, "USER_ID").await;
            whose = claims(&first.refresh)["sid"].as_str().unwrap().to_owned();
            let second = renew(&app, &first.refresh).await;
            hands.put(15);
            ill.befalls("rotate", fate);
            assert_eq!(try_refresh(&app, &first.refresh).await, super::unavailable());
            ill.is_well();
            assert_eq!(see(&app, "/me", &second.access).await, super::invalid(), "the session has ended");
            // The call might still be heard of, and tell it itself; the clocks of two machines may be a leeway apart.
            for seconds in [15, 25] {
                hands.put(seconds);
                assert_eq!(try_refresh(&app, &first.refresh).await, super::invalid());
            }
            until_then = ill.calls("rotate");
            hands.put(26);
            // Whatever comes next: a token to refresh with, or one to be let in with.
            assert_eq!(try_refresh(&app, &second.refresh).await, super::invalid());
            for _ in 0..2 {
                hands.put(60);
                assert_eq!(see(&app, "/me", &second.access).await, super::invalid());
                assert_eq!(try_refresh(&app, &first.refresh).await, super::invalid());
            }
            assert_eq!(ill.calls("rotate"), until_then + 1, "once it is told, there is nothing to ask for");
            vec![first.access, first.refresh, second.access, second.refresh]
        });
        assert_eq!(until_then, attempts + 1, "{fate:?}");
        assert_eq!(count(&events, "refresh_reused"), 1, "{fate:?}: {events:#?}");
        let alarm = events.iter().find(|event| event.contains("\"refresh_reused\"")).unwrap();
        assert!(alarm.starts_with("WARN ") && alarm.contains(&format!("sid=\"{whose}\"")), "{alarm}");
    }
}

#[test]
fn r_64_an_alarm_that_could_not_be_forgotten_is_rather_told_again() {
    let (ill, hands) = (Ill::default(), Hands::new());
    let jwt = builder(ill.clone(), &hands).build().unwrap();
    let events = told(async {
        let app = app(&jwt);
        let first = log_in(&jwt, "USER_ID").await;
        let second = renew(&app, &first.refresh).await;
        hands.put(15);
        ill.befalls("end", Fate::Lost);
        assert_eq!(try_refresh(&app, &first.refresh).await, super::invalid());
        ill.is_well();
        for seconds in [15, 25, 26, 60] {
            hands.put(seconds);
            assert_eq!(try_refresh(&app, &second.refresh).await, super::invalid());
        }
        vec![first.refresh, second.refresh]
    });
    // At 15, and at 26: then the first has had its time.
    assert_eq!(count(&events, "refresh_reused"), 2, "{events:#?}");
}

#[test]
fn r_79_an_outage_and_a_token_that_is_let_in_unchecked_are_events() {
    for fail_open in [false, true] {
        let (ill, hands) = (Ill::default(), Hands::new());
        let jwt = builder(ill.clone(), &hands).store_attempts(1).store_fail_open(fail_open).build().unwrap();
        let events = told(async {
            let pair = log_in(&jwt, "USER_ID").await;
            ill.befalls("check", Fate::Lost);
            for _ in 0..2 {
                see(&app(&jwt), "/me", &pair.access).await;
            }
            vec![pair.access, pair.refresh]
        });
        let each = ["store_unavailable", if fail_open { "store_bypassed" } else { "request_failed" }];
        assert_eq!(names(&events), [&["login"], &each[..], &each[..]].concat(), "{events:#?}");
        assert!(events[1].contains("operation=\"check\" detail=the store is out of reach"), "{events:#?}");
        assert!(events[2].starts_with(if fail_open { "WARN" } else { "ERROR" }), "{events:#?}");
    }
}

/// Nobody waits for a purge, and so nobody would know of it until the disk is full.
#[test]
fn r_83_a_store_that_can_not_forget_is_an_event() {
    let (ill, hands) = (Ill::default(), Hands::new());
    let jwt = builder(ill.clone(), &hands).build().unwrap();
    ill.befalls("purge", Fate::Fails(fastjwt::session::StoreFault::Refused));
    let events = told(async {
        let pair = log_in(&jwt, "USER_ID").await;
        for _ in 0..100 {
            tokio::task::yield_now().await;
        }
        vec![pair.access, pair.refresh]
    });
    assert_eq!(names(&events), ["login", "store_purge_failed"], "{events:#?}");
    assert!(events[1].starts_with("WARN fastjwt "), "{events:#?}");
    assert!(events[1].contains("detail=the store refused: for a test"), "{events:#?}");
}

/// What a request names as a session may be anything, a token too.
#[test]
fn no_text_of_a_request_is_told_as_a_session() {
    let jwt = builder(Ill::default(), &Hands::new()).build().unwrap();
    let text = "eyJhbGciOiJIUzI1NiJ9.e30.c2VjcmV0";
    let events = told(async {
        assert!(!jwt.end_session("USER_ID", text).await.unwrap());
        let pair = log_in(&jwt, "USER_ID").await;
        let sid = claims(&pair.access)["sid"].as_str().unwrap().to_owned();
        assert!(jwt.end_session("USER_ID", &sid).await.unwrap());
        vec![text.to_owned(), pair.access]
    });
    assert_eq!(count(&events, "sessions_ended"), 2, "{events:#?}");
    assert!(events.last().unwrap().contains("sid=\""), "{events:#?}");
}

//! What takes tokens back, and that nothing else is taken.

use std::time::Duration;

use fastjwt::{ErrorKind, NoClaims, Policy, TokenFault, UsageFault, session::MemoryStore};

use super::{
    Hands, app, builder, expired, good, in_memory, invalid, log_in, renew, see, somebody, told, try_refresh,
    with_bearer,
};
use crate::support::{NOW, at, jwt as without_sessions, spoil_signature};

#[tokio::test]
async fn r_77_a_revoked_token_fails_at_once() {
    let jwt = in_memory(&Hands::new());
    let app = app(&jwt);
    let sub = somebody();
    let pair = log_in(&jwt, &sub).await;
    let alone = jwt.create_access_token(&sub).sign().unwrap();
    for token in [pair.access.as_str(), alone.as_str()] {
        assert_eq!(see(&app, "/me", token).await, good());
        let payload = jwt.authenticate::<NoClaims>(token, &Policy::access()).await.unwrap();
        jwt.revoke(&payload).await.unwrap();
        assert_eq!(see(&app, "/me", token).await, invalid());
        assert_eq!(see(&app, "/unchecked", token).await, good(), "a route may leave the question out");
        let refused = jwt.authenticate::<NoClaims>(token, &Policy::access()).await.unwrap_err();
        assert_eq!(*refused.kind(), ErrorKind::Token(TokenFault::Revoked));
        // again, it makes no difference.
        jwt.revoke(&payload).await.unwrap();
    }
    let next = renew(&app, &pair.refresh).await;
    assert_eq!(see(&app, "/me", &next.access).await, good(), "the session goes on");
}

#[tokio::test]
async fn r_77_a_revoked_refresh_token_ends_its_session() {
    let jwt = in_memory(&Hands::new());
    let app = app(&jwt);
    let pair = log_in(&jwt, &somebody()).await;
    let payload = jwt.authenticate::<NoClaims>(&pair.refresh, &Policy::refresh()).await.unwrap();
    jwt.revoke(&payload).await.unwrap();
    assert_eq!(see(&app, "/me", &pair.access).await, invalid());
    assert_eq!(try_refresh(&app, &pair.refresh).await, invalid());
    // The door has let it in before: the store still says no.
    let refused = jwt.refresh(&payload).await.unwrap_err();
    assert_eq!(*refused.kind(), ErrorKind::Token(TokenFault::SessionEnded));
}

#[tokio::test]
async fn r_78_sessions_are_listed_and_ended_one_by_one() {
    let hands = Hands::new();
    let jwt = in_memory(&hands);
    let app = app(&jwt);
    let (sub, other) = (somebody(), somebody());
    let mut pairs = Vec::new();
    for (second, device) in ["phone", "tablet", "desk"].into_iter().enumerate() {
        hands.put(second as u64);
        pairs.push(jwt.create_token_pair(&sub).device(device).open().await.unwrap());
    }
    let stranger = log_in(&jwt, &other).await;
    let devices =
        async || jwt.sessions(&sub).await.unwrap().into_iter().map(|session| session.device).collect::<Vec<_>>();
    assert_eq!(devices().await, ["desk", "tablet", "phone"]);
    assert!(!jwt.end_session(&other, pairs[1].session_id()).await.unwrap(), "it is not theirs");
    assert_eq!(devices().await.len(), 3);
    assert!(jwt.end_session(&sub, pairs[1].session_id()).await.unwrap());
    assert!(!jwt.end_session(&sub, pairs[1].session_id()).await.unwrap(), "it has ended");
    assert_eq!(devices().await, ["desk", "phone"]);
    assert_eq!(see(&app, "/me", pairs[1].access().as_str()).await, invalid());
    assert_eq!(see(&app, "/me", pairs[0].access().as_str()).await, good());

    let payload = jwt.authenticate::<NoClaims>(pairs[0].access().as_str(), &Policy::access()).await.unwrap();
    assert_eq!(jwt.end_other_sessions(&payload).await.unwrap(), 1);
    assert_eq!(devices().await, ["phone"]);
    assert_eq!(see(&app, "/me", pairs[0].access().as_str()).await, good());
    assert_eq!(jwt.end_all_sessions(&sub).await.unwrap(), 1);
    assert_eq!(devices().await, [""; 0]);
    assert_eq!(see(&app, "/me", pairs[0].access().as_str()).await, invalid());
    assert_eq!(see(&app, "/me", &stranger.access).await, good());
}

#[tokio::test]
async fn r_78_tokens_without_a_session_are_cut_off() {
    let hands = Hands::new();
    let jwt = in_memory(&hands);
    let app = app(&jwt);
    for all in [true, false] {
        hands.put_millis(500);
        let sub = somebody();
        let before = jwt.create_access_token(&sub).sign().unwrap();
        let pair = log_in(&jwt, &sub).await;
        let payload = jwt.authenticate::<NoClaims>(&pair.access, &Policy::access()).await.unwrap();
        if all {
            jwt.end_all_sessions(&sub).await.unwrap();
        } else {
            jwt.end_other_sessions(&payload).await.unwrap();
        }
        assert_eq!(see(&app, "/me", before.as_str()).await, invalid(), "issued in the same second");
        let next_login = log_in(&jwt, &sub).await;
        assert_eq!(see(&app, "/me", &next_login.access).await, good(), "a session opened after it");
        hands.put(1);
        let after = jwt.create_access_token(&sub).sign().unwrap();
        assert_eq!(see(&app, "/me", after.as_str()).await, good());
        let refused = jwt.authenticate::<NoClaims>(after.as_str(), &Policy::access()).await.unwrap();
        let refused = jwt.end_other_sessions(&refused).await.unwrap_err();
        assert!(matches!(refused.kind(), ErrorKind::Token(TokenFault::Claims(_))), "no session to keep: {refused:?}");
    }
}

#[tokio::test]
async fn r_78_what_was_issued_before_a_moment_is_ended() {
    let hands = Hands::new();
    let jwt = in_memory(&hands);
    let app = app(&jwt);
    let sub = somebody();
    let mut tokens = Vec::new();
    for millis in [0, 1_200, 1_700, 2_300] {
        hands.put_millis(millis);
        let pair = log_in(&jwt, &sub).await;
        tokens.push((pair.access, jwt.create_access_token(&sub).sign().unwrap().into_string()));
    }
    let changed = at(NOW) + Duration::from_millis(1_500);
    assert_eq!(jwt.end_sessions_before(&sub, changed).await.unwrap(), 2);
    let mut seen = Vec::new();
    for (of_session, alone) in &tokens {
        seen.push((see(&app, "/me", of_session).await == good(), see(&app, "/me", alone).await == good()));
    }
    // Of the token without a session nobody knows when in its second it was issued.
    assert_eq!(seen, [(false, false), (false, false), (true, false), (true, true)]);
}

#[tokio::test]
async fn r_82_logging_out_works_twice_and_with_an_expired_token() {
    let hands = Hands::new();
    let jwt = in_memory(&hands);
    let app = app(&jwt);
    let sub = somebody();
    let logout = async |token: &str| told(&with_bearer(&app, "POST", "/logout", token).await);
    let done = (204, String::new());
    for after in [0, 3600] {
        for refresh in [false, true] {
            hands.put(0);
            let pair = log_in(&jwt, &sub).await;
            hands.put(after);
            let token = if refresh { &pair.refresh } else { &pair.access };
            assert_eq!(logout(&spoil_signature(token)).await, invalid());
            assert_eq!(jwt.sessions(&sub).await.unwrap().len(), 1);
            assert_eq!(logout(token).await, done);
            assert_eq!(jwt.sessions(&sub).await.unwrap().len(), 0);
            // a second time it is no error.
            assert_eq!(logout(token).await, done);
            assert_eq!(try_refresh(&app, &pair.refresh).await, invalid());
            assert_ne!(see(&app, "/me", &pair.access).await, good());
        }
    }
    hands.put(0);
    let alone = jwt.create_access_token(&sub).sign().unwrap();
    assert_eq!(logout(alone.as_str()).await, done);
    assert_eq!(see(&app, "/me", alone.as_str()).await, invalid());
    hands.put(900 + 299);
    assert_eq!(logout(alone.as_str()).await, done);
    assert_eq!(see(&app, "/me", alone.as_str()).await, expired());
}

#[tokio::test]
async fn r_81_a_revocation_holds_through_the_leeway() {
    let hands = Hands::new();
    let jwt = in_memory(&hands);
    let policy = Policy::access().leeway(Duration::from_secs(300));
    let token = jwt.create_access_token(somebody()).sign().unwrap();
    let payload = jwt.authenticate::<NoClaims>(token.as_str(), &policy).await.unwrap();
    jwt.revoke(&payload).await.unwrap();
    hands.put(200);
    let other = jwt.create_access_token(somebody()).sign().unwrap();
    // Other writes let the store forget what has ended.
    for second in [899, 900, 1199] {
        hands.put(second);
        log_in(&jwt, &somebody()).await;
        let refused = jwt.authenticate::<NoClaims>(token.as_str(), &policy).await.unwrap_err();
        assert_eq!(*refused.kind(), ErrorKind::Token(TokenFault::Revoked), "{second}");
    }
    hands.put(1200);
    log_in(&jwt, &somebody()).await;
    let refused = jwt.authenticate::<NoClaims>(token.as_str(), &policy).await.unwrap_err();
    assert!(matches!(refused.kind(), ErrorKind::Token(TokenFault::Expired { .. })), "{refused:?}");
    jwt.authenticate::<NoClaims>(other.as_str(), &policy).await.expect("what was forgotten is not held against it");
    hands.put(10);
    let refused = jwt.authenticate::<NoClaims>(token.as_str(), &policy).await.unwrap_err();
    assert_eq!(*refused.kind(), ErrorKind::Token(TokenFault::Revoked), "R-83: a clock that is set back");
}

#[tokio::test]
async fn r_80_a_token_is_known_by_issuer_and_id() {
    let hands = Hands::new();
    let store = std::sync::Arc::new(MemoryStore::default());
    let of = |issuer: &str| builder(store.clone(), &hands).issuer(issuer).entropy(Same).build().unwrap();
    let (one, two) = (of("https://one.example"), of("https://two.example"));
    let tokens = [&one, &two].map(|jwt| jwt.create_access_token("USER_ID").sign().unwrap());
    let policy = Policy::access();
    let payload = one.authenticate::<NoClaims>(tokens[0].as_str(), &policy).await.unwrap();
    one.revoke(&payload).await.unwrap();
    assert!(one.authenticate::<NoClaims>(tokens[0].as_str(), &policy).await.is_err());
    let same_id = two.authenticate::<NoClaims>(tokens[1].as_str(), &policy).await.unwrap();
    assert_eq!(same_id.jti, payload.jti);
}

/// Gives every token one id.
struct Same;

impl fastjwt::Entropy for Same {
    fn fill(&self, bytes: &mut [u8]) -> Result<(), fastjwt::OutOfEntropy> {
        bytes.fill(7);
        Ok(())
    }
}

#[tokio::test]
async fn without_a_store_sessions_say_what_is_missing() {
    let jwt = without_sessions();
    let fault = |error: fastjwt::Error| error.kind().clone();
    let missing = ErrorKind::Usage(UsageFault::NoSessionStore);
    assert_eq!(fault(jwt.create_token_pair("USER_ID").open().await.unwrap_err()), missing);
    let refresh = jwt.create_refresh_token("USER_ID").sign().unwrap();
    let payload = jwt.verify_refresh_token::<NoClaims>(refresh.as_str()).unwrap();
    assert_eq!(fault(jwt.refresh(&payload).await.unwrap_err()), missing);
    assert_eq!(fault(jwt.revoke(&payload).await.unwrap_err()), missing);
    assert_eq!(fault(jwt.sessions("USER_ID").await.unwrap_err()), missing);
    assert_eq!(fault(jwt.end_session("USER_ID", "sid").await.unwrap_err()), missing);
    assert_eq!(fault(jwt.end_all_sessions("USER_ID").await.unwrap_err()), missing);
    assert_eq!(fault(jwt.end_sessions_before("USER_ID", at(NOW)).await.unwrap_err()), missing);
    let token = jwt.verify_for_logout(refresh.as_str()).await.unwrap();
    assert_eq!(fault(jwt.log_out(&token).await.unwrap_err()), missing);
    assert!(missing_text().contains("session_store"));
}

fn missing_text() -> String {
    UsageFault::NoSessionStore.to_string()
}

#[tokio::test]
async fn with_a_store_nothing_is_verified_without_waiting() {
    let jwt = in_memory(&Hands::new());
    let token = jwt.create_access_token("USER_ID").sign().unwrap();
    let refused = jwt.verify_access_token::<NoClaims>(token.as_str()).unwrap_err();
    assert_eq!(*refused.kind(), ErrorKind::Usage(UsageFault::MustAwait));
}

/// Else a copy that outlives the memory of it would be good again.
#[tokio::test]
async fn r_78_a_cut_off_is_kept_until_the_last_token_that_it_refuses_has_ended() {
    const MONTH: u64 = 30 * 86_400;
    let policy = Policy::access().leeway(Duration::from_secs(300));
    for ahead in [0, 1000] {
        let hands = Hands::new();
        let jwt = in_memory(&hands);
        let sub = somebody();
        jwt.end_sessions_before(&sub, at(NOW + ahead + 1)).await.unwrap();
        hands.put(ahead);
        let token = jwt.create_access_token(&sub).expires_in(Duration::from_secs(MONTH)).sign().unwrap();
        for second in [301, 1201, MONTH - 1, MONTH + 299] {
            hands.put(ahead + second);
            // Other writes let the store forget what has ended.
            log_in(&jwt, &somebody()).await;
            let refused = jwt.authenticate::<NoClaims>(token.as_str(), &policy).await.map(|_| ()).unwrap_err();
            assert_eq!(*refused.kind(), ErrorKind::Token(TokenFault::Revoked), "{ahead} {second}");
        }
    }
}

#[tokio::test]
async fn r_77_a_token_that_is_given_as_text_ends_with_its_session() {
    let jwt = in_memory(&Hands::new());
    let sub = somebody();
    let pair = jwt.create_token_pair(&sub).open().await.unwrap();
    assert!(jwt.end_session(&sub, pair.session_id()).await.unwrap());
    for (token, policy) in [(pair.access().as_str(), Policy::access()), (pair.refresh().as_str(), Policy::refresh())] {
        let refused = jwt.authenticate::<NoClaims>(token, &policy).await.map(|_| ()).unwrap_err();
        assert_eq!(*refused.kind(), ErrorKind::Token(TokenFault::SessionEnded));
    }
}

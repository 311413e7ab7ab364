//! What a refresh gives, and what becomes of tokens that are spent.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use fastjwt::{
    ClaimMap, Denied, ErrorKind, NoClaims, OnRefresh, Policy, Renewal, TokenFault, TokenPayload, TokenResponse,
    jwt_claims, session::MemoryStore,
};
use serde_json::{Value, json};

use super::{
    Hands, Pair, app, builder, claims, expired, good, ill::Ill, in_memory, invalid, jti, log_in, renew, see, somebody,
    try_refresh,
};
use crate::support::NOW;

#[jwt_claims]
struct Profile {
    tenant: String,
    level: u8,
}

#[tokio::test]
async fn a_login_gives_two_tokens_of_one_session() {
    let jwt = in_memory(&Hands::new());
    let profile = Profile { tenant: "blue".into(), level: 3 };
    let pair = jwt
        .create_token_pair("USER_ID")
        .claims(&profile)
        .claim("locale", "de")
        .scopes(["read", "write"])
        .client_id("app")
        .device("Firefox")
        .open()
        .await
        .unwrap();
    let sid = pair.session_id().to_owned();
    let response = serde_json::to_value(TokenResponse::from(pair)).unwrap();
    assert_eq!((&response["expires_in"], &response["token_type"]), (&json!(900), &json!("Bearer")));
    let (access, refresh) =
        (claims(response["access_token"].as_str().unwrap()), claims(response["refresh_token"].as_str().unwrap()));
    for said in [&access, &refresh] {
        assert_eq!(said["sub"], "USER_ID");
        assert_eq!(said["sid"], *sid);
        assert_eq!((&said["tenant"], &said["level"], &said["locale"]), (&json!("blue"), &json!(3), &json!("de")));
        assert_eq!((&said["scopes"], &said["client_id"]), (&json!(["read", "write"]), &json!("app")));
        assert_eq!((&said["auth_time"], &said["iat"]), (&json!(NOW), &json!(NOW)));
    }
    assert_eq!((&access["type"], &access["fresh"]), (&json!("access"), &json!(true)));
    assert_eq!((&refresh["type"], &refresh.get("fresh")), (&json!("refresh"), &None));
    assert_ne!(access["jti"], refresh["jti"]);
    let [session] = &jwt.sessions("USER_ID").await.unwrap()[..] else { panic!("one session") };
    assert_eq!((session.id.as_str(), session.device.as_str()), (sid.as_str(), "Firefox"));
    assert_eq!((session.created.as_secs(), session.ends.as_secs()), (NOW, NOW + 30 * 86_400));
    assert_eq!(session.idle_end.as_secs(), NOW + 20 * 86_400);
}

#[tokio::test]
async fn r_40_a_refreshed_token_is_never_fresh() {
    let hands = Hands::new();
    let jwt = in_memory(&hands);
    let app = app(&jwt);
    let first = log_in(&jwt, &somebody()).await;
    assert_eq!(see(&app, "/fresh", &first.access).await, good());
    hands.put(5);
    let mut pair = first;
    for _ in 0..3 {
        pair = renew(&app, &pair.refresh).await;
        assert_eq!(see(&app, "/me", &pair.access).await, good());
        assert_eq!(see(&app, "/fresh", &pair.access).await, (401, "insufficient_user_authentication".into()));
        let said = claims(&pair.access);
        assert_eq!((&said["fresh"], &said["auth_time"], &said["iat"]), (&json!(false), &json!(NOW), &json!(NOW + 5)));
    }
}

#[tokio::test]
async fn r_63_a_refresh_spends_its_token() {
    let hands = Hands::new();
    let jwt = builder(MemoryStore::default(), &hands).refresh_grace(Duration::ZERO).build().unwrap();
    let app = app(&jwt);
    let first = log_in(&jwt, &somebody()).await;
    let second = renew(&app, &first.refresh).await;
    assert_ne!(jti(&first.refresh), jti(&second.refresh));
    assert_eq!(claims(&first.refresh)["sid"], claims(&second.refresh)["sid"]);
    assert_eq!(try_refresh(&app, &first.refresh).await, invalid());
}

#[tokio::test]
async fn r_64_reuse_ends_the_session_refresh_and_access() {
    let hands = Hands::new();
    let jwt = in_memory(&hands);
    let app = app(&jwt);
    let sub = somebody();
    let other = log_in(&jwt, &sub).await;
    let first = log_in(&jwt, &sub).await;
    let second = renew(&app, &first.refresh).await;
    hands.put(11);
    let third = renew(&app, &second.refresh).await;
    assert_eq!(see(&app, "/me", &third.access).await, good());
    assert_eq!(try_refresh(&app, &first.refresh).await, invalid());
    for pair in [&first, &second, &third] {
        assert_eq!(see(&app, "/me", &pair.access).await, invalid());
        assert_eq!(try_refresh(&app, &pair.refresh).await, invalid());
    }
    assert_eq!(see(&app, "/me", &other.access).await, good(), "another session of the same subject goes on");
    assert_eq!(jwt.sessions(&sub).await.unwrap().len(), 1);
}

#[tokio::test]
async fn r_66_the_grace_is_for_the_immediate_predecessor_only() {
    let hands = Hands::new();
    let jwt = in_memory(&hands);
    let app = app(&jwt);
    let first = log_in(&jwt, &somebody()).await;
    let second = renew(&app, &first.refresh).await;
    let again = renew(&app, &first.refresh).await;
    assert_eq!(jti(&again.refresh), jti(&second.refresh));
    let third = renew(&app, &again.refresh).await;
    hands.put(1);
    assert_eq!(try_refresh(&app, &first.refresh).await, invalid(), "the grandparent");
    assert_eq!(see(&app, "/me", &third.access).await, invalid());
}

#[tokio::test]
async fn r_66_two_machines_whose_clocks_differ_share_the_grace() {
    let (ahead, behind) = (Hands::new(), Hands::new());
    let store = Arc::new(MemoryStore::default());
    let machines = [&ahead, &behind].map(|hands| builder(store.clone(), hands).build().unwrap());
    let apps = [app(&machines[0]), app(&machines[1])];
    let first = log_in(&machines[1], &somebody()).await;
    // As far apart as the leeway says that they may be.
    ahead.put(10);
    let second = renew(&apps[0], &first.refresh).await;
    let again = renew(&apps[1], &first.refresh).await;
    assert_eq!(jti(&again.refresh), jti(&second.refresh));
}

#[tokio::test]
async fn r_67_the_grace_starts_at_the_first_use_and_never_grows() {
    let hands = Hands::new();
    let jwt = in_memory(&hands);
    let app = app(&jwt);
    let first = log_in(&jwt, &somebody()).await;
    hands.put_millis(1_500);
    let second = renew(&app, &first.refresh).await;
    for millis in [5_000, 9_000, 11_499] {
        hands.put_millis(millis);
        assert_eq!(jti(&renew(&app, &first.refresh).await.refresh), jti(&second.refresh));
    }
    hands.put_millis(11_500);
    assert_eq!(try_refresh(&app, &first.refresh).await, invalid());
    assert_eq!(see(&app, "/me", &second.access).await, invalid());
}

#[tokio::test]
async fn r_67_the_grace_has_a_beginning_so_that_no_clock_makes_it_longer() {
    // Without a leeway there is still what passes between a look at the clock and the store.
    for (leeway, slack) in [(10, 10), (30, 30), (0, 10)] {
        let (hands, ill) = (Hands::new(), Ill::default());
        let jwt = builder(ill.clone(), &hands).leeway(Duration::from_secs(leeway)).build().unwrap();
        let app = app(&jwt);
        let first = log_in(&jwt, &somebody()).await;
        hands.put(100);
        let second = renew(&app, &first.refresh).await;
        let grace = ill.last_grace().unwrap();
        assert_eq!((grace.from.as_secs(), grace.until.as_secs()), (NOW + 100 - slack, NOW + 110));
        hands.put(100 - slack);
        assert_eq!(jti(&renew(&app, &first.refresh).await.refresh), jti(&second.refresh));
        hands.put(100 - slack - 1);
        assert_eq!(try_refresh(&app, &first.refresh).await, invalid());
    }
}

#[tokio::test]
async fn r_68_an_expired_token_is_not_saved_by_the_grace() {
    let hands = Hands::new();
    let ill = Ill::default();
    let jwt = builder(ill.clone(), &hands)
        .refresh_token_expires_in(Duration::from_secs(60))
        .session_idle_timeout(Duration::from_secs(3600))
        .refresh_grace(Duration::from_secs(60))
        .build()
        .unwrap();
    let app = app(&jwt);
    let first = log_in(&jwt, &somebody()).await;
    hands.put(59);
    let second = renew(&app, &first.refresh).await;
    assert_eq!(ill.last_grace().unwrap().until.as_secs(), NOW + 60, "the grace ends with the token");
    assert_eq!(jti(&renew(&app, &first.refresh).await.refresh), jti(&second.refresh));
    // In the leeway, in which the doors still take it, and after.
    for second in [60, 65, 71] {
        hands.put(second);
        assert_eq!(try_refresh(&app, &first.refresh).await, expired());
    }
    assert_eq!(see(&app, "/me", &second.access).await, good(), "and nobody is alarmed");
    renew(&app, &second.refresh).await;
}

#[tokio::test]
async fn r_69_the_grace_gives_the_same_successor() {
    let hands = Hands::new();
    let jwt = in_memory(&hands);
    let app = app(&jwt);
    let first = log_in(&jwt, &somebody()).await;
    hands.put(100);
    let second = renew(&app, &first.refresh).await;
    hands.put(105);
    let again = renew(&app, &first.refresh).await;
    assert_eq!(again.refresh, second.refresh, "HS256 signs the same to the same text");
    assert_ne!(jti(&again.access), jti(&second.access));
    for access in [&second.access, &again.access] {
        assert_eq!(see(&app, "/me", access).await, good());
    }
}

#[tokio::test]
async fn r_74_nothing_extends_a_session() {
    let hands = Hands::new();
    let jwt = builder(MemoryStore::default(), &hands)
        .refresh_token_expires_in(Duration::from_secs(100))
        .session_lifetime(Duration::from_secs(250))
        .build()
        .unwrap();
    let app = app(&jwt);
    hands.put_millis(700);
    let mut pair = log_in(&jwt, &somebody()).await;
    for second in [90, 180, 240, 249] {
        hands.put(second);
        pair = renew(&app, &pair.refresh).await;
        for token in [&pair.access, &pair.refresh] {
            assert!(claims(token)["exp"].as_u64().unwrap() <= NOW + 250, "{}", claims(token));
        }
    }
    assert_eq!(claims(&pair.refresh)["exp"], NOW + 250);
    hands.put(250);
    assert_eq!(try_refresh(&app, &pair.refresh).await.0, 401);
    assert_eq!(see(&app, "/me", &pair.access).await.0, 401);
}

#[tokio::test]
async fn r_74_a_session_that_idles_ends() {
    let hands = Hands::new();
    let jwt = builder(MemoryStore::default(), &hands).session_idle_timeout(Duration::from_secs(30)).build().unwrap();
    let app = app(&jwt);
    let first = log_in(&jwt, &somebody()).await;
    hands.put(29);
    let second = renew(&app, &first.refresh).await;
    hands.put(58);
    assert_eq!(see(&app, "/me", &second.access).await, good());
    hands.put(59);
    assert_eq!(see(&app, "/me", &second.access).await, invalid());
    assert_eq!(try_refresh(&app, &second.refresh).await, invalid());
}

/// Refuses and changes by the subject's name.
struct Office;

impl OnRefresh<Profile> for Office {
    async fn on_refresh(&self, payload: &TokenPayload<Profile>, renewal: &mut Renewal) -> Result<(), Denied> {
        assert_eq!(payload.tenant, "blue");
        match payload.sub.as_str() {
            "DISABLED" => return Err(Denied::unauthorized("user_disabled", "This account is disabled")),
            "CLOSED" => return Err(Denied::unavailable()),
            "DEMOTED" => renewal.retain_scopes(|scope| scope != "write"),
            "RESERVED" => renewal.set_claim("exp", 1),
            "PROMOTED" => {
                assert_eq!(renewal.claim("level"), Some(&json!(3)));
                renewal.set_claim("level", 4);
                renewal.set_claim("badge", "gold");
            }
            "REWRITTEN" => renewal.set_claims(&Profile { tenant: "blue".into(), level: 9 }),
            _ => renewal.remove_claim("locale"),
        }
        Ok(())
    }
}

#[tokio::test]
async fn a_hook_refuses_and_changes_what_is_refreshed() {
    let hands = Hands::new();
    let jwt = builder(MemoryStore::default(), &hands).on_refresh(Office).build().unwrap();
    let app = app(&jwt);
    let log_in = async |sub: &str| -> Pair {
        let profile = Profile { tenant: "blue".into(), level: 3 };
        let login = jwt.create_token_pair(sub).claims(&profile).claim("locale", "de").scopes(["read", "write"]);
        login.open().await.unwrap().into()
    };
    for (sub, refused) in
        [("DISABLED", (401, "user_disabled")), ("CLOSED", (503, "unavailable")), ("RESERVED", (500, "internal"))]
    {
        let pair = log_in(sub).await;
        for _ in 0..2 {
            let (status, code) = try_refresh(&app, &pair.refresh).await;
            assert_eq!((status, code.as_str()), refused, "{sub}: and its token is not spent");
        }
        assert_eq!(jwt.sessions(sub).await.unwrap().len(), 1);
    }
    let after = async |sub: &str| {
        let pair = renew(&app, &log_in(sub).await.refresh).await;
        let pick = |token: &str| {
            let said = claims(token);
            ["scopes", "level", "badge", "locale"].map(|name| said[name].clone())
        };
        assert_eq!(pick(&pair.access), pick(&pair.refresh), "{sub}");
        pick(&pair.access)
    };
    let both = json!(["read", "write"]);
    assert_eq!(after("DEMOTED").await, [json!(["read"]), json!(3), Value::Null, json!("de")]);
    assert_eq!(after("PROMOTED").await, [both.clone(), json!(4), json!("gold"), json!("de")]);
    assert_eq!(after("REWRITTEN").await, [both.clone(), json!(9), Value::Null, Value::Null]);
    assert_eq!(after("ANYBODY").await, [both, json!(3), Value::Null, Value::Null]);
}

/// What it makes of the first refresh can't be signed.
struct Stumbling(AtomicBool);

impl OnRefresh for Stumbling {
    async fn on_refresh(&self, _: &TokenPayload, renewal: &mut Renewal) -> Result<(), Denied> {
        if !self.0.swap(true, Ordering::SeqCst) {
            renewal.set_claim("much", "x".repeat(9000));
        }
        Ok(())
    }
}

#[tokio::test]
async fn r_70_what_can_not_be_signed_consumes_nothing() {
    let jwt = builder(MemoryStore::default(), &Hands::new())
        .on_refresh(Stumbling(false.into()))
        .refresh_grace(Duration::ZERO)
        .build()
        .unwrap();
    let app = app(&jwt);
    let pair = log_in(&jwt, &somebody()).await;
    assert_eq!(try_refresh(&app, &pair.refresh).await, (500, "internal".into()));
    let pair = renew(&app, &pair.refresh).await;
    assert_eq!(see(&app, "/me", &pair.access).await, good());
}

#[tokio::test]
async fn r_75_a_refresh_keeps_what_was_granted_whatever_the_payloads_type() {
    let hands = Hands::new();
    let jwt = builder(MemoryStore::default(), &hands).audience(["orders", "billing"]).client_id("web").build().unwrap();
    let profile = Profile { tenant: "blue".into(), level: 3 };
    let login = jwt.create_token_pair("USER_ID").claims(&profile).audience(["orders"]).scopes(["read"]);
    let pair = login.claim("deep", json!({ "a": [1, 2.5, null] })).client_id("app").open().await.unwrap();
    hands.put(1);
    let untyped = jwt.authenticate::<NoClaims>(pair.refresh().as_str(), &Policy::refresh()).await.unwrap();
    let first = jwt.refresh(&untyped).await.unwrap();
    let typed = jwt.authenticate::<Profile>(first.refresh().as_str(), &Policy::refresh()).await.unwrap();
    let second = jwt.refresh(&typed).await.unwrap();
    let map = jwt.authenticate::<ClaimMap>(second.refresh().as_str(), &Policy::refresh()).await.unwrap();
    let third = jwt.refresh(&map).await.unwrap();
    let kept = |token: &str| {
        let said = claims(token);
        ["sub", "sid", "aud", "scopes", "client_id", "tenant", "level", "deep", "auth_time"]
            .map(|name| said[name].clone())
    };
    for next in [&first, &second, &third] {
        assert_eq!(kept(next.access().as_str()), kept(pair.access().as_str()));
        assert_eq!(kept(next.refresh().as_str()), kept(pair.refresh().as_str()));
    }
}

#[tokio::test]
async fn only_a_refresh_token_of_a_session_is_refreshed() {
    let hands = Hands::new();
    let jwt = in_memory(&hands);
    let app = app(&jwt);
    let sub = somebody();
    let by_itself = jwt.create_refresh_token(&sub).sign().unwrap();
    assert_eq!(try_refresh(&app, by_itself.as_str()).await, invalid());
    let pair = log_in(&jwt, &sub).await;
    assert_eq!(try_refresh(&app, &pair.access).await, invalid());
    let payload = jwt.authenticate::<NoClaims>(&pair.access, &Policy::any()).await.unwrap();
    let refused = jwt.refresh(&payload).await.unwrap_err();
    assert!(matches!(refused.kind(), ErrorKind::Token(TokenFault::WrongKind { .. })), "{refused:?}");
    // A payload that was kept for too long.
    let payload = jwt.authenticate::<NoClaims>(&pair.refresh, &Policy::refresh()).await.unwrap();
    hands.put(21 * 86_400);
    let refused = jwt.refresh(&payload).await.unwrap_err();
    assert!(matches!(refused.kind(), ErrorKind::Token(TokenFault::Expired { .. })), "{refused:?}");
}

#[tokio::test]
async fn a_long_name_of_a_device_is_cut() {
    let jwt = in_memory(&Hands::new());
    for (given, kept) in [("ä".repeat(128), 256), (format!("a{}", "ä".repeat(128)), 255), ("x".repeat(9000), 256)] {
        let sub = somebody();
        let _: Pair = jwt.create_token_pair(&sub).device(&given).open().await.unwrap().into();
        let device = jwt.sessions(&sub).await.unwrap()[0].device.clone();
        assert_eq!(device.len(), kept);
        assert!(given.starts_with(&device));
    }
}

#[tokio::test]
async fn a_clock_that_is_set_back_a_little_refreshes_on() {
    let hands = Hands::new();
    let jwt = in_memory(&hands);
    let app = app(&jwt);
    let pair = log_in(&jwt, &somebody()).await;
    hands.back(5);
    let pair = renew(&app, &pair.refresh).await;
    assert_eq!(see(&app, "/me", &pair.access).await, good());
    assert_eq!(claims(&pair.access)["auth_time"], NOW - 5, "a login never lies ahead");
}

//! Freshness that a token carries: true, false, or until a moment (R-40).

use std::time::{Duration, SystemTime};

use axum::{Router, routing::get};
use fastjwt::{
    AccessToken, ErrorKind, FastJwt, FreshPayload, Freshness, NoClaims, NumericDate, Policy, TokenBuilder, TokenFault,
    TokenPayload, fresh_token_required,
    testing::{PayloadBuilder, StillClock},
};
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::{
    claims::{fault, forge_member, wrong_type},
    support::{NOW, at, builder, cases, forge_claims, get_bearer, good_claims, jwt, segment_text},
};

const MINUTE: Duration = Duration::from_secs(60);

fn date(seconds: u64) -> NumericDate {
    NumericDate::from_secs(seconds).unwrap()
}

/// What a token says of its login: `fresh` and `auth_time`.
fn said(token: TokenBuilder<'_, AccessToken>) -> (Value, Value) {
    let claims: Value = serde_json::from_str(&segment_text(token.sign().unwrap().as_str(), 1)).unwrap();
    (claims["fresh"].clone(), claims["auth_time"].clone())
}

#[test]
fn r_40_a_token_says_until_when_it_is_fresh() {
    let jwt = jwt();
    let token = || jwt.create_access_token("u");
    let half = Duration::from_millis(500);
    let table = [
        (token().fresh_for(5 * MINUTE), NOW + 300, NOW),
        // Freshness is counted from the login, whichever is said first.
        (token().auth_time(at(NOW - 200)).fresh_for(5 * MINUTE), NOW + 100, NOW - 200),
        (token().fresh_for(5 * MINUTE).auth_time(at(NOW - 200)), NOW + 100, NOW - 200),
        (token().fresh_until(at(NOW + 70)), NOW + 70, NOW),
        (token().fresh_until(at(NOW + 70)).auth_time(at(NOW - 9)), NOW + 70, NOW - 9),
        // At the full second.
        (token().fresh_for(MINUTE + half), NOW + 60, NOW),
        (token().fresh_until(at(NOW + 70) + half), NOW + 70, NOW),
        (token().auth_time(at(NOW - 1) + half).fresh_for(half), NOW - 1, NOW - 1),
        // A login of long ago is told as it is.
        (token().auth_time(at(NOW - 900)).fresh_for(MINUTE), NOW - 840, NOW - 900),
        (token().fresh_until(SystemTime::UNIX_EPOCH - MINUTE), 0, NOW),
        // Longer than the token lives, and longer than there are dates.
        (token().fresh_for(Duration::MAX), NumericDate::MAX.as_secs(), NOW),
        // The last word counts.
        (token().fresh().fresh_until(at(NOW + 1)).fresh_for(MINUTE), NOW + 60, NOW),
        (token().fresh_for(MINUTE).fresh_until(at(NOW + 1)), NOW + 1, NOW),
    ];
    for (row, (token, fresh, auth_time)) in table.into_iter().enumerate() {
        assert_eq!(said(token), (json!(fresh), json!(auth_time)), "row {row}");
    }
    assert_eq!(said(token().fresh_for(MINUTE).fresh()), (json!(true), json!(NOW)));
    assert_eq!(said(token()), (json!(false), Value::Null));
}

#[test]
fn r_40_freshness_is_true_false_or_a_date() {
    let jwt = jwt();
    let freshness = |text: &str| jwt.verify_access_token::<NoClaims>(&forge_member("fresh", text)).unwrap().fresh;
    assert_eq!(freshness("true"), Freshness::Fresh);
    assert_eq!(freshness("false"), Freshness::Stale);
    assert_eq!(freshness("1767225600"), Freshness::Until(date(NOW)));
    assert_eq!(freshness("0"), Freshness::Until(date(0)));
    assert_eq!(freshness("1767225600.5"), Freshness::Until(NumericDate::from_millis(NOW * 1000 + 500).unwrap()));
    assert_eq!(freshness("1.7672256e9"), Freshness::Until(date(NOW)));
    assert_eq!(freshness("253402300799"), Freshness::Until(NumericDate::MAX));
    let mut none = good_claims();
    none.as_object_mut().unwrap().remove("fresh");
    assert_eq!(jwt.verify_access_token::<NoClaims>(&forge_claims(&none)).unwrap().fresh, Freshness::Stale);
    let number = r#"{"$serde_json::private::Number":"1767225600"}"#;
    for text in ["null", "-1", "-0.1", "253402300800", "1e400", r#""true""#, r#""1767225600""#, "[]", "[true]", number]
    {
        assert_eq!(fault(&jwt, &forge_member("fresh", text)), wrong_type("fresh"), "{text}");
    }
}

#[test]
fn a_payload_says_whether_it_is_fresh_and_writes_what_it_read() {
    let clock = StillClock::at(at(NOW));
    let jwt = builder().clock(clock.clone()).build().unwrap();
    let token = jwt.create_access_token("u").fresh_for(MINUTE).sign().unwrap();
    let payload = jwt.verify_access_token::<NoClaims>(token.as_str()).unwrap();
    assert_eq!(serde_json::to_value(&payload).unwrap()["fresh"], json!(NOW + 60));
    // The payload outlives the moment at which it was verified.
    for (moment, fresh) in [(NOW, true), (NOW + 59, true), (NOW + 60, false), (NOW + 900, false), (NOW - 900, true)] {
        clock.set(at(moment));
        assert_eq!(payload.is_fresh(), fresh, "{moment}");
        assert_eq!(payload.fresh.is_fresh_at(at(moment)), fresh, "{moment}");
    }
    let made = PayloadBuilder::new("u", NoClaims::default());
    assert!(!made.build::<fastjwt::DefaultRealm>().is_fresh());
    let made = PayloadBuilder::new("u", NoClaims::default()).fresh();
    assert!(made.build::<fastjwt::DefaultRealm>().is_fresh());
}

#[fresh_token_required]
async fn fresh(_: TokenPayload) -> &'static str {
    "in"
}

#[fresh_token_required(leeway = "0s")]
async fn strictly_fresh(_: TokenPayload) -> &'static str {
    "in"
}

#[fresh_token_required(max_age = "2m")]
async fn recent(_: TokenPayload) -> &'static str {
    "in"
}

fn app(jwt: &FastJwt) -> Router {
    let layered = Router::new().route("/layer", get("in")).route("/layer_and_attribute", get(fresh));
    Router::new()
        .merge(layered.route_layer(jwt.fresh_token_required()))
        .route("/attribute", get(fresh))
        .route("/extractor", get(async |_: FreshPayload| "in"))
        .route("/strict", get(strictly_fresh))
        // What a door with more leeway let in, this one judges anew.
        .merge(
            Router::new()
                .route("/strict_behind", get(strictly_fresh))
                .route_layer(jwt.require(Policy::access().leeway(5 * MINUTE))),
        )
        .route("/recent", get(recent))
        .with_state(jwt.clone())
}

#[tokio::test]
async fn r_40_a_token_that_is_fresh_no_longer_is_challenged_and_still_valid() {
    const STALE: &str = "insufficient_user_authentication";
    let clock = StillClock::at(at(NOW));
    let jwt = builder().clock(clock.clone()).build().unwrap();
    let token = jwt.create_access_token("u").fresh_for(MINUTE).sign().unwrap();
    let app = app(&jwt);
    // The tests' leeway is ten seconds; strictly, there is none.
    let table = [
        (NOW, "in", "in"),
        (NOW + 59, "in", "in"),
        (NOW + 60, "in", STALE),
        (NOW + 69, "in", STALE),
        (NOW + 70, STALE, STALE),
        (NOW + 899, STALE, STALE),
        (NOW + 910, "token_expired", "token_expired"),
        // A clock that is set back makes it fresh again, as it makes it valid again.
        (NOW + 59, "in", "in"),
    ];
    for (moment, expected, strictly) in table {
        clock.set(at(moment));
        let mut first = None;
        for door in ["attribute", "extractor", "layer", "layer_and_attribute"] {
            let answer = get_bearer(&app, &format!("/{door}"), token.as_str()).await;
            let said = if answer.status == 200 { answer.body.clone() } else { answer.code() };
            assert_eq!(said, expected, "{door} at {moment}");
            assert_eq!(first.get_or_insert(answer.clone()), &answer, "{door} at {moment}");
            if said == STALE {
                let challenge = r#"Bearer realm="api", error="insufficient_user_authentication", error_description="A fresh token is required", max_age="0""#;
                assert_eq!((answer.status.as_u16(), answer.challenge()), (401, Some(challenge)));
            }
        }
        for door in ["strict", "strict_behind"] {
            let answer = get_bearer(&app, &format!("/{door}"), token.as_str()).await;
            let said = if answer.status == 200 { answer.body.clone() } else { answer.code() };
            assert_eq!(said, strictly, "{door} at {moment}");
        }
        assert_eq!(jwt.verify_access_token::<NoClaims>(token.as_str()).is_ok(), moment < NOW + 910);
    }
    // How long ago the login may be is the route's matter, and how long the token counts as fresh the token's: both must hold.
    clock.set(at(NOW));
    let long = jwt.create_access_token("u").fresh_for(5 * MINUTE).sign().unwrap();
    for (moment, expected) in [(NOW + 130, "in"), (NOW + 131, STALE)] {
        clock.set(at(moment));
        let answer = get_bearer(&app, "/recent", long.as_str()).await;
        let said = if answer.status == 200 { answer.body.clone() } else { answer.code() };
        assert_eq!(said, expected, "{moment}");
    }
    assert_eq!(get_bearer(&app, "/recent", token.as_str()).await.code(), STALE);
}

/// How a login says how long its token is fresh, in milliseconds.
#[derive(Debug, Clone, Copy)]
enum Asked {
    For(u64),
    Until(u64),
    WhileValid,
    Not,
}

fn asked() -> impl Strategy<Value = Asked> {
    prop_oneof![
        (0..2_000_000_u64).prop_map(Asked::For),
        (NOW * 1000 - 500_000..NOW * 1000 + 2_000_000).prop_map(Asked::Until),
        Just(Asked::WhileValid),
        Just(Asked::Not),
    ]
}

fn at_millis(millis: u64) -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_millis(millis)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(cases(300, 10_000)))]

    /// Held against a plain calculation, at a clock that goes on, stands, or is set back.
    #[test]
    fn r_40_freshness_ends_when_it_is_said_however_the_clock_moves(
        asked in asked(),
        login_ago in proptest::option::of(0..600_000_u64),
        made_at in NOW * 1000..NOW * 1000 + 2000,
        leeway in prop_oneof![Just(0_u64), Just(10), 0..=300_u64],
        moves in proptest::collection::vec(prop_oneof![-2_000..2_000_i64, -1_500_000..1_500_000_i64], 1..12),
    ) {
        let clock = StillClock::at(at_millis(made_at));
        let jwt = builder().clock(clock.clone()).leeway(Duration::from_secs(leeway)).build().unwrap();
        let mut token = jwt.create_access_token("u");
        if let Some(ago) = login_ago {
            token = token.auth_time(at_millis(made_at - ago));
        }
        let token = match asked {
            Asked::For(millis) => token.fresh_for(Duration::from_millis(millis)),
            Asked::Until(millis) => token.fresh_until(at_millis(millis)),
            Asked::WhileValid => token.fresh(),
            Asked::Not => token,
        };
        let token = token.sign().unwrap();

        let (whole, leeway) = (|millis: u64| millis / 1000 * 1000, leeway * 1000);
        let (iat, exp) = (whole(made_at), whole(made_at) + 900_000);
        let login = login_ago.map_or(iat, |ago| whole(made_at - ago));
        let fresh_end = match asked {
            Asked::For(millis) => whole(login + millis) + leeway,
            Asked::Until(millis) => whole(millis) + leeway,
            Asked::WhileValid => u64::MAX,
            Asked::Not => 0,
        };
        let mut now = made_at;
        // And at the very moments where it changes.
        let edges = [fresh_end.saturating_sub(1), fresh_end].into_iter().filter(|edge| *edge < exp + 10_000_000);
        let moments: Vec<u64> = moves.iter().map(|step| {
            now = now.saturating_add_signed(*step);
            now
        }).chain(edges).collect();
        for now in moments {
            clock.set(at_millis(now));
            let kind = jwt.verify::<NoClaims>(token.as_str(), &Policy::fresh()).err().map(|error| error.kind().clone());
            let told = match kind {
                None => "fresh",
                Some(ErrorKind::Token(TokenFault::NotFresh { max_age })) if max_age.is_zero() => "stale",
                Some(ErrorKind::Token(TokenFault::Expired { .. })) => "expired",
                Some(ErrorKind::Token(TokenFault::NotYetValid { .. })) => "ahead",
                Some(other) => panic!("{other:?}"),
            };
            let expected = if now >= exp + leeway {
                "expired"
            } else if iat > now + leeway {
                "ahead"
            } else if now < fresh_end {
                "fresh"
            } else {
                "stale"
            };
            prop_assert_eq!(told, expected, "{:?} at {}", asked, now);
        }
    }
}

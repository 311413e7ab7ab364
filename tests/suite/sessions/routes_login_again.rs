//! A login in a browser that is logged in already: what it had is over, and nothing of it goes into the new session.

use std::time::Duration;

use axum::{Router, http::StatusCode};
use fastjwt::{FastJwt, Locations, Login, session::StoreFault};

use super::{
    Hands, builder, claims, good,
    ill::{Fate, Ill},
    invalid,
    routes::{CROSS, Jar, SAME, app, for_browsers, log_in_as, set_cookies},
    see, somebody, told, try_refresh, unavailable,
};
use crate::support::{Answer, ask, spoil_signature};

const ACCESS: &str = "__Host-access_token";
const REFRESH: &str = "__Host-refresh_token";

/// `POST /login` as `name`, with what the browser has.
async fn again(app: &Router, name: &str, jar: &Jar) -> Answer {
    log_in_as(app, name, &[("cookie", &jar.header()), SAME]).await
}

async fn how_many(jwt: &FastJwt, name: &str) -> usize {
    jwt.sessions(name).await.unwrap().len()
}

/// A browser in which somebody has logged in.
async fn logged_in(app: &Router, name: &str) -> Jar {
    Jar::of(&log_in_as(app, name, &[SAME]).await)
}

#[tokio::test]
async fn r_77_a_login_ends_the_session_that_the_browser_had() {
    let hands = Hands::new();
    let jwt = for_browsers(&hands);
    let app = app(&jwt);
    let (one, other) = (somebody(), somebody());
    let elsewhere = logged_in(&app, &one).await;
    // With a token that is good, and with one that has expired; whoever it was that was logged in.
    for (name, seconds) in [(&one, 5), (&one, 1800), (&other, 5)] {
        hands.put(0);
        let before = logged_in(&app, &one).await;
        assert_eq!(how_many(&jwt, &one).await, 2);
        hands.put(seconds);
        let mut sent = before.clone();
        if seconds == 1800 {
            // Its refresh token would still be good.
            sent.remove(REFRESH);
        }
        let after = Jar::of(&again(&app, name, &sent).await);
        assert_eq!(see(&app, "/me", after.get(ACCESS)).await.0, 200);
        let told = if seconds == 5 { invalid() } else { (401, "token_expired".to_owned()) };
        assert_eq!(see(&app, "/me", before.get(ACCESS)).await, told, "{name} {seconds}");
        assert_eq!(try_refresh(&app, before.get(REFRESH)).await, invalid(), "{name} {seconds}");
        assert_eq!(how_many(&jwt, &one).await + how_many(&jwt, &other).await, 2, "the other browser's goes on");
        jwt.end_session(name, claims(after.get(ACCESS))["sid"].as_str().unwrap()).await.unwrap();
    }
    assert_eq!(try_refresh(&app, elsewhere.get(REFRESH)).await, good());
}

/// Session fixation: what was put into the browser before the login is worth nothing after it.
#[tokio::test]
async fn nothing_of_a_session_before_goes_into_the_new_one() {
    let jwt = for_browsers(&Hands::new());
    let app = app(&jwt);
    let (thief, victim) = (somebody(), somebody());
    let planted = logged_in(&app, &thief).await;
    let after = Jar::of(&again(&app, &victim, &planted).await);
    for cookie in [ACCESS, REFRESH] {
        let (before, after) = (claims(planted.get(cookie)), claims(after.get(cookie)));
        for claim in ["sid", "jti", "csrf"] {
            assert!(after[claim].is_string(), "{claim}");
            assert_ne!(before[claim], after[claim], "{claim}");
        }
    }
    assert_eq!(see(&app, "/me", planted.get(ACCESS)).await, invalid());
}

/// Both cookies may be of one session, or of two, or there may be only one.
#[tokio::test]
async fn each_session_whose_cookie_is_replaced_ends() {
    let jwt = for_browsers(&Hands::new());
    let app = app(&jwt);
    let name = somebody();
    let (first, second) = (logged_in(&app, &name).await, logged_in(&app, &name).await);
    let mut mixed = first.clone();
    mixed.put(REFRESH, second.get(REFRESH));
    again(&app, &name, &mixed).await;
    assert_eq!(how_many(&jwt, &name).await, 1);
    for kind in [ACCESS, REFRESH] {
        let mut single = logged_in(&app, &name).await;
        single.remove(kind);
        again(&app, &name, &single).await;
    }
    assert_eq!(how_many(&jwt, &name).await, 3);
}

#[tokio::test]
async fn what_a_login_does_not_replace_goes_on() {
    let jwt = for_browsers(&Hands::new());
    let app = app(&jwt);
    let name = somebody();
    let jar = logged_in(&app, &name).await;
    let cookies = jar.header();
    let bearer = format!("Bearer {}", jar.get(ACCESS));
    let cookie = ("cookie", cookies.as_str());
    // A program's login beside the browser's; a token in a header; a login that is none, or another page's.
    for (who, headers, status) in [
        (&*name, vec![cookie, SAME, ("x-app", "1")], 200),
        (&*name, vec![("authorization", bearer.as_str()), SAME], 201),
        ("nobody", vec![cookie, SAME], 401),
        ("busy", vec![cookie, SAME], 429),
        (&*name, vec![cookie, CROSS], 403),
    ] {
        let answer = log_in_as(&app, who, &headers).await;
        assert_eq!(answer.status, status, "{headers:?}");
        assert_eq!(see(&app, "/me", jar.get(ACCESS)).await.0, 200, "{who} {headers:?}");
    }
    // Where no token travels in cookies, none is looked for there.
    let hands = Hands::new();
    let ill = Ill::default();
    let configure = |locations| builder(ill.clone(), &hands).locations(locations).build().unwrap();
    let (browsers, programs) = (configure(Locations::COOKIES | Locations::HEADERS), configure(Locations::HEADERS));
    let jar = logged_in(&self::app(&browsers), &name).await;
    again(&self::app(&programs), &name, &jar).await;
    assert_eq!(how_many(&browsers, &name).await, 2);
}

#[tokio::test]
async fn what_is_no_token_of_this_service_hinders_no_login_and_ends_nothing() {
    let hands = Hands::new();
    let jwt = for_browsers(&hands);
    let app = app(&jwt);
    let name = somebody();
    let jar = logged_in(&app, &name).await;
    let good = jar.get(ACCESS);
    let twice = format!("{ACCESS}={good}; {ACCESS}={good}");
    let alone = jwt.create_access_token(&name).sign().unwrap().into_string();
    let long = format!("{ACCESS}={}", "a".repeat(9000));
    let forged = format!("{ACCESS}={}", spoil_signature(good));
    let alone = format!("{ACCESS}={alone}");
    for cookies in ["", "a=b", "__Host-access_token=", "__Host-access_token=\"x\"", &twice, &long, &forged, &alone] {
        let answer = log_in_as(&app, &somebody(), &[("cookie", cookies), SAME]).await;
        assert_eq!((answer.status.as_u16(), set_cookies(&answer).count() > 2), (201, true), "{cookies}");
    }
    assert_eq!(see(&app, "/me", good).await.0, 200);
}

#[tokio::test]
async fn r_79_a_login_is_refused_if_what_was_before_can_not_be_ended() {
    for fate in [Fate::Lost, Fate::AnswerLost] {
        let (ill, hands) = (Ill::default(), Hands::new());
        let locations = Locations::HEADERS | Locations::COOKIES;
        let jwt = builder(ill.clone(), &hands).locations(locations).store_attempts(1).build().unwrap();
        let app = app(&jwt);
        let name = somebody();
        let jar = logged_in(&app, &name).await;
        let opened = ill.calls("open");
        ill.befalls("end", fate);
        let answer = again(&app, &name, &jar).await;
        assert_eq!(told(&answer), unavailable());
        assert_eq!((set_cookies(&answer).count(), ill.calls("open")), (0, opened), "{fate:?}");
        ill.is_well();
        let asked = ill.calls("end");
        assert_eq!(again(&app, &name, &jar).await.status, 201);
        assert_eq!(ill.calls("end"), asked + 1, "both cookies are of one session");
        assert_eq!(how_many(&jwt, &name).await, 1);
        assert_eq!(ask(&app, "GET", "/me", &[("cookie", &jar.header())], "").await.status, 401);
    }
}

/// What the tokens can't say is found before anything ends.
#[tokio::test]
async fn a_login_that_fails_here_ends_nothing() {
    let jwt = for_browsers(&Hands::new());
    let fails = |login: fn() -> Login| {
        Router::new().route("/login", jwt.login_route(async move || login())).with_state::<()>(())
    };
    let app = app(&jwt);
    for login in [
        || Login::new(""),
        || Login::new("USER_ID").claim("exp", 1),
        || Login::new("USER_ID").claim("much", "x".repeat(5000)),
        || Login::new("USER_ID").session_lifetime(Duration::ZERO),
    ] {
        let jar = logged_in(&app, &somebody()).await;
        let answer = ask(&fails(login), "POST", "/login", &[("cookie", &jar.header()), SAME], "").await;
        assert_eq!((answer.status.as_u16(), set_cookies(&answer).count()), (500, 0), "{answer:?}");
        assert_eq!(see(&app, "/me", jar.get(ACCESS)).await.0, 200);
    }
}

/// How the login of a form ends: with a page to go to.
#[tokio::test]
async fn a_login_may_answer_with_a_redirect() {
    let jwt = for_browsers(&Hands::new());
    let name = somebody();
    for (status, opens) in
        [(302, true), (303, true), (301, false), (304, false), (307, false), (308, false), (401, false)]
    {
        let status = StatusCode::from_u16(status).unwrap();
        let sub = name.clone();
        let log_in = async move || (status, [("location", "/home")], Login::new(sub));
        let app = Router::new().route("/login", jwt.login_route(log_in)).with_state::<()>(());
        let before = how_many(&jwt, &name).await;
        let answer = ask(&app, "POST", "/login", &[SAME], "").await;
        assert_eq!((answer.status, answer.header("location")), (status, Some("/home")));
        assert_eq!(set_cookies(&answer).count(), if opens { 4 } else { 0 }, "{answer:?}");
        assert_eq!(how_many(&jwt, &name).await - before, usize::from(opens), "{status}");
    }
}

/// Nobody could log out any more what a logout leaves behind without its cookies.
#[tokio::test]
async fn r_77_a_logout_ends_each_session_whose_cookie_goes() {
    let hands = Hands::new();
    let jwt = for_browsers(&hands);
    let app = app(&jwt);
    let name = somebody();
    let log_out = async |jar: &Jar, csrf: &str| {
        let answer = ask(&app, "POST", "/logout", &[("cookie", &jar.header()), ("x-csrf-token", csrf), SAME], "").await;
        assert_eq!((answer.status.as_u16(), set_cookies(&answer).count()), (204, 4), "{answer:?}");
    };
    let csrf_of = |jar: &Jar, kind: &str| claims(jar.get(kind))["csrf"].as_str().unwrap().to_owned();

    // An answer that renewed the one session's cookie came after that of a login.
    let (first, second) = (logged_in(&app, &name).await, logged_in(&app, &name).await);
    let mut mixed = first.clone();
    mixed.put(REFRESH, second.get(REFRESH));
    log_out(&mixed, &csrf_of(&mixed, ACCESS)).await;
    assert_eq!(how_many(&jwt, &name).await, 0);

    // The access cookie is worth nothing, or belongs to no session; the refresh token beside it is good.
    for access in [None, Some("garbage"), Some("alone")] {
        let mut jar = logged_in(&app, &name).await;
        let spoilt = spoil_signature(jar.get(ACCESS));
        let alone = jwt.create_access_token(&name).sign().unwrap();
        jar.put(
            ACCESS,
            match access {
                None => &spoilt,
                Some("garbage") => "garbage",
                Some(_) => alone.as_str(),
            },
        );
        let csrf = if access == Some("alone") { csrf_of(&jar, ACCESS) } else { "x".to_owned() };
        log_out(&jar, &csrf).await;
        assert_eq!(try_refresh(&app, jar.get(REFRESH)).await, invalid(), "{access:?}");
        assert_eq!(how_many(&jwt, &name).await, 0, "{access:?}");
        if access == Some("alone") {
            assert_eq!(see(&app, "/me", alone.as_str()).await, invalid());
        }
    }

    // Another site's page ends none.
    let jar = logged_in(&app, &name).await;
    let spoilt = format!("{ACCESS}={}; {REFRESH}={}", spoil_signature(jar.get(ACCESS)), jar.get(REFRESH));
    let answer = ask(&app, "POST", "/logout", &[("cookie", &spoilt), CROSS], "").await;
    assert_eq!((told(&answer), how_many(&jwt, &name).await), ((403, "csrf_failed".to_owned()), 1));
}

/// If the store can't end what is left behind, the cookies stay, and the client comes again.
#[tokio::test]
async fn r_79_a_logout_whose_store_is_ill_takes_no_cookie() {
    let (hands, ill) = (Hands::new(), Ill::default());
    let jwt = builder(ill.clone(), &hands).locations(Locations::COOKIES | Locations::HEADERS).build().unwrap();
    let app = app(&jwt);
    let mut jar = logged_in(&app, &somebody()).await;
    let spoilt = spoil_signature(jar.get(ACCESS));
    jar.put(ACCESS, &spoilt);
    ill.befalls("end", Fate::Fails(StoreFault::Unavailable));
    let answer = ask(&app, "POST", "/logout", &[("cookie", &jar.header()), SAME], "").await;
    assert_eq!((told(&answer), set_cookies(&answer).count()), (unavailable(), 0));
    ill.is_well();
    let answer = ask(&app, "POST", "/logout", &[("cookie", &jar.header()), SAME], "").await;
    assert_eq!((answer.status.as_u16(), set_cookies(&answer).count()), (204, 4));
    assert_eq!(try_refresh(&app, jar.get(REFRESH)).await, invalid());
}

//! The cookies as the browser's own store has them.

use std::time::{Duration, SystemTime};

use axum::{
    Router,
    extract::{Path, State},
    response::IntoResponse,
    routing::get,
};
use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};
use fastjwt::{Builder, CookieLifetime, FastJwt, Locations, SameSite};
use serde_json::{Value, json};

use crate::{servers::Server, webdriver::Browser};

const TOKENS: [&str; 2] = ["__Host-access_token", "__Host-refresh_token"];
const PROOFS: [&str; 2] = ["__Host-csrf_access_token", "__Host-csrf_refresh_token"];

/// The names of the cookies in the store, each with one of its members.
fn members(browser: &Browser, member: &str) -> Vec<(String, Value)> {
    let name = |cookie: &Value| cookie["name"].as_str().unwrap().to_owned();
    browser.cookies().iter().map(|cookie| (name(cookie), cookie[member].clone())).collect()
}

fn claims(token: &str) -> Value {
    let payload = token.split('.').nth(1).unwrap();
    serde_json::from_slice(&BASE64_URL_SAFE_NO_PAD.decode(payload).unwrap()).unwrap()
}

fn seconds_since_1970() -> f64 {
    #[expect(clippy::disallowed_methods, reason = "held against the browser's clock, which is the system's")]
    let now = SystemTime::now();
    now.duration_since(SystemTime::UNIX_EPOCH).unwrap().as_secs_f64()
}

#[test]
fn r_51_the_store_has_host_cookies_that_are_secure_lax_and_as_long_as_their_tokens() {
    let server = Server::example(|it| it);
    for host in ["127.0.0.1", "localhost", "app.localhost"] {
        let browser = Browser::start();
        browser.log_in(&server.at(host));
        let cookies = browser.cookies();
        let names: Vec<&str> = cookies.iter().map(|cookie| cookie["name"].as_str().unwrap()).collect();
        assert_eq!(names, [TOKENS[0], PROOFS[0], PROOFS[1], TOKENS[1]], "{host}");
        for cookie in &cookies {
            let name = cookie["name"].as_str().unwrap();
            // Without a dot before it: no subdomain gets it.
            assert_eq!(cookie["domain"], host, "{name}");
            assert_eq!(cookie["path"], "/", "{name}");
            assert_eq!(cookie["secure"], true, "{name}");
            assert_eq!(cookie["sameSite"], "Lax", "{name}");
            assert_eq!(cookie["httpOnly"], TOKENS.contains(&name), "{name}");
            assert_eq!(cookie["session"], false, "{name}");
            assert_eq!(cookie.get("partitionKey"), None, "{name}");
            let token = browser.value_of(if name.contains("access") { TOKENS[0] } else { TOKENS[1] });
            let claims = claims(&token);
            // It may outlive the token by the rounding and by what passed until it was here, and never ends before it.
            let (ends, token_ends) = (cookie["expires"].as_f64().unwrap(), claims["exp"].as_f64().unwrap());
            let life = token_ends - claims["iat"].as_f64().unwrap();
            // Chromium keeps microseconds in its store.
            assert!(ends >= token_ends - 0.001, "{name} ends at {ends}, its token at {token_ends}");
            assert!(ends <= seconds_since_1970() + life + 1.0, "{name} ends at {ends}, its token at {token_ends}");
        }
        assert_eq!(browser.value_of(PROOFS[0]), browser.value_of(PROOFS[1]), "one proof for the session");
    }
}

#[test]
fn r_51_scripts_can_neither_read_nor_replace_the_tokens() {
    let server = Server::example(|it| it);
    let browser = Browser::start();
    browser.log_in(&server.at("127.0.0.1"));
    let names = |value: Value| {
        let mut names: Vec<String> = serde_json::from_value(value).unwrap();
        names.sort();
        names
    };
    let by_document = "return document.cookie.split('; ').map((pair) => pair.split('=')[0])";
    assert_eq!(names(browser.run(by_document, &[])), PROOFS);
    let by_store = "return (await cookieStore.getAll()).map((cookie) => cookie.name)";
    assert_eq!(names(browser.run(by_store, &[])), PROOFS);
    let everything = "return document.documentElement.outerHTML + document.cookie + JSON.stringify({ ...localStorage })
        + JSON.stringify({ ...sessionStorage })";
    let everything = browser.run(everything, &[]);
    let before = browser.cookies();
    for name in TOKENS {
        assert!(!everything.as_str().unwrap().contains(&browser.value_of(name)), "{name} is in the page");
        let write = "document.cookie = `${given[0]}=mine; Path=/; Secure`;
            await cookieStore.set(given[0], 'mine').catch(() => {});
            document.cookie = `${given[0]}=; Path=/; Secure; Max-Age=0`;
            await cookieStore.delete(given[0]).catch(() => {});";
        browser.run(write, &[json!(name)]);
    }
    assert_eq!(browser.cookies(), before);
}

#[test]
fn r_51_the_store_has_each_same_site_as_it_was_configured() {
    for (same_site, expected) in [(SameSite::Strict, "Strict"), (SameSite::Lax, "Lax"), (SameSite::None, "None")] {
        let server = Server::example(|it| it.cookies(|cookie| cookie.same_site(same_site)));
        let browser = Browser::start();
        browser.log_in(&server.at("127.0.0.1"));
        let found = members(&browser, "sameSite");
        assert_eq!(found.len(), 4);
        assert!(found.iter().all(|(_, value)| value == expected), "{found:?}");
    }
}

#[test]
fn r_51_partitioned_cookies_belong_to_the_page_on_top() {
    let server = Server::example(|it| it.cookies(|cookie| cookie.partitioned(true).same_site(SameSite::None)));
    let browser = Browser::start();
    let url = server.at("127.0.0.1");
    browser.log_in(&url);
    let found = members(&browser, "partitionKey");
    assert_eq!(found.len(), 4);
    assert!(found.iter().all(|(_, key)| key["topLevelSite"] == "http://127.0.0.1"), "{found:?}");
    // They work, and another site that asks for the very same address has none of them.
    browser.add_note("mine");
    server.seen();
    browser.open(&Server::attacker(&[]).at("localhost"));
    browser.run("await fetch(given[0], { mode: 'no-cors', credentials: 'include' })", &[json!(format!("{url}/me"))]);
    let seen = server.seen();
    assert!(matches!(&seen[..], [me] if me.path == "/me" && !me.with_token && me.status == 401), "{seen:?}");
    browser.open(&url);
    browser.wait("!document.querySelector('#notes').hidden");
    browser.log_out();
    assert_eq!(browser.cookies(), Vec::<Value>::new());
}

#[test]
fn r_51_another_path_or_a_domain_makes_it_a_secure_cookie() {
    let server = Server::example(|it| {
        it.access_cookie(|cookie| cookie.domain("app.localhost")).refresh_cookie(|cookie| cookie.path("/refresh"))
    });
    let browser = Browser::start();
    browser.log_in_by_script(&server.at("app.localhost"));
    let domains = [
        ("__Host-csrf_refresh_token", "app.localhost", "/"),
        ("__Secure-access_token", ".app.localhost", "/"),
        ("__Secure-csrf_access_token", ".app.localhost", "/"),
        ("__Secure-refresh_token", "app.localhost", "/refresh"),
    ];
    let cookies = browser.cookies();
    let found: Vec<_> = cookies
        .iter()
        .map(|cookie| ["name", "domain", "path"].map(|member| cookie[member].as_str().unwrap()))
        .collect();
    assert_eq!(found, domains.map(|(name, domain, path)| [name, domain, path]));
    let proof = browser.value_of("__Host-csrf_refresh_token");
    let (status, _) = browser.fetch("POST", "/refresh", &json!({ "X-CSRF-TOKEN": proof }), None);
    assert_eq!(status, 204);
    // what the logout takes away must be named with the same path and domain.
    let (status, _) = browser.fetch("POST", "/logout", &json!({}), None);
    assert_eq!(status, 204);
    assert_eq!(browser.cookies(), Vec::<Value>::new());
}

#[test]
fn r_62_lives_of_cookies_in_the_store() {
    const DAY: u64 = 24 * 60 * 60;
    let login = |lifetime| {
        let server = Server::example(|it| it.cookies(|cookie| cookie.lifetime(lifetime)));
        let browser = Browser::start();
        browser.log_in_by_script(&server.at("127.0.0.1"));
        browser.cookies()
    };
    let sessions = login(CookieLifetime::Session);
    assert_eq!(sessions.len(), 4);
    assert!(sessions.iter().all(|cookie| cookie["session"] == true && cookie["expires"] == -1), "{sessions:?}");
    // Zero is zero: none is kept.
    assert_eq!(login(CookieLifetime::For(Duration::ZERO)), Vec::<Value>::new());
    for lifetime in [Duration::from_secs(1000 * DAY), Duration::MAX] {
        let before = seconds_since_1970();
        let capped = login(CookieLifetime::For(lifetime));
        let most = f64::from(u32::try_from(400 * DAY).unwrap());
        assert_eq!(capped.len(), 4);
        for cookie in capped {
            let expires = cookie["expires"].as_f64().unwrap();
            assert!((before + most..=seconds_since_1970() + most).contains(&expires), "{cookie}");
        }
    }
}

#[test]
fn r_61_the_logout_empties_the_store_whatever_the_attributes_are() {
    let configurations: [fn(Builder) -> Builder; 5] = [
        |it| it,
        |it| it.cookies(|cookie| cookie.same_site(SameSite::Strict).lifetime(CookieLifetime::Session)),
        |it| it.cookies(|cookie| cookie.domain("app.localhost")),
        |it| it.cookies(|cookie| cookie.partitioned(true)),
        |it| it.cookies(|cookie| cookie.path("/logout").http_only(false).csrf_cookie_path("/notes")),
    ];
    let browser = Browser::start();
    for (number, configure) in configurations.into_iter().enumerate() {
        let server = Server::example(configure);
        browser.log_in_by_script(&server.at("app.localhost"));
        assert_eq!(browser.cookies().len(), 4, "configuration {number}");
        assert_eq!(browser.fetch("POST", "/logout", &json!({}), None).0, 204);
        assert_eq!(browser.cookies(), Vec::<Value>::new(), "configuration {number}");
    }
}

#[test]
fn r_53_the_largest_cookie_that_is_set_is_kept() {
    async fn login(
        State(jwt): State<FastJwt>,
        Path(padding): Path<usize>,
    ) -> Result<impl IntoResponse, fastjwt::Error> {
        let access = jwt.create_access_token("USER_ID").claim("padding", "x".repeat(padding)).sign()?;
        jwt.access_cookies(&access)
    }

    let jwt = example_of_large_tokens();
    let server = Server::start(Router::new().route("/", get("here")).route("/{padding}", get(login)).with_state(jwt));
    let browser = Browser::start();
    browser.open(&server.at("127.0.0.1"));
    // From a token that fits to one that does not, one byte after the other.
    let paddings: Vec<usize> = (2600..3000).collect();
    let statuses = browser.run(
        "const statuses = [];
         for (const padding of given[0]) statuses.push((await fetch(`/${padding}`)).status);
         return statuses;",
        &[json!(paddings)],
    );
    let statuses: Vec<u16> = serde_json::from_value(statuses).unwrap();
    let fitting = statuses.iter().take_while(|status| **status == 200).count();
    assert!(fitting > 0 && fitting < statuses.len());
    assert!(
        statuses[fitting..].iter().all(|status| *status == 500),
        "a longer one was set after a shorter one was refused"
    );
    let largest = paddings[fitting - 1];
    browser.devtools("Storage.clearCookies", &json!({}));
    browser.fetch("GET", &format!("/{largest}"), &json!({}), None);
    let kept = browser.value_of(TOKENS[0]);
    assert_eq!(claims(&kept)["padding"].as_str().unwrap().len(), largest);
    // Base64 skips one length in four.
    assert!((4095..=4096).contains(&(kept.len() + TOKENS[0].len())), "{} bytes", kept.len());
}

fn example_of_large_tokens() -> FastJwt {
    let key = "uJ7rZ0vQ2mXc9LwTn4YbKe6HsGd1PfAa";
    FastJwt::builder().secret(key).locations(Locations::COOKIES).build().unwrap()
}

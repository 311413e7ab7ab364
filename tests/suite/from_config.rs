//! Every option does what it says, from the environment and from a file, under each of its names: without and with it, a difference is seen.

use std::{
    collections::BTreeSet,
    path::PathBuf,
    time::{Duration, SystemTime},
};

use axum::{
    Router,
    body::Body,
    http::{Request, header::CACHE_CONTROL},
    routing::get,
};
use fastjwt::{Builder, Config, ConfigError, ErrorKind, FastJwt, KeyState, NoClaims, RingError, TokenPayload};
use serde_json::{Map, Value};

use crate::{
    counting::allocations,
    from_config_travel, sessions,
    support::{Answer, NOW, at, forge_claims, good_claims, segment_text, send, unique},
    test_keys::{ED25519, ED25519_PUBLIC, P256, P256_PUBLIC},
};

/// An option that is given, and how it shows that it is.
pub struct Turn {
    pub option: &'static str,
    /// What is there without it and with it.
    pub beside: &'static [(&'static str, &'static str)],
    pub value: &'static str,
    pub look: fn(&FastJwt) -> String,
    pub without: &'static str,
    pub with: &'static str,
}

pub const SECRET: &str = "uJ7rZ0vQ2mXc9LwTn4YbKe6HsGd1PfAa";
const OTHER: &str = "Kq3Vw8Zt1Xs6Ym9Rb4Lc7Nd2Pf5Gh0Jj";
const LONG: &str = "uJ7rZ0vQ2mXc9LwTn4YbKe6HsGd1PfAaW3zEo8iRk5VqBx7NyMtU6jCg2FhDpS4l";

pub const BASE: &[(&str, &str)] = &[("secret_key", SECRET)];
const CACHE: &[(&str, &str)] = &[("secret_key", SECRET), ("token_cache_entries", "64")];
const ES256: &[(&str, &str)] = &[("algorithm", "ES256")];
const LONG_BASE: &[(&str, &str)] = &[("secret_key", LONG)];
const RFC_9068: &[(&str, &str)] =
    &[("secret_key", SECRET), ("issuer", "us"), ("audience", "api"), ("client_id", "app")];
const NEXT: &[(&str, &str)] =
    &[("private_key", P256), ("algorithm", "ES256"), ("next_key", ED25519), ("next_key_algorithm", "EdDSA")];
const NEXT_SECRET: &[(&str, &str)] = &[("secret_key", SECRET), ("next_key", LONG)];
const PASSIVE: &[(&str, &str)] = &[("secret_key", SECRET), ("passive_key", OTHER), ("passive_key_until", "1767225700")];
const ENDLESS: &[(&str, &str)] = &[("secret_key", SECRET), ("passive_key", OTHER)];
const KEYLESS: &[(&str, &str)] = &[("secret_key", SECRET), ("passive_key_until", "1767225700")];
const PASSIVE_PUBLIC: &[(&str, &str)] =
    &[("secret_key", SECRET), ("passive_key", ED25519_PUBLIC), ("passive_key_until", "1767225700")];

const REFUSED: &str = "refused";

#[rustfmt::skip] // A table: an option a line.
const TABLE: &[Turn] = &[
    Turn { option: "issuer", beside: BASE, value: "us", look: issuer, without: "null Ok", with: "\"us\" WrongIssuer" },
    Turn { option: "audience", beside: BASE, value: "a, b", look: audience, without: "null Ok", with: "[\"a\",\"b\"] WrongAudience" },
    Turn { option: "access_token_expires_in", beside: BASE, value: "5m", look: lives, without: "900s 1728000s", with: "300s 1728000s" },
    Turn { option: "refresh_token_expires_in", beside: BASE, value: "1d", look: lives, without: "900s 1728000s", with: "900s 86400s" },
    Turn { option: "max_token_lifetime", beside: BASE, value: "21d", look: may_live_25_days, without: "true", with: "false" },
    Turn { option: "leeway", beside: BASE, value: "0", look: ended_before_5_seconds, without: "Ok", with: "Expired" },
    Turn { option: "not_before", beside: BASE, value: "false", look: not_before, without: "1767225600", with: "null" },
    Turn { option: "max_token_size", beside: BASE, value: "256", look: with_much_in_it, without: "Ok", with: "TokenTooLarge" },
    Turn { option: "token_cache_entries", beside: BASE, value: "64", look: memory_asked_for_again, without: "true", with: "false" },
    Turn { option: "token_cache_bytes", beside: CACHE, value: "65536", look: memory_asked_for_again_with_much_in_it, without: "false", with: "true" },
    Turn { option: "header_name", beside: BASE, value: "x-token", look: in_header_x_token, without: "401 Bearer realm=\"api\"", with: "200" },
    Turn { option: "header_scheme", beside: BASE, value: "", look: without_scheme, without: "401 Bearer realm=\"api\"", with: "200" },
    Turn { option: "challenge_realm", beside: BASE, value: "the shop", look: without_token, without: "401 Bearer realm=\"api\"", with: "401 Bearer realm=\"the shop\"" },
    Turn { option: "at_jwt", beside: RFC_9068, value: "true", look: typ, without: "\"JWT\"", with: "\"at+jwt\"" },
    Turn { option: "client_id", beside: BASE, value: "app", look: client_id, without: "null", with: "\"app\"" },
    Turn { option: "jwks_max_age", beside: BASE, value: "1h", look: cache_control, without: "public, max-age=600", with: "public, max-age=3600" },
    Turn { option: "jwks_cooldown", beside: NEXT, value: "1m", look: next_may_sign_in, without: "630s", with: "660s" },
    Turn { option: "wildcard_scopes", beside: BASE, value: "true", look: with_a_wildcard, without: "false", with: "true" },
    Turn { option: "secret_key", beside: &[], value: SECRET, look: keys, without: REFUSED, with: "HS256 Active" },
    Turn { option: "private_key", beside: ES256, value: P256, look: keys, without: REFUSED, with: "ES256 Active" },
    Turn { option: "public_key", beside: ES256, value: P256_PUBLIC, look: keys_that_only_verify, without: REFUSED, with: "ES256 Active" },
    Turn { option: "algorithm", beside: LONG_BASE, value: "HS512", look: keys, without: "HS256 Active", with: "HS512 Active" },
    Turn { option: "key_id", beside: BASE, value: "2026-01", look: kid, without: "another", with: "2026-01" },
    Turn { option: "next_key", beside: BASE, value: OTHER, look: keys, without: "HS256 Active", with: "HS256 Active, HS256 Next" },
    Turn { option: "next_key_algorithm", beside: NEXT_SECRET, value: "HS512", look: keys, without: "HS256 Active, HS256 Next", with: "HS256 Active, HS512 Next" },
    Turn { option: "next_key_id", beside: NEXT, value: "2026-01", look: last_id, without: "another", with: "2026-01" },
    Turn { option: "next_key_published_at", beside: NEXT, value: "2025-12-31T23:59:00Z", look: next_may_sign_in, without: "630s", with: "570s" },
    Turn { option: "passive_key", beside: KEYLESS, value: OTHER, look: keys, without: REFUSED, with: "HS256 Active, HS256 Passive for 100s" },
    Turn { option: "passive_key_algorithm", beside: PASSIVE_PUBLIC, value: "EdDSA", look: keys, without: REFUSED, with: "HS256 Active, EdDSA Passive for 100s" },
    Turn { option: "passive_key_id", beside: PASSIVE, value: "2026-01", look: last_id, without: "another", with: "2026-01" },
    Turn { option: "passive_key_until", beside: ENDLESS, value: "2026-01-01T00:01:40Z", look: keys, without: REFUSED, with: "HS256 Active, HS256 Passive for 100s" },
];

// --- What is seen ------------------------------------------------------------------------------------------------------

fn claim(jwt: &FastJwt, name: &str) -> Value {
    let token = jwt.create_access_token("u").sign().unwrap();
    let claims: Value = serde_json::from_str(&segment_text(token.as_str(), 1)).unwrap();
    claims[name].clone()
}

fn header(jwt: &FastJwt, name: &str) -> Value {
    let token = jwt.create_access_token("u").sign().unwrap();
    let header: Value = serde_json::from_str(&segment_text(token.as_str(), 0)).unwrap();
    header[name].clone()
}

/// What becomes of a token that is good but for one claim; the name of the fault alone.
fn verdict(jwt: &FastJwt, name: &str, value: Value) -> String {
    let mut claims = good_claims();
    claims[name] = value;
    let fault = match jwt.verify_access_token::<NoClaims>(&forge_claims(&claims)) {
        Ok(_) => return "Ok".to_owned(),
        Err(error) => match error.kind() {
            ErrorKind::Token(fault) => format!("{fault:?}"),
            ErrorKind::Request(fault) => format!("{fault:?}"),
            other => format!("{other:?}"),
        },
    };
    fault.split(' ').next().unwrap_or_default().to_owned()
}

fn issuer(jwt: &FastJwt) -> String {
    format!("{} {}", claim(jwt, "iss"), verdict(jwt, "sub", "u".into()))
}

fn audience(jwt: &FastJwt) -> String {
    format!("{} {}", claim(jwt, "aud"), verdict(jwt, "sub", "u".into()))
}

fn lives(jwt: &FastJwt) -> String {
    let access = jwt.create_access_token("u").sign().unwrap();
    let refresh = jwt.create_refresh_token("u").sign().unwrap();
    format!("{:?} {:?}", access.expires_in(), refresh.expires_in())
}

fn may_live_25_days(jwt: &FastJwt) -> String {
    jwt.create_access_token("u").expires_in(Duration::from_secs(25 * 24 * 60 * 60)).sign().is_ok().to_string()
}

fn ended_before_5_seconds(jwt: &FastJwt) -> String {
    verdict(jwt, "exp", (NOW - 5).into())
}

fn not_before(jwt: &FastJwt) -> String {
    claim(jwt, "nbf").to_string()
}

fn with_much_in_it(jwt: &FastJwt) -> String {
    verdict(jwt, "pad", "x".repeat(200).into())
}

/// Whether a token that comes again is read again.
fn memory_asked_for_again(jwt: &FastJwt) -> String {
    again(jwt, 1)
}

fn memory_asked_for_again_with_much_in_it(jwt: &FastJwt) -> String {
    again(jwt, 5500)
}

fn again(jwt: &FastJwt, letters: usize) -> String {
    let token = jwt.create_access_token("u").claim("pad", "x".repeat(letters)).sign().unwrap();
    let verify = || jwt.verify_access_token::<NoClaims>(token.as_str()).unwrap();
    verify();
    (allocations(verify).0.times > 0).to_string()
}

fn typ(jwt: &FastJwt) -> String {
    header(jwt, "typ").to_string()
}

fn client_id(jwt: &FastJwt) -> String {
    claim(jwt, "client_id").to_string()
}

fn with_a_wildcard(jwt: &FastJwt) -> String {
    let token = jwt.create_access_token("u").scopes(["admin:*"]).sign().unwrap();
    jwt.verify_access_token::<NoClaims>(token.as_str()).unwrap().has_scopes(["admin:read"]).to_string()
}

/// The answer to a token in a header: its status and its challenge, without the explanation.
fn answer_to(jwt: &FastJwt, header: &str, scheme: &str) -> String {
    let token = jwt.create_access_token("u").sign().unwrap();
    let request = Request::get("/").header(header, format!("{scheme}{}", token.as_str())).body(Body::empty()).unwrap();
    let app = Router::new().route("/", get(async |_: TokenPayload| "in")).with_state(jwt.clone());
    let answer = at_once(app, request);
    let challenge = answer.challenge().unwrap_or_default().split(", error_description").next().unwrap_or_default();
    format!("{} {challenge}", answer.status.as_u16()).trim_end().to_owned()
}

pub fn at_once(app: Router, request: Request<Body>) -> Answer {
    tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(send(&app, request))
}

fn in_header_x_token(jwt: &FastJwt) -> String {
    answer_to(jwt, "x-token", "Bearer ")
}

fn without_scheme(jwt: &FastJwt) -> String {
    answer_to(jwt, "authorization", "")
}

fn without_token(jwt: &FastJwt) -> String {
    answer_to(jwt, "x-nothing", "")
}

fn cache_control(jwt: &FastJwt) -> String {
    let request = Request::get("/").body(Body::empty()).unwrap();
    let answer = at_once(Router::new().route("/", get(jwt.jwks())), request);
    answer.header(CACHE_CONTROL.as_str()).unwrap().to_owned()
}

fn keys(jwt: &FastJwt) -> String {
    let keys = jwt.keys().list().into_iter().map(|key| {
        let end = key.until.map(|until| format!(" for {:?}", until.duration_since(at(NOW)).unwrap()));
        format!("{} {:?}{}", key.algorithm, key.state, end.unwrap_or_default())
    });
    keys.collect::<Vec<_>>().join(", ")
}

fn keys_that_only_verify(jwt: &FastJwt) -> String {
    assert!(jwt.create_access_token("u").sign().is_err());
    keys(jwt)
}

/// An id, if it was given; others are derived from the key.
fn given_id(id: &str) -> String {
    if id == "2026-01" { id.to_owned() } else { "another".to_owned() }
}

fn kid(jwt: &FastJwt) -> String {
    given_id(header(jwt, "kid").as_str().unwrap())
}

fn last_id(jwt: &FastJwt) -> String {
    given_id(&jwt.keys().list().last().unwrap().id)
}

fn next_may_sign_in(jwt: &FastJwt) -> String {
    let next = jwt.keys().list().into_iter().find(|key| key.state == KeyState::Next).unwrap();
    let Err(RingError::TooEarly { earliest, .. }) = jwt.keys().activate(&next.id) else { panic!("it may sign now") };
    format!("{:?}", earliest.duration_since(at(NOW)).unwrap())
}

// --- Where it comes from -----------------------------------------------------------------------------------------------

type Options<'o> = Vec<(String, &'o str)>;

fn from_vars(options: &Options<'_>) -> Config {
    Config::from_vars("JWT_", options.iter().map(|(name, value)| (format!("JWT_{}", name.to_uppercase()), *value)))
}

fn from_json(options: &Options<'_>) -> Config {
    let members = options.iter().map(|(name, value)| (name.clone(), Value::from(*value)));
    serde_json::from_value(members.collect::<Map<_, _>>().into()).unwrap()
}

fn build(config: Config) -> Result<FastJwt, ConfigError> {
    FastJwt::builder().config(config).clock(|| at(NOW)).build()
}

/// The options in a table of the documentation: each with its other names.
fn documented() -> Vec<Vec<String>> {
    let page = include_str!("../../fastjwt/docs/configuration.md");
    let refused = page.split_once("names that are refused").unwrap();
    let words = |cell: &str| cell.split('`').skip(1).step_by(2).map(str::to_owned).collect::<Vec<_>>();
    let rows = refused.0.lines().filter(|line| line.starts_with("| `"));
    rows.map(|row| row.split('|').skip(1).take(2).flat_map(words).collect()).collect()
}

fn all() -> impl Iterator<Item = &'static Turn> {
    TABLE.iter().chain(from_config_travel::TABLE)
}

#[test]
fn every_option_does_something_under_every_name() {
    let documented = documented();
    let known: BTreeSet<&str> = documented.iter().map(|names| names[0].as_str()).collect();
    let tried: BTreeSet<&str> = all().map(|turn| turn.option).chain(sessions::settings::options()).collect();
    assert_eq!(known, tried);
    for turn in all() {
        let look = |config| build(config).map_or_else(|_| REFUSED.to_owned(), |jwt| (turn.look)(&jwt));
        let beside: Options<'_> = turn.beside.iter().map(|(name, value)| ((*name).to_owned(), *value)).collect();
        let names = documented.iter().find(|names| names[0] == turn.option).unwrap();
        assert_ne!(turn.without, turn.with, "{}", turn.option);
        for from in [from_vars, from_json] {
            assert_eq!(look(from(&beside)), turn.without, "without {}", turn.option);
            for name in names {
                let mut given = beside.clone();
                given.push((name.clone(), turn.value));
                assert_eq!(look(from(&given)), turn.with, "{name}");
            }
        }
    }
}

#[test]
fn a_key_in_the_file_and_another_in_the_environment_are_refused_by_their_names() {
    let [first, second] = ["uJ7rZ0vQ2mXc9LwTn4YbKe6HsGd1PfAa", "aJ7rZ0vQ2mXc9LwTn4YbKe6HsGd1PfAb"];
    let file = || from_json(&vec![("secret_key".to_owned(), first), ("leeway".to_owned(), "1s")]);
    let environment = || Config::from_vars("JWT_", [("JWT_SECRET", second), ("JWT_LEEWAY", "2s")]);
    let told = |builder: fastjwt::Builder| {
        let error = builder.build().unwrap_err();
        assert!(!error.to_string().contains(first) && !error.to_string().contains(second), "{error}");
        error.faults().iter().map(|fault| fault.message().to_owned()).collect::<Vec<_>>()
    };
    let mend =
        "give one with `JWT_SECRET_KEY` or `JWT_PRIVATE_KEY`, and others with `JWT_NEXT_KEY` or `JWT_PASSIVE_KEY`";
    let both = format!("2 were given to sign with (by a file or the environment: secret_key and JWT_SECRET): {mend}");
    assert_eq!(told(FastJwt::builder().config(file()).config(environment())), [both]);
    let beside = format!("2 were given to sign with (by a file or the environment: JWT_SECRET): {mend}");
    assert_eq!(told(FastJwt::builder().secret(first).config(environment())), [beside]);
    assert!(include_str!("../../README.md").contains("a key in the file and another\nin the environment are refused"));
}

/// A file with this content, for as long as it lives.
struct Scratch(PathBuf);

impl Scratch {
    fn new(content: impl AsRef<[u8]>) -> Self {
        let path = std::env::temp_dir().join(format!("fastjwt-config-{}-{}", std::process::id(), unique()));
        std::fs::write(&path, content).unwrap();
        Self(path)
    }

    fn path(&self) -> &str {
        self.0.to_str().unwrap()
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.0);
    }
}

#[test]
fn every_key_can_come_from_a_file_under_every_name() {
    let documented = documented();
    let mut files = 0;
    for turn in TABLE.iter().filter(|turn| turn.option.ends_with("key")) {
        let file = Scratch::new(format!("{}\n", turn.value));
        let names = documented.iter().find(|names| names[0] == turn.option).unwrap();
        for (from, name) in
            names.iter().flat_map(|name| [(from_vars as fn(&Options<'_>) -> _, name), (from_json, name)])
        {
            let mut given: Options<'_> = turn.beside.iter().map(|(name, value)| ((*name).to_owned(), *value)).collect();
            given.push((format!("{name}_file"), file.path()));
            assert_eq!((turn.look)(&build(from(&given)).unwrap()), turn.with, "{name}_file");
            files += 1;
        }
    }
    assert_eq!(files, 14);
}

#[test]
fn the_secret_of_a_file_is_the_secret_without_the_line_end() {
    let file = Scratch::new(format!("{SECRET} \r\n\n"));
    let from_file = build(from_vars(&vec![("secret_key_file".into(), file.path())])).unwrap();
    let from_text = build(from_vars(&vec![("secret_key".into(), SECRET)])).unwrap();
    let token = from_file.create_access_token("u").sign().unwrap();
    assert!(from_text.verify_access_token::<NoClaims>(token.as_str()).is_ok());
    // A text is taken as it is.
    let spaced = format!("{SECRET} ");
    let from_text = build(from_vars(&vec![("secret_key".into(), &spaced)])).unwrap();
    assert!(from_text.verify_access_token::<NoClaims>(token.as_str()).is_err());
}

/// Else the tokens of yesterday's file would be refused once it is the passive key's.
#[test]
fn a_secret_of_a_file_is_the_same_key_under_every_name() {
    let (file, other) = (Scratch::new(format!("{SECRET}\n")), Scratch::new(format!("{OTHER}\n")));
    let given = |options: &[(&str, &str)]| {
        let options: Options<'_> = options.iter().map(|(name, value)| ((*name).to_owned(), *value)).collect();
        build(from_vars(&options)).unwrap()
    };
    let issuer = given(&[("secret_key_file", file.path())]);
    let token = issuer.create_access_token("u").sign().unwrap();
    let (beside, until) = (("secret_key_file", other.path()), ("passive_key_until", "1767225700"));
    let passive = given(&[beside, ("passive_key_file", file.path()), until]);
    let public = given(&[("public_key_file", file.path()), ("algorithm", "HS256")]);
    let private = given(&[("private_key_file", file.path()), ("algorithm", "HS256")]);
    for verifier in [passive, public, private] {
        assert!(verifier.verify_access_token::<NoClaims>(token.as_str()).is_ok());
    }
    let next = given(&[beside, ("next_key_file", file.path())]).keys().list();
    assert_eq!(next[1].id, issuer.keys().list()[0].id);
}

/// As one in 4096 of base64 does: `0V` is the tag of a sequence, and the length of what is left of 88 letters.
#[test]
fn r_25_a_secret_that_begins_as_der_does_is_a_secret_under_every_name() {
    let secret = "0Vr8mQ2xLw7ZtKp4Ns9HbYc1GfJd5Ua3Eo6RiTvXqBnMkWzCyDgPhSjFlAeIuO+/0m3vT8qZr1Yx6Kc9Ld2Ng4Hb";
    assert_eq!(secret.len(), 88);
    let file = Scratch::new(secret);
    let until = ("passive_key_until", "1767225700");
    for name in ["next_key", "passive_key", "next_key_file", "passive_key_file"] {
        let value = if name.ends_with("file") { file.path() } else { secret };
        let mut options: Options<'_> = vec![("secret_key".into(), SECRET), (name.into(), value)];
        options.extend(name.starts_with("passive").then(|| (until.0.into(), until.1)));
        let keys = build(from_vars(&options)).unwrap().keys().list();
        let alone = build(from_vars(&vec![("secret_key".into(), secret)])).unwrap().keys().list();
        assert_eq!(keys[1].id, alone[0].id, "{name}");
    }
}

#[test]
fn a_moment_of_the_system_is_none_of_the_options() {
    // The clock is the builder's, before or after the configuration.
    let config = || from_vars(&PASSIVE.iter().map(|(name, value)| ((*name).to_owned(), *value)).collect());
    let later = || SystemTime::UNIX_EPOCH + Duration::from_secs(NOW + 101);
    let keys = |builder: Builder| builder.build().unwrap().keys().list().len();
    assert_eq!(keys(FastJwt::builder().clock(|| at(NOW)).config(config())), 2);
    assert_eq!(keys(FastJwt::builder().config(config()).clock(later)), 1);
}

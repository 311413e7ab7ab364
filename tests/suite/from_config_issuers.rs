//! Trusted issuers from a file and from the environment: what each option does, and all that is refused of them, under the names that were
//! written.

use fastjwt::{
    Algorithm, ClaimFault, Config, ConfigError, ErrorKind, FastJwt, MachineFault, NoClaims, Policy, SigningKey,
    TokenFault,
};
use serde_json::{Value, json};

use crate::{
    issuer_server::{ISSUER, Server, Time, issuing_with, jwk_set},
    support::NOW,
    test_keys::{P256, Signer},
};

/// An issuer's options, as texts.
type Options<'o> = Vec<(&'o str, String)>;

fn from_vars(options: &Options<'_>) -> Config {
    let variables = options
        .iter()
        .map(|(option, value)| (format!("JWT_TRUSTED_ISSUERS_THE_LOGIN_{}", option.to_uppercase()), value));
    Config::from_vars("JWT_", variables)
}

fn from_table(options: &Options<'_>) -> Config {
    let options: serde_json::Map<_, _> =
        options.iter().map(|(option, value)| ((*option).to_owned(), json!(value))).collect();
    serde_json::from_value(json!({ "trusted_issuers": { "the login": options } })).unwrap()
}

fn from_fields(options: &Options<'_>) -> Config {
    let fields = options.iter().map(|(option, value)| (format!("trusted_issuers_login_{option}"), json!(value)));
    serde_json::from_value(Value::Object(fields.collect())).unwrap()
}

fn build(config: Config) -> Result<FastJwt, ConfigError> {
    FastJwt::builder().config(config).clock(Time::new().clock()).build()
}

/// A token as the issuer signs it.
fn token(changes: &Value) -> String {
    let mut claims = json!({ "iss": ISSUER, "sub": "u", "aud": "api", "exp": NOW + 900, "iat": NOW, "type": "access" });
    claims.as_object_mut().unwrap().extend(changes.as_object().unwrap().clone());
    Signer::Es256.forge(&json!({ "alg": "ES256", "kid": "a", "typ": "JWT" }), &claims)
}

async fn server() -> Server {
    let issuer = issuing_with(SigningKey::from_pem(Algorithm::ES256, P256).unwrap().with_id("a").unwrap());
    Server::serving(jwk_set(&[&issuer]).await).await
}

async fn verdict(jwt: &FastJwt, changes: &Value) -> Result<(), ErrorKind> {
    let verified = jwt.authenticate::<NoClaims>(&token(changes), &Policy::access()).await;
    verified.map(drop).map_err(|error| error.kind().clone())
}

#[tokio::test]
async fn an_issuer_is_trusted_from_wherever_it_is_written() {
    let server = server().await;
    for from in [from_vars, from_table, from_fields] {
        let base =
            || vec![("issuer", ISSUER.to_owned()), ("jwks_uri", server.url()), ("http_on_loopback", "true".to_owned())];
        let with = |more: &[(&'static str, &str)]| {
            let mut options = base();
            options.extend(more.iter().map(|(option, value)| (*option, (*value).to_owned())));
            build(from(&options)).unwrap()
        };
        let plain = with(&[]);
        assert_eq!(verdict(&plain, &json!({})).await, Err(TokenFault::WrongAudience.into()));
        let good = with(&[("audience", "other, api"), ("algorithms", "EdDSA,ES256"), ("cooldown", "1s")]);
        assert_eq!(verdict(&good, &json!({})).await, Ok(()));
        assert_eq!(verdict(&good, &json!({ "aud": "others" })).await, Err(TokenFault::WrongAudience.into()));
        assert_eq!(
            verdict(&good, &json!({ "iss": "https://other.example" })).await,
            Err(TokenFault::UnknownKey.into())
        );
        // Its key is for none of these.
        let other = with(&[("audience", "api"), ("algorithms", "EdDSA")]);
        assert_eq!(verdict(&other, &json!({})).await, Err(TokenFault::UnknownKey.into()));
        let strict = with(&[("audience", "api"), ("at_jwt", "on")]);
        assert!(verdict(&strict, &json!({})).await.is_err());
        // What is switched off is off.
        let off = with(&[("audience", "api"), ("at_jwt", "off"), ("untyped_tokens", "no")]);
        assert_eq!(verdict(&off, &json!({})).await, Ok(()));
        assert!(verdict(&off, &json!({ "type": "id" })).await.is_err());
        let bound = json!({ "cnf": { "jkt": "a" } });
        assert_eq!(verdict(&off, &bound).await, Err(TokenFault::Bound.into()));
        let behind_a_proxy = with(&[("audience", "api"), ("bound_tokens_as_bearer", "on")]);
        assert_eq!(verdict(&behind_a_proxy, &bound).await, Ok(()));
        let listing = with(&[("audience", "api"), ("scope_claim", "scp")]);
        assert_eq!(verdict(&listing, &json!({ "scp": ["read"] })).await, Ok(()));
        assert_eq!(
            verdict(&listing, &json!({ "scp": 1 })).await,
            Err(TokenFault::Claims(ClaimFault::WrongType(None)).into())
        );
        // Times can only be seen to be taken by what is refused of them, below, and here by what is not.
        with(&[("timeout", "30s"), ("cooldown", "10m"), ("cache_for", "1h"), ("outage_tolerance", "1d")]);
    }
}

#[tokio::test]
async fn tokens_without_a_type_and_an_address_that_is_not_named() {
    let server = server().await;
    let untyped = |value: &str| {
        let options = json!({ "trusted_issuers": { "a": {
            "issuer": ISSUER, "jwks_uri": server.url(), "http_on_loopback": true, "audience": ["api"], "untyped_tokens": value,
        } } });
        build(serde_json::from_value(options).unwrap()).unwrap()
    };
    let claims = json!({ "iss": ISSUER, "sub": "u", "aud": "api", "exp": NOW + 900 });
    let token = Signer::Es256.forge(&json!({ "alg": "ES256", "kid": "a" }), &claims);
    for (value, is_good) in [("true", true), ("false", false)] {
        let verified = untyped(value).authenticate::<NoClaims>(&token, &Policy::access()).await;
        assert_eq!(verified.is_ok(), is_good, "{value}");
    }
    // Without `jwks_uri` the issuer's metadata is looked for: nobody is there.
    let here = format!("http://{}/none", server.address);
    let discovered = json!({ "trusted_issuers": { "a": { "issuer": here, "http_on_loopback": true, "timeout": 1 } } });
    let discovered = build(serde_json::from_value(discovered).unwrap()).unwrap();
    let claims = json!({ "iss": here, "sub": "u", "exp": NOW + 900, "type": "access" });
    let token = Signer::Es256.forge(&json!({ "alg": "ES256", "kid": "a" }), &claims);
    let error = discovered.authenticate::<NoClaims>(&token, &Policy::access()).await.unwrap_err();
    assert_eq!(*error.kind(), MachineFault::Unavailable.into());
    assert!(server.received().contains("GET /none/.well-known/openid-configuration "), "{}", server.received());
}

fn told(error: &ConfigError) -> Vec<String> {
    error.faults().iter().map(ToString::to_string).collect()
}

fn refused(config: Config) -> Vec<String> {
    told(&FastJwt::builder().config(config).build().unwrap_err())
}

#[test]
fn every_fault_of_every_issuer_is_told_at_once_under_the_name_that_was_written() {
    const HTTPS: &str =
        "it must be an absolute `https` address without user, password and fragment, of at most 2048 bytes";
    let variables = [
        ("JWT_TRUSTED_ISSUERS_LOGIN_ISSUER", "https://login.example"),
        ("JWT_TRUSTED_ISSUERS_LOGIN_JWKS_URI", "http://user:hunter2@login.example"),
        ("JWT_TRUSTED_ISSUERS_LOGIN_AUDIENCE", ""),
        ("JWT_TRUSTED_ISSUERS_LOGIN_ALGORITHMS", "ES256, HS265"),
        ("JWT_TRUSTED_ISSUERS_LOGIN_TIMEOUT", "1h"),
        ("JWT_TRUSTED_ISSUERS_LOGIN_COOLDOWN", "0.5"),
        ("JWT_TRUSTED_ISSUERS_LOGIN_CACHE_FOR", "2h"),
        ("JWT_TRUSTED_ISSUERS_LOGIN_OUTAGE_TOLERANCE", "2d"),
        ("JWT_TRUSTED_ISSUERS_LOGIN_UNTYPED_TOKENS", "perhaps"),
        ("JWT_TRUSTED_ISSUERS_PARTNER_AT_JWT", "true"),
        ("JWT_TRUSTED_ISSUERS_PARTNER_ISSUER", "https://partner.example"),
        ("JWT_TRUSTED_ISSUERS_NAMELESS_JWKS_URI", "https://nameless.example"),
        ("JWT_TRUSTED_ISSUERS_NAMELESS_TIMEOUT", "soon"),
        ("JWT_TRUSTED_ISSUERS_TWIN_ISSUER", "https://partner.example"),
        ("JWT_LEEWAY", "1h"),
    ];
    assert_eq!(
        refused(Config::from_vars("JWT_", variables)),
        [
            "`JWT_TRUSTED_ISSUERS_LOGIN_ALGORITHMS`: \"HS265\": the algorithm is unknown: it must be one of HS256, HS384, HS512, ES256, ES384, EdDSA, RS256, RS384, RS512, PS256, PS384, PS512".to_owned(),
            "`JWT_TRUSTED_ISSUERS_LOGIN_UNTYPED_TOKENS`: \"perhaps\": it must be true or false".to_owned(),
            "`JWT_TRUSTED_ISSUERS_NAMELESS_ISSUER`: it is missing: an issuer is known by what its tokens have as `iss`".to_owned(),
            "`JWT_TRUSTED_ISSUERS_NAMELESS_TIMEOUT`: \"soon\": it must be a duration such as 15m, 20d or 1h30m, or a number of seconds".to_owned(),
            "`JWT_LEEWAY`: 3600s: it must be at most 300s".to_owned(),
            "`JWT_TRUSTED_ISSUERS_LOGIN_AUDIENCE`: it is empty: it must name one or more, or be left out".to_owned(),
            "`JWT_TRUSTED_ISSUERS_LOGIN_TIMEOUT`: 3600s: it must be 100ms to 30s".to_owned(),
            "`JWT_TRUSTED_ISSUERS_LOGIN_COOLDOWN`: 500ms: it must be 1s to 600s".to_owned(),
            "`JWT_TRUSTED_ISSUERS_LOGIN_CACHE_FOR`: 7200s: it must be 500ms to 3600s".to_owned(),
            "`JWT_TRUSTED_ISSUERS_LOGIN_OUTAGE_TOLERANCE`: 172800s: it must be 0ns to 86400s".to_owned(),
            format!("`JWT_TRUSTED_ISSUERS_LOGIN_JWKS_URI`: {HTTPS}"),
            "`JWT_TRUSTED_ISSUERS_PARTNER_AT_JWT`: it needs an `JWT_TRUSTED_ISSUERS_PARTNER_AUDIENCE` (RFC 9068 section 2.2)".to_owned(),
            "`JWT_TRUSTED_ISSUERS_TWIN_ISSUER`: it is trusted already, or it is this service's own: each must be there once".to_owned(),
        ]
    );
}

#[test]
fn the_same_of_a_file() {
    let table: &[(&str, &[&str])] = &[
        (
            r#"{ "login": { "issuer": 5, "jwks_uri": ["x"], "audience": [1], "at_jwt": "maybe" } }"#,
            &[
                "`trusted_issuers.login.issuer`: 5: it must be a text",
                "`trusted_issuers.login.jwks_uri`: a list: it must be a text",
                "`trusted_issuers.login.audience`: 1: it must be a text, as every member",
                "`trusted_issuers.login.at_jwt`: \"maybe\": it must be true or false",
            ],
        ),
        (
            r#"{ "login": {} }"#,
            &["`trusted_issuers.login.issuer`: it is missing: an issuer is known by what its tokens have as `iss`"],
        ),
        (
            r#"{ "login": { "issuer": "https://a.example", "audiance": "x", "leeway": "5s" } }"#,
            &[
                "`trusted_issuers.login.audiance`: it is no option: did you mean `trusted_issuers.login.audience`?",
                "`trusted_issuers.login.leeway`: it is no option of a trusted issuer, such as `trusted_issuers.login.issuer`: they are issuer, jwks_uri, \
                 audience, algorithms, untyped_tokens, bound_tokens_as_bearer, at_jwt, scope_claim, timeout, cooldown, cache_for, outage_tolerance, http_on_loopback",
            ],
        ),
        (
            r#"{ "login": { "issuer": "https://a.example", "issuer": "https://b.example" } }"#,
            &["`trusted_issuers.login.issuer`: it is given twice"],
        ),
        (
            r#"{ "login": "https://a.example" }"#,
            &["`trusted_issuers.login`: \"https://a.example\": it must be a table of the issuer's options"],
        ),
        (
            r#"["https://a.example"]"#,
            &[
                "`trusted_issuers`: a list: it must be a table, in which each issuer is a table under a name of your choice",
            ],
        ),
        (
            r#"{ "login": { "issuer": "http://a.example", "at_jwt": true } }"#,
            &[
                "`trusted_issuers.login.at_jwt`: it needs an `trusted_issuers.login.audience` (RFC 9068 section 2.2)",
                "`trusted_issuers.login.issuer`: it must be an absolute `https` address without user, password and fragment, of at most 2048 bytes",
            ],
        ),
    ];
    for (issuers, expected) in table {
        let config = serde_json::from_str(&format!("{{ \"trusted_issuers\": {issuers} }}")).unwrap();
        assert_eq!(refused(config), *expected, "{issuers}");
    }
    // Nothing is as if it were not there.
    let empty = r#"{ "secret_key": "uJ7rZ0vQ2mXc9LwTn4YbKe6HsGd1PfAa", "trusted_issuers": { "a": null } }"#;
    assert!(build(serde_json::from_str(empty).unwrap()).is_ok());
}

#[test]
fn a_variable_that_begins_as_an_issuers_is_one_or_refused() {
    let they_are = "it is no option of a trusted issuer, such as `JWT_TRUSTED_ISSUERS_LOGIN_ISSUER`: they are issuer, jwks_uri, \
                    audience, algorithms, untyped_tokens, bound_tokens_as_bearer, at_jwt, scope_claim, timeout, cooldown, cache_for, outage_tolerance, http_on_loopback";
    for name in [
        "JWT_TRUSTED_ISSUERS",
        "JWT_TRUSTED_ISSUER",
        "JWT_TRUSTED_ISSUERS_",
        "JWT_TRUSTED_ISSUERS_ISSUER",
        "JWT_TRUSTED_ISSUERS_LOGIN",
        "JWT_TRUSTED_ISSUERS_LOGIN_AUDIENC",
        "JWT_TRUSTED_ISSUER_LOGIN_ISSUER",
        "JWT_TRUSTED_ISSUERS_LOGIN_LEEWAY",
    ] {
        let config = Config::from_vars("JWT_", [("JWT_SECRET_KEY", "uJ7rZ0vQ2mXc9LwTn4YbKe6HsGd1PfAa"), (name, "x")]);
        assert_eq!(refused(config), [format!("`{name}`: {they_are}")]);
    }
    let lower = Config::from_vars("JWT_", [("JWT_trusted_issuers_login_issuer", "https://a.example")]);
    assert!(refused(lower)[0].contains("did you mean `JWT_TRUSTED_ISSUERS_LOGIN_ISSUER`?"));
}

#[test]
fn issuers_of_several_configurations_are_added_and_no_address_is_shown() {
    let file =
        r#"{ "trusted_issuers": { "a": { "issuer": "https://a.example", "jwks_uri": "https://hunter2@a.b" } } }"#;
    let file: Config = serde_json::from_str(file).unwrap();
    let shown = format!("{file:?} {}", refused(file.clone()).join(" "));
    assert!(!shown.contains("hunter2") && shown.contains("trusted_issuers.a.jwks_uri"), "{shown}");
    let twice = || {
        let variables =
            [("JWT_TRUSTED_ISSUERS_B_ISSUER", "https://b.example"), ("JWT_TRUSTED_ISSUERS_B_TIMEOUT", "1s")];
        Config::from_vars("JWT_", variables)
    };
    assert!(FastJwt::builder().config(twice()).build().is_ok());
    let error = FastJwt::builder().config(twice()).config(twice()).build().unwrap_err();
    assert!(told(&error)[0].starts_with("`JWT_TRUSTED_ISSUERS_B_ISSUER`: it is trusted already"), "{error}");
}

#[test]
fn a_resource_is_told_by_the_part_that_is_wrong() {
    let variables = [
        ("JWT_SECRET_KEY", "uJ7rZ0vQ2mXc9LwTn4YbKe6HsGd1PfAa"),
        ("JWT_PROTECTED_RESOURCE_AUTHORIZATION_SERVERS", "https://a.example, http://b.example"),
        ("JWT_PROTECTED_RESOURCE_SCOPES", "read,\"write\""),
        ("JWT_PROTECTED_RESOURCE_NAME", ""),
        ("JWT_PROTECTED_RESOURCE_DOCUMENTATION", "hunter2"),
    ];
    const URL: &str = "must be an https URL without query and fragment (http on loopback)";
    assert_eq!(
        refused(Config::from_vars("JWT_", variables)),
        [
            format!("`JWT_PROTECTED_RESOURCE`: the resource {URL}"),
            format!("`JWT_PROTECTED_RESOURCE_AUTHORIZATION_SERVERS`: authorization server 2 {URL}"),
            "`JWT_PROTECTED_RESOURCE_SCOPES`: scope 2 must be printable ASCII without space, `\"` and `\\`".to_owned(),
            "`JWT_PROTECTED_RESOURCE_NAME`: the name must not be empty".to_owned(),
            "`JWT_PROTECTED_RESOURCE_DOCUMENTATION`: the documentation must be an http or https URL".to_owned(),
        ]
    );
    let typo = Config::from_vars("JWT_", [("JWT_PROTECTED_RESOURCE_SCOPE", "read")]);
    assert_eq!(
        refused(typo)[0],
        "`JWT_PROTECTED_RESOURCE_SCOPE`: it is no option: did you mean `JWT_PROTECTED_RESOURCE_SCOPES`?"
    );
}

//! The options of the implicit refresh: what is refused, all of it at once, and how it is told.

use std::time::Duration;

use axum::http::Method;
use fastjwt::{Builder, Config, Locations};

use super::{builder, plain};
use crate::{sessions::Hands, support};

fn faults(builder: Builder) -> Vec<String> {
    let error = builder.build().expect_err("it must be refused");
    error.faults().iter().map(ToString::to_string).collect()
}

#[test]
fn every_fault_is_told_at_once() {
    let refused = builder(&Hands::new()).implicit_refresh(|renewal| {
        renewal
            .within(Duration::ZERO)
            .limit(Duration::from_millis(999))
            .include_routes(["/good/{id}", "orders", "/orders/:id"])
            .exclude_routes(["/{*rest}/more", "/{id", "/{}", "/{a}{b}", "/{*b}c"])
    });
    let expected = [
        "its remaining time is 0ns: it must be 1 second to `max_token_lifetime`, which is 2592000s",
        "its limit is 999ms: it must be 1 second to 3650 days",
        "its route number 2, \"orders\": a route must begin with `/`",
        "its route number 3, \"/orders/:id\": a parameter must be written `{name}`, and the rest of a path `{*name}`",
        "its route number 1, \"/{*rest}/more\": nothing can come behind the rest of a path",
        "its route number 2, \"/{id\": a brace must be one of a pair around a name, or be doubled",
        "its route number 3, \"/{}\": a parameter must have a name",
        "its route number 4, \"/{a}{b}\": there must be a `/` between two parameters",
        "its route number 5, \"/{*b}c\": nothing can come behind the rest of a path",
    ];
    assert_eq!(faults(refused), expected.map(|fault| format!("`implicit_refresh`: {fault}")));
}

/// It would renew nothing, and say nothing.
#[test]
fn an_empty_list_is_no_choice() {
    let none: [&str; 0] = [];
    let refused = builder(&Hands::new()).implicit_refresh(|renewal| renewal.include_routes(none).include_methods([]));
    let expected = "`implicit_refresh`: it is an empty list: name one or more, or leave it out for all";
    assert_eq!(faults(refused), [expected, expected]);
    builder(&Hands::new())
        .implicit_refresh(|renewal| renewal.exclude_routes(none).exclude_methods([]))
        .build()
        .unwrap();
    for value in ["[]", ""] {
        let name = "JWT_IMPLICIT_REFRESH_METHOD_INCLUDE";
        let error = builder(&Hands::new()).config(Config::from_vars("JWT_", [(name, value)])).build().unwrap_err();
        assert!(error.faults().iter().any(|fault| fault.name() == name), "{value:?}: {error}");
    }
}

#[test]
fn times_have_bounds() {
    let day = Duration::from_secs(86_400);
    let build = |within, limit| {
        builder(&Hands::new()).implicit_refresh(|renewal| renewal.within(within).limit(limit)).build().is_ok()
    };
    let second = Duration::from_secs(1);
    for (within, limit, is_good) in [
        (second, second, true),
        (30 * day, 3650 * day, true),
        (second - Duration::from_millis(1), second, false),
        (30 * day + second, second, false),
        (second, 3650 * day + second, false),
    ] {
        assert_eq!(build(within, limit), is_good, "{within:?} {limit:?}");
    }
    // Not given, it is no fault of theirs that tokens live shortly.
    let short = plain(&Hands::new()).max_token_lifetime(second).access_token_expires_in(second);
    short.refresh_token_expires_in(second).build().unwrap();
}

#[test]
fn what_is_said_of_cookies_needs_cookies() {
    let changed = || support::builder().implicit_refresh(|renewal| renewal.exclude_methods([Method::HEAD]));
    let expected = "`implicit_refresh`: it needs access tokens in cookies, and `access_locations` has none";
    assert_eq!(faults(changed()), [expected]);
    assert_eq!(faults(changed().refresh_locations(Locations::COOKIES)), [expected]);
    changed().access_locations(Locations::COOKIES).build().unwrap();
}

#[test]
fn faults_of_a_file_or_an_environment_have_the_names_that_stand_there() {
    let file: Config = serde_json::from_str(
        r#"{ "implicit_refresh_deltatime": "60d", "implicit_refresh_limit": 0, "implicit_refresh_include_routes": ["x"],
        "implicit_refresh_exclude_methods": "get", "implicit_refresh_include_methods": ["GET", "TWO WORDS"] }"#,
    )
    .unwrap();
    let variables = [
        ("JWT_IMPLICIT_REFRESH_WITHIN", "soon"),
        ("JWT_IMPLICIT_REFRESH_LIMIT", "11y"),
        ("JWT_IMPLICIT_REFRESH_ROUTE_EXCLUDE", "/a, b"),
        ("JWT_IMPLICIT_REFRESH_METHOD_INCLUDE", "POST,put"),
    ];
    let variables = Config::from_vars("JWT_", variables.map(|(name, value)| (name.to_owned(), value.to_owned())));
    let names = |config| {
        let error = builder(&Hands::new()).config(config).build().expect_err("it must be refused");
        let mut names: Vec<String> = error.faults().iter().map(|fault| fault.name().to_owned()).collect();
        names.sort();
        names
    };
    let expected = [
        "implicit_refresh_deltatime",
        "implicit_refresh_exclude_methods",
        "implicit_refresh_include_methods",
        "implicit_refresh_include_routes",
        "implicit_refresh_limit",
    ];
    assert_eq!(names(file), expected);
    let expected = [
        "JWT_IMPLICIT_REFRESH_LIMIT",
        "JWT_IMPLICIT_REFRESH_METHOD_INCLUDE",
        "JWT_IMPLICIT_REFRESH_ROUTE_EXCLUDE",
        "JWT_IMPLICIT_REFRESH_WITHIN",
    ];
    assert_eq!(names(variables), expected);
}

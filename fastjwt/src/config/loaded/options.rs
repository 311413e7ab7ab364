//! Every option that is no key, a line each: its name, the other names that it is known by, and the builder's method behind it.

use std::time::Duration;

use super::Config;
#[cfg(feature = "axum")]
use super::value::Value;
use crate::{Builder, Realm};
#[cfg(feature = "axum")]
use crate::{CookieLifetime, Locations, SameSite};

/// One option.
pub(super) struct Row<R> {
    pub(super) name: &'static str,
    /// The names that FastJWT has for it, where they differ.
    pub(super) aliases: &'static [&'static str],
    set: Set<R>,
}

type Setter<R, T> = fn(Builder<R>, T) -> Builder<R>;

/// What an option's value is, and who takes it.
enum Set<R> {
    Text(Setter<R, String>),
    List(Setter<R, Vec<String>>),
    Duration(Setter<R, Duration>),
    Flag(Setter<R, bool>),
    Whole(Setter<R, usize>),
    #[cfg(feature = "axum")]
    Locations(Setter<R, Locations>),
    #[cfg(feature = "axum")]
    SameSite(Setter<R, SameSite>),
    #[cfg(feature = "axum")]
    Lifetime(Setter<R, CookieLifetime>),
    #[cfg(feature = "axum")]
    Methods(Setter<R, Vec<http::Method>>),
    /// Nobody: it is about requests, and there are none.
    #[cfg(not(feature = "axum"))]
    Nothing,
}

const fn row<R>(name: &'static str, aliases: &'static [&'static str], set: Set<R>) -> Row<R> {
    Row { name, aliases, set }
}

/// An option that is about requests. Without them its name is good all the same, so that one environment is good for all programs
/// of a service.
macro_rules! travel {
    ($name:literal, $aliases:expr, $set:expr) => {
        row($name, $aliases, {
            #[cfg(feature = "axum")]
            {
                $set
            }
            #[cfg(not(feature = "axum"))]
            {
                Set::Nothing
            }
        })
    };
}

/// What a value does to the cookies of both kinds, or of one.
#[cfg(feature = "axum")]
macro_rules! cookie {
    ($kind:ident.$method:ident) => {
        |builder, value| builder.$kind(|cookie| cookie.$method(value))
    };
}

/// What a value does to the implicit refresh.
#[cfg(feature = "axum")]
macro_rules! renewal {
    ($method:ident) => {
        |builder, value| builder.implicit_refresh(|renewal| renewal.$method(value))
    };
}

/// What a value says of the protected resource.
#[cfg(feature = "axum")]
macro_rules! resource {
    ($method:ident) => {
        |builder, value| builder.change_resource(|resource| resource.$method(value))
    };
}

impl<R: Realm> Row<R> {
    /// The table. What an option may be is checked by the builder alone.
    #[rustfmt::skip]
    pub(super) const ALL: &'static [Self] = &[
        row("issuer", &["encode_issuer", "decode_issuer"], Set::Text(Builder::issuer)),
        row("audience", &["encode_audience", "decode_audience"], Set::List(Builder::audience)),
        row("access_token_expires_in", &["access_token_expires"], Set::Duration(Builder::access_token_expires_in)),
        row("refresh_token_expires_in", &["refresh_token_expires"], Set::Duration(Builder::refresh_token_expires_in)),
        row("max_token_lifetime", &[], Set::Duration(Builder::max_token_lifetime)),
        row("leeway", &["decode_leeway"], Set::Duration(Builder::leeway)),
        row("not_before", &["encode_nbf"], Set::Flag(Builder::not_before)),
        row("max_token_size", &[], Set::Whole(Builder::max_token_size)),
        row("token_cache_entries", &[], Set::Whole(Builder::token_cache_entries)),
        row("token_cache_bytes", &[], Set::Whole(Builder::token_cache_bytes)),
        row("header_name", &[], Set::Text(Builder::header_name)),
        row("header_scheme", &["header_type"], Set::Text(Builder::header_scheme)),
        row("challenge_realm", &[], Set::Text(Builder::challenge_realm)),
        row("at_jwt", &[], Set::Flag(Builder::at_jwt)),
        row("client_id", &[], Set::Text(Builder::client_id)),
        row("jwks_max_age", &[], Set::Duration(Builder::jwks_max_age)),
        row("jwks_cooldown", &[], Set::Duration(Builder::jwks_cooldown)),
        row("wildcard_scopes", &[], Set::Flag(Builder::wildcard_scopes)),
        row("session_lifetime", &[], Set::Duration(Builder::session_lifetime)),
        row("session_idle_timeout", &[], Set::Duration(Builder::session_idle_timeout)),
        row("max_sessions", &[], Set::Whole(|builder, most| {
            builder.max_sessions(u32::try_from(most).unwrap_or(u32::MAX))
        })),
        row("refresh_grace", &[], Set::Duration(Builder::refresh_grace)),
        row("store_timeout", &[], Set::Duration(Builder::store_timeout)),
        row("store_attempts", &[], Set::Whole(|builder, attempts| {
            builder.store_attempts(u32::try_from(attempts).unwrap_or(u32::MAX))
        })),
        row("store_fail_open", &[], Set::Flag(Builder::store_fail_open)),
        travel!("locations", &["token_location"], Set::Locations(Builder::locations)),
        travel!("access_locations", &[], Set::Locations(Builder::access_locations)),
        travel!("refresh_locations", &[], Set::Locations(Builder::refresh_locations)),
        travel!("query_name", &["query_string_name"], Set::Text(Builder::query_name)),
        travel!("access_json_key", &["json_key"], Set::Text(Builder::access_json_key)),
        travel!("refresh_json_key", &[], Set::Text(Builder::refresh_json_key)),
        travel!("max_body_size", &[], Set::Whole(Builder::max_body_size)),
        travel!("websocket_protocol", &[], Set::Text(Builder::websocket_protocol)),
        travel!("clear_dead_cookies", &[], Set::Flag(Builder::clear_dead_cookies)),
        travel!("csrf_protection", &["cookie_csrf_protect"], Set::Flag(Builder::csrf_protection)),
        travel!("csrf_form", &["csrf_check_form"], Set::Flag(Builder::csrf_form)),
        travel!("same_origin_check", &[], Set::Flag(Builder::same_origin_check)),
        travel!("trusted_origins", &[], Set::List(Builder::trusted_origins)),
        travel!("implicit_refresh_within", &["implicit_refresh_deltatime"], Set::Duration(renewal!(within))),
        travel!("implicit_refresh_limit", &[], Set::Duration(renewal!(limit))),
        travel!("implicit_refresh_include_routes", &["implicit_refresh_route_include"], Set::List(renewal!(include_routes))),
        travel!("implicit_refresh_exclude_routes", &["implicit_refresh_route_exclude"], Set::List(renewal!(exclude_routes))),
        travel!("implicit_refresh_include_methods", &["implicit_refresh_method_include"], Set::Methods(renewal!(include_methods))),
        travel!("implicit_refresh_exclude_methods", &["implicit_refresh_method_exclude"], Set::Methods(renewal!(exclude_methods))),
        travel!("cookie_domain", &[], Set::Text(|builder, domain| builder.cookies(|cookie| cookie.domain(&domain)))),
        travel!("cookie_same_site", &["cookie_samesite"], Set::SameSite(cookie!(cookies.same_site))),
        travel!("cookie_secure", &[], Set::Flag(cookie!(cookies.secure))),
        travel!("cookie_http_only", &[], Set::Flag(cookie!(cookies.http_only))),
        travel!("cookie_partitioned", &[], Set::Flag(cookie!(cookies.partitioned))),
        travel!("cookie_lifetime", &["cookie_max_age"], Set::Lifetime(cookie!(cookies.lifetime))),
        travel!("csrf_cookie", &["csrf_in_cookies"], Set::Flag(cookie!(cookies.csrf_cookie))),
        travel!("access_cookie_name", &[], Set::Text(cookie!(access_cookie.name))),
        travel!("access_cookie_path", &[], Set::Text(cookie!(access_cookie.path))),
        travel!("access_csrf_cookie_name", &[], Set::Text(cookie!(access_cookie.csrf_cookie_name))),
        travel!("access_csrf_cookie_path", &[], Set::Text(cookie!(access_cookie.csrf_cookie_path))),
        travel!("access_csrf_header_name", &[], Set::Text(cookie!(access_cookie.csrf_header))),
        travel!("access_csrf_field_name", &[], Set::Text(cookie!(access_cookie.csrf_field))),
        travel!("refresh_cookie_name", &[], Set::Text(cookie!(refresh_cookie.name))),
        travel!("refresh_cookie_path", &[], Set::Text(cookie!(refresh_cookie.path))),
        travel!("refresh_csrf_cookie_name", &[], Set::Text(cookie!(refresh_cookie.csrf_cookie_name))),
        travel!("refresh_csrf_cookie_path", &[], Set::Text(cookie!(refresh_cookie.csrf_cookie_path))),
        travel!("refresh_csrf_header_name", &[], Set::Text(cookie!(refresh_cookie.csrf_header))),
        travel!("refresh_csrf_field_name", &[], Set::Text(cookie!(refresh_cookie.csrf_field))),
        travel!("protected_resource", &[], Set::Text(resource!(at))),
        travel!("protected_resource_authorization_servers", &[], Set::List(resource!(authorization_servers))),
        travel!("protected_resource_scopes", &[], Set::List(resource!(scopes))),
        travel!("protected_resource_name", &[], Set::Text(resource!(name))),
        travel!("protected_resource_documentation", &[], Set::Text(resource!(documentation))),
    ];

    /// Gives the builder what the configuration says, if it says something that can be read.
    pub(super) fn apply(&self, builder: Builder<R>, config: &mut Config) -> Builder<R> {
        let Some(given) = config.take(self.name) else { return builder };
        let value = &given.value;
        let mut refuse = |message: String| config.refuse(self.name, given.name.as_str(), message);
        match self.set {
            Set::Text(set) => put(builder, set, value.text().map(str::to_owned), &mut refuse),
            Set::List(set) => put(builder, set, value.list(), &mut refuse),
            Set::Duration(set) => put(builder, set, value.duration(), &mut refuse),
            Set::Flag(set) => put(builder, set, value.flag(), &mut refuse),
            Set::Whole(set) => put(builder, set, value.whole(), &mut refuse),
            #[cfg(feature = "axum")]
            Set::Locations(set) => put(builder, set, locations(value), &mut refuse),
            #[cfg(feature = "axum")]
            Set::SameSite(set) => put(builder, set, same_site(value), &mut refuse),
            #[cfg(feature = "axum")]
            Set::Lifetime(set) => put(builder, set, lifetime(value), &mut refuse),
            #[cfg(feature = "axum")]
            Set::Methods(set) => put(builder, set, methods(value), &mut refuse),
            #[cfg(not(feature = "axum"))]
            Set::Nothing => builder,
        }
    }
}

fn put<R, T>(
    builder: Builder<R>,
    set: Setter<R, T>,
    value: Result<T, String>,
    refuse: &mut dyn FnMut(String),
) -> Builder<R> {
    match value {
        Ok(value) => set(builder, value),
        Err(message) => {
            refuse(message);
            builder
        }
    }
}

#[cfg(feature = "axum")]
fn locations(value: &Value) -> Result<Locations, String> {
    const PLACES: &[(&str, Locations)] = &[
        ("headers", Locations::HEADERS),
        ("cookies", Locations::COOKIES),
        ("json", Locations::JSON),
        ("query", Locations::QUERY),
        ("websocket", Locations::WEBSOCKET),
    ];
    let place = |word: &String| PLACES.iter().find(|(name, _)| name == word).map(|(_, place)| *place);
    let places: Option<Vec<Locations>> = value.list()?.iter().map(place).collect();
    places
        .and_then(|places| places.into_iter().reduce(Locations::and))
        .ok_or_else(|| value.must_be("some of headers, cookies, json, query and websocket"))
}

#[cfg(feature = "axum")]
fn same_site(value: &Value) -> Result<SameSite, String> {
    let words = [("strict", SameSite::Strict), ("lax", SameSite::Lax), ("none", SameSite::None)];
    let word = value.text().unwrap_or_default().to_ascii_lowercase();
    let known = words.into_iter().find(|(name, _)| *name == word).map(|(_, same_site)| same_site);
    known.ok_or_else(|| value.must_be("Strict, Lax or None"))
}

/// `get` would be another method than `GET` (RFC 9110 section 9.1), and none that anybody means.
#[cfg(feature = "axum")]
fn methods(value: &Value) -> Result<Vec<http::Method>, String> {
    let method = |word: &String| {
        let is_capital = word.bytes().all(|byte| !byte.is_ascii_lowercase());
        http::Method::from_bytes(word.as_bytes()).ok().filter(|_| is_capital)
    };
    let methods: Option<Vec<_>> = value.list()?.iter().map(method).collect();
    methods.ok_or_else(|| value.must_be("HTTP methods in capitals, such as GET and POST"))
}

#[cfg(feature = "axum")]
fn lifetime(value: &Value) -> Result<CookieLifetime, String> {
    match value.text() {
        Ok("token") => Ok(CookieLifetime::Token),
        Ok("session") => Ok(CookieLifetime::Session),
        _ => value.duration().map(CookieLifetime::For).map_err(|_| {
            value.must_be("`token`, `session`, or a duration such as 15m, 20d or 1h30m, or a number of seconds")
        }),
    }
}

//! The cookies that responses set and take away: their text to the letter, what is refused, and when a dead one is cleared (R-50 to
//!

use std::time::Duration;

use axum::{
    Json, Router,
    body::Body,
    extract::State,
    http::{Request, StatusCode},
    response::{IntoResponse, Response},
    routing::{any, get},
};
use fastjwt::{
    Builder, CookieLifetime, CookieOptions, Error, ErrorKind, FastJwt, Locations, Policy, Realm, Refusal, SameSite,
    TokenPayload, TokenResponse, UsageFault, access_token_required,
};
use serde_json::json;

use crate::support::{
    Answer, NOW, ask, at, builder, forge, forge_claims, good_claims, good_header, send, spoil_signature,
};

const CSRF: &str = "Zq7pLw9xRtVb3nMk8sYc2d";

fn cookies() -> Builder {
    builder().locations(Locations::COOKIES)
}

/// What a response sets, in order.
fn set(answer: &Answer) -> Vec<String> {
    answer.headers.get_all("set-cookie").iter().map(|value| value.to_str().unwrap().to_owned()).collect()
}

/// What `parts` makes of an empty response.
async fn response(parts: impl IntoResponse) -> Answer {
    let response: Response = parts.into_response();
    let cell = std::sync::Arc::new(std::sync::Mutex::new(Some(response)));
    let app = Router::new().route("/", get(async move || cell.lock().unwrap().take().unwrap()));
    send(&app, Request::get("/").body(Body::empty()).unwrap()).await
}

/// The cookies of both kinds as they are set, with the values cut out, and as they are taken away.
async fn all(jwt: &FastJwt) -> (Vec<String>, Vec<String>) {
    let access = jwt.create_access_token("u").sign().unwrap();
    let refresh = jwt.create_refresh_token("u").sign().unwrap();
    let answer = response((jwt.refresh_cookies(&refresh).unwrap(), jwt.access_cookies(&access).unwrap())).await;
    let values = [access.as_str(), refresh.as_str(), access.csrf().unwrap_or("-"), refresh.csrf().unwrap_or("-")];
    let cut = |cookie: String| values.iter().fold(cookie, |cookie, value| cookie.replace(&format!("={value};"), "=;"));
    (set(&answer).into_iter().map(cut).collect(), set(&response(jwt.unset_cookies()).await))
}

#[tokio::test]
async fn r_51_the_defaults_are_secure_hidden_from_scripts_and_bound_to_the_host() {
    let jwt = cookies().build().unwrap();
    let access = jwt.create_access_token("u").sign().unwrap();
    let refresh = jwt.create_refresh_token("u").sign().unwrap();
    let answer = response((jwt.refresh_cookies(&refresh).unwrap(), jwt.access_cookies(&access).unwrap())).await;
    let (twenty_days, fifteen_minutes) = (20 * 24 * 3600, 15 * 60);
    let expected = [
        format!(
            "__Host-access_token={}; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age={fifteen_minutes}",
            access.as_str()
        ),
        format!(
            "__Host-csrf_access_token={}; Path=/; Secure; SameSite=Lax; Max-Age={fifteen_minutes}",
            access.csrf().unwrap()
        ),
        format!(
            "__Host-refresh_token={}; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age={twenty_days}",
            refresh.as_str()
        ),
        format!(
            "__Host-csrf_refresh_token={}; Path=/; Secure; SameSite=Lax; Max-Age={twenty_days}",
            refresh.csrf().unwrap()
        ),
    ];
    assert_eq!(set(&answer), expected);
}

#[tokio::test]
async fn r_61_unsetting_repeats_every_attribute_and_lies_in_the_past() {
    let plain = cookies();
    let domain = cookies().cookies(|cookie| cookie.domain("example.org").same_site(SameSite::Strict));
    let path = cookies().refresh_cookie(|cookie| cookie.path("/refresh").csrf_cookie_path("/app"));
    let embedded = cookies().cookies(|cookie| cookie.partitioned(true).same_site(SameSite::None));
    let development = cookies().cookies(|cookie| cookie.secure(false));
    let named = cookies()
        .access_cookie(|cookie| cookie.name("a").csrf_cookie_name("b").http_only(false))
        .refresh_cookie(|cookie| cookie.csrf_cookie(false));
    for (builder, names) in [
        (
            plain,
            vec![
                "__Host-access_token",
                "__Host-csrf_access_token",
                "__Host-refresh_token",
                "__Host-csrf_refresh_token",
            ],
        ),
        (
            domain,
            vec![
                "__Secure-access_token",
                "__Secure-csrf_access_token",
                "__Secure-refresh_token",
                "__Secure-csrf_refresh_token",
            ],
        ),
        (
            path,
            vec![
                "__Host-access_token",
                "__Host-csrf_access_token",
                "__Secure-refresh_token",
                "__Secure-csrf_refresh_token",
            ],
        ),
        (
            embedded,
            vec![
                "__Host-access_token",
                "__Host-csrf_access_token",
                "__Host-refresh_token",
                "__Host-csrf_refresh_token",
            ],
        ),
        (development, vec!["access_token", "csrf_access_token", "refresh_token", "csrf_refresh_token"]),
        (named, vec!["a", "b", "__Host-refresh_token"]),
    ] {
        let (set, unset) = all(&builder.build().unwrap()).await;
        assert_eq!(set.iter().map(|cookie| cookie.split('=').next().unwrap()).collect::<Vec<_>>(), names);
        let cut = |cookie: &String| cookie.split("; Max-Age").next().unwrap().to_owned();
        assert_eq!(set.iter().map(cut).collect::<Vec<_>>(), unset.iter().map(cut).collect::<Vec<_>>());
        for cookie in &unset {
            assert!(cookie.contains("=; Path="), "{cookie}");
            assert!(cookie.ends_with("; Max-Age=0; Expires=Thu, 01 Jan 1970 00:00:00 GMT"), "{cookie}");
        }
    }
    // Of one kind alone.
    let jwt = cookies().build().unwrap();
    let names = async |cookies| -> Vec<String> {
        set(&response(cookies).await).iter().map(|cookie| cookie.split('=').next().unwrap().to_owned()).collect()
    };
    assert_eq!(names(jwt.unset_access_cookies()).await, ["__Host-access_token", "__Host-csrf_access_token"]);
    assert_eq!(names(jwt.unset_refresh_cookies()).await, ["__Host-refresh_token", "__Host-csrf_refresh_token"]);
}

/// The attributes of the access token's cookie, without its lifetime.
async fn attributes(change: impl Fn(CookieOptions) -> CookieOptions) -> String {
    let (set, _) = all(&cookies().access_cookie(change).build().unwrap()).await;
    set[0].split("; Max-Age").next().unwrap().to_owned()
}

#[tokio::test]
async fn every_option_of_a_cookie_is_written() {
    let plain = "__Host-access_token=; Path=/; Secure; HttpOnly; SameSite=Lax";
    assert_eq!(attributes(|cookie| cookie).await, plain);
    assert_eq!(attributes(|cookie| cookie.name("n")).await, plain.replace("__Host-access_token", "n"));
    assert_eq!(
        attributes(|cookie| cookie.path("/a b/ü".replace('ü', "c"))).await,
        "__Secure-access_token=; Path=/a b/c; Secure; HttpOnly; SameSite=Lax"
    );
    assert_eq!(
        attributes(|cookie| cookie.domain("a.example")).await,
        "__Secure-access_token=; Path=/; Domain=a.example; Secure; HttpOnly; SameSite=Lax"
    );
    assert_eq!(attributes(|cookie| cookie.same_site(SameSite::Strict)).await, plain.replace("Lax", "Strict"));
    assert_eq!(attributes(|cookie| cookie.same_site(SameSite::None)).await, plain.replace("Lax", "None"));
    assert_eq!(attributes(|cookie| cookie.http_only(false)).await, plain.replace("; HttpOnly", ""));
    assert_eq!(
        attributes(|cookie| cookie.partitioned(true)).await,
        plain.replace("HttpOnly;", "HttpOnly; Partitioned;")
    );
    assert_eq!(attributes(|cookie| cookie.secure(false)).await, "access_token=; Path=/; HttpOnly; SameSite=Lax");
    // A later change leaves an earlier one as it is.
    let builder =
        cookies().cookies(|cookie| cookie.same_site(SameSite::Strict)).access_cookie(|cookie| cookie.name("n"));
    let (set, _) = all(&builder.build().unwrap()).await;
    assert!(set[0].starts_with("n=;") && set[0].contains("SameSite=Strict"), "{}", set[0]);
    assert!(set[2].contains("SameSite=Strict"), "{}", set[2]);
}

#[test]
fn r_52_r_51_combinations_that_browsers_drop_do_not_start() {
    let refused = |builder: Builder, option: &str, part: &str| {
        let error = builder.build().unwrap_err();
        assert_eq!(error.faults().len(), 1, "{error}");
        assert_eq!(error.faults()[0].option(), option, "{error}");
        assert!(error.faults()[0].message().contains(part), "{part}: {error}");
    };
    let access = |change: fn(CookieOptions) -> CookieOptions| builder().access_cookie(change);
    let host = "`__Host-` in its name demands `Secure`, the path `/` and no domain";
    refused(access(|cookie| cookie.name("__Host-a").domain("example.org")), "access_cookie", host);
    refused(access(|cookie| cookie.name("__Host-a").path("/a")), "access_cookie", host);
    refused(access(|cookie| cookie.name("__host-a").path("/a")), "access_cookie", host);
    refused(access(|cookie| cookie.name("__HOST-a").secure(false)), "access_cookie", host);
    refused(access(|cookie| cookie.csrf_cookie_name("__Host-a").csrf_cookie_path("/a")), "access_cookie", host);
    refused(access(|cookie| cookie.name("__Secure-a").secure(false)), "access_cookie", "`__Secure-`");
    refused(access(|cookie| cookie.name("__Http-a").http_only(false)), "access_cookie", "demand `HttpOnly`");
    refused(access(|cookie| cookie.csrf_cookie_name("__Http-a")), "access_cookie", "demand `HttpOnly`");
    refused(
        access(|cookie| cookie.same_site(SameSite::None).secure(false)),
        "access_cookie",
        "`SameSite=None` without `Secure`",
    );
    refused(access(|cookie| cookie.partitioned(true).secure(false)), "access_cookie", "`Partitioned` without `Secure`");
    refused(
        builder().refresh_cookie(|cookie| cookie.same_site(SameSite::None).secure(false)),
        "refresh_cookie",
        "`SameSite=None`",
    );
    for domain in [
        "",
        ".example.org",
        "example.org.",
        "https://example.org",
        "example.org:80",
        "a..b",
        "-a.b",
        "ä.b",
        "a b",
        "a;b",
        &"a".repeat(64),
    ] {
        refused(
            builder().access_cookie(|cookie| cookie.domain(domain)),
            "access_cookie",
            "its domain must be a host name",
        );
    }
    for path in ["", "a", "/a;b", "/\u{e9}", "/\r\n", "/\u{7f}", &format!("/{}", "a".repeat(1024))] {
        refused(
            builder().access_cookie(|cookie| cookie.path(path).csrf_cookie(false)),
            "access_cookie",
            "its path must begin with `/`",
        );
        refused(
            builder().access_cookie(|cookie| cookie.csrf_cookie_path(path)),
            "access_cookie",
            "its csrf cookie: its path",
        );
    }
    for name in ["", "a b", "a=b", "a;b", "a,b", "\"a\"", "ä", "a\r\n", &"a".repeat(129)] {
        refused(
            builder().access_cookie(|cookie| cookie.name(name)),
            "access_cookie",
            "its cookie: its name must be one word",
        );
        refused(
            builder().access_cookie(|cookie| cookie.csrf_cookie_name(name)),
            "access_cookie",
            "its csrf cookie: its name",
        );
    }
    for header in ["", "a b", "Cookie", "cookie", "Authorization"] {
        refused(
            builder().access_cookie(|cookie| cookie.csrf_header(header)),
            "access_cookie",
            "its csrf header must be",
        );
    }
    refused(builder().access_cookie(|cookie| cookie.csrf_field("")), "access_cookie", "its csrf field");
    refused(builder().cookies(|cookie| cookie.name("same")), "cookies", "two of them are named `same`");
    refused(access(|cookie| cookie.name("a").csrf_cookie_name("a")), "cookies", "two of them are named `a`");
    for name in ["", "a b", "ä"] {
        refused(builder().query_name(name), "query_name", "printable ASCII");
        refused(builder().access_json_key(name), "access_json_key", "printable ASCII");
        refused(builder().refresh_json_key(name), "refresh_json_key", "printable ASCII");
        refused(builder().websocket_protocol(name), "websocket_protocol", "one word");
    }
    for size in [0, 1023, 8191, 64 * 1024 * 1024 + 1] {
        refused(
            builder().max_body_size(size),
            "max_body_size",
            "1024 to 67108864, and at least `max_token_size`, which is 8192",
        );
    }
    // All at once.
    let error = access(|cookie| cookie.name("__Host-a").path("/a").domain(".").same_site(SameSite::None).secure(false))
        .trusted_origins(["*"])
        .max_body_size(0)
        .build()
        .unwrap_err();
    assert_eq!(error.faults().len(), 5, "{error}");
}

/// Two realms in one application must not take each other's cookies.
#[tokio::test]
async fn the_cookies_of_another_realm_have_its_name() {
    struct Staff;
    impl Realm for Staff {
        const NAME: &'static str = "the staff;";
    }
    let jwt =
        FastJwt::<Staff>::realm_builder().secret(crate::support::SECRET).locations(Locations::COOKIES).build().unwrap();
    let answer = response(jwt.unset_cookies()).await;
    let names: Vec<_> = set(&answer).iter().map(|cookie| cookie.split('=').next().unwrap().to_owned()).collect();
    let expected = ["access_token", "csrf_access_token", "refresh_token", "csrf_refresh_token"]
        .map(|name| format!("__Host-the-staff-_{name}"));
    assert_eq!(names, expected);
}

#[tokio::test]
async fn r_53_a_cookie_that_browsers_would_drop_is_an_error() {
    let jwt = cookies().access_cookie(|cookie| cookie.name("n").csrf_cookie(false)).build().unwrap();
    let sized = |length: usize| jwt.create_access_token("u").claim("x", "x".repeat(length)).sign().unwrap();
    // Three letters are four of base64, so that every size from one to the next but one can be had with the name's length.
    let (mut fits, mut refused) = (0, 0);
    for length in 2600..2900 {
        let token = sized(length);
        let bytes = 1 + token.as_str().len();
        match jwt.access_cookies(&token) {
            Ok(cookies) => {
                assert!(bytes <= 4096);
                fits = fits.max(bytes);
                drop(cookies);
            }
            Err(error) => {
                assert_eq!(*error.kind(), ErrorKind::Usage(UsageFault::CookieTooLarge { bytes }));
                assert_eq!(response(error).await.status, StatusCode::INTERNAL_SERVER_ERROR);
                refused = if refused == 0 { bytes } else { refused.min(bytes) };
            }
        }
    }
    assert!(fits >= 4094 && (4097..=4099).contains(&refused), "{fits} {refused}");
    // To the byte: the same token under two names.
    let token = sized(2700);
    let room = 4096 - token.as_str().len();
    for (length, fits) in [(room, true), (room + 1, false)] {
        if length > 128 {
            continue;
        }
        let jwt = cookies().access_cookie(|cookie| cookie.name("n".repeat(length)).csrf_cookie(false)).build().unwrap();
        assert_eq!(jwt.access_cookies(&token).is_ok(), fits);
    }
}

#[test]
fn cookies_are_set_only_where_they_are_configured() {
    let jwt = builder().access_locations(Locations::COOKIES).build().unwrap();
    let access = jwt.create_access_token("u").sign().unwrap();
    let refresh = jwt.create_refresh_token("u").sign().unwrap();
    assert!(jwt.access_cookies(&access).is_ok());
    let fault = ErrorKind::Usage(UsageFault::CookiesNotConfigured);
    assert_eq!(*jwt.refresh_cookies(&refresh).unwrap_err().kind(), fault);
    // One of another configuration, without a csrf value: nothing could be changed with it.
    let foreign = builder().build().unwrap().create_access_token("u").sign().unwrap();
    assert_eq!(*jwt.access_cookies(&foreign).unwrap_err().kind(), fault);
}

/// FastJWT, fault 8: `max_age=0` is ignored.
#[tokio::test]
async fn fastjwt_8_r_62_every_lifetime_is_written_as_it_was_given() {
    let year = 365 * 24 * 3600;
    let table = [
        (CookieLifetime::Session, ""),
        (CookieLifetime::Token, "; Max-Age=900"),
        (CookieLifetime::For(Duration::ZERO), "; Max-Age=0"),
        (CookieLifetime::For(Duration::from_nanos(1)), "; Max-Age=1"),
        (CookieLifetime::For(Duration::from_secs(1)), "; Max-Age=1"),
        (CookieLifetime::For(Duration::from_secs(year)), "; Max-Age=31536000"),
        // Browsers cap it at 400 days.
        (CookieLifetime::For(Duration::from_secs(u64::MAX)), "; Max-Age=34560000"),
        (CookieLifetime::For(Duration::MAX), "; Max-Age=34560000"),
    ];
    for (lifetime, expected) in table {
        let jwt = cookies().cookies(|cookie| cookie.lifetime(lifetime)).build().unwrap();
        let access = jwt.create_access_token("u").sign().unwrap();
        for cookie in set(&response(jwt.access_cookies(&access).unwrap()).await) {
            let (_, lifetime) = cookie.split_once("SameSite=Lax").unwrap();
            assert_eq!(lifetime, expected, "{cookie}");
        }
    }
    // Until the token's end, counted from when it is set; one that has ended is gone at once.
    for (now, expected) in [(NOW, 900), (NOW + 600, 300), (NOW + 900, 0), (NOW + 9000, 0), (0, 34_560_000)] {
        let access = cookies().build().unwrap().create_access_token("u").sign().unwrap();
        let jwt = cookies().clock(move || at(now)).build().unwrap();
        let cookies = set(&response(jwt.access_cookies(&access).unwrap()).await);
        assert!(cookies[0].ends_with(&format!("; Max-Age={expected}")), "{}", cookies[0]);
    }
}

#[tokio::test]
async fn r_50_answers_that_carry_tokens_are_stored_nowhere() {
    async fn login(State(jwt): State<FastJwt>) -> Result<impl IntoResponse, Error> {
        let access = jwt.create_access_token("u").sign()?;
        Ok(([("cache-control", "public, max-age=60")], jwt.access_cookies(&access)?, Json(json!({}))))
    }
    async fn outer(State(jwt): State<FastJwt>) -> Result<impl IntoResponse, Error> {
        let access = jwt.create_access_token("u").sign()?;
        Ok((jwt.access_cookies(&access)?, TokenResponse::new(access)))
    }
    let app =
        Router::new().route("/login", any(login)).route("/outer", any(outer)).with_state(cookies().build().unwrap());
    for path in ["/login", "/outer"] {
        let answer = ask(&app, "POST", path, &[], "").await;
        let of = |name| answer.headers.get_all(name).iter().map(|value| value.to_str().unwrap()).collect::<Vec<_>>();
        assert_eq!((of("cache-control"), of("pragma")), (vec!["no-store"], vec!["no-cache"]), "{path}");
        assert_eq!(set(&answer).len(), 2);
    }
}

/// FastJWT, fault 4: a cookie that is set behind a deleted one undoes the logout.
#[tokio::test]
async fn fastjwt_4_a_cookie_is_set_once_and_a_logout_in_the_same_response_is_never_undone() {
    let jwt = cookies().build().unwrap();
    let (first, second) = (jwt.create_access_token("u").sign().unwrap(), jwt.create_access_token("u").sign().unwrap());
    let own =
        || axum::response::AppendHeaders([("set-cookie", "theme=dark"), ("set-cookie", "__Host-access_token2=x")]);
    let values = |answer: &Answer| -> Vec<String> {
        set(answer).iter().map(|cookie| cookie.split(';').next().unwrap().to_owned()).collect()
    };
    let of = |token: &fastjwt::AccessToken| {
        vec![
            "theme=dark".to_owned(),
            "__Host-access_token2=x".to_owned(),
            format!("__Host-access_token={}", token.as_str()),
            format!("__Host-csrf_access_token={}", token.csrf().unwrap()),
        ]
    };
    let part = |token| jwt.access_cookies(token).unwrap();
    // axum writes the last part first, then the others from left to right.
    assert_eq!(values(&response((part(&first), part(&second), own())).await), of(&second));
    let gone = ["theme=dark", "__Host-access_token2=x", "__Host-access_token=", "__Host-csrf_access_token="];
    assert_eq!(values(&response((part(&first), jwt.unset_access_cookies(), own())).await), gone);
    assert_eq!(values(&response((jwt.unset_access_cookies(), part(&first), own())).await), gone);
    assert_eq!(
        values(&response((jwt.unset_access_cookies(), part(&first), jwt.unset_access_cookies(), own())).await),
        gone
    );
    // What is taken away of one kind stays set of the other.
    let refresh = jwt.create_refresh_token("u").sign().unwrap();
    let answer = response((jwt.refresh_cookies(&refresh).unwrap(), jwt.unset_access_cookies())).await;
    assert_eq!(values(&answer)[2], format!("__Host-refresh_token={}", refresh.as_str()));
}

#[test]
fn r_26_cookies_print_no_value() {
    let jwt = cookies().build().unwrap();
    let access = jwt.create_access_token("u").sign().unwrap();
    let cookies = jwt.access_cookies(&access).unwrap();
    let mut texts = vec![format!("{cookies:?} {cookies:#?}")];
    let response = cookies.into_response();
    texts.push(format!("{:?}", response.headers()));
    for text in texts {
        let (_, rest) = access.as_str().split_once('.').unwrap();
        assert!(!crate::support::shows(&text, rest.as_bytes()), "{text}");
        assert!(!crate::support::shows(&text, access.csrf().unwrap().as_bytes()), "{text}");
    }
}

#[access_token_required]
async fn guarded() -> &'static str {
    "in"
}

fn app(jwt: &FastJwt) -> Router {
    Router::new()
        .route("/attribute", any(guarded))
        .route("/extractor", any(async |_: TokenPayload| "in"))
        .merge(Router::new().route("/layer", any("in")).route_layer(jwt.access_token_required()))
        .merge(Router::new().route("/fresh", any("in")).route_layer(jwt.require(Policy::fresh())))
        .merge(Router::new().route("/refresh", any("in")).route_layer(jwt.refresh_token_required()))
        .with_state(jwt.clone())
}

#[tokio::test]
async fn a_dead_cookie_is_cleared_by_a_401_where_it_is_asked_for() {
    let both = || builder().locations(Locations::HEADERS | Locations::COOKIES);
    let jwt = both().clear_dead_cookies(true).build().unwrap();
    let of = |changes: &serde_json::Value| {
        let mut claims = good_claims();
        claims["csrf"] = json!(CSRF);
        claims.as_object_mut().unwrap().extend(changes.as_object().unwrap().clone());
        forge_claims(&claims)
    };
    let good = of(&json!({}));
    let dead =
        [of(&json!({ "exp": 1 })), spoil_signature(&good), of(&json!({ "type": "refresh" })), "garbage".to_owned()];
    let cookie = |token: &str| format!("__Host-access_token={token}");
    for door in ["/attribute", "/extractor", "/layer"] {
        for token in &dead {
            let answer = ask(&app(&jwt), "GET", door, &[("cookie", &cookie(token))], "").await;
            assert_eq!(answer.status, 401);
            assert_eq!(set(&answer), set(&response(jwt.unset_access_cookies()).await), "{door}");
            // Not by default, and not where the token came otherwise.
            let answer = ask(&app(&both().build().unwrap()), "GET", door, &[("cookie", &cookie(token))], "").await;
            assert_eq!((answer.status.as_u16(), set(&answer).len()), (401, 0));
            let headers = [("authorization", format!("Bearer {token}")), ("cookie", cookie(token))];
            let headers: Vec<_> = headers.iter().map(|(name, value)| (*name, value.as_str())).collect();
            let answer = ask(&app(&jwt), "GET", door, &headers, "").await;
            assert_eq!((answer.status.as_u16(), set(&answer).len()), (401, 0));
        }
    }
    // The token is good, and only not good enough; the request is not; there is none.
    for (method, door, token, status) in [
        ("GET", "/fresh", good.as_str(), 401),
        ("POST", "/layer", &good, 403),
        ("GET", "/layer", "", 401),
        ("GET", "/layer", "a b", 400),
        ("GET", "/layer", &good, 200),
    ] {
        let answer = ask(&app(&jwt), method, door, &[("cookie", &cookie(token))], "").await;
        assert_eq!((answer.status.as_u16(), set(&answer).len()), (status, 0), "{method} {door}");
    }
    // What another door lets in, or this one in a moment: its audience, a clock that is behind, a key that is not here yet.
    let other_door =
        Router::new().route("/", any("in")).route_layer(jwt.require(Policy::access().audience(&["admin"])));
    let early = [of(&json!({ "nbf": NOW + 60 })), of(&json!({ "iat": NOW + 60 }))];
    let mut kid = good_header();
    kid["kid"] = json!("of tomorrow");
    let mut claims = good_claims();
    claims["csrf"] = json!(CSRF);
    let unknown = forge(&kid, &claims);
    let of_layer = [&early[0], &early[1], &unknown].map(|token| (app(&jwt), "/layer", token));
    for (app, path, token) in of_layer.into_iter().chain([(other_door, "/", &good)]) {
        let answer = ask(&app, "GET", path, &[("cookie", &cookie(token))], "").await;
        assert_eq!((answer.status.as_u16(), set(&answer).len()), (401, 0), "{}", answer.body);
    }
    // Each kind has its own.
    let refresh = format!("__Host-access_token={good}; __Host-refresh_token=garbage");
    let answer = ask(&app(&jwt), "GET", "/refresh", &[("cookie", &refresh)], "").await;
    assert_eq!(set(&answer), set(&response(jwt.unset_refresh_cookies()).await));
    // Also behind a responder of the service's own.
    let jwt = both().clear_dead_cookies(true).responder(|refusal: &Refusal| refusal.code()).build().unwrap();
    let answer = ask(&app(&jwt), "GET", "/layer", &[("cookie", "__Host-access_token=x")], "").await;
    assert_eq!((answer.body.as_str(), set(&answer).len()), ("invalid_token", 2));
}

#[test]
fn csrf_headers_may_differ_from_the_tokens_header_only() {
    assert!(builder().header_name("x-auth").cookies(|cookie| cookie.csrf_header("authorization")).build().is_ok());
    assert!(builder().header_name("x-auth").cookies(|cookie| cookie.csrf_header("X-Auth")).build().is_err());
}

//! Where tokens travel: every place for both kinds, which place decides, what is ambiguous, and what a route says of it.

use axum::{Json, Router, routing::any};
use fastjwt::{
    AnyPayload, Builder, ErrorKind, FastJwt, Location, Locations, Policy, RefreshPayload, RequestToken, TokenPayload,
    access_token_required, refresh_token_required,
};
use serde_json::{Value, json};

use crate::support::{Answer, NOW, ask, builder, forge_claims, good_claims, jwt, spoil_signature};

const CSRF: &str = "Zq7pLw9xRtVb3nMk8sYc2d";

pub const EVERYWHERE: Locations =
    Locations::HEADERS.and(Locations::COOKIES).and(Locations::JSON).and(Locations::QUERY).and(Locations::WEBSOCKET);

/// The places, in the order of the tests' tables.
const PLACES: [Location; 5] =
    [Location::Header, Location::Cookie, Location::Json, Location::Query, Location::WebSocket];

fn everywhere() -> Builder {
    builder().locations(EVERYWHERE)
}

fn token(kind: &str) -> String {
    let mut claims = good_claims();
    (claims["type"], claims["csrf"]) = (json!(kind), json!(CSRF));
    forge_claims(&claims)
}

#[access_token_required]
async fn access(payload: TokenPayload) -> String {
    format!("{:?}", payload.location())
}

#[refresh_token_required]
async fn refresh(payload: TokenPayload) -> String {
    format!("{:?}", payload.location())
}

fn app(jwt: &FastJwt) -> Router {
    let layered = |path: &str, policy: Policy| Router::new().route(path, any("in")).route_layer(jwt.require(policy));
    Router::new()
        .route("/access", any(access))
        .route("/refresh", any(refresh))
        .route("/access/extractor", any(async |payload: TokenPayload| format!("{:?}", payload.location())))
        .route("/refresh/extractor", any(async |payload: RefreshPayload| format!("{:?}", payload.location())))
        .merge(layered("/access/layer", Policy::access()))
        .merge(layered("/refresh/layer", Policy::refresh()))
        .layer(jwt.body_tokens())
        .with_state(jwt.clone())
}

/// A request that carries texts in places, each where a token of `kind` stands.
#[derive(Default, Clone)]
pub struct Carrier {
    pub query: String,
    pub headers: Vec<(String, String)>,
    pub body: String,
}

impl Carrier {
    pub fn with(mut self, kind: &str, place: Location, token: &str) -> Self {
        match place {
            Location::Header => self.headers.push(("authorization".into(), format!("Bearer {token}"))),
            Location::Cookie => self.headers.push(("cookie".into(), format!("a=b; __Host-{kind}_token={token}; c=d"))),
            Location::Json => {
                self.headers.push(("content-type".into(), "application/json".into()));
                self.body = json!({ "other": [1], format!("{kind}_token"): token }).to_string();
            }
            Location::Query => self.query = format!("?x=1&token={token}&y"),
            Location::WebSocket => {
                self.headers.push(("sec-websocket-protocol".into(), format!("chat, fastjwt, {token}")));
            }
            other => panic!("{other:?}"),
        }
        self
    }

    pub async fn ask(&self, app: &Router, method: &str, path: &str) -> Answer {
        let headers: Vec<_> = self.headers.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        ask(app, method, &format!("{path}{}", self.query), &headers, &self.body).await
    }
}

fn code(answer: &Answer) -> String {
    if answer.status == 200 { answer.body.clone() } else { format!("{} {}", answer.status.as_u16(), answer.code()) }
}

#[tokio::test]
async fn r_38_both_kinds_work_in_every_place_and_neither_in_the_others() {
    let app = app(&everywhere().build().unwrap());
    for place in PLACES {
        for wanted in ["access", "refresh"] {
            for shown in ["access", "refresh"] {
                for door in ["", "/extractor", "/layer"] {
                    // Where a token of the wanted kind stands, one of the kind that is shown.
                    let carrier = Carrier::default().with(wanted, place, &token(shown));
                    let answer = carrier.ask(&app, "GET", &format!("/{wanted}{door}")).await;
                    let expected = match (wanted == shown, door) {
                        (true, "/layer") => "in".to_owned(),
                        (true, _) => format!("{:?}", Some(place)),
                        (false, _) => "401 invalid_token".to_owned(),
                    };
                    assert_eq!(code(&answer), expected, "{shown} token in {place:?} at /{wanted}{door}");
                }
            }
            // The cookie and the JSON key of one kind are not looked at for the other.
            if matches!(place, Location::Cookie | Location::Json) {
                let other = if wanted == "access" { "refresh" } else { "access" };
                let carrier = Carrier::default().with(other, place, &token(wanted));
                assert_eq!(code(&carrier.ask(&app, "GET", &format!("/{wanted}")).await), "401 missing_token");
            }
        }
    }
}

/// FastJWT, fault 3: in its default configuration no refresh token is ever found.
#[tokio::test]
async fn fastjwt_3_a_refresh_token_is_found_in_the_header_without_any_configuration() {
    let app = app(&jwt());
    let carrier = Carrier::default().with("refresh", Location::Header, &token("refresh"));
    assert_eq!(code(&carrier.ask(&app, "GET", "/refresh").await), "Some(Header)");
    // And in nothing else.
    for place in PLACES.into_iter().skip(1) {
        for kind in ["access", "refresh"] {
            let carrier = Carrier::default().with(kind, place, &token(kind));
            assert_eq!(code(&carrier.ask(&app, "GET", &format!("/{kind}")).await), "401 missing_token", "{place:?}");
        }
    }
}

#[tokio::test]
async fn r_45_which_of_two_places_decides_and_which_two_are_ambiguous() {
    let app = app(&everywhere().build().unwrap());
    let explicit = [Location::Header, Location::Query, Location::WebSocket];
    for kind in ["access", "refresh"] {
        for (index, first) in PLACES.into_iter().enumerate() {
            for second in PLACES.into_iter().skip(index + 1) {
                for (good, bad) in [(first, second), (second, first)] {
                    let spoiled = spoil_signature(&token(kind));
                    let carrier = Carrier::default().with(kind, good, &token(kind)).with(kind, bad, &spoiled);
                    let answer = code(&carrier.ask(&app, "GET", &format!("/{kind}")).await);
                    let rank = |place| match place {
                        Location::Cookie => 2,
                        Location::Json => 1,
                        _ => 0,
                    };
                    let expected = if explicit.contains(&good) && explicit.contains(&bad) {
                        "400 invalid_request".to_owned()
                    } else if rank(good) < rank(bad) {
                        format!("{:?}", Some(good))
                    } else {
                        // The token that is found decides: there is no second try with the good one.
                        "401 invalid_token".to_owned()
                    };
                    assert_eq!(answer, expected, "{kind}: a good one in {good:?}, a bad one in {bad:?}");
                }
            }
        }
    }
}

#[tokio::test]
async fn r_45_two_in_one_place_are_ambiguous() {
    let app = app(&everywhere().build().unwrap());
    let token = token("access");
    let bearer = format!("Bearer {token}");
    let cookie = format!("__Host-access_token={token}");
    let two_cookies = format!("{cookie}; {cookie}");
    let (other_cookies, empty_first) =
        (format!("{cookie}; __Host-access_token=x"), format!("__Host-access_token=; {cookie}"));
    let (json, protocol) = (("content-type", "application/json"), format!("fastjwt, {token}"));
    let twice = format!("fastjwt, {token}, fastjwt, {token}");
    let body = format!(r#"{{"access_token":"{token}","access_token":"{token}"}}"#);
    let escaped = format!(r#"{{"access_token":"{token}","\u0061ccess_token":1}}"#);
    let query = |query: &str| format!("/access?{query}");
    let two = query(&format!("token={token}&token={token}"));
    let encoded = query(&format!("token={token}&%74oken=x"));
    let plain = "/access".to_owned();
    type Row<'r> = (&'r String, Vec<(&'r str, &'r str)>, &'r str);
    let table: [Row<'_>; 11] = [
        (&plain, vec![("authorization", &bearer), ("authorization", &bearer)], ""),
        (&plain, vec![("cookie", &two_cookies)], ""),
        (&plain, vec![("cookie", &other_cookies)], ""),
        (&plain, vec![("cookie", &empty_first)], ""),
        (&plain, vec![("cookie", &cookie), ("cookie", &cookie)], ""),
        (&plain, vec![json], &body),
        (&plain, vec![json], &escaped),
        (&two, vec![], ""),
        (&encoded, vec![], ""),
        (&plain, vec![("sec-websocket-protocol", &twice)], ""),
        (&plain, vec![("sec-websocket-protocol", &protocol), ("sec-websocket-protocol", &protocol)], ""),
    ];
    for (path, headers, body) in table {
        let answer = ask(&app, "GET", path, &headers, body).await;
        assert_eq!(code(&answer), "400 invalid_request", "{path} {headers:?} {body}");
        let challenge = r#"Bearer realm="api", error="invalid_request", error_description="The request carries more than one token""#;
        assert_eq!(answer.challenge(), Some(challenge));
    }
}

#[tokio::test]
async fn a_text_that_is_no_token_is_malformed_in_every_place() {
    let app = app(&everywhere().build().unwrap());
    for place in PLACES {
        for text in ["a b", "\"a\"", "a,b", "{}", "a;b", "a%", "=", "=a"] {
            // Where it would not be one text of that place, it is another matter.
            let is_other = matches!((place, text), (Location::Cookie, "a;b") | (Location::WebSocket, "a,b"))
                || place == Location::Query && matches!(text, "\"a\"" | "{}" | "a b");
            if is_other {
                continue;
            }
            let answer = Carrier::default().with(
                "access",
                place,
                &text.replace('"', if place == Location::Json { "'" } else { "\"" }),
            );
            assert_eq!(code(&answer.ask(&app, "GET", "/access").await), "400 invalid_request", "{text} in {place:?}");
        }
    }
    // In a body, whatever is no string; and a protocol's name with nothing behind it.
    for value in ["null", "1", "[]", "{}", "true", "\"\""] {
        let body = format!(r#"{{"access_token":{value}}}"#);
        let answer = ask(&app, "POST", "/access", &[("content-type", "application/json")], &body).await;
        assert_eq!(code(&answer), "400 invalid_request", "{value}");
    }
    for list in ["fastjwt", "chat, fastjwt", "fastjwt,", "fastjwt, , x"] {
        let answer = ask(&app, "GET", "/access", &[("sec-websocket-protocol", list)], "").await;
        assert_eq!(code(&answer), "400 invalid_request", "{list}");
    }
    assert_eq!(code(&ask(&app, "GET", "/access?token=", &[], "").await), "400 invalid_request");
    // A cookie that was blanked out is none, and other names are not ours.
    for cookie in
        ["__Host-access_token=", "__host-access_token=x", "x__Host-access_token=x", "__Host-access_token", "=x"]
    {
        let answer = ask(&app, "GET", "/access", &[("cookie", cookie)], "").await;
        assert_eq!(code(&answer), "401 missing_token", "{cookie}");
    }
    for list in ["chat", "FASTJWT, x", "fastjwt2, x", "x.fastjwt"] {
        let answer = ask(&app, "GET", "/access", &[("sec-websocket-protocol", list)], "").await;
        assert_eq!(code(&answer), "401 missing_token", "{list}");
    }
}

#[tokio::test]
async fn r_09_a_token_that_is_too_large_is_told_by_the_status_of_its_place() {
    let app = app(&everywhere().build().unwrap());
    let statuses = [431, 431, 413, 414, 431];
    for (place, status) in PLACES.into_iter().zip(statuses) {
        for kind in ["access", "refresh"] {
            let carrier = Carrier::default().with(kind, place, &"x".repeat(8193));
            let answer = carrier.ask(&app, "POST", &format!("/{kind}")).await;
            let found = (answer.status.as_u16(), answer.code(), answer.challenge());
            assert_eq!(found, (status, "token_too_large".to_owned(), None), "{place:?}");
            // A byte less is read, and is no token.
            let carrier = Carrier::default().with(kind, place, &"x".repeat(8192));
            assert_eq!(carrier.ask(&app, "POST", &format!("/{kind}")).await.code(), "invalid_token", "{place:?}");
        }
    }
}

#[tokio::test]
async fn r_47_a_token_in_the_query_is_ignored_unless_the_query_is_configured() {
    let url = format!("/access?token={}", token("access"));
    let others = Locations::HEADERS | Locations::COOKIES | Locations::JSON | Locations::WEBSOCKET;
    for jwt in [jwt(), builder().locations(others).build().unwrap()] {
        let app = app(&jwt);
        assert_eq!(code(&ask(&app, "GET", &url, &[], "").await), "401 missing_token");
        // It is no second token beside another, either.
        let bearer = format!("Bearer {}", token("access"));
        assert_eq!(code(&ask(&app, "GET", &url, &[("authorization", &bearer)], "").await), "Some(Header)");
    }
    let jwt = builder().locations(Locations::QUERY).query_name("jwt").build().unwrap();
    let app = app(&jwt);
    assert_eq!(code(&ask(&app, "GET", &url, &[], "").await), "401 missing_token");
    let url = url.replace("?token=", "?a&%6Awt=").replacen('.', "%2e", 1);
    assert_eq!(code(&ask(&app, "GET", &url, &[], "").await), "Some(Query)");
}

/// FastJWT, fault 7: JSON with `; charset=utf-8` is a 401 there.
#[tokio::test]
async fn fastjwt_7_json_is_json_whatever_its_parameters() {
    let app = app(&everywhere().build().unwrap());
    let body = json!({ "access_token": token("access") }).to_string();
    for kind in [
        "application/json",
        "application/json; charset=utf-8",
        "Application/JSON ;charset=\"utf-8\";x",
        "application/json;",
    ] {
        let answer = ask(&app, "POST", "/access", &[("content-type", kind)], &body).await;
        assert_eq!(code(&answer), "Some(Json)", "{kind}");
    }
    for kind in
        ["text/plain", "application/jsonp", "application/problem+json", "application/x-www-form-urlencoded", "json", ""]
    {
        let answer = ask(&app, "POST", "/access", &[("content-type", kind)], &body).await;
        assert_eq!(code(&answer), "401 missing_token", "{kind}");
    }
    let json = ("content-type", "application/json");
    assert_eq!(code(&ask(&app, "POST", "/access", &[json, json], &body).await), "401 missing_token");
    assert_eq!(
        code(&ask(&app, "POST", "/access", &[json, ("content-encoding", "gzip")], &body).await),
        "401 missing_token"
    );
    // What is no JSON object has no token; its own reader says what is wrong with it.
    for body in [
        "",
        "[]",
        "\"x\"",
        "{",
        "{\"access_token\":\"x\"",
        "{\"access_token\":\"x\"} x",
        "\u{feff}{\"access_token\":\"x\"}",
    ] {
        assert_eq!(code(&ask(&app, "POST", "/access", &[json], body).await), "401 missing_token", "{body}");
    }
}

#[tokio::test]
async fn names_of_places_are_the_services_own() {
    let jwt = everywhere()
        .query_name("t")
        .access_json_key("jwt")
        .refresh_json_key("again")
        .websocket_protocol("acme.jwt")
        .access_cookie(|cookie| cookie.name("session"))
        .build()
        .unwrap();
    let app = app(&jwt);
    let token = token("access");
    let json = ("content-type", "application/json");
    let (cookie, protocols) = (format!("session={token}"), format!("acme.jwt,{token}"));
    assert_eq!(code(&ask(&app, "GET", &format!("/access?t={token}"), &[], "").await), "Some(Query)");
    assert_eq!(code(&ask(&app, "POST", "/access", &[json], &json!({ "jwt": token }).to_string()).await), "Some(Json)");
    assert_eq!(code(&ask(&app, "GET", "/access", &[("cookie", &cookie)], "").await), "Some(Cookie)");
    assert_eq!(
        code(&ask(&app, "GET", "/access", &[("sec-websocket-protocol", &protocols)], "").await),
        "Some(WebSocket)"
    );
    let refresh = json!({ "again": self::token("refresh") }).to_string();
    assert_eq!(code(&ask(&app, "POST", "/refresh", &[json], &refresh).await), "Some(Json)");
    for place in [Location::Cookie, Location::Json, Location::Query, Location::WebSocket] {
        let carrier = Carrier::default().with("access", place, &token);
        assert_eq!(code(&carrier.ask(&app, "GET", "/access").await), "401 missing_token", "{place:?}");
    }
}

#[tokio::test]
async fn a_route_has_locations_of_its_own() {
    let jwt = builder().locations(Locations::HEADERS | Locations::COOKIES).build().unwrap();
    let route = |path: &str, locations| {
        Router::new().route(path, any("in")).route_layer(jwt.require(Policy::access().locations(locations)))
    };
    let app = Router::new()
        .merge(route("/header", Locations::HEADERS))
        .merge(route("/cookie", Locations::COOKIES))
        .merge(route("/query", Locations::QUERY))
        .merge(route("/json", Locations::JSON))
        .layer(jwt.body_tokens());
    let places = [
        ("/header", Location::Header),
        ("/cookie", Location::Cookie),
        ("/query", Location::Query),
        ("/json", Location::Json),
    ];
    for (path, place) in places {
        for (_, other) in places {
            let answer = Carrier::default().with("access", other, &token("access")).ask(&app, "GET", path).await;
            let expected = if place == other { "in" } else { "401 missing_token" };
            assert_eq!(code(&answer), expected, "{other:?} at {path}");
        }
    }
}

#[tokio::test]
async fn a_route_that_lacks_what_its_locations_need_is_a_mistake_of_the_service() {
    let good = format!("Bearer {}", token("access"));
    // No layer reads the bodies.
    let jwt = everywhere().build().unwrap();
    let app = Router::new().route("/", any(async |_: TokenPayload| "in")).with_state(jwt);
    for headers in [vec![], vec![("authorization", good.as_str())]] {
        assert_eq!(code(&ask(&app, "POST", "/", &headers, "").await), "500 internal");
    }
    // Its tokens carry no csrf value.
    let jwt = self::jwt();
    let policy = Policy::access().locations(Locations::HEADERS.and(Locations::COOKIES));
    let app = Router::new().route("/", any("in")).route_layer(jwt.require(policy));
    assert_eq!(code(&ask(&app, "GET", "/", &[("authorization", &good)], "").await), "500 internal");
}

#[tokio::test]
async fn the_usual_split_takes_the_access_token_in_the_header_and_the_refresh_token_in_a_cookie() {
    let jwt = builder().access_in_header_refresh_in_cookie().build().unwrap();
    let app = app(&jwt);
    for (kind, place) in [("access", Location::Header), ("refresh", Location::Cookie)] {
        for other in PLACES {
            let answer = Carrier::default().with(kind, other, &token(kind)).ask(&app, "GET", &format!("/{kind}")).await;
            let expected = if other == place { format!("{:?}", Some(place)) } else { "401 missing_token".to_owned() };
            assert_eq!(code(&answer), expected, "{kind} in {other:?}");
        }
    }
    // Only what may travel in a cookie has a csrf value.
    assert_eq!(jwt.create_access_token("u").sign().unwrap().csrf(), None);
    assert_eq!(jwt.create_refresh_token("u").sign().unwrap().csrf().map(str::len), Some(22));
}

#[tokio::test]
async fn where_any_kind_is_taken_the_rank_of_the_place_comes_before_the_kind() {
    let place = async |payload: AnyPayload| format!("{} {:?}", payload.kind, payload.location().unwrap());
    let app = |jwt: FastJwt| Router::new().route("/", any(place)).layer(jwt.body_tokens()).with_state(jwt);
    let everywhere = app(everywhere().build().unwrap());
    // Access tokens in cookies, refresh tokens in the header: what is put there on purpose decides.
    let crossed =
        builder().access_locations(Locations::COOKIES).refresh_locations(Locations::HEADERS | Locations::QUERY);
    let crossed = app(crossed.build().unwrap());
    let carrier = |shown: &[(&str, Location)]| {
        shown.iter().fold(Carrier::default(), |carrier, (kind, place)| carrier.with(kind, *place, &token(kind)))
    };
    type Row<'r> = (&'r Router, &'r [(&'r str, Location)], &'r str);
    let table: [Row<'_>; 8] = [
        (&everywhere, &[("access", Location::Cookie), ("refresh", Location::Json)], "refresh Json"),
        (&everywhere, &[("access", Location::Json), ("refresh", Location::Header)], "refresh Header"),
        (&everywhere, &[("refresh", Location::Cookie)], "refresh Cookie"),
        (&everywhere, &[("refresh", Location::Cookie), ("access", Location::Cookie)], "access Cookie"),
        (&crossed, &[("access", Location::Cookie), ("refresh", Location::Header)], "refresh Header"),
        (&crossed, &[("access", Location::Cookie)], "access Cookie"),
        (&crossed, &[("refresh", Location::Header), ("refresh", Location::Query)], "400 invalid_request"),
        (&crossed, &[("refresh", Location::Cookie)], "401 missing_token"),
    ];
    for (app, shown, expected) in table {
        assert_eq!(code(&carrier(shown).ask(app, "GET", "/").await), expected, "{shown:?}");
    }
    // A cookie of either kind proves its own csrf value.
    for kind in ["access", "refresh"] {
        let mut carrier = carrier(&[(kind, Location::Cookie)]);
        assert_eq!(code(&carrier.ask(&everywhere, "POST", "/").await), "403 csrf_failed");
        carrier.headers.push(("x-csrf-token".into(), CSRF.into()));
        assert_eq!(code(&carrier.ask(&everywhere, "POST", "/").await), format!("{kind} Cookie"));
    }
    // A route that says cookies takes the kind that may travel in them.
    let jwt = builder().access_in_header_refresh_in_cookie().build().unwrap();
    let policy = Policy::any().locations(Locations::HEADERS.and(Locations::COOKIES));
    let app = Router::new().route("/", any("in")).route_layer(jwt.require(policy));
    for (shown, expected) in [
        (("access", Location::Header), "in"),
        (("refresh", Location::Header), "in"),
        (("refresh", Location::Cookie), "in"),
        (("access", Location::Cookie), "401 missing_token"),
    ] {
        assert_eq!(code(&carrier(&[shown]).ask(&app, "GET", "/").await), expected, "{shown:?}");
    }
}

#[tokio::test]
async fn what_one_door_verified_is_judged_anew_by_the_place_of_the_next() {
    let jwt = builder().locations(Locations::HEADERS | Locations::COOKIES).build().unwrap();
    let only = |locations| jwt.require(Policy::access().locations(locations));
    let location = async |payload: TokenPayload| format!("{:?}", payload.location());
    // The outer door takes the header, the inner one the cookie, and both hold the same token.
    let app = Router::new()
        .route("/", any("in"))
        .route_layer(only(Locations::COOKIES))
        .route_layer(only(Locations::HEADERS))
        .merge(Router::new().route("/report", any(location)).route_layer(only(Locations::COOKIES)))
        .with_state(jwt.clone());
    let carrier = Carrier::default().with("access", Location::Header, &token("access")).with(
        "access",
        Location::Cookie,
        &token("access"),
    );
    assert_eq!(code(&carrier.ask(&app, "GET", "/").await), "in");
    assert_eq!(code(&carrier.ask(&app, "POST", "/").await), "403 csrf_failed");
    let mut proven = carrier.clone();
    proven.headers.push(("x-csrf-token".into(), CSRF.into()));
    assert_eq!(code(&proven.ask(&app, "POST", "/").await), "in");
    // The extractor behind the layer finds the header's token first.
    assert_eq!(code(&proven.ask(&app, "POST", "/report").await), "Some(Header)");
    // Another token in the cookie is not taken for the one that was verified.
    let other = Carrier::default().with("access", Location::Header, &token("access")).with(
        "access",
        Location::Cookie,
        &spoil_signature(&token("access")),
    );
    assert_eq!(code(&other.ask(&app, "GET", "/").await), "401 invalid_token");
    // Nor where neither stands in a header of its own.
    let app =
        Router::new().route("/", any("in")).route_layer(only(Locations::COOKIES)).route_layer(only(Locations::QUERY));
    for (cookie, expected) in [(token("access"), "in"), (spoil_signature(&token("access")), "401 invalid_token")] {
        let carrier = Carrier::default().with("access", Location::Query, &token("access")).with(
            "access",
            Location::Cookie,
            &cookie,
        );
        assert_eq!(code(&carrier.ask(&app, "GET", "/").await), expected);
    }
    // Nor the refresh token beside it.
    let both = format!("__Host-access_token={}; __Host-refresh_token={}", token("access"), token("access"));
    let app = Router::new()
        .route("/", any("in"))
        .route_layer(jwt.refresh_token_required())
        .route_layer(jwt.access_token_required());
    assert_eq!(code(&ask(&app, "GET", "/", &[("cookie", &both)], "").await), "401 invalid_token");
}

#[tokio::test]
async fn a_request_token_is_the_text_as_it_came_and_nothing_is_read_of_it() {
    let jwt = everywhere().build().unwrap();
    async fn tell(token: RequestToken) -> String {
        let debug = format!("{token:?} {token:#?}");
        assert!(!debug.contains("secret-text"), "{debug}");
        format!("{} {:?} {}", token.as_str(), token.location(), token.kind())
    }
    async fn perhaps(token: Option<RequestToken>) -> String {
        token.map_or("none".into(), |token| token.into_string())
    }
    async fn refresh(
        axum::extract::State(jwt): axum::extract::State<FastJwt>,
        request: axum::extract::Request,
    ) -> Result<String, fastjwt::Error> {
        let token = jwt.request_token(&request.into_parts().0, &Policy::refresh())?;
        Ok(format!("{} {:?} {}", token.as_str(), token.location(), token.kind()))
    }
    let app = Router::new()
        .route("/", any(tell))
        .route("/perhaps", any(perhaps))
        .route("/refresh", any(refresh))
        .layer(jwt.body_tokens())
        .with_state(jwt);
    for place in PLACES {
        for (kind, path) in [("access", "/"), ("refresh", "/refresh")] {
            // Neither a token, nor a csrf value.
            let carrier = Carrier::default().with(kind, place, "secret-text");
            assert_eq!(code(&carrier.ask(&app, "POST", path).await), format!("secret-text {place:?} {kind}"));
        }
    }
    assert_eq!(code(&ask(&app, "GET", "/", &[], "").await), "401 missing_token");
    assert_eq!(code(&ask(&app, "GET", "/perhaps", &[], "").await), "none");
    let several = [("authorization", "Bearer a"), ("authorization", "Bearer a")];
    assert_eq!(code(&ask(&app, "GET", "/perhaps", &several, "").await), "400 invalid_request");
    assert_eq!(code(&ask(&app, "GET", "/", &[("authorization", "Bearer {}")], "").await), "400 invalid_request");
}

#[tokio::test]
async fn the_handler_still_gets_its_own_body() {
    async fn echo(_: TokenPayload, Json(body): Json<Value>) -> Json<Value> {
        Json(body)
    }
    let jwt = everywhere().build().unwrap();
    let app = Router::new().route("/", any(echo)).layer(jwt.body_tokens()).with_state(jwt);
    let body = json!({ "access_token": token("access"), "note": "buy milk", "at": NOW }).to_string();
    let answer = ask(&app, "POST", "/", &[("content-type", "application/json")], &body).await;
    assert_eq!(serde_json::from_str::<Value>(&answer.body).unwrap(), serde_json::from_str::<Value>(&body).unwrap());
}

#[test]
fn without_a_request_there_is_no_location() {
    let payload = jwt().verify_access_token::<fastjwt::NoClaims>(&token("access")).unwrap();
    assert_eq!(payload.location(), None);
    let error = jwt().request_token(&axum::http::Request::new(()).into_parts().0, &Policy::access()).unwrap_err();
    assert_eq!(*error.kind(), ErrorKind::Request(fastjwt::RequestFault::MissingToken));
}

#[test]
fn sets_of_locations_are_what_they_say() {
    for (set, place) in
        [Locations::HEADERS, Locations::COOKIES, Locations::JSON, Locations::QUERY, Locations::WEBSOCKET]
            .into_iter()
            .zip(PLACES)
    {
        for other in PLACES {
            assert_eq!(set.contains(other), place == other);
            assert!(EVERYWHERE.contains(other));
        }
        assert_eq!(format!("{set:?}"), format!("{{{place:?}}}"));
    }
    assert_eq!(Locations::HEADERS.and(Locations::QUERY), Locations::QUERY | Locations::HEADERS);
}

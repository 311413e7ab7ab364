//! The two forms of the road, for configurations that may have something to wait for and for the others: nobody can tell from an answer
//! which was taken.

use std::{
    cell::Cell,
    sync::{
        Arc, LazyLock,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use axum::{Router, routing::any};
use fastjwt::{
    Check, CheckedRequest, ClaimMap, Claims, Denied, FastJwt, Locations, NoClaims, Policy, TokenPayload,
    access_token_required, fresh_token_required, token_required,
};
use proptest::{prelude::*, sample::select};
use serde_json::{Value, json};

use crate::{
    logs::Log,
    support::{NOW, ask, at, builder, cases, forge, forge_claims, good_claims, issue_claims, spoil_signature},
};

/// Has nothing against anybody; but that can't be known before it is asked.
struct Anybody;

impl Check for Anybody {
    async fn check(&self, _: &TokenPayload, _: CheckedRequest<'_>) -> Result<(), Denied> {
        Ok(())
    }
}

const CSRF: &str = "Zq7pLw9xRtVb3nMk8sYc2d";

/// What may be changed of a good token's claims, among it what makes it another one that is good.
fn changes() -> Vec<(&'static str, Value)> {
    vec![
        ("sub", json!("u")),
        ("sub", json!("other")),
        ("sub", json!("")),
        ("type", json!("refresh")),
        ("type", json!("another")),
        ("exp", json!(1)),
        ("exp", json!(NOW - 1)),
        ("exp", json!(NOW - 60)),
        ("exp", json!(NOW + 5)),
        ("exp", json!("soon")),
        ("nbf", json!(NOW + 100)),
        ("iat", json!(NOW + 100)),
        ("fresh", json!(true)),
        ("fresh", json!(NOW - 10)),
        ("auth_time", json!(NOW - 30)),
        ("auth_time", json!(NOW - 300)),
        ("scopes", json!(["read", "write"])),
        ("scopes", json!("read")),
        ("aud", json!("elsewhere")),
        ("iss", json!("somebody")),
        ("realm", json!("staff")),
        ("csrf", json!(CSRF)),
        ("age", json!(7)),
        ("sid", json!("a session")),
    ]
}

fn token() -> impl Strategy<Value = String> {
    let changed = |most: usize| {
        proptest::collection::vec(select(changes()), 0..=most).prop_map(|changes| {
            let mut claims = good_claims();
            changes.into_iter().for_each(|(name, value)| claims[name] = value);
            claims
        })
    };
    let claims = changed(3);
    prop_oneof![
        // Among those with the header of this service's own are most that come again.
        12 => changed(1).prop_map(|claims| issue_claims(&claims)),
        6 => claims.clone().prop_map(|claims| issue_claims(&claims)),
        6 => claims.clone().prop_map(|claims| forge_claims(&claims)),
        1 => claims.prop_map(|claims| spoil_signature(&forge_claims(&claims))),
        1 => select(vec![json!({ "alg": "none" }), json!({ "alg": "HS256", "kid": "no such key" }), json!({ "alg": "ES256" })])
            .prop_map(|header| forge(&header, &good_claims())),
        1 => select(vec!["", "a.b", "a.b.c", "ü.b.c", "a b.c.d"]).prop_map(str::to_owned),
    ]
}

/// The headers of a request with a token: where that is, and what they say besides.
fn headers(token: String) -> impl Strategy<Value = Vec<(&'static str, String)>> {
    let odd = vec!["bearer  ", "Basic ", "Bearer", "cookie", "refresh cookie", "both", "twice", "none"];
    let carrier = prop_oneof![1 => Just("Bearer "), 1 => select(odd)];
    let origin = select(vec![None, Some("https://elsewhere.example"), Some("http://localhost")]);
    let proof = select(vec![None, Some(CSRF), Some("aaaaaaaaaaaaaaaaaaaaaa")]);
    (carrier, origin, proof).prop_map(move |(carrier, origin, proof)| {
        let bearer = || ("authorization", format!("Bearer {token}"));
        let cookie = |kind: &str| ("cookie", format!("__Host-{kind}_token={token}"));
        let mut headers = match carrier {
            "cookie" => vec![cookie("access")],
            "refresh cookie" => vec![cookie("refresh")],
            "both" => vec![bearer(), cookie("access")],
            "twice" => vec![bearer(), bearer()],
            "none" => vec![],
            scheme => vec![("authorization", format!("{scheme}{token}"))],
        };
        headers.extend(origin.map(|origin| ("origin", origin.to_owned())));
        headers.extend(proof.map(|proof| ("x-csrf-token", proof.to_owned())));
        headers
    })
}

const POLICIES: [(&str, Policy); 12] = [
    ("/access", Policy::access()),
    ("/refresh", Policy::refresh()),
    ("/any", Policy::any()),
    ("/fresh", Policy::fresh()),
    ("/max_age", Policy::access().max_age(Duration::from_secs(60))),
    ("/scopes", Policy::access().scopes(fastjwt::scopes!("read"))),
    ("/audience", Policy::access().audience(&["elsewhere"])),
    ("/issuer", Policy::access().issuer("somebody")),
    ("/leeway", Policy::access().leeway(Duration::from_secs(200))),
    ("/optional", Policy::access().optional()),
    ("/expired", Policy::access().optional_or_expired()),
    ("/cookies", Policy::any().locations(Locations::COOKIES).csrf(false)),
];

#[access_token_required]
async fn guarded(payload: TokenPayload<ClaimMap>) -> String {
    serde_json::to_string(&payload).unwrap()
}

#[token_required]
async fn of_any_kind(payload: TokenPayload) -> String {
    format!("{:?}", payload.kind)
}

#[fresh_token_required(scopes("read"), max_age = "1m")]
async fn recent_reader(payload: TokenPayload) -> String {
    payload.sub.clone()
}

#[access_token_required(audience("elsewhere"), leeway = "200s")]
async fn elsewhere(payload: TokenPayload) -> String {
    payload.sub.clone()
}

#[access_token_required(subject_param = "id")]
async fn of_subject(payload: TokenPayload) -> String {
    payload.sub.clone()
}

#[access_token_required(optional(expired))]
async fn let_in(payload: Option<TokenPayload>) -> String {
    payload.map_or_else(|| "nobody".to_owned(), |payload| payload.sub.clone())
}

/// Each policy before a handler that anybody may ask, and before one with a door of its own.
fn app(jwt: &FastJwt) -> Router {
    let mut app = Router::new()
        .route("/handler", any(guarded))
        .route("/any_kind", any(of_any_kind))
        .route("/recent_reader", any(recent_reader))
        .route("/elsewhere", any(elsewhere))
        .route("/subject/{id}", any(of_subject))
        .route("/let_in", any(let_in));
    for (path, policy) in POLICIES {
        app = app.route(path, any("in").layer(jwt.require(policy)));
        app = app.route(&format!("/twice{path}"), any(let_in).layer(jwt.require(policy)));
    }
    app.with_state(jwt.clone())
}

fn path() -> impl Strategy<Value = String> {
    let own = ["/handler", "/any_kind", "/recent_reader", "/elsewhere", "/subject/u", "/subject/other", "/let_in"]
        .map(str::to_owned)
        .into_iter();
    let layered = POLICIES.into_iter().flat_map(|(path, _)| [path.to_owned(), format!("/twice{path}")]);
    prop_oneof![select(own.collect::<Vec<_>>()), select(layered.collect::<Vec<_>>())]
}

/// Of [`instances`], for all requests, so that the caches fill.
static APPS: LazyLock<[Router; 4]> = LazyLock::new(|| instances().map(|jwt| app(&jwt)));

thread_local! {
    /// How often the time was asked for.
    static LOOKS: Cell<u32> = const { Cell::new(0) };
}

/// Without anything to wait for, with the cache besides, and with a check that has to be asked.
fn instances() -> [FastJwt; 4] {
    let clock = || {
        LOOKS.set(LOOKS.get() + 1);
        at(NOW)
    };
    let usual = || builder().clock(clock).locations(Locations::HEADERS | Locations::COOKIES);
    [usual(), usual().token_cache_entries(64), usual().check(Anybody), usual().check(Anybody).token_cache_entries(64)]
        .map(|builder| builder.build().unwrap())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(cases(1000, 10_000)))]

    #[test]
    fn requests_are_answered_alike(
        // With one token, so that every door may find in the cache what another has put there.
        requests in token().prop_flat_map(|token| {
            proptest::collection::vec((select(vec!["GET", "POST"]), path(), headers(token)), 1..4)
        }),
    ) {
        // Each twice, so that the second is answered from the cache.
        for (method, path, headers) in requests.iter().flat_map(|request| [request; 2]) {
            let headers: Vec<(&str, &str)> = headers.iter().map(|(name, value)| (*name, value.as_str())).collect();
            let ends = APPS.each_ref().map(|app| witnessed(ask(app, method, path, &headers, "")));
            assert!(ends.windows(2).all(|two| two[0] == two[1]), "{method} {path} {headers:?}: {ends:#?}");
        }
    }

    #[test]
    fn texts_are_judged_alike(token in token(), policy in select(POLICIES.to_vec())) {
        fn told<C: Claims>(verified: Result<TokenPayload<C>, fastjwt::Error>) -> Result<Value, fastjwt::ErrorKind> {
            verified.map(|payload| serde_json::to_value(payload).unwrap()).map_err(|error| error.kind().clone())
        }
        let [plain, cached, asking, asking_cached] = instances();
        for _ in 0..2 {
            let wanted = witnessed(async { told(plain.verify::<NoClaims>(&token, &policy.1)) });
            assert_eq!(witnessed(async { told(cached.verify::<NoClaims>(&token, &policy.1)) }), wanted);
            for jwt in [&plain, &cached, &asking, &asking_cached] {
                assert_eq!(witnessed(async { told(jwt.authenticate::<NoClaims>(&token, &policy.1).await) }), wanted);
            }
        }
    }
}

/// What something came to, the events that told of it, and how often it looked at the clock.
fn witnessed<T>(job: impl Future<Output = T>) -> (T, Vec<String>, u32) {
    Log::listen();
    let (log, runtime) = (Log::default(), tokio::runtime::Builder::new_current_thread().build().unwrap());
    LOOKS.set(0);
    let end = tracing::subscriber::with_default(log.clone(), || runtime.block_on(job));
    (end, log.take().into_iter().filter(|event| event.contains(" fastjwt ")).collect(), LOOKS.get())
}

/// What the properties above try is of both sorts: else they would show nothing.
#[tokio::test]
async fn some_are_let_in_and_some_are_not() {
    let [app, ..] = &*APPS;
    let mut claims = good_claims();
    (claims["sub"], claims["csrf"]) = (json!("u"), json!(CSRF));
    let good = forge_claims(&claims);
    let cookie = format!("__Host-access_token={good}");
    let cookie = [("cookie", cookie.as_str()), ("x-csrf-token", CSRF)];
    let bearer = format!("Bearer {good}");
    for path in ["/handler", "/subject/u", "/let_in", "/access", "/any", "/twice/access", "/optional"] {
        assert_eq!(ask(app, "GET", path, &[("authorization", &bearer)], "").await.status, 200, "{path}");
        assert_eq!(ask(app, "POST", path, &cookie, "").await.status, 200, "{path}");
        assert_eq!(ask(app, "POST", path, &cookie[..1], "").await.status, 403, "{path}");
    }
    // Another header may be repeated.
    let crowded =
        [("authorization", bearer.as_str()), ("cookie", "a=b"), ("cookie", "c=d"), ("accept", "a"), ("accept", "b")];
    assert_eq!(ask(app, "GET", "/handler", &crowded, "").await.status, 200);
    let twice = [("authorization", bearer.as_str()), ("authorization", bearer.as_str())];
    assert_eq!(ask(app, "GET", "/handler", &twice, "").await.status, 400);
    for path in ["/subject/other", "/refresh", "/fresh", "/scopes", "/audience", "/twice/issuer"] {
        let status = ask(app, "GET", path, &[("authorization", &bearer)], "").await.status;
        assert!(status == 401 || status == 403, "{path}");
    }
}

/// To the second, and whichever of both begins later.
#[test]
fn a_token_that_comes_again_is_good_from_its_beginning_to_its_end() {
    let clock = Arc::new(AtomicU64::new(NOW));
    let own = Arc::clone(&clock);
    let jwt = builder().clock(move || at(own.load(Ordering::Relaxed))).token_cache_entries(64).build().unwrap();
    let strict = Policy::access().leeway(Duration::ZERO);
    for (nbf, iat) in [(NOW - 100, NOW - 50), (NOW - 50, NOW - 100)] {
        let mut claims = good_claims();
        (claims["nbf"], claims["iat"], claims["exp"]) = (json!(nbf), json!(iat), json!(NOW + 20));
        let token = issue_claims(&claims);
        let moments =
            [(NOW, true), (NOW - 51, false), (NOW - 50, true), (NOW + 19, true), (NOW + 20, false), (NOW, true)];
        for (moment, is_good) in moments {
            clock.store(moment, Ordering::Relaxed);
            assert_eq!(
                jwt.verify::<NoClaims>(&token, &strict).is_ok(),
                is_good,
                "{}",
                moment.cast_signed() - NOW.cast_signed()
            );
        }
    }
}

/// What a door demands besides its kind, a token that was kept at another door is not let off.
#[test]
fn r_35_a_kept_token_is_held_against_the_issuer_that_a_door_demands() {
    let jwt = builder().token_cache_entries(64).build().unwrap();
    let token = issue_claims(&good_claims());
    for _ in 0..2 {
        assert!(jwt.verify::<NoClaims>(&token, &Policy::access()).is_ok());
        assert!(jwt.verify::<NoClaims>(&token, &Policy::access().issuer("https://partner.example")).is_err());
    }
}

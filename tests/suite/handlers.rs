//! The forms that a guarded handler may have, each run: with its token it works, without one it does not (R-100).

use std::{collections::BTreeMap, fmt::Display};

use axum::{
    Extension, Json, Router,
    body::{Body, Bytes},
    extract::{FromRef, MatchedPath, OriginalUri, Path, Query, RawQuery, Request, State},
    http::{HeaderMap, Method, StatusCode, Uri, Version},
    response::{Html, IntoResponse},
    routing::{MethodRouter, get, post},
};
use fastjwt::{
    ClaimMap, Claims, FastJwt, FreshPayload, NoClaims, Realm, RefreshPayload, TokenPayload, access_token_required,
    claim_value, fresh_token_required, jwt_claims, refresh_token_required,
};
use serde_json::{Value, json};

use crate::support::{self, NOW, SECRET, at, forge_claims, get_bearer, good_claims, jwt, send};

#[jwt_claims]
#[derive(Clone)]
struct Profile {
    age: u8,
    role: Role,
}

#[claim_value]
#[derive(Clone, Debug)]
enum Role {
    Admin,
    Member { team: String },
}

struct Staff;

impl Realm for Staff {
    const NAME: &'static str = "staff";
}

#[derive(Clone, FromRef)]
struct AppState {
    jwt: FastJwt,
    staff: FastJwt<Staff>,
    greeting: &'static str,
}

fn state() -> AppState {
    let staff = FastJwt::<Staff>::realm_builder().secret(SECRET).clock(|| at(NOW)).build().unwrap();
    AppState { jwt: jwt(), staff, greeting: "hello" }
}

#[access_token_required]
async fn payload_last(
    State(greeting): State<&'static str>,
    Path(page): Path<u32>,
    payload: TokenPayload<Profile>,
) -> String {
    format!("{greeting} {page} {} {} {:?}", payload.sub, payload.age, payload.role)
}

#[access_token_required]
async fn mutable(mut payload: TokenPayload) -> String {
    payload = payload.clone();
    payload.sub.clone()
}

#[access_token_required]
async fn by_value(payload: TokenPayload<Profile>) -> Html<String> {
    let (registered, Profile { age, role }) = payload.into_parts();
    Html(format!("{} {age} {role:?}", registered.sub))
}

#[access_token_required]
async fn untyped(payload: TokenPayload<ClaimMap>) -> Json<Value> {
    Json(json!(payload.extra.keys().collect::<Vec<_>>()))
}

#[access_token_required]
async fn unused(_: TokenPayload<Profile>) -> &'static str {
    "in"
}

#[access_token_required]
async fn only_guarded() -> impl IntoResponse {
    (StatusCode::CREATED, "in")
}

#[access_token_required]
async fn fallible(payload: TokenPayload) -> Result<String, (StatusCode, &'static str)> {
    payload.subject::<u64>().map(|id| id.to_string()).map_err(|_| (StatusCode::UNPROCESSABLE_ENTITY, "no number"))
}

type Session = TokenPayload<Profile>;
type MaybeSession = Option<TokenPayload<Profile>>;

#[access_token_required]
async fn alias(#[payload] session: Session) -> String {
    session.age.to_string()
}

#[access_token_required]
async fn unmarked_alias(session: Session) -> String {
    session.age.to_string()
}

#[access_token_required(optional)]
async fn optional_alias(#[payload] session: MaybeSession) -> String {
    session.map_or_else(|| "anonymous".to_owned(), |session| session.sub.clone())
}

#[access_token_required(optional)]
async fn optional(payload: Option<TokenPayload<Profile>>) -> String {
    payload.map_or_else(|| "anonymous".to_owned(), |payload| payload.sub.clone())
}

#[access_token_required(state = AppState)]
async fn with_state() -> &'static str {
    "in"
}

#[access_token_required(crate = fastjwt)]
async fn with_crate(payload: fastjwt::TokenPayload) -> String {
    payload.sub.clone()
}

/// A handler for any claims that can be shown.
#[access_token_required]
async fn generic<C, T>(payload: TokenPayload<C>) -> String
where
    C: Claims + Aged,
    T: Default + Display + Send + 'static,
{
    format!("{} {}", payload.age(), T::default())
}

#[access_token_required]
async fn generic_guard<const N: usize>() -> String {
    N.to_string()
}

trait Aged {
    fn age(&self) -> u8;
}

impl Aged for Profile {
    fn age(&self) -> u8 {
        self.age
    }
}

struct Handlers<T>(T);

impl<T: Default + Display + Send + 'static> Handlers<T> {
    #[access_token_required]
    async fn associated(payload: TokenPayload) -> String {
        format!("{} {}", payload.sub, T::default())
    }

    #[access_token_required(subject_param = "page")]
    async fn guarded() -> String {
        Self::name()
    }

    fn name() -> String {
        T::default().to_string()
    }
}

#[access_token_required]
#[axum::debug_handler(state = AppState)]
async fn debugged_below(State(greeting): State<&'static str>, payload: TokenPayload) -> String {
    format!("{greeting} {}", payload.sub)
}

#[axum::debug_handler(state = AppState)]
#[access_token_required]
async fn debugged_above(payload: TokenPayload, State(greeting): State<&'static str>) -> String {
    format!("{greeting} {}", payload.sub)
}

#[access_token_required]
#[axum::debug_handler(state = AppState)]
async fn debugged_guard(State(greeting): State<&'static str>) -> &'static str {
    greeting
}

/// Sixteen parameters with the payload among them; the body last.
#[expect(clippy::too_many_arguments, reason = "as many as axum takes")]
#[access_token_required]
async fn sixteen(
    method: Method,
    _: Uri,
    _: Version,
    _: HeaderMap,
    State(_): State<AppState>,
    State(_): State<FastJwt>,
    Path(page): Path<u32>,
    Query(_): Query<BTreeMap<String, String>>,
    payload: TokenPayload,
    RawQuery(_): RawQuery,
    _: OriginalUri,
    _: MatchedPath,
    Extension(extension): Extension<u8>,
    _: Option<Extension<u16>>,
    State(_): State<&'static str>,
    body: String,
) -> String {
    format!("{method} {page} {} {extension} {body}", payload.sub)
}

/// Fifteen and the guard.
#[expect(clippy::too_many_arguments, reason = "as many as axum takes")]
#[access_token_required]
async fn fifteen(
    _: Uri,
    _: Version,
    _: HeaderMap,
    State(_): State<AppState>,
    State(_): State<FastJwt>,
    Path(page): Path<u32>,
    Query(_): Query<BTreeMap<String, String>>,
    RawQuery(_): RawQuery,
    _: OriginalUri,
    _: MatchedPath,
    _: Extension<u8>,
    _: Option<Extension<u16>>,
    State(_): State<&'static str>,
    method: Method,
    body: Bytes,
) -> String {
    format!("{method} {page} {}", body.len())
}

#[access_token_required]
async fn json_body(payload: TokenPayload, Json(body): Json<Value>) -> String {
    format!("{} {body}", payload.sub)
}

#[access_token_required]
async fn guarded_body(request: Request) -> String {
    request.uri().path().to_owned()
}

macro_rules! handler {
    ($name:ident, $payload:ty) => {
        #[access_token_required]
        async fn $name(payload: $payload) -> String {
            payload.sub.clone()
        }
    };
}

handler!(from_a_macro, TokenPayload<Profile>);

fn bearer(changes: &Value) -> String {
    let mut claims = good_claims();
    let extra = json!({ "sub": "42", "fresh": true, "age": 22, "role": { "Member": { "team": "red" } } });
    for members in [&extra, changes] {
        claims.as_object_mut().unwrap().extend(members.as_object().unwrap().clone());
    }
    forge_claims(&claims)
}

#[tokio::test]
async fn r_100_every_form_of_a_handler_is_guarded_and_runs() {
    let member = r#"Member { team: "red" }"#;
    let table: Vec<(&str, MethodRouter<AppState>, String)> = vec![
        ("payload last", get(payload_last), format!("hello 42 42 22 {member}")),
        ("mutable", get(mutable), "42".into()),
        ("by value", get(by_value), format!("42 22 {member}")),
        ("untyped", get(untyped), r#"["age","role"]"#.into()),
        ("unused", get(unused), "in".into()),
        ("only guarded", get(only_guarded), "in".into()),
        ("fallible", get(fallible), "42".into()),
        ("alias", get(alias), "22".into()),
        ("unmarked alias", get(unmarked_alias), "22".into()),
        ("state", get(with_state), "in".into()),
        ("crate", get(with_crate), "42".into()),
        ("generic", get(generic::<Profile, i8>), "22 0".into()),
        ("generic guard", get(generic_guard::<3>), "3".into()),
        ("associated", get(Handlers::<u8>::associated), "42 0".into()),
        ("associated guard", get(Handlers::<u8>::guarded), "0".into()),
        ("debug_handler below", get(debugged_below), "hello 42".into()),
        ("debug_handler above", get(debugged_above), "hello 42".into()),
        ("debug_handler below a guard", get(debugged_guard), "hello".into()),
        ("from a macro", get(from_a_macro), "42".into()),
        ("closure", get(async |payload: TokenPayload<Profile>| payload.age.to_string()), "22".into()),
        ("sixteen", get(sixteen), "GET 42 42 7 ".into()),
        ("fifteen", get(fifteen), "GET 42 0".into()),
        ("request", get(guarded_body), "/page/42".into()),
    ];
    for (name, handler, expected) in table {
        let app = Router::new().route("/page/{page}", handler).layer(Extension(7_u8)).with_state(state());
        let answer = get_bearer(&app, "/page/42", &bearer(&json!({}))).await;
        assert!(answer.status.is_success(), "{name}: {answer:?}");
        assert_eq!(answer.body, expected, "{name}");
        for (authorization, code) in
            [(None, "missing_token"), (Some("Bearer x"), "invalid_token"), (Some("Bearer"), "invalid_request")]
        {
            assert_eq!(support::get(&app, "/page/42", authorization).await.code(), code, "{name}");
        }
        let refresh = bearer(&json!({ "type": "refresh" }));
        assert_eq!(get_bearer(&app, "/page/42", &refresh).await.code(), "invalid_token", "{name}");
    }
}

#[tokio::test]
async fn an_optional_payload_lets_in_who_has_no_token_and_nobody_with_a_bad_one() {
    for handler in [get(optional), get(optional_alias), get(async |payload: MaybeSession| optional_text(payload))] {
        let app = Router::new().route("/", handler).with_state(state());
        assert_eq!(support::get(&app, "/", None).await.body, "anonymous");
        assert_eq!(support::get(&app, "/", Some("Basic dTpw")).await.body, "anonymous");
        assert_eq!(get_bearer(&app, "/", &bearer(&json!({}))).await.body, "42");
        for changes in
            [json!({ "exp": 1 }), json!({ "type": "refresh" }), json!({ "age": "old" }), json!({ "realm": "staff" })]
        {
            assert_eq!(get_bearer(&app, "/", &bearer(&changes)).await.status, StatusCode::UNAUTHORIZED, "{changes}");
        }
        assert_eq!(support::get(&app, "/", Some("Bearer")).await.status, StatusCode::BAD_REQUEST);
    }
}

fn optional_text(payload: MaybeSession) -> String {
    payload.map_or_else(|| "anonymous".to_owned(), |payload| payload.sub.clone())
}

#[access_token_required]
async fn staff(payload: TokenPayload<NoClaims, Staff>) -> String {
    payload.sub.clone()
}

#[access_token_required(realm = Staff, state = AppState)]
async fn staff_guard() -> &'static str {
    "42"
}

#[access_token_required(realm = Staff, optional)]
async fn staff_optional(payload: Option<TokenPayload<Profile, Staff>>) -> String {
    payload.map_or_else(|| "anonymous".to_owned(), |payload| payload.sub.clone())
}

#[tokio::test]
async fn r_100_the_realm_is_the_payloads_or_the_one_that_is_named() {
    for handler in [get(staff), get(staff_guard), get(staff_optional)] {
        let app = Router::new().route("/", handler).with_state(state());
        assert_eq!(get_bearer(&app, "/", &bearer(&json!({ "realm": "staff" }))).await.body, "42");
        assert_eq!(get_bearer(&app, "/", &bearer(&json!({}))).await.code(), "invalid_token");
    }
}

#[tokio::test]
async fn a_body_is_read_after_the_guard_and_not_without_it() {
    let app = Router::new().route("/json", post(json_body)).with_state(state());
    let ask = async |token: Option<&str>, body: &'static str| {
        let mut request = axum::http::Request::post("/json").header("content-type", "application/json");
        if let Some(token) = token {
            request = request.header("authorization", format!("Bearer {token}"));
        }
        send(&app, request.body(Body::from(body)).unwrap()).await
    };
    let token = bearer(&json!({}));
    assert_eq!(ask(Some(&token), r#"{"a":1}"#).await.body, r#"42 {"a":1}"#);
    assert_eq!(ask(Some(&token), "{").await.status, StatusCode::BAD_REQUEST);
    // Without a token nothing is told about the body.
    assert_eq!(ask(None, "{").await.code(), "missing_token");
}

#[fresh_token_required]
async fn fresh(payload: TokenPayload) -> String {
    payload.sub.clone()
}

async fn fresh_extractor(payload: FreshPayload<Profile>) -> String {
    format!("{} {}", payload.clone().sub, payload.into_payload().age)
}

#[refresh_token_required]
async fn refresh(payload: TokenPayload<Profile>) -> String {
    payload.sub.clone()
}

async fn refresh_extractor(payload: RefreshPayload<Profile>) -> String {
    format!("{} {}", payload.sub, payload.age)
}

#[tokio::test]
async fn r_38_fresh_and_refresh_handlers_take_their_kind_only() {
    let stale = "insufficient_user_authentication";
    let table: [(MethodRouter<AppState>, [&str; 3]); 4] = [
        (get(fresh), ["42", stale, "invalid_token"]),
        (get(fresh_extractor), ["42 22", stale, "invalid_token"]),
        (get(refresh), ["invalid_token", "invalid_token", "42"]),
        (get(refresh_extractor), ["invalid_token", "invalid_token", "42 22"]),
    ];
    for (handler, expected) in table {
        let app = Router::new().route("/", handler).with_state(state());
        let tokens = [json!({}), json!({ "fresh": false }), json!({ "type": "refresh" })];
        for (changes, expected) in tokens.iter().zip(expected) {
            let answer = get_bearer(&app, "/", &bearer(changes)).await;
            let said = if answer.status == StatusCode::OK { answer.body.clone() } else { answer.code() };
            assert_eq!(said, expected, "{changes}");
        }
    }
}

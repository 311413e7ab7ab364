//! The bytes of the header `Authorization`, a line each, to every kind of door: what comes in has one header, the scheme and a
//! good token; every other answer is one of a few, and shows nothing of what was sent.
#![no_main]

use std::{cell::RefCell, collections::HashMap, sync::LazyLock};

use axum::{
    Router,
    body::Body,
    http::{HeaderValue, Request, StatusCode, header::AUTHORIZATION},
    routing::get,
};
use fastjwt::{FastJwt, NoClaims, TokenPayload, access_token_required};
use fastjwt_fuzz::support::{Answer, builder, forge_claims, good_claims, send};
use libfuzzer_sys::fuzz_target;
use tokio::runtime::Runtime;

/// Short enough that the fuzzer finds longer tokens.
const MAX_TOKEN_SIZE: usize = 1024;

static JWT: LazyLock<FastJwt> =
    LazyLock::new(|| builder().max_token_size(MAX_TOKEN_SIZE).build().expect("a good configuration"));

#[access_token_required]
async fn guarded(payload: TokenPayload) -> String {
    payload.sub.clone()
}

#[access_token_required(optional)]
async fn optional(payload: Option<TokenPayload>) -> String {
    payload.map_or_else(|| "nobody".to_owned(), |payload| payload.sub.clone())
}

const REQUIRED: [&str; 3] = ["/extractor", "/attribute", "/layer"];

static APP: LazyLock<Router> = LazyLock::new(|| {
    let behind_layer = Router::new().route("/layer", get(async || "USER_ID")).layer(JWT.access_token_required());
    Router::new()
        .route("/extractor", get(async |payload: TokenPayload| payload.sub.clone()))
        .route("/attribute", get(guarded))
        .route("/optional", get(optional))
        .merge(behind_layer)
        .with_state(JWT.clone())
});

thread_local! {
    static RUNTIME: RefCell<Runtime> =
        RefCell::new(tokio::runtime::Builder::new_current_thread().build().expect("a runtime"));
}

fn ask(path: &str, values: &[HeaderValue]) -> Answer {
    let mut request = Request::get(path).body(Body::empty()).expect("a good request");
    for value in values {
        request.headers_mut().append(AUTHORIZATION, value.clone());
    }
    RUNTIME.with_borrow(|runtime| runtime.block_on(send(&APP, request)))
}

/// The answers that there are, each by its code, whatever was sent.
static REFUSALS: LazyLock<HashMap<String, Answer>> = LazyLock::new(|| {
    let value = HeaderValue::from_static;
    let long = HeaderValue::from_str(&format!("Bearer {}", "a".repeat(MAX_TOKEN_SIZE + 1))).expect("a good value");
    let requests = [vec![], vec![value("Bearer \"")], vec![value("Bearer a.b.c")], vec![long]];
    let answers: HashMap<_, _> =
        requests.iter().map(|values| ask("/extractor", values)).map(|answer| (answer.code(), answer)).collect();
    assert_eq!(answers.len(), requests.len(), "{answers:?}");
    answers
});

/// What the one header must be, by RFC 9110 section 11.4, to be let in with.
fn token_of(values: &[HeaderValue]) -> Option<&str> {
    let [value] = values else { return None };
    let (scheme, token) = value.to_str().ok()?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("Bearer").then(|| token.trim_start_matches(' '))
}

fuzz_target!(
    init: {
        let token = forge_claims(&good_claims());
        if std::env::var_os("FASTJWT_SHOW_TOKENS").is_some() {
            println!("{token}");
        }
        assert!(JWT.verify_access_token::<NoClaims>(&token).is_ok());
    },
    |bytes: &[u8]| {
        let lines: Result<Vec<_>, _> = bytes.split(|byte| *byte == b'\n').map(HeaderValue::from_bytes).collect();
        let Ok(mut values) = lines else { return };
        // No bytes are no header.
        if bytes.is_empty() {
            values.clear();
        }
        let [answer, attribute, layer] = REQUIRED.map(|path| ask(path, &values));
        assert_eq!(answer, attribute);
        assert_eq!(answer.status, layer.status);
        let optional = ask("/optional", &values);
        let valid = token_of(&values).is_some_and(|token| JWT.verify_access_token::<NoClaims>(token).is_ok());
        assert_eq!(answer.status == StatusCode::OK, valid, "{answer:?}");
        if valid {
            assert_eq!((optional.status, optional.body), (StatusCode::OK, answer.body));
            return;
        }
        let refusal = REFUSALS.get(&answer.code());
        let statuses =
            [StatusCode::BAD_REQUEST, StatusCode::UNAUTHORIZED, StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE];
        assert!(statuses.contains(&answer.status), "{answer:?}");
        // Two headers and a malformed one have one code, and a text each.
        assert_eq!(refusal.map(|refusal| refusal.status), Some(answer.status));
        if values.len() < 2 {
            assert_eq!(refusal, Some(&answer));
        }
        // No token of ours passes where none is demanded.
        let none = REFUSALS.values().any(|refusal| {
            *refusal == answer && answer.status == StatusCode::UNAUTHORIZED && answer.code() != "invalid_token"
        });
        assert_eq!(optional.status == StatusCode::OK, none, "{optional:?}");
    }
);

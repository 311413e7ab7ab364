//! Hostile `Cookie` headers: a clear answer to each, no panic, and work that grows with the length only.

use axum::{
    Router,
    body::Body,
    http::{HeaderValue, Request},
    routing::get,
};
use fastjwt::{FastJwt, Locations, Policy, TokenPayload};
use proptest::prelude::*;

use crate::{
    counting::allocations,
    support::{Answer, builder, cases, forge_claims, good_claims, send},
};

fn jwt() -> FastJwt {
    builder()
        .locations(Locations::COOKIES)
        .cookies(|cookie| cookie.csrf_cookie(false))
        .access_cookie(|cookie| cookie.name("t"))
        .build()
        .unwrap()
}

fn app() -> Router {
    Router::new().route("/", get(async |_: TokenPayload| "in")).with_state(jwt())
}

async fn ask(app: &Router, headers: &[&[u8]]) -> Answer {
    let mut request = Request::get("/");
    for header in headers {
        request = request.header("cookie", HeaderValue::from_bytes(header).expect("a header can hold it"));
    }
    send(app, request.body(Body::empty()).unwrap()).await
}

async fn code(headers: &[&[u8]]) -> String {
    let answer = ask(&app(), headers).await;
    if answer.status == 200 { answer.body } else { format!("{} {}", answer.status.as_u16(), answer.code()) }
}

#[tokio::test]
async fn r_12_every_hostile_cookie_header_has_a_clear_answer() {
    let token = forge_claims(&good_claims());
    let good = format!("t={token}");
    let table: Vec<(Vec<Vec<u8>>, &str)> = vec![
        (vec![good.clone().into()], "in"),
        (vec![format!("  {good}  ").into()], "in"),
        (vec![format!(";;; ;{good};;;").into()], "in"),
        (vec![format!("a=b;{good};c=d").into()], "in"),
        (vec![b"a=b".to_vec(), good.clone().into(), b"c".to_vec()], "in"),
        (vec![format!("=; ==; =t; t; {good}").into()], "in"),
        (vec![format!("T=x; tt=x; t2=x; xt=x; {good}").into()], "in"),
        // Other cookies may be what they like.
        (vec![[b"a=\xff\xfe; b=\"; ".as_slice(), good.as_bytes()].concat()], "in"),
        (vec![format!("a=\"x; {good}; b=\"").into()], "in"),
        // Sixty-four kilobytes, in one pair, and in as many as fit.
        (vec![format!("a={}; {good}", "x".repeat(65_536)).into()], "in"),
        (vec![format!("{}{good}", "a=b; ".repeat(13_000)).into()], "in"),
        (vec![format!("{}{good}", ";".repeat(65_536)).into()], "in"),
        (vec![format!("{} {good}", (0..1000).map(|number| format!("n{number}=v;")).collect::<String>()).into()], "in"),
        (vec!["x".repeat(65_536).into()], "401 missing_token"),
        (vec!["t".repeat(65_536).into()], "401 missing_token"),
        (vec![b"".to_vec()], "401 missing_token"),
        (vec![b"t".to_vec()], "401 missing_token"),
        (vec![b"t=".to_vec()], "401 missing_token"),
        (vec![b"t ;=x".to_vec()], "401 missing_token"),
        (vec![format!("t={}", "x".repeat(65_536)).into()], "431 token_too_large"),
        (vec![format!("t={}", "\"".repeat(65_536)).into()], "431 token_too_large"),
        (vec!["t=a; ".repeat(1000).into()], "400 invalid_request"),
        (vec![format!("{good}; {good}").into()], "400 invalid_request"),
        (vec![good.clone().into(), good.clone().into()], "400 invalid_request"),
        (vec![format!("{good}; t=").into()], "400 invalid_request"),
        (vec![format!("t=\"{token}\"").into()], "400 invalid_request"),
        (vec![format!("t='{token}'").into()], "400 invalid_request"),
        (vec![format!("t={token}, t={token}").into()], "400 invalid_request"),
        (vec![format!("t={token} x").into()], "400 invalid_request"),
        (vec![format!("t={token}\tx").into()], "400 invalid_request"),
        (vec![format!("t={}", token.replace('.', "%2E")).into()], "400 invalid_request"),
        (vec![b"t=\xff".to_vec()], "400 invalid_request"),
        (vec!["t=\u{e9}".as_bytes().to_vec()], "400 invalid_request"),
        (vec![b"t==".to_vec()], "400 invalid_request"),
        (vec![b"t=x".to_vec()], "401 invalid_token"),
    ];
    for (headers, expected) in table {
        let headers: Vec<&[u8]> = headers.iter().map(Vec::as_slice).collect();
        let shown: String = String::from_utf8_lossy(headers.first().unwrap()).chars().take(80).collect();
        assert_eq!(code(&headers).await, expected, "{shown}");
    }
}

/// Nothing is copied or listed, however many pairs there are; what is looked at once takes linear time.
#[test]
fn r_12_reading_a_cookie_header_asks_for_no_memory() {
    let jwt = jwt();
    let asked = |cookie: &str| {
        let (parts, ()) = Request::get("/").header("cookie", cookie).body(()).unwrap().into_parts();
        let (made, token) =
            allocations(|| jwt.request_token(&parts, &Policy::access()).map(|token| token.as_str().len()));
        (made.times, made.bytes, token.ok())
    };
    // The token's own text, once, whatever stands around it.
    assert_eq!(asked("t=abc"), (1, 3, Some(3)));
    assert_eq!(asked(&format!("{}t=abc", "a=b; ".repeat(13_000))), (1, 3, Some(3)));
    assert_eq!(asked(&format!("{}t=abc", ";".repeat(65_536))), (1, 3, Some(3)));
    let (times, bytes, token) = asked(&"t=abc; ".repeat(9_000));
    assert!(times <= 1 && bytes <= 256 && token.is_none(), "{times} {bytes}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(cases(256, 20_000)))]

    /// Against a reading that is as plain as can be: all values of our name, in all headers.
    #[test]
    fn r_12_any_cookie_header_is_read_as_a_plain_reader_reads_it(
        headers in prop::collection::vec(prop::collection::vec(prop::sample::select(b"t=; \t\"a\xff,".to_vec()), 0..24), 0..3),
    ) {
        let values: Vec<Vec<u8>> = headers
            .iter()
            .flat_map(|header| header.split(|byte| *byte == b';'))
            .filter_map(|pair| pair.trim_ascii().strip_prefix(b"t=").map(<[u8]>::to_vec))
            .collect();
        let is_token = |value: &[u8]| {
            // Padding may stand at the end.
            let padding = value.iter().rev().take_while(|byte| **byte == b'=').count();
            let body = &value[..value.len() - padding];
            !body.is_empty() && body.iter().all(|byte| matches!(byte, b'a' | b't'))
        };
        let expected = match values.as_slice() {
            [] => None,
            [one] if one.is_empty() => None,
            [one] if is_token(one) => Some(Ok(one.clone())),
            _ => Some(Err(())),
        };
        let mut request = Request::get("/");
        for header in &headers {
            request = request.header("cookie", HeaderValue::from_bytes(header).expect("a header can hold it"));
        }
        let (parts, ()) = request.body(()).unwrap().into_parts();
        let found = match jwt().request_token(&parts, &Policy::access()) {
            Ok(token) => Some(Ok(token.into_string().into_bytes())),
            Err(error) if error.to_string() == "the request carries no token" => None,
            Err(_) => Some(Err(())),
        };
        prop_assert_eq!(found, expected);
    }
}

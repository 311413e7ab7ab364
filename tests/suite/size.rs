//! Size and depth are bounded before anything is decoded: a token costs no more than its length allows.

use axum::http::StatusCode;
use fastjwt::{NoClaims, RequestFault, TokenFault, danger};
use serde_json::json;

use crate::{
    counting::allocations,
    support::{builder, forge_claims, forge_text, get_bearer, good_claims, guarded, jwt, refusal},
};

#[test]
fn r_09_the_size_limit_is_exact_and_comes_first() {
    let mut claims = good_claims();
    claims["padding"] = json!("a".repeat(100));
    let token = forge_claims(&claims);
    let limited = |bytes| builder().max_token_size(bytes).build().unwrap();
    assert!(limited(token.len()).verify_access_token::<NoClaims>(&token).is_ok());
    assert_eq!(refusal::<NoClaims>(&limited(token.len() - 1), &token), RequestFault::TokenTooLarge.into());
    // The default; whatever else is wrong with it.
    assert_eq!(refusal::<NoClaims>(&jwt(), &".".repeat(8192)), TokenFault::Malformed.into());
    assert_eq!(refusal::<NoClaims>(&jwt(), &".".repeat(8193)), RequestFault::TokenTooLarge.into());
}

#[tokio::test]
async fn r_09_over_http_a_token_that_is_too_large_is_431() {
    for token in [".".repeat(8193), ".".repeat(1 << 20), "a".repeat(1 << 20), "=".repeat(8193), "{".repeat(8193)] {
        let answer = get_bearer(&guarded(), "/", &token).await;
        assert_eq!(answer.status, StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE);
        assert_eq!(answer.code(), "token_too_large");
        assert_eq!(answer.challenge(), None);
    }
}

#[test]
fn r_09_a_token_that_is_too_large_is_not_copied_or_split() {
    let jwt = jwt();
    let large_header = forge_text(json!({ "alg": "HS256", "x": "a".repeat(1 << 20) }).to_string(), "{}");
    let many_members = forge_text(format!("{{{}\"alg\":\"HS256\"}}", "\"a\":1,".repeat(100_000)), "{}");
    for token in [".".repeat(8193), ".".repeat(1 << 20), "a.".repeat(1 << 20), large_header, many_members] {
        let (made, result) = allocations(|| jwt.verify_access_token::<NoClaims>(&token).map(drop));
        assert!(result.is_err());
        assert!(made.times <= 2 && made.bytes <= 1024, "{made:?} for {} bytes", token.len());
        let (made, result) = allocations(|| danger::decode_unverified::<NoClaims>(&token).map(drop));
        assert!(result.is_err());
        assert!(token.len() <= 65_536 || (made.times <= 2 && made.bytes <= 1024), "{made:?} for {} bytes", token.len());
    }
}

#[test]
fn r_09_a_text_of_dots_is_not_split_into_a_list() {
    let jwt = builder().max_token_size(65_536).build().unwrap();
    for token in [".".repeat(65_536), "a.".repeat(32_768)] {
        let (made, _) = allocations(|| jwt.verify_access_token::<NoClaims>(&token).map(drop));
        assert!(made.times <= 2 && made.bytes <= 1024, "{made:?}");
        let (made, _) = allocations(|| danger::decode_unverified::<NoClaims>(&token).map(drop));
        assert!(made.times <= 2 && made.bytes <= 1024, "{made:?}");
    }
}

//! What `sign` makes, member for member, and what it refuses to make (R-39 to R-41, R-50).

use std::{collections::BTreeMap, fmt, time::Duration};

use axum::{body::to_bytes, http::StatusCode, response::IntoResponse as _};
use fastjwt::{
    Algorithm, ClaimMap, Entropy, ErrorKind, FastJwt, MachineFault, NoClaims, NumericDate, OutOfEntropy, Realm,
    SigningKey, Token, TokenBuilder, TokenResponse, UsageFault, VerifyingKey, jwt_claims,
};
use serde_json::{Value, json};

use crate::support::{NOW, SECRET, at, builder, jwt, segment_text};

/// No randomness at all, so that a token is the same every time.
struct Zeros;

impl Entropy for Zeros {
    fn fill(&self, bytes: &mut [u8]) -> Result<(), OutOfEntropy> {
        bytes.fill(0);
        Ok(())
    }
}

/// The id that [`Zeros`] give.
const ZERO_ID: &str = "AAAAAAAAAAAAAAAAAAAAAA";

struct Staff;

impl Realm for Staff {
    const NAME: &'static str = "staff";
}

#[jwt_claims]
struct Profile {
    foo: String,
    age: u8,
    #[serde(rename = "displayName")]
    name: Option<String>,
}

fn profile() -> Profile {
    Profile { foo: "b\"a\\r".into(), age: 22, name: None }
}

fn still() -> FastJwt {
    builder().entropy(Zeros).build().unwrap()
}

/// The claims of a token that can be signed.
fn claims_of<T: Token, C: fastjwt::Claims, R: Realm>(token: TokenBuilder<'_, T, C, R>, text: fn(&T) -> &str) -> Value {
    serde_json::from_str(&segment_text(text(&token.sign().unwrap()), 1)).unwrap()
}

fn access_claims<C: fastjwt::Claims>(token: TokenBuilder<'_, fastjwt::AccessToken, C>) -> Value {
    claims_of(token, fastjwt::AccessToken::as_str)
}

/// Why a token can't be issued.
pub fn refusal<T: Token + fmt::Debug, C: fastjwt::Claims, R: Realm>(token: TokenBuilder<'_, T, C, R>) -> String {
    match token.sign().unwrap_err().kind() {
        ErrorKind::Usage(UsageFault::CannotIssue(reason)) => reason.clone(),
        other => panic!("another error: {other:?}"),
    }
}

#[test]
fn the_json_of_a_plain_access_token_is_exactly_this() {
    let token = still().create_access_token("USER_ID").sign().unwrap();
    let expected = format!(
        r#"{{"sub":"USER_ID","exp":{},"nbf":{NOW},"iat":{NOW},"jti":"{ZERO_ID}","type":"access","fresh":false}}"#,
        NOW + 900
    );
    assert_eq!(segment_text(token.as_str(), 1), expected);
    let id = SigningKey::from_secret(Algorithm::HS256, SECRET).unwrap().id().to_owned();
    assert_eq!(segment_text(token.as_str(), 0), format!(r#"{{"alg":"HS256","typ":"JWT","kid":"{id}"}}"#));
    assert_eq!((token.expiry().as_secs(), token.expires_in()), (NOW + 900, Duration::from_secs(900)));
}

#[test]
fn the_json_of_a_plain_refresh_token_is_exactly_this() {
    let token = still().create_refresh_token("USER_ID").sign().unwrap();
    let end = NOW + 20 * 24 * 60 * 60;
    // It opens nothing, so that it says nothing of freshness.
    let expected =
        format!(r#"{{"sub":"USER_ID","exp":{end},"nbf":{NOW},"iat":{NOW},"jti":"{ZERO_ID}","type":"refresh"}}"#);
    assert_eq!(segment_text(token.as_str(), 1), expected);
    assert_eq!(token.expiry().as_secs(), end);
}

#[test]
fn the_json_of_a_token_with_everything_is_exactly_this() {
    let jwt = FastJwt::<Staff>::realm_builder()
        .secret(SECRET)
        .clock(|| at(NOW) + Duration::from_millis(999))
        .entropy(Zeros)
        .issuer("https://issuer.example")
        .audience(["configured"])
        .build()
        .unwrap();
    let token = jwt
        .create_access_token(42)
        .expires_in(Duration::from_secs(60))
        .not_before(at(NOW + 5))
        .audience(["api", "web"])
        .scopes(["read", "write"])
        .fresh()
        .header("env", "test")
        .claim("tenant", json!({ "sub": [1, null], "exp": -0.5 }))
        .claims(&profile())
        .sign()
        .unwrap();
    let expected = format!(
        concat!(
            r#"{{"iss":"https://issuer.example","sub":"42","aud":["api","web"],"exp":{},"nbf":{},"iat":{now},"jti":"{id}","#,
            r#""type":"access","fresh":true,"scopes":["read","write"],"auth_time":{now},"realm":"staff","#,
            r#""foo":"b\"a\\r","age":22,"displayName":null,"tenant":{{"exp":-0.5,"sub":[1,null]}}}}"#
        ),
        NOW + 60,
        NOW + 5,
        now = NOW,
        id = ZERO_ID
    );
    assert_eq!(segment_text(token.as_str(), 1), expected);
    assert!(segment_text(token.as_str(), 0).ends_with(r#","env":"test"}"#));
}

#[test]
fn one_audience_is_a_string_several_are_a_list_none_is_absent() {
    let jwt = builder().audience(["configured"]).build().unwrap();
    let token = || jwt.create_access_token("u");
    assert_eq!(access_claims(token())["aud"], json!("configured"));
    assert_eq!(access_claims(token().audience(["one"]))["aud"], json!("one"));
    assert_eq!(access_claims(token().audience(["one", "two"]))["aud"], json!(["one", "two"]));
    assert_eq!(access_claims(token().audience(Vec::<String>::new())).get("aud"), None);
    assert!(refusal(token().audience(["one", ""])).contains("audience"));
}

#[test]
fn what_was_put_in_comes_out_typed() {
    let jwt = builder().issuer("us").audience(["api"]).build().unwrap();
    let token =
        jwt.create_refresh_token("u").scopes(["a", "b"]).auth_time(at(NOW - 60)).claims(&profile()).sign().unwrap();
    let payload = jwt.verify_refresh_token::<Profile>(token.as_str()).unwrap();
    assert_eq!((payload.foo.as_str(), payload.age, &payload.name), ("b\"a\\r", 22, &None));
    assert_eq!((payload.iss.as_deref(), payload.aud.as_slice()), (Some("us"), ["api".to_owned()].as_slice()));
    assert_eq!(payload.auth_time, NumericDate::from_secs(NOW - 60));
    assert!(payload.has_scopes(["b", "a"]) && payload.has_scopes(["a"]) && payload.has_scopes::<&str>([]));
    assert!(!payload.has_scopes(["a", "c"]) && !payload.has_scopes(["A"]) && !payload.has_scopes(["a b"]));
    assert!(!payload.is_fresh() && payload.sid.is_none() && payload.csrf.is_none());
    assert_eq!((payload.issued_at(), payload.expiry()), (Some(at(NOW)), at(NOW + 20 * 86_400)));
    assert_eq!(payload.time_until_expiry(), Duration::from_secs(20 * 86_400));
    assert_eq!(payload.time_since_issued(), Some(Duration::ZERO));
}

#[test]
fn every_algorithm_signs_what_it_verifies() {
    for algorithm in [Algorithm::HS256, Algorithm::ES256, Algorithm::EdDSA] {
        let jwt = FastJwt::builder().key(SigningKey::generate(algorithm).unwrap()).build().unwrap();
        let token = jwt.create_access_token("u").claims(&profile()).sign().unwrap();
        assert_eq!(jwt.verify_access_token::<Profile>(token.as_str()).unwrap().age, 22, "{algorithm}");
        assert!(segment_text(token.as_str(), 0).starts_with(&format!(r#"{{"alg":"{algorithm}","#)));
    }
}

#[test]
fn the_subject_is_anything_that_displays() {
    struct Id(u8);
    impl fmt::Display for Id {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            write!(f, "id-{}\n\"\u{1F980}", self.0)
        }
    }
    let jwt = jwt();
    let subject =
        |token: fastjwt::AccessToken| jwt.verify_access_token::<NoClaims>(token.as_str()).unwrap().sub.clone();
    assert_eq!(subject(jwt.create_access_token(7_u64).sign().unwrap()), "7");
    assert_eq!(subject(jwt.create_access_token('x').sign().unwrap()), "x");
    assert_eq!(subject(jwt.create_access_token(String::from(" ")).sign().unwrap()), " ");
    assert_eq!(subject(jwt.create_access_token(Id(3)).sign().unwrap()), "id-3\n\"\u{1F980}");
    let number = jwt.create_access_token(i64::MIN).sign().unwrap();
    assert_eq!(jwt.verify_access_token::<NoClaims>(number.as_str()).unwrap().subject(), Ok(i64::MIN));
    assert!(refusal(jwt.create_access_token("")).contains("subject"));
    assert!(refusal(jwt.create_refresh_token("x".repeat(256))).contains("256 bytes"));
}

#[test]
fn the_end_is_a_duration_or_a_moment() {
    let jwt = builder()
        .max_token_lifetime(Duration::from_secs(86_400))
        .refresh_token_expires_in(Duration::from_secs(5))
        .build()
        .unwrap();
    let token = || jwt.create_access_token("u");
    assert_eq!(access_claims(token().expires_in(Duration::from_secs(1)))["exp"], json!(NOW + 1));
    assert_eq!(access_claims(token().expires_in(Duration::from_secs(86_400)))["exp"], json!(NOW + 86_400));
    assert_eq!(access_claims(token().expires_at(at(NOW + 77)))["exp"], json!(NOW + 77));
    // A fraction is cut off, so that no token outlives what was asked for.
    assert_eq!(access_claims(token().expires_at(at(NOW + 77) + Duration::from_millis(900)))["exp"], json!(NOW + 77));
    assert_eq!(access_claims(token().expires_in(Duration::from_millis(1900)))["exp"], json!(NOW + 1));
    // The last one said counts.
    assert_eq!(access_claims(token().expires_at(at(0)).expires_in(Duration::from_secs(9)))["exp"], json!(NOW + 9));
    let refresh = jwt.create_refresh_token("u").sign().unwrap();
    assert_eq!(refresh.expires_in(), Duration::from_secs(5));
}

#[test]
fn no_life_is_too_short_and_none_longer_than_the_configured_maximum() {
    let jwt = builder()
        .max_token_lifetime(Duration::from_secs(86_400))
        .refresh_token_expires_in(Duration::from_secs(5))
        .build()
        .unwrap();
    for lifetime in [Duration::ZERO, Duration::from_millis(999), Duration::from_secs(86_401), Duration::MAX] {
        assert!(
            refusal(jwt.create_access_token("u").expires_in(lifetime)).contains("max_token_lifetime"),
            "{lifetime:?}"
        );
        assert!(
            refusal(jwt.create_refresh_token("u").expires_in(lifetime)).contains("max_token_lifetime"),
            "{lifetime:?}"
        );
    }
    let far = at(0).checked_add(Duration::from_secs(i64::MAX as u64)).unwrap_or(at(NOW + 86_401));
    for moment in [at(NOW), at(NOW - 1), at(0), at(0) - Duration::from_secs(1), at(NOW + 86_401), far] {
        assert!(refusal(jwt.create_access_token("u").expires_at(moment)).contains("max_token_lifetime"), "{moment:?}");
    }
}

#[test]
fn not_before_lies_before_the_end() {
    let jwt = jwt();
    let token = || jwt.create_access_token("u").expires_in(Duration::from_secs(60));
    assert_eq!(access_claims(token().not_before(at(NOW + 59)))["nbf"], json!(NOW + 59));
    assert_eq!(access_claims(token().not_before(at(0)))["nbf"], json!(0));
    for moment in [NOW + 60, NOW + 61] {
        assert!(refusal(token().not_before(at(moment))).contains("not_before"));
    }
    let silent = builder().not_before(false).build().unwrap();
    assert_eq!(access_claims(silent.create_access_token("u")).get("nbf"), None);
    assert_eq!(access_claims(silent.create_access_token("u").not_before(at(NOW)))["nbf"], json!(NOW));
}

#[test]
fn r_40_fresh_says_when_and_never_in_the_future() {
    let jwt = jwt();
    let token = || jwt.create_access_token("u");
    let claims = access_claims(token().fresh());
    assert_eq!((&claims["fresh"], &claims["auth_time"]), (&json!(true), &json!(NOW)));
    let claims = access_claims(token().auth_time(at(NOW - 9)).fresh());
    assert_eq!((&claims["fresh"], &claims["auth_time"]), (&json!(true), &json!(NOW - 9)));
    let claims = access_claims(token().auth_time(at(NOW) + Duration::from_millis(500)));
    assert_eq!((&claims["fresh"], &claims["auth_time"]), (&json!(false), &json!(NOW)));
    assert_eq!(access_claims(token()).get("auth_time"), None);
    // The clock of who saw the login may be ahead by the leeway.
    for ahead in [1, 10] {
        let claims = access_claims(token().auth_time(at(NOW + ahead)).fresh_for(Duration::from_secs(60)));
        assert_eq!((&claims["fresh"], &claims["auth_time"]), (&json!(NOW + 60), &json!(NOW)));
    }
    assert!(refusal(token().auth_time(at(NOW + 11))).contains("auth_time"));
    let strict = builder().leeway(Duration::ZERO).build().unwrap();
    assert!(refusal(strict.create_access_token("u").auth_time(at(NOW + 1))).contains("auth_time"));
}

#[test]
fn scopes_are_words_that_a_header_can_carry() {
    let jwt = jwt();
    let token = |scope: &str| jwt.create_access_token("u").scopes(["first", scope]).sign();
    for good in ["a", "read:users", "!", "#[]~", "https://x.example/y?z", &"x".repeat(1000)] {
        assert!(token(good).is_ok(), "{good}");
    }
    for bad in ["", " ", "a b", "a\"", "a\\", "é", "a\n", "\u{7f}", "a\tb", "a\0"] {
        let error = token(bad).unwrap_err().to_string();
        // It says which, and does not repeat what may hold a line break.
        assert!(error.contains("scope 2 of 2"), "{error}");
    }
    assert_eq!(access_claims(jwt.create_access_token("u").scopes(Vec::<String>::new())).get("scopes"), None);
}

#[test]
fn header_members_of_ones_own_are_signed_and_the_standards_are_not_for_taking() {
    let jwt = jwt();
    let token = jwt.create_access_token("u").header("x", 1).header("y", json!(["z"])).sign().unwrap();
    assert!(segment_text(token.as_str(), 0).ends_with(r#","x":1,"y":["z"]}"#));
    assert!(jwt.verify_access_token::<NoClaims>(token.as_str()).is_ok());
    for name in ["alg", "typ", "cty", "kid", "crit", "b64", "jku", "jwk", "x5u", "x5c", "x5t", "x5t#S256", "enc", "zip"]
    {
        assert!(refusal(jwt.create_access_token("u").header(name, "x")).contains(name));
    }
    assert!(refusal(jwt.create_access_token("u").header("x", 1).header("x", 1)).contains('x'));
    assert!(refusal(jwt.create_access_token("u").header("x", f64::NAN)).contains('x'));
}

#[test]
fn a_token_is_at_most_as_long_as_it_may_be_read() {
    let jwt = builder().max_token_size(512).build().unwrap();
    let length = |padding: usize| {
        jwt.create_access_token("u").claim("pad", "x".repeat(padding)).sign().map(|token| token.as_str().len())
    };
    let longest = (0..512).take_while(|padding| length(*padding).is_ok()).last().unwrap();
    // base64url writes 4 characters for 3 bytes, so that the limit is met within one.
    assert!((511..=512).contains(&length(longest).unwrap()));
    let error = length(longest + 1).unwrap_err();
    assert!(error.to_string().contains("`max_token_size`, which is 512"), "{error}");
}

#[test]
fn a_verifying_key_issues_nothing() {
    let key = SigningKey::generate(Algorithm::ES256).unwrap();
    let verifying: VerifyingKey = key.verifying_key().clone();
    let jwt = FastJwt::builder().verifying_key(verifying).build().unwrap();
    let error = jwt.create_access_token("u").sign().unwrap_err();
    assert_eq!(error.kind(), &ErrorKind::Usage(UsageFault::NoSigningKey));
    let issuer = FastJwt::builder().key(key).build().unwrap();
    let token = issuer.create_access_token("u").sign().unwrap();
    assert!(jwt.verify_access_token::<NoClaims>(token.as_str()).is_ok());
}

#[test]
fn without_randomness_no_token_is_issued() {
    struct Dry;
    impl Entropy for Dry {
        fn fill(&self, _: &mut [u8]) -> Result<(), OutOfEntropy> {
            Err(OutOfEntropy)
        }
    }
    let jwt = builder().entropy(Dry).build().unwrap();
    let error = jwt.create_access_token("u").sign().unwrap_err();
    assert_eq!(error.kind(), &ErrorKind::Machine(MachineFault::OutOfEntropy));
    assert_eq!(error.into_response().status(), StatusCode::INTERNAL_SERVER_ERROR);
}

#[tokio::test]
async fn r_50_a_token_response_is_what_oauth_clients_expect_and_no_cache_stores_it() {
    let jwt = jwt();
    let access = jwt.create_access_token("u").scopes(["a", "b"]).expires_in(Duration::from_secs(60)).sign().unwrap();
    let refresh = jwt.create_refresh_token("u").sign().unwrap();
    let expected = format!(
        r#"{{"access_token":"{}","token_type":"Bearer","expires_in":60,"refresh_token":"{}","scope":"a b"}}"#,
        access.as_str(),
        refresh.as_str()
    );
    let response = TokenResponse::new(access).with_refresh_token(refresh).into_response();
    assert_eq!(response.status(), StatusCode::OK);
    let headers: Vec<_> =
        response.headers().iter().map(|(name, value)| (name.as_str(), value.to_str().unwrap())).collect();
    assert_eq!(headers, [("content-type", "application/json"), ("cache-control", "no-store"), ("pragma", "no-cache")]);
    assert_eq!(to_bytes(response.into_body(), usize::MAX).await.unwrap(), expected);

    let access = jwt.create_access_token("u").sign().unwrap();
    let expected = json!({ "access_token": access.as_str(), "token_type": "Bearer", "expires_in": 900 });
    assert_eq!(serde_json::to_value(TokenResponse::new(access)).unwrap(), expected);
}

#[test]
fn untyped_claims_come_back_as_they_went_in() {
    let jwt = jwt();
    let map: ClaimMap = json!({ "a": 1, "nested": { "sub": "inner" } }).as_object().unwrap().clone().into();
    let token = jwt.create_access_token("u").claim("b", [1, 2]).claims(&map).claim("c", None::<u8>).sign().unwrap();
    let payload = jwt.verify_access_token::<ClaimMap>(token.as_str()).unwrap();
    let (_, extra) = payload.into_parts();
    let expected = json!({ "a": 1, "nested": { "sub": "inner" }, "b": [1, 2], "c": null });
    assert_eq!(Value::Object(extra.into_inner()), expected);
    // What is no JSON value is an error, told at `sign`.
    assert!(refusal(jwt.create_access_token("u").claim("x", u128::MAX)).contains("`x`"));
    assert!(refusal(jwt.create_access_token("u").claim("x", BTreeMap::from([((1, 2), 3)]))).contains("`x`"));
}

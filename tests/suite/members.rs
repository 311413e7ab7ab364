//! Header and payload are JSON objects, and no name that anybody reads stands twice in one.

use std::collections::{BTreeMap, HashMap};

use axum::{Router, http::StatusCode, routing::get};
use fastjwt::{
    ClaimFault, ClaimMap, Claims, ErrorKind, HeaderFault, NoClaims, TokenFault, TokenPayload, claim_value, danger,
    jwt_claims,
};
use serde_json::{Value, json};

use crate::support::{
    assert_invalid_over_http, forge_claims, forge_text, get_bearer, good_claims, good_header, guarded, jwt, refusal,
};

/// Texts that are no JSON object, although some reader may take them for one.
const NO_OBJECTS: &[&[u8]] = &[
    b" ",
    b"[]",
    b"[{}]",
    b"\"\"",
    b"\"{}\"",
    b"0",
    b"1.5e3",
    b"null",
    b"true",
    b"nil",
    b"{",
    b"}",
    b"{\"alg\":\"HS256\"}{}",
    b"{\"alg\":\"HS256\"} {}",
    b"{\"alg\":\"HS256\"}x",
    b"{\"alg\":\"HS256\"},",
    b"{\"alg\":\"HS256\"}\0",
    b"{\"a\":1,}",
    b"{a:1}",
    b"{'a':1}",
    b"{1:1}",
    b"\xEF\xBB\xBF{\"alg\":\"HS256\"}",
    b"\xFF\xFE{\0}\0",
    b"{\"a\":\"\xFF\"}",
    b"{\"a\":\"\xC0\xAF\"}",
    b"{\"a\":\"\xED\xA0\x80\"}",
    b"{\"alg\":\"HS256\"}\xFF",
];

/// Texts that are no JSON because of a value.
const BROKEN_VALUES: &[&[u8]] = &[
    b"{\"a\"}",
    b"{\"a\":}",
    b"{\"a\":NaN}",
    b"{\"a\":01}",
    b"{\"a\":+1}",
    b"{\"a\":0x1}",
    b"{\"a\":1 /* one */}",
    b"{\"a\":\"\n\"}",
    b"{\"a\":\"\\x41\"}",
];

#[tokio::test]
async fn r_07_a_header_must_be_a_json_object_in_utf_8() {
    let (header, claims) = (good_header().to_string(), good_claims().to_string());
    let mut wrong: Vec<Vec<u8>> = NO_OBJECTS.iter().chain(BROKEN_VALUES).map(|text| text.to_vec()).collect();
    // And with all that a header needs around the wrong place.
    wrong.extend([
        [b"\xEF\xBB\xBF", header.as_bytes()].concat(),
        [header.as_bytes(), b"{}"].concat(),
        [header.as_bytes(), b"\0"].concat(),
        format!("[{header}]").into_bytes(),
        json!(header).to_string().into_bytes(),
        b"{\"alg\":\"HS256\",\"x\":\"\xFF\"}".to_vec(),
        b"{\"alg\":\"HS256\",\"\xFF\":1}".to_vec(),
        b"{\"alg\":\"HS256\",}".to_vec(),
        b"{\"alg\":\"HS256\"".to_vec(),
    ]);
    for text in wrong {
        let token = forge_text(&text, &claims);
        let shown = String::from_utf8_lossy(&text);
        assert_eq!(refusal::<NoClaims>(&jwt(), &token), TokenFault::Header(HeaderFault::NotAnObject).into(), "{shown}");
        assert_invalid_over_http(&token).await;
    }
    // White space around it is JSON.
    assert!(jwt().verify_access_token::<NoClaims>(&forge_text(format!("\t\r\n {header} \n"), &claims)).is_ok());
}

#[tokio::test]
async fn r_07_a_payload_must_be_a_json_object_in_utf_8() {
    let (header, claims) = (good_header().to_string(), good_claims().to_string());
    let mut wrong: Vec<Vec<u8>> = NO_OBJECTS.iter().map(|text| text.to_vec()).collect();
    let unclosed = claims.strip_suffix('}').unwrap();
    wrong.extend([
        [b"\xEF\xBB\xBF", claims.as_bytes()].concat(),
        [claims.as_bytes(), b"{}"].concat(),
        [claims.as_bytes(), b"\0"].concat(),
        format!("[{claims}]").into_bytes(),
        json!(claims).to_string().into_bytes(),
        unclosed.as_bytes().to_vec(),
        format!("{unclosed},}}").into_bytes(),
        [unclosed.as_bytes(), b",\"x\":\"\xFF\"}"].concat(),
        [unclosed.as_bytes(), b",\"\xFF\":1}"].concat(),
    ]);
    for text in wrong {
        let token = forge_text(&header, &text);
        let shown = String::from_utf8_lossy(&text);
        assert_eq!(refusal::<NoClaims>(&jwt(), &token), TokenFault::Claims(ClaimFault::NotAnObject).into(), "{shown}");
        assert!(danger::decode_unverified::<NoClaims>(&token).is_err(), "{shown}");
        assert_invalid_over_http(&token).await;
    }
    for text in BROKEN_VALUES {
        let token = forge_text(&header, text);
        // The claim that was being read may be blamed; here it has no name that is known.
        let kind = refusal::<NoClaims>(&jwt(), &token);
        let blamed = ClaimFault::WrongType(None);
        assert!(
            kind == TokenFault::Claims(ClaimFault::NotAnObject).into() || kind == TokenFault::Claims(blamed).into()
        );
        assert_invalid_over_http(&token).await;
    }
    assert!(jwt().verify_access_token::<NoClaims>(&forge_text(&header, format!("\t\r\n {claims} \n"))).is_ok());
}

#[test]
fn r_08_no_name_stands_twice_in_a_header() {
    let claims = good_claims().to_string();
    let wrong = [
        r#"{"alg":"HS256","alg":"HS256"}"#,
        r#"{"alg":"HS256","alg":"none"}"#,
        r#"{"alg":"none","alg":"HS256"}"#,
        r#"{"alg":"HS256","\u0061lg":"HS256"}"#,
        r#"{"\u0061\u006c\u0067":"none","alg":"HS256"}"#,
        r#"{"alg":"HS256","typ":"JWT","typ":"JWT"}"#,
        r#"{"alg":"HS256","typ":"JWT","t\u0079p":"JWT"}"#,
        r#"{"alg":"HS256","kid":"a","kid":"b"}"#,
        r#"{"alg":"HS256","jku":"https://a","jku":"https://b"}"#,
        r#"{"alg":"HS256","unknown":1,"unknown":1}"#,
        r#"{"alg":"HS256","unknown":1,"\u0075nknown":2}"#,
        r#"{"":1,"alg":"HS256","":1}"#,
        r#"{"\ud83d\ude00":1,"alg":"HS256","😀":1}"#,
    ];
    for header in wrong {
        let kind = refusal::<NoClaims>(&jwt(), &forge_text(header, &claims));
        assert_eq!(kind, TokenFault::Header(HeaderFault::Repeated).into(), "{header}");
    }
    // Names differ by case.
    assert!(jwt().verify_access_token::<NoClaims>(&forge_text(r#"{"alg":"HS256","ALG":"none"}"#, claims)).is_ok());
}

#[jwt_claims]
struct Typed {
    foo: Option<u8>,
    #[serde(alias = "other")]
    bar: Option<u8>,
    nested: Option<Nested>,
    map: Option<HashMap<String, u8>>,
    list: Option<Vec<BTreeMap<String, Value>>>,
    value: Option<Value>,
    choice: Option<Choice>,
    #[serde(flatten)]
    flat: Flat,
}

#[claim_value]
struct Nested {
    a: u8,
    inner: Option<BTreeMap<String, u8>>,
}

#[jwt_claims]
struct Flat {
    inside: Option<u8>,
}

#[claim_value]
enum Choice {
    Number { a: u8 },
    Map(HashMap<String, u8>),
}

/// A good token with more members at the end of its payload.
fn with_members(members: &str) -> String {
    let claims = good_claims().to_string();
    forge_text(good_header().to_string(), format!("{},{members}}}", claims.strip_suffix('}').unwrap()))
}

fn claim_fault<C: Claims>(members: &str) -> ClaimFault {
    let kind = refusal::<C>(&jwt(), &with_members(members));
    let ErrorKind::Token(TokenFault::Claims(fault)) = kind else { panic!("{members}: {kind:?}") };
    assert!(danger::decode_unverified::<C>(&with_members(members)).is_err(), "{members}");
    fault
}

#[tokio::test]
async fn r_08_no_registered_claim_stands_twice() {
    let mut claims = good_claims();
    for (name, value) in [
        ("iss", json!("a")),
        ("aud", json!(["a"])),
        ("scopes", json!(["a"])),
        ("csrf", json!("a")),
        ("auth_time", json!(1)),
        ("sid", json!("a")),
        ("scope", json!("a")),
        ("client_id", json!("a")),
        ("realm", json!("a")),
    ] {
        claims[name] = value;
    }
    for (name, value) in claims.as_object().unwrap() {
        let escaped = format!("\\u{:04x}{}", name.as_bytes()[0], &name[1..]);
        let mut rest = good_claims();
        rest.as_object_mut().unwrap().remove(name);
        let rest = rest.to_string();
        let rest = rest.strip_suffix('}').unwrap();
        for (first, second) in [(name, name), (name, &escaped), (&escaped, name), (&escaped, &escaped)] {
            let payload = format!(r#"{rest},"{first}":{value},"{second}":{value}}}"#);
            let token = forge_text(good_header().to_string(), &payload);
            let fault = TokenFault::Claims(ClaimFault::Repeated(Some(known(name))));
            assert_eq!(refusal::<NoClaims>(&jwt(), &token), fault.clone().into(), "{payload}");
            assert_eq!(refusal::<Typed>(&jwt(), &token), fault.clone().into(), "{payload}");
            assert_eq!(refusal::<ClaimMap>(&jwt(), &token), fault.into(), "{payload}");
            assert_invalid_over_http(&token).await;
        }
    }
}

fn known(name: &str) -> &'static str {
    fastjwt::RESERVED_NAMES.iter().find(|reserved| **reserved == name).unwrap()
}

#[test]
fn r_08_no_typed_claim_stands_twice() {
    let twice = [
        (r#""foo":1,"foo":1"#, "foo"),
        (r#""foo":1,"\u0066oo":2"#, "foo"),
        (r#""foo":null,"foo":1"#, "foo"),
        (r#""bar":1,"bar":1"#, "bar"),
        (r#""nested":{"a":1},"nested":{"a":1}"#, "nested"),
        (r#""inside":1,"inside":1"#, "inside"),
        (r#""inside":1,"\u0069nside":1"#, "inside"),
    ];
    for (members, name) in twice {
        let ClaimFault::Repeated(Some(told)) = claim_fault::<Typed>(members) else { panic!("{members}") };
        assert_eq!(told, name, "{members}");
    }
    // One claim under both of its names.
    assert!(matches!(claim_fault::<Typed>(r#""bar":1,"other":1"#), ClaimFault::Repeated(_)));
}

#[jwt_claims]
struct PerhapsFlat {
    #[serde(flatten)]
    flat: Option<Box<Whole>>,
}

#[claim_value]
struct Whole {
    one: u8,
    #[serde(alias = "zwei")]
    two: Option<u8>,
}

#[test]
fn r_08_a_flattened_claim_that_may_be_missing_is_not_missing_because_it_is_wrong() {
    assert_eq!(claim_fault::<PerhapsFlat>(r#""one":1,"one":1"#), ClaimFault::Repeated(Some("one")));
    assert_eq!(claim_fault::<PerhapsFlat>(r#""one":1,"x":{},"two":1,"zwei":1"#), ClaimFault::Repeated(Some("two")));
    assert_eq!(claim_fault::<PerhapsFlat>(r#""two":1"#), ClaimFault::Missing(Some("one")));
    assert!(matches!(claim_fault::<PerhapsFlat>(r#""one":"1""#), ClaimFault::WrongType(_)));
    let read = |members| {
        let payload = jwt().verify_access_token::<PerhapsFlat>(&with_members(members)).unwrap();
        payload.flat.as_ref().map(|whole| (whole.one, whole.two))
    };
    assert_eq!(read(r#""x":1,"two ":2"#), None);
    assert_eq!(read(r#""x":{"one":"a"},"one":1,"y":[]"#), Some((1, None)));
    assert_eq!(read(r#""zwei":2,"x":null,"one":1"#), Some((1, Some(2))));
}

#[test]
fn r_08_no_name_stands_twice_below_a_claim_that_is_read() {
    let below = [
        (r#""nested":{"a":1,"a":1}"#, "nested"),
        (r#""nested":{"a":1,"inner":{"x":1,"x":2}}"#, "nested"),
        (r#""nested":{"a":1,"inner":{"x":1,"\u0078":2}}"#, "nested"),
        (r#""map":{"x":1,"x":1}"#, "map"),
        (r#""map":{"x":1,"\u0078":1}"#, "map"),
        (r#""list":[{},{"x":1,"x":1}]"#, "list"),
        (r#""list":[{"x":{"y":1,"y":1}}]"#, "list"),
        (r#""value":{"x":1,"x":1}"#, "value"),
        (r#""value":{"x":1,"\u0078":1}"#, "value"),
        (r#""value":[[{"x":{"y":[{"z":1,"z":1}]}}]]"#, "value"),
        (r#""choice":{"Number":{"a":1,"a":1}}"#, "choice"),
        (r#""choice":{"Map":{"x":1,"x":1}}"#, "choice"),
    ];
    for (members, name) in below {
        assert_eq!(claim_fault::<Typed>(members), ClaimFault::WrongType(Some(known_to_typed(name))), "{members}");
    }
}

fn known_to_typed(name: &str) -> &'static str {
    <Typed as fastjwt::ClaimNames>::NAMES.iter().find(|known| *known == name).unwrap()
}

#[test]
fn r_08_no_name_stands_twice_in_a_claim_map_at_any_depth() {
    assert_eq!(claim_fault::<ClaimMap>(r#""x":1,"x":1"#), ClaimFault::Repeated(None));
    assert_eq!(claim_fault::<ClaimMap>(r#""x":1,"\u0078":1"#), ClaimFault::Repeated(None));
    for members in [r#""x":{"y":1,"y":1}"#, r#""x":[{"y":{"z":1,"\u007a":1}}]"#] {
        assert_eq!(claim_fault::<ClaimMap>(members), ClaimFault::WrongType(None), "{members}");
    }
}

#[test]
fn r_41_a_claim_map_holds_no_reserved_name() {
    let mut claims = good_claims();
    for (name, value) in [
        ("scopes", json!(["a"])),
        ("csrf", json!("a")),
        ("auth_time", json!(1)),
        ("sid", json!("a")),
        ("client_id", json!("a")),
        ("foo", json!(1)),
    ] {
        claims[name] = value;
    }
    let payload = jwt().verify_access_token::<ClaimMap>(&forge_claims(&claims)).unwrap();
    assert_eq!(payload.extra.keys().collect::<Vec<_>>(), ["foo"]);
}

#[test]
fn r_08_a_name_that_nobody_reads_may_stand_twice() {
    let jwt = jwt();
    for members in [r#""x":1,"x":2"#, r#""x":{"y":1,"y":1}"#] {
        assert!(jwt.verify_access_token::<NoClaims>(&with_members(members)).is_ok(), "{members}");
        assert!(jwt.verify_access_token::<Flat>(&with_members(members)).is_ok(), "{members}");
    }
    assert!(jwt.verify_access_token::<Typed>(&with_members(r#""x":1,"x":2"#)).is_ok());
    let nested = with_members(r#""nested":{"a":1,"x":1,"x":{"y":1,"y":1}}"#);
    assert!(jwt.verify_access_token::<Typed>(&nested).is_ok());
    assert!(jwt.verify_access_token::<NoClaims>(&with_members(r#""foo":1,"foo":2"#)).is_ok());
}

#[tokio::test]
async fn r_08_what_one_door_does_not_read_the_next_one_still_refuses() {
    let typed = get(async |_: TokenPayload<Typed>| "in").route_layer(jwt().access_token_required());
    let app = Router::new().route("/", typed).with_state(jwt());
    let twice = with_members(r#""foo":1,"foo":2"#);
    assert_eq!(get_bearer(&guarded(), "/", &twice).await.status, StatusCode::OK);
    let answer = get_bearer(&app, "/", &twice).await;
    assert_eq!((answer.status, answer.code().as_str()), (StatusCode::UNAUTHORIZED, "invalid_token"));
    assert_eq!(get_bearer(&app, "/", &with_members(r#""foo":1"#)).await.status, StatusCode::OK);
}

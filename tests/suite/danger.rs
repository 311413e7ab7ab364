//! What reads a token without verifying it opens no door, and is there under its own name only.

use std::path::Path;

use axum::http::StatusCode;
use fastjwt::{ClaimMap, NoClaims, TokenFault, danger, jwt_claims};
use serde_json::json;

use crate::support::{NOW, encode, forge_text, get_bearer, good_claims, guarded, jwt, refusal};

#[jwt_claims]
struct Profile {
    foo: String,
}

#[tokio::test]
async fn r_99_what_is_read_unverified_opens_no_door() {
    let claims =
        json!({ "sub": "admin", "iss": "anybody", "exp": NOW + 900, "type": "access", "foo": "bar" }).to_string();
    let forged = format!("{}.{}.AAAA", encode(r#"{"alg":"HS256"}"#), encode(claims));
    let read = danger::decode_unverified::<Profile>(&forged).unwrap();
    assert_eq!(
        (read.sub.as_deref(), read.iss.as_deref(), read.extra.foo.as_str()),
        (Some("admin"), Some("anybody"), "bar")
    );
    assert_eq!(read.exp.map(fastjwt::NumericDate::as_secs), Some(NOW + 900));
    // Having been read changes nothing.
    assert_eq!(refusal::<Profile>(&jwt(), &forged), TokenFault::BadSignature.into());
    assert_eq!(get_bearer(&guarded(), "/", &forged).await.status, StatusCode::UNAUTHORIZED);
}

#[test]
fn r_99_neither_time_nor_kind_is_judged_but_the_form_is() {
    let read =
        |claims: &serde_json::Value| danger::decode_unverified::<NoClaims>(&forge_text("{}", claims.to_string()));
    let mut claims = good_claims();
    (claims["exp"], claims["type"]) = (json!(1), json!("refresh"));
    assert!(read(&claims).is_ok());
    assert!(read(&json!({})).is_ok_and(|token| token.sub.is_none() && token.exp.is_none()));
    assert!(read(&json!({ "sub": 1 })).is_err());
    assert!(read(&json!([])).is_err());
}

/// The registered claims that not every token has are read away here, too: none of them becomes an extra claim, and their form
/// is judged as it is on the road.
#[test]
fn r_99_registered_claims_are_no_extra_claims_of_an_unverified_token() {
    let read = |claims: &str| danger::decode_unverified::<ClaimMap>(&forge_text("{}", claims)).map(|token| token.extra);
    let told =
        read(r#"{"scope":"a b","client_id":"app","cnf":{},"scopes":["a"],"realm":"staff","sid":"1","foo":"bar"}"#);
    assert_eq!(told.unwrap().into_inner().into_iter().collect::<Vec<_>>(), [("foo".to_owned(), json!("bar"))]);
    for scope in ["null", "1", "[]", "{}"] {
        assert!(read(&format!(r#"{{"scope":{scope}}}"#)).is_ok(), "{scope}");
    }
    for bad in [r#"{"scope":"a","scope":"a"}"#, r#"{"client_id":1}"#, r#"{"client_id":"a","client_id":"a"}"#] {
        assert!(read(bad).is_err(), "{bad}");
    }
}

/// Features are unified over all of a program's crates: one that opened a door would open it for everybody.
#[test]
fn r_99_no_feature_switches_a_check_off() {
    let root = Path::new(file!()).ancestors().nth(3).unwrap();
    let manifest = std::fs::read_to_string(root.join("fastjwt/Cargo.toml")).unwrap();
    let (_, features) = manifest.split_once("[features]").unwrap();
    let (features, _) = features.split_once("\n[").unwrap();
    let names: Vec<&str> = features
        .lines()
        .filter(|line| !line.starts_with('#'))
        .filter_map(|line| line.split_once(" = ").map(|(name, _)| name))
        .collect();
    assert!(names.contains(&"axum"), "{names:?}");
    for name in names {
        for word in ["danger", "insecure", "unsafe", "unverified", "skip", "no-", "allow", "lax"] {
            assert!(!name.contains(word), "{name}");
        }
    }
}

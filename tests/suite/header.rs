//! What a token's header may say: nothing in it chooses a key, an algorithm or an extension, or makes anybody fetch anything.

use std::net::TcpListener;

use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair as _};
use fastjwt::{HeaderFault, NoClaims, TokenFault};
use serde_json::{Value, json};

use crate::{
    support::{
        assert_invalid_over_http, encode, forge, forge_text, get_bearer, good_claims, good_header, guarded, jwt,
        refusal,
    },
    test_keys::{Signer, every_algorithm},
};

/// A good header with one more member, or another value for one.
fn header_with(name: &str, value: Value) -> Value {
    let mut header = good_header();
    header[name] = value;
    header
}

async fn assert_header_refused(header: &Value, fault: HeaderFault) {
    let token = forge(header, &good_claims());
    assert_eq!(refusal::<NoClaims>(&jwt(), &token), TokenFault::Header(fault).into(), "{header}");
    assert_invalid_over_http(&token).await;
}

#[tokio::test]
async fn r_06_the_header_of_an_encrypted_or_compressed_token_is_refused() {
    for value in [json!("A128GCM"), json!("DEF"), json!(null), json!(1), json!([]), json!({})] {
        assert_header_refused(&header_with("enc", value.clone()), HeaderFault::Encrypted).await;
        assert_header_refused(&header_with("zip", value), HeaderFault::Encrypted).await;
    }
    let whole = json!({ "alg": "dir", "enc": "A256GCM", "zip": "DEF" });
    assert_header_refused(&whole, HeaderFault::Encrypted).await;
}

#[tokio::test]
async fn r_10_crit_is_refused_in_every_form() {
    let forms = [
        json!(["exp"]),
        json!(["b64"]),
        json!(["alg"]),
        json!(["crit"]),
        json!(["x"]),
        json!(["x", "x"]),
        json!(["absent"]),
        json!([]),
        json!([""]),
        json!([1]),
        json!([null]),
        json!(["x", 1]),
        json!([["x"]]),
        json!("x"),
        json!(""),
        json!(1),
        json!(true),
        json!(false),
        json!(null),
        json!({}),
        json!({ "x": true }),
    ];
    for form in forms {
        let mut header = header_with("crit", form);
        header["x"] = json!(1);
        assert_header_refused(&header, HeaderFault::Critical).await;
    }
    for text in [r#"{"alg":"HS256","cri\u0074":["x"],"x":1}"#, r#"{"crit":["x"],"x":1,"alg":"HS256"}"#] {
        let token = forge_text(text, good_claims().to_string());
        assert_eq!(refusal::<NoClaims>(&jwt(), &token), TokenFault::Header(HeaderFault::Critical).into(), "{text}");
    }
}

#[tokio::test]
async fn r_11_b64_is_refused_in_every_form() {
    for value in [json!(false), json!(true), json!(null), json!("false"), json!(0)] {
        assert_header_refused(&header_with("b64", value), HeaderFault::Encrypted).await;
    }
    // As RFC 7797 demands it, with `crit` beside it; and in the other order.
    for text in [r#"{"alg":"HS256","b64":false,"crit":["b64"]}"#, r#"{"alg":"HS256","crit":["b64"],"b64":false}"#] {
        let kind = refusal::<NoClaims>(&jwt(), &forge_text(text, good_claims().to_string()));
        let refused = [HeaderFault::Critical, HeaderFault::Encrypted].map(|fault| TokenFault::Header(fault).into());
        assert!(refused.contains(&kind), "{text}: {kind:?}");
    }
}

#[test]
fn r_11_a_payload_that_is_not_encoded_is_refused() {
    let header = encode(good_header().to_string());
    let unencoded = crate::support::sign_segments(&header, &good_claims().to_string());
    assert_eq!(refusal::<NoClaims>(&jwt(), &unencoded), TokenFault::Malformed.into());
}

#[tokio::test]
async fn r_07_a_known_header_member_of_a_wrong_type_is_refused() {
    let values = [json!(null), json!(true), json!(1), json!(1.5), json!("text"), json!([]), json!([1]), json!({})];
    let texts: &[&str] = &["alg", "kid", "typ", "cty", "jku", "x5u", "x5t", "x5t#S256"];
    for name in texts {
        for value in values.iter().filter(|value| !value.is_string()) {
            assert_header_refused(&header_with(name, value.clone()), HeaderFault::WrongType).await;
        }
    }
    for value in values.iter().filter(|value| !value.is_object()) {
        assert_header_refused(&header_with("jwk", value.clone()), HeaderFault::WrongType).await;
    }
    for value in values.iter().filter(|value| **value != json!([])).chain([&json!(["text", 1]), &json!([["text"]])]) {
        assert_header_refused(&header_with("x5c", value.clone()), HeaderFault::WrongType).await;
    }
    assert_header_refused(&json!({ "typ": "JWT" }), HeaderFault::MissingAlgorithm).await;
    assert_header_refused(&json!({}), HeaderFault::MissingAlgorithm).await;
}

#[test]
fn r_07_a_header_member_that_nobody_reads_may_be_anything() {
    for value in [json!(null), json!(1), json!("text"), json!([1, "a", {}]), json!({ "a": { "b": [] } })] {
        let token = forge(&header_with("unknown", value.clone()), &good_claims());
        assert!(jwt().verify_access_token::<NoClaims>(&token).is_ok(), "{value}");
    }
}

#[tokio::test]
async fn r_16_keys_and_addresses_in_a_header_cause_no_connection_and_change_nothing() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    for url in
        [format!("http://{address}/keys"), format!("https://{address}/"), format!("//{address}"), address.to_string()]
    {
        let members = json!({
            "jku": url, "x5u": url, "x5t": url, "x5c": [url], "jwk": { "kty": "oct", "k": "AAAA", "x5u": url, "jku": url },
        });
        let mut header = good_header();
        header.as_object_mut().unwrap().extend(members.as_object().unwrap().clone());
        let good = forge(&header, &good_claims());
        assert_eq!(get_bearer(&guarded(), "/", &good).await.status, 200);
        assert!(jwt().verify_access_token::<NoClaims>(&good).is_ok());
        // Nor does a key that is not there, or a bad signature, send anybody looking for one.
        header["kid"] = json!(url);
        assert_invalid_over_http(&forge(&header, &good_claims())).await;
        assert_invalid_over_http(&format!("{}AAAA", &good[..good.len() - 4])).await;
    }
    // The first connection that the listener sees is this one.
    let own = std::net::TcpStream::connect(address).unwrap();
    let (_, peer) = listener.accept().unwrap();
    assert_eq!(peer, own.local_addr().unwrap());
}

#[test]
fn r_16_a_key_that_the_header_brings_along_verifies_nothing() {
    // An attacker's own keys, each under the name of the verifier's algorithm.
    let secret = [7; 32];
    let pair = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).unwrap();
    let point = pair.public_key().as_ref();
    let jwk = json!({ "kty": "EC", "crv": "P-256", "x": encode(&point[1..33]), "y": encode(&point[33..]) });
    let claims = encode(good_claims().to_string());

    let header = encode(json!({ "alg": "ES256", "jwk": jwk }).to_string());
    let message = format!("{header}.{claims}");
    let signature = pair.sign(&aws_lc_rs::rand::SystemRandom::new(), message.as_bytes()).unwrap();
    let es256 = format!("{message}.{}", encode(signature));

    let header = encode(json!({ "alg": "HS256", "jwk": { "kty": "oct", "k": encode(secret) } }).to_string());
    let message = format!("{header}.{claims}");
    let key = aws_lc_rs::hmac::Key::new(aws_lc_rs::hmac::HMAC_SHA256, &secret);
    let hs256 = format!("{message}.{}", encode(aws_lc_rs::hmac::sign(&key, message.as_bytes())));

    for (signer, jwt) in every_algorithm() {
        for (token, own) in [(&es256, Signer::Es256), (&hs256, Signer::Hs256)] {
            let same = signer.algorithm() == own.algorithm();
            let fault = if same { TokenFault::BadSignature } else { TokenFault::WrongAlgorithm };
            assert_eq!(refusal::<NoClaims>(&jwt, token), fault.into(), "{signer:?}");
        }
    }
}

#[tokio::test]
async fn r_17_a_hostile_kid_names_no_key() {
    let own = jwt().create_access_token("u").sign().unwrap();
    let own: Value = serde_json::from_str(&crate::support::segment_text(own.as_str(), 0)).unwrap();
    let own = own["kid"].as_str().unwrap();
    let hostile = [
        String::new(),
        " ".to_owned(),
        "\0".to_owned(),
        "*".to_owned(),
        "%".to_owned(),
        ".".to_owned(),
        "../../dev/null".to_owned(),
        "/dev/null".to_owned(),
        "/proc/self/environ".to_owned(),
        "file:///dev/null".to_owned(),
        "http://127.0.0.1:1/keys".to_owned(),
        "|sleep 10".to_owned(),
        "$(sleep 10)".to_owned(),
        "x' UNION SELECT '1';--".to_owned(),
        "' OR ''='".to_owned(),
        "{{7*7}}".to_owned(),
        "%s%s%n".to_owned(),
        "\r\nSet-Cookie: a=b".to_owned(),
        "a".repeat(5000),
        "\u{1F600}".repeat(1000),
        // Near misses of the key's own id.
        own.to_lowercase(),
        format!("{own} "),
        format!(" {own}"),
        format!("{own}\0"),
        format!("{own}="),
        own[..own.len() - 1].to_owned(),
    ];
    for kid in hostile {
        let token = forge(&header_with("kid", json!(kid)), &good_claims());
        assert_eq!(refusal::<NoClaims>(&jwt(), &token), TokenFault::UnknownKey.into(), "{kid:?}");
        assert_invalid_over_http(&token).await;
    }
    for header in [header_with("kid", json!(own)), good_header()] {
        assert!(jwt().verify_access_token::<NoClaims>(&forge(&header, &good_claims())).is_ok());
    }
}

#[tokio::test]
async fn r_09_a_header_of_more_members_than_anybody_reads_is_refused() {
    let with = |members: usize| {
        let mut header = good_header();
        for number in header.as_object().unwrap().len()..members {
            header[format!("member{number}")] = json!(number);
        }
        header
    };
    assert!(jwt().verify_access_token::<NoClaims>(&forge(&with(32), &good_claims())).is_ok());
    assert_header_refused(&with(33), HeaderFault::TooManyMembers).await;
    assert_header_refused(&with(200), HeaderFault::TooManyMembers).await;
}

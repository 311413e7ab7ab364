//! What a token's text must look like before anything that it says counts: three segments in one alphabet, one text a token.

use axum::{
    body::Body,
    http::{Request, StatusCode},
};
use base64::{Engine as _, prelude::BASE64_URL_SAFE};
use fastjwt::{NoClaims, TokenFault, danger};
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::{
    support::{
        assert_invalid_over_http, cases, encode, forge, forge_claims, get, get_bearer, good_claims, good_header,
        guarded, jwt, refusal, send, sign_segments,
    },
    test_keys::every_algorithm,
};

const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/// A token with one segment spoilt and a signature over the text as it then is, so that nothing else is wrong with it.
fn spoil(segment: usize, claims: &Value, change: impl Fn(&str) -> String) -> String {
    let (header, payload) = (encode(good_header().to_string()), encode(claims.to_string()));
    match segment {
        0 => sign_segments(&change(&header), &payload),
        1 => sign_segments(&header, &change(&payload)),
        _ => {
            let token = sign_segments(&header, &payload);
            let (message, signature) = token.rsplit_once('.').unwrap();
            format!("{message}.{}", change(signature))
        }
    }
}

#[tokio::test]
async fn r_01_the_unsecured_token_of_rfc_7515_is_refused() {
    // Appendix A.5.
    let unsecured = "eyJhbGciOiJub25lIn0.\
        eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ.";
    for (_, jwt) in every_algorithm() {
        assert_eq!(refusal::<NoClaims>(&jwt, unsecured), TokenFault::Malformed.into());
        assert_eq!(refusal::<NoClaims>(&jwt, &format!("{unsecured}AAAA")), TokenFault::WrongAlgorithm.into());
    }
    assert_invalid_over_http(unsecured).await;
    assert_invalid_over_http(&format!("{unsecured}AAAA")).await;
}

#[tokio::test]
async fn r_01_alg_none_is_refused_in_every_case_form() {
    for upper in 0..16_u8 {
        let alg: String = "none"
            .chars()
            .enumerate()
            .map(|(index, letter)| if upper >> index & 1 == 1 { letter.to_ascii_uppercase() } else { letter })
            .collect();
        // The MAC is good, so that only the header is at stake.
        let token = forge(&json!({ "alg": alg }), &good_claims());
        let (message, _) = token.rsplit_once('.').unwrap();
        for (_, jwt) in every_algorithm() {
            assert_eq!(refusal::<NoClaims>(&jwt, &token), TokenFault::WrongAlgorithm.into(), "{alg}");
            assert_eq!(refusal::<NoClaims>(&jwt, &format!("{message}.AA")), TokenFault::WrongAlgorithm.into(), "{alg}");
            assert_eq!(refusal::<NoClaims>(&jwt, &format!("{message}.")), TokenFault::Malformed.into(), "{alg}");
            assert_eq!(refusal::<NoClaims>(&jwt, message), TokenFault::Malformed.into(), "{alg}");
        }
        assert_invalid_over_http(&token).await;
        assert_invalid_over_http(&format!("{message}.")).await;
    }
}

#[tokio::test]
async fn r_02_only_three_segments_with_something_in_each_are_a_token() {
    let good = forge_claims(&good_claims());
    assert_eq!(get_bearer(&guarded(), "/", &good).await.status, StatusCode::OK);
    let [h, p, s]: [&str; 3] = good.split('.').collect::<Vec<_>>().try_into().unwrap();
    let wrong = [
        h.to_owned(),
        ".".to_owned(),
        "..".to_owned(),
        "...".to_owned(),
        "....".to_owned(),
        format!("{h}."),
        format!(".{p}"),
        format!("{h}.{p}"),
        format!("{h}.{p}."),
        format!("{h}..{s}"),
        format!(".{p}.{s}"),
        format!("..{s}"),
        format!("{h}.."),
        format!(".{p}."),
        format!("{h}.{p}..{s}"),
        format!("{h}..{p}.{s}"),
        format!("{h}.{p}.{s}."),
        format!(".{h}.{p}.{s}"),
        format!("{h}.{p}.{s}.{s}"),
        format!("{h}.{h}.{p}.{s}"),
        format!("{h}.{p}.{s}.{p}.{s}"),
        format!("{h}.{p}.{s}.{h}.{p}.{s}"),
        // The part before the last dot is signed, so that only the number of segments is wrong.
        sign_segments(h, &format!("{p}.{p}")),
        sign_segments(&format!("{h}.{h}"), p),
        sign_segments(h, &format!("{p}.")),
        sign_segments("", p),
        sign_segments(h, ""),
    ];
    for token in wrong {
        assert_eq!(refusal::<NoClaims>(&jwt(), &token), TokenFault::Malformed.into(), "{token}");
        assert!(danger::decode_unverified::<NoClaims>(&token).is_err(), "{token}");
        assert_invalid_over_http(&token).await;
    }
    assert_eq!(refusal::<NoClaims>(&jwt(), ""), TokenFault::Malformed.into());
}

#[test]
fn r_03_no_character_outside_the_alphabet_is_skipped_in_any_segment() {
    let ascii = (0..=0x7F_u8).filter(|byte| !ALPHABET.contains(byte)).map(char::from);
    // Letters that fold or decompose to ASCII, a byte order mark, a soft hyphen, and one from beyond the first plane.
    for outside in ascii.chain(['é', 'ſ', '\u{212A}', 'Ａ', '\u{FEFF}', '\u{AD}', '\u{2010}', '𝐀']) {
        for segment in 0..3 {
            for place in [0, 7, usize::MAX] {
                let inserted = spoil(segment, &good_claims(), |text| {
                    let (left, right) = text.split_at(place.min(text.len()));
                    format!("{left}{outside}{right}")
                });
                let replaced = spoil(segment, &good_claims(), |text| {
                    let place = place.min(text.len() - 1);
                    format!("{}{outside}{}", &text[..place], &text[place + 1..])
                });
                for token in [inserted, replaced] {
                    assert_eq!(refusal::<NoClaims>(&jwt(), &token), TokenFault::Malformed.into(), "{token:?}");
                    assert!(danger::decode_unverified::<NoClaims>(&token).is_err(), "{token:?}");
                }
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(cases(200, 20_000)))]

    #[test]
    fn r_03_no_character_outside_the_alphabet_is_skipped_anywhere(
        outside in any::<char>().prop_filter("in the alphabet", |letter| {
            !u8::try_from(*letter).is_ok_and(|byte| ALPHABET.contains(&byte))
        }),
        segment in 0..3_usize,
        place in any::<prop::sample::Index>(),
    ) {
        let token = spoil(segment, &good_claims(), |text| {
            let (left, right) = text.split_at(place.index(text.len() + 1));
            format!("{left}{outside}{right}")
        });
        prop_assert_eq!(refusal::<NoClaims>(&jwt(), &token), TokenFault::Malformed.into());
    }
}

#[test]
fn r_03_padding_and_the_plain_base64_alphabet_are_refused() {
    // Bytes whose encoding holds `-` and `_`, and lengths that would be padded.
    for name in ["?>?>", "a?>?>", "aa?>?>"] {
        let mut claims = good_claims();
        claims["name"] = json!(name);
        for segment in 0..3 {
            for padding in ["=", "==", "===", "===="] {
                let token = spoil(segment, &claims, |text| format!("{text}{padding}"));
                assert_eq!(refusal::<NoClaims>(&jwt(), &token), TokenFault::Malformed.into(), "{token}");
            }
        }
        let padded = spoil(1, &claims, |_| BASE64_URL_SAFE.encode(claims.to_string()));
        let plain = spoil(1, &claims, |text| text.replace('-', "+").replace('_', "/"));
        assert!(padded.contains('=') || plain.contains('+') || plain.contains('/'), "the case shows nothing");
        for token in [padded, plain].iter().filter(|token| token.contains(['=', '+', '/'])) {
            assert_eq!(refusal::<NoClaims>(&jwt(), token), TokenFault::Malformed.into(), "{token}");
        }
    }
}

#[tokio::test]
async fn r_03_over_http_a_strange_character_is_a_bad_request_or_an_invalid_token() {
    let good = forge_claims(&good_claims());
    let app = guarded();
    for byte in (0x20..=0xFF_u8).filter(|byte| !ALPHABET.contains(byte) && *byte != 0x7F && *byte != b'.') {
        let mut value = format!("Bearer {good}").into_bytes();
        value.insert(20, byte);
        let request = Request::builder().uri("/").header("authorization", value);
        let answer = send(&app, request.body(Body::empty()).unwrap()).await;
        // What RFC 9110 section 11.2 allows in credentials is looked at as a token; what it doesn't is no credentials.
        let (status, code) = if b"~+/".contains(&byte) {
            (StatusCode::UNAUTHORIZED, "invalid_token")
        } else {
            (StatusCode::BAD_REQUEST, "invalid_request")
        };
        assert_eq!((answer.status, answer.code().as_str()), (status, code), "byte {byte:#x}");
    }
    assert_invalid_over_http(&format!("{good}=")).await;
}

#[test]
fn r_04_non_canonical_base64_is_refused_in_every_segment() {
    // Both lengths that leave bits unused, in the first two segments; the signature of 32 bytes leaves two.
    for name in ["", "a", "aa"] {
        let mut claims = good_claims();
        claims["name"] = json!(name);
        let mut header = good_header();
        header["name"] = json!(name);
        let (header, payload) = (encode(header.to_string()), encode(claims.to_string()));
        assert!(jwt().verify_access_token::<NoClaims>(&sign_segments(&header, &payload)).is_ok());
        for other in same_bytes(&header) {
            assert_eq!(
                refusal::<NoClaims>(&jwt(), &sign_segments(&other, &payload)),
                TokenFault::Malformed.into(),
                "{other}"
            );
        }
        for other in same_bytes(&payload) {
            assert_eq!(
                refusal::<NoClaims>(&jwt(), &sign_segments(&header, &other)),
                TokenFault::Malformed.into(),
                "{other}"
            );
        }
    }
    for (signer, jwt) in every_algorithm() {
        let token = signer.token(&good_claims());
        assert!(jwt.verify_access_token::<NoClaims>(&token).is_ok());
        let (message, signature) = token.rsplit_once('.').unwrap();
        let others = same_bytes(signature);
        assert!(others.len() >= 3);
        for other in others {
            let token = format!("{message}.{other}");
            assert_eq!(refusal::<NoClaims>(&jwt, &token), TokenFault::Malformed.into(), "{other}");
            assert!(danger::decode_unverified::<NoClaims>(&token).is_err(), "{other}");
        }
    }
}

/// The other texts that a lenient decoder reads as the same bytes: those whose unused bits differ.
fn same_bytes(text: &str) -> Vec<String> {
    let unused = match text.len() % 4 {
        2 => 16,
        3 => 4,
        _ => 1,
    };
    let (rest, last) = text.split_at(text.len() - 1);
    let value = ALPHABET.iter().position(|letter| letter == &last.as_bytes()[0]).unwrap();
    (1..unused).map(|bits| format!("{rest}{}", char::from(ALPHABET[value ^ bits]))).collect()
}

#[test]
fn r_04_a_length_that_no_bytes_have_is_refused_in_every_segment() {
    for name in ["", "a", "aa"] {
        let mut claims = good_claims();
        claims["name"] = json!(name);
        for segment in 0..3 {
            let token = spoil(segment, &claims, |text| {
                let lacking = (5 - text.len() % 4) % 4;
                format!("{text}{}", &"AAAA"[..if lacking == 0 { 4 } else { lacking }])
            });
            let length = token.split('.').nth(segment).unwrap().len();
            assert_eq!(length % 4, 1);
            assert_eq!(refusal::<NoClaims>(&jwt(), &token), TokenFault::Malformed.into(), "{token}");
        }
    }
}

#[tokio::test]
async fn r_05_json_serialization_is_refused() {
    let good = forge_claims(&good_claims());
    let [h, p, s]: [&str; 3] = good.split('.').collect::<Vec<_>>().try_into().unwrap();
    let flattened = json!({ "payload": p, "protected": h, "signature": s }).to_string();
    let general = json!({ "payload": p, "signatures": [{ "protected": h, "signature": s }] }).to_string();
    let unprotected = json!({ "payload": p, "header": { "alg": "none" }, "signature": "" }).to_string();
    // Dots in it, so that it splits into three.
    let dotted = json!({ "payload": p, "protected": h, "signature": s, "a.b.c": 0 }).to_string();
    for json in [flattened, general, unprotected, dotted] {
        assert_eq!(refusal::<NoClaims>(&jwt(), &json), TokenFault::Malformed.into());
        assert_eq!(refusal::<NoClaims>(&jwt(), &encode(&json)), TokenFault::Malformed.into());
        let answer = get(&guarded(), "/", Some(&format!("Bearer {json}"))).await;
        assert_eq!((answer.status, answer.code().as_str()), (StatusCode::BAD_REQUEST, "invalid_request"));
        assert_invalid_over_http(&encode(json)).await;
    }
}

#[tokio::test]
async fn r_06_encrypted_tokens_are_refused() {
    // RFC 7516 appendices A.1 and A.3.
    let tokens = [
        "eyJhbGciOiJSU0EtT0FFUCIsImVuYyI6IkEyNTZHQ00ifQ.\
            OKOawDo13gRp2ojaHV7LFpZcgV7T6DVZKTyKOMTYUmKoTCVJRgckCL9kiMT03JGe\
            ipsEdY3mx_etLbbWSrFr05kLzcSr4qKAq7YN7e9jwQRb23nfa6c9d-StnImGyFDb\
            Sv04uVuxIp5Zms1gNxKKK2Da14B8S4rzVRltdYwam_lDp5XnZAYpQdb76FdIKLaV\
            mqgfwX7XWRxv2322i-vDxRfqNzo_tETKzpVLzfiwQyeyPGLBIO56YJ7eObdv0je8\
            1860ppamavo35UgoRdbYaBcoh9QcfylQr66oc6vFWXRcZ_ZT2LawVCWTIy3brGPi\
            6UklfCpIMfIjf7iGdXKHzg.\
            48V1_ALb6US04U3b.\
            5eym8TW_c8SuK0ltJ3rpYIzOeDQz7TALvtu6UG9oMo4vpzs9tX_EFShS8iB7j6ji\
            SdiwkIr3ajwQzaBtQD_A.\
            XFBoMYUZodetZdvTiFvSkQ",
        "eyJhbGciOiJBMTI4S1ciLCJlbmMiOiJBMTI4Q0JDLUhTMjU2In0.6KB707dM9YTIgHtLvtgWQ8mKwboJW3of9locizkDTHzBC2IlrT1oOQ.\
            AxY8DCtDaGlsbGljb3RoZQ.KDlTtXchhZTGufMYmOYGS4HffxPSUrfmqCHXaI9wOGY.U0m_YmjN04DJvceFICbCVQ",
    ];
    for token in tokens {
        assert_eq!(token.split('.').count(), 5);
        for (_, jwt) in every_algorithm() {
            assert_eq!(refusal::<NoClaims>(&jwt, token), TokenFault::Malformed.into());
        }
        assert!(danger::decode_unverified::<NoClaims>(token).is_err());
        assert_invalid_over_http(token).await;
    }
}

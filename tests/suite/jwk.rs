//! One JWK given as a key: read strictly, heeded in what it says of itself, never shown.

use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair as _};
use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};
use fastjwt::{Algorithm, FastJwt, KeyError, NoClaims, SigningKey, TokenFault, VerifyingKey};
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::{
    signers::{forge_with, jwk, public_jwk, signing_key, texts},
    support::{NOW, at, cases, encode, good_claims, refusal, shows},
};

/// One algorithm for each type of key.
const KINDS: &[Algorithm] =
    &[Algorithm::HS512, Algorithm::ES256, Algorithm::ES384, Algorithm::EdDSA, Algorithm::RS256, Algorithm::PS384];

const PRIVATE: &[&str] = &["d", "p", "q", "dp", "dq", "qi", "k"];

/// The JWK with one more member, or another value for one.
fn with(mut jwk: Value, name: &str, value: impl Into<Value>) -> Value {
    jwk[name] = value.into();
    jwk
}

fn without(mut jwk: Value, name: &str) -> Value {
    jwk.as_object_mut().unwrap().remove(name).unwrap();
    jwk
}

/// What is told about a text that is no JWK for the algorithm, whichever half of it is asked for.
fn refused(algorithm: Algorithm, private: &Value, public: &Value) -> String {
    let told = told(private, SigningKey::from_jwk(algorithm, private.to_string()).err());
    self::told(public, VerifyingKey::from_jwk(algorithm, public.to_string()).err());
    told
}

/// The error's text, which holds no part of a private member.
fn told(jwk: &Value, error: Option<KeyError>) -> String {
    let error = error.unwrap_or_else(|| panic!("accepted: {jwk}"));
    assert_silent(jwk, &error);
    error.to_string()
}

fn assert_silent(jwk: &Value, error: &KeyError) {
    const PART: usize = 10;
    for text in [error.to_string(), format!("{error:?}")] {
        for member in PRIVATE.iter().filter_map(|name| jwk[name].as_str()) {
            assert!(
                !member.as_bytes().windows(PART).any(|part| text.contains(str::from_utf8(part).unwrap_or("?"))),
                "{text}"
            );
            let bytes = BASE64_URL_SAFE_NO_PAD.decode(member).unwrap_or_default();
            assert!(!shows(&text, &bytes[..bytes.len().min(16)]), "{text}");
        }
    }
}

#[test]
fn r_15_a_jwk_without_alg_is_for_the_configured_algorithm_and_no_other() {
    for &algorithm in KINDS {
        for jwk in [public_jwk(algorithm), with(public_jwk(algorithm), "alg", algorithm.as_str())] {
            let key = VerifyingKey::from_jwk(algorithm, jwk.to_string()).unwrap();
            assert_eq!(key.algorithm(), algorithm);
            let jwt = FastJwt::builder().verifying_key(key).clock(|| at(NOW)).build().unwrap();
            for &other in Algorithm::ALL {
                // The header names another algorithm that the same key could serve, with a good signature of it.
                let header = json!({ "alg": other.as_str() }).to_string();
                let token = forge_with(other, header, good_claims().to_string());
                if other == algorithm {
                    assert!(jwt.verify_access_token::<NoClaims>(&token).is_ok(), "{algorithm}");
                } else {
                    assert_eq!(refusal::<NoClaims>(&jwt, &token), TokenFault::WrongAlgorithm.into(), "{other}");
                }
            }
        }
    }
}

#[test]
fn r_15_r_21_the_alg_of_a_jwk_must_be_the_configured_one() {
    for &algorithm in Algorithm::ALL {
        for &other in Algorithm::ALL {
            let private = with(jwk(algorithm), "alg", other.as_str());
            let public = with(public_jwk(algorithm), "alg", other.as_str());
            if other == algorithm {
                assert!(SigningKey::from_jwk(algorithm, private.to_string()).is_ok(), "{algorithm}");
                assert!(VerifyingKey::from_jwk(algorithm, public.to_string()).is_ok(), "{algorithm}");
            } else {
                let told = refused(algorithm, &private, &public);
                assert!(told.contains("another algorithm") && told.contains(algorithm.as_str()), "{told}");
            }
        }
        for other in ["none", "", "ES512", "ECDH-ES", "RSA-OAEP", "dir", "A256GCM", "hs256", "HS256 ", "Ed448"] {
            let (private, public) = (with(jwk(algorithm), "alg", other), with(public_jwk(algorithm), "alg", other));
            assert!(refused(algorithm, &private, &public).contains("another algorithm"), "{algorithm}, {other:?}");
        }
    }
}

#[test]
fn r_21_use_and_key_ops_are_heeded() {
    for &algorithm in KINDS {
        let (private, public) = (jwk(algorithm), public_jwk(algorithm));
        for usage in ["enc", "", "SIG", "signature", "sig "] {
            let told = refused(algorithm, &with(private.clone(), "use", usage), &with(public.clone(), "use", usage));
            assert!(told.contains("`use`"), "{told}");
        }
        // Who may only verify does not sign, and the other way round.
        let lists = [
            (json!([]), false, false),
            (json!(["sign"]), true, false),
            (json!(["verify"]), false, true),
            (json!(["sign", "verify"]), true, true),
            (json!(["verify", "sign"]), true, true),
            (json!(["encrypt", "decrypt"]), false, false),
            (json!(["deriveKey"]), false, false),
            (json!(["Sign", "Verify"]), false, false),
            (json!(["sign verify"]), false, false),
            // RFC 7517 section 4.3: none may stand twice.
            (json!(["sign", "sign"]), false, false),
            (json!(["sign", "verify", "sign"]), false, false),
            (json!(["verify", "verify"]), false, false),
            (json!(["sign", "verify", "encrypt", "encrypt"]), false, false),
        ];
        for (list, signs, verifies) in lists {
            let private = with(with(private.clone(), "use", "sig"), "key_ops", list.clone());
            let public = with(public.clone(), "key_ops", list.clone());
            let signing = SigningKey::from_jwk(algorithm, private.to_string());
            assert_eq!(signing.is_ok(), signs, "{algorithm}, {list}: {signing:?}");
            let verifying = VerifyingKey::from_jwk(algorithm, public.to_string());
            assert_eq!(verifying.is_ok(), verifies, "{algorithm}, {list}: {verifying:?}");
        }
        for wrong in [json!("sign"), json!([1]), json!([null]), json!({ "sign": true }), json!(true)] {
            let (private, public) =
                (with(private.clone(), "key_ops", wrong.clone()), with(public.clone(), "key_ops", wrong));
            refused(algorithm, &private, &public);
        }
    }
}

#[test]
fn r_21_a_private_jwk_is_no_verifying_key() {
    for &algorithm in KINDS.iter().filter(|algorithm| texts(**algorithm).is_some()) {
        let private = jwk(algorithm);
        let error = told(&private, VerifyingKey::from_jwk(algorithm, private.to_string()).err());
        assert!(error.contains("holds a private key"), "{error}");
        // Any one of the private members is enough, whatever it holds.
        for name in PRIVATE {
            for value in [encode(b"not a number of this key"), String::new(), "?".to_owned()] {
                let jwk = with(public_jwk(algorithm), name, value);
                let error = told(&jwk, VerifyingKey::from_jwk(algorithm, jwk.to_string()).err());
                assert!(error.contains("holds a private key"), "{algorithm}, {name}: {error}");
            }
        }
        let public = public_jwk(algorithm);
        let error = told(&public, SigningKey::from_jwk(algorithm, public.to_string()).err());
        assert!(error.contains("has no `d`"), "{error}");
    }
}

#[test]
fn r_20_another_type_or_curve_than_the_algorithms_is_refused_and_named() {
    for &algorithm in KINDS {
        let own = jwk(algorithm)["kty"].as_str().unwrap().to_owned();
        for kty in ["oct", "EC", "OKP", "RSA", "AKP", "ec", "rsa", "", "uJ7rZ0vQ2mXc9LwTn4YbKe6HsGd1PfAa"] {
            let (private, public) = (with(jwk(algorithm), "kty", kty), with(public_jwk(algorithm), "kty", kty));
            if kty == own {
                continue;
            }
            let told = refused(algorithm, &private, &public);
            let known = ["oct", "EC", "OKP", "RSA"].contains(&kty);
            let found = if known { format!("found \"{kty}\"") } else { "found another one".to_owned() };
            assert!(told.contains(&format!("`kty` \"{own}\"")) && told.contains(&found), "{told}");
        }
        if jwk(algorithm)["crv"].is_string() {
            for crv in ["P-256", "P-384", "P-521", "secp256k1", "Ed25519", "Ed448", "X25519", "p-256", ""] {
                if jwk(algorithm)["crv"] == crv {
                    continue;
                }
                let told =
                    refused(algorithm, &with(jwk(algorithm), "crv", crv), &with(public_jwk(algorithm), "crv", crv));
                assert!(told.contains("`crv`"), "{told}");
            }
            let told = refused(algorithm, &without(jwk(algorithm), "crv"), &without(public_jwk(algorithm), "crv"));
            assert!(told.contains("`crv`"), "{told}");
        }
    }
}

#[test]
fn r_20_every_number_is_there_in_its_one_form() {
    for &algorithm in KINDS {
        let whole = jwk(algorithm);
        let numbers = whole.as_object().unwrap().keys().filter(|name| !["kty", "crv"].contains(&name.as_str()));
        for name in numbers {
            let text = whole[name].as_str().unwrap();
            let bytes = BASE64_URL_SAFE_NO_PAD.decode(text).unwrap();
            // Named when it is missing.
            let lacking = without(whole.clone(), name);
            let error = told(&lacking, SigningKey::from_jwk(algorithm, lacking.to_string()).err());
            assert!(error.contains(&format!("has no `{name}`")), "{error}");
            let longer = [&[0], bytes.as_slice()].concat();
            let mut wrong = vec![
                String::new(),
                format!("{text}="),
                format!("{text}=="),
                format!(" {text}"),
                format!("{text}\n"),
                format!("{}.{}", &text[..2], &text[2..]),
                format!("+{}", &text[1..]),
                format!("{}/", &text[..text.len() - 1]),
            ];
            if algorithm != Algorithm::HS512 {
                // Of another length, shorter or with zeros before it; a secret may have any.
                wrong.push(encode(&bytes[1..]));
                wrong.push(encode(&bytes[..bytes.len() - 1]));
                if !["d", "p", "q", "dp", "dq", "qi"].contains(&name.as_str()) {
                    wrong.push(encode(longer));
                }
            }
            for text in wrong {
                let jwk = with(whole.clone(), name, text);
                told(&jwk, SigningKey::from_jwk(algorithm, jwk.to_string()).err());
                if public_jwk(algorithm).get(name).is_some() {
                    let jwk = with(public_jwk(algorithm), name, jwk[name].clone());
                    told(&jwk, VerifyingKey::from_jwk(algorithm, jwk.to_string()).err());
                }
            }
            for value in [json!(null), json!(1), json!([text]), json!({ "b": text }), json!(true)] {
                let jwk = with(whole.clone(), name, value);
                told(&jwk, SigningKey::from_jwk(algorithm, jwk.to_string()).err());
            }
            // Unused bits that are set: another text of the same number.
            let last = text.as_bytes()[text.len() - 1];
            if !text.len().is_multiple_of(4) {
                let other = format!("{}{}", &text[..text.len() - 1], char::from(last + 1));
                let jwk = with(whole.clone(), name, other);
                told(&jwk, SigningKey::from_jwk(algorithm, jwk.to_string()).err());
            }
        }
    }
}

#[test]
fn r_20_both_halves_of_a_private_jwk_belong_together() {
    for &algorithm in KINDS.iter().filter(|algorithm| texts(**algorithm).is_some()) {
        for name in jwk(algorithm).as_object().unwrap().keys().filter(|name| !["kty", "crv"].contains(&name.as_str())) {
            let mut bytes = BASE64_URL_SAFE_NO_PAD.decode(jwk(algorithm)[name].as_str().unwrap()).unwrap();
            let middle = bytes.len() / 2;
            bytes[middle] ^= 0x10;
            let changed = with(jwk(algorithm), name, encode(bytes));
            let error = told(&changed, SigningKey::from_jwk(algorithm, changed.to_string()).err());
            assert!(!error.is_empty(), "{algorithm}, {name}");
        }
    }
    // A point beside the curve is no public key, either.
    for algorithm in [Algorithm::ES256, Algorithm::ES384] {
        let (x, y) = (public_jwk(algorithm)["x"].clone(), public_jwk(algorithm)["y"].clone());
        let swapped = with(with(public_jwk(algorithm), "x", y), "y", x);
        told(&swapped, VerifyingKey::from_jwk(algorithm, swapped.to_string()).err());
    }
}

/// A P-256 pair whose number or coordinate begins with a zero byte, by trying small numbers: DER, then d, x and y.
fn pair_with_zeros() -> (Vec<u8>, [Vec<u8>; 3]) {
    for number in 1..u32::MAX {
        let d = [[0; 28].as_slice(), &number.to_be_bytes()].concat();
        let sec1 =
            [&[0x30, 0x31, 2, 1, 1, 4, 32], d.as_slice(), &[0xA0, 10, 6, 8, 0x2A, 0x86, 0x48, 0xCE, 0x3D, 3, 1, 7]];
        let sec1 = sec1.concat();
        let pair = EcdsaKeyPair::from_private_key_der(&ECDSA_P256_SHA256_FIXED_SIGNING, &sec1).unwrap();
        let (x, y) = pair.public_key().as_ref()[1..].split_at(32);
        if x[0] == 0 {
            return (sec1, [d, x.to_vec(), y.to_vec()]);
        }
    }
    panic!("no such pair");
}

/// RFC 7518 sections 6.2.1.2 and 6.2.2.1: the full length, zeros and all.
#[test]
fn r_20_numbers_of_an_ec_key_keep_their_leading_zeros() {
    let (sec1, [d, x, y]) = pair_with_zeros();
    let make =
        |d: &[u8], x: &[u8]| json!({ "kty": "EC", "crv": "P-256", "d": encode(d), "x": encode(x), "y": encode(&y) });
    let whole = make(&d, &x);
    let key = SigningKey::from_jwk(Algorithm::ES256, whole.to_string()).unwrap();
    assert_eq!(key.id(), SigningKey::from_der(Algorithm::ES256, sec1).unwrap().id());
    for short in [make(&d, &x[1..]), make(&d[1..], &x), make(&d[28..], &x)] {
        told(&short, SigningKey::from_jwk(Algorithm::ES256, short.to_string()).err());
    }
    let public = without(make(&d, &x[1..]), "d");
    let error = told(&public, VerifyingKey::from_jwk(Algorithm::ES256, public.to_string()).err());
    assert!(error.contains("full length"), "{error}");
}

#[test]
fn r_08_a_member_stands_once() {
    for &algorithm in KINDS {
        let (private, public) = (jwk(algorithm), public_jwk(algorithm));
        for (name, value) in private.as_object().unwrap() {
            let escaped = format!("\\u{:04x}{}", name.as_bytes()[0], &name[1..]);
            for again in [name, &escaped] {
                // The same value, so that no choice between two would matter.
                let text = format!("{},\"{again}\":{value}}}", private.to_string().trim_end_matches('}'));
                told(&private, SigningKey::from_jwk(algorithm, &text).err());
                let text = format!("{{\"{again}\":{value},{}", &public.to_string()[1..]);
                assert!(VerifyingKey::from_jwk(algorithm, &text).is_err(), "{text}");
            }
        }
        for more in [r#""alg":null,"alg":null"#, r#""use":"sig","use":"sig""#, r#""kid":"a","kid":"b""#] {
            let text = format!("{{{more},{}", &public.to_string()[1..]);
            assert!(VerifyingKey::from_jwk(algorithm, &text).is_err(), "{text}");
        }
    }
}

#[test]
fn r_20_a_key_of_more_primes_than_two_is_refused() {
    let others = [json!([]), json!([{ "r": "AQ", "d": "AQ", "t": "AQ" }]), json!("AQ"), json!(1), json!({})];
    for value in others {
        let (private, public) =
            (with(jwk(Algorithm::RS256), "oth", value.clone()), with(public_jwk(Algorithm::RS256), "oth", value));
        let told = refused(Algorithm::RS256, &private, &public);
        assert!(told.contains("more than two primes"), "{told}");
    }
}

#[test]
fn r_07_only_one_json_object_is_a_jwk() {
    for &algorithm in KINDS {
        let (private, public) = (jwk(algorithm).to_string(), public_jwk(algorithm).to_string());
        let shapes: [fn(&str) -> String; 12] = [
            |_| String::new(),
            |_| "{}".to_owned(),
            |_| "null".to_owned(),
            |jwk| jwk[..jwk.len() - 1].to_owned(),
            |jwk| format!("{jwk}{jwk}"),
            |jwk| format!("{jwk},"),
            |jwk| format!("\u{FEFF}{jwk}"),
            |jwk| format!("[{jwk}]"),
            |jwk| format!(r#"{{"keys":[{jwk}]}}"#),
            |jwk| json!(jwk).to_string(),
            |jwk| encode(jwk),
            |jwk| format!("{jwk}\0"),
        ];
        for shape in shapes {
            told(&jwk(algorithm), SigningKey::from_jwk(algorithm, shape(&private)).err());
            told(&jwk(algorithm), VerifyingKey::from_jwk(algorithm, shape(&public)).err());
        }
        // White space around it, order and members of others are no matter.
        let more = format!(" \n{{\"x5c\":[1],\"ext\":true,\"x\\u0079z\":{{}},{}\t", &private[1..]);
        assert_eq!(SigningKey::from_jwk(algorithm, more).unwrap().id(), signing_key(algorithm).id());
    }
}

#[test]
fn r_17_the_kid_of_a_jwk_becomes_the_id() {
    for &algorithm in KINDS {
        let (private, public) = (with(jwk(algorithm), "kid", "a/../b"), with(public_jwk(algorithm), "kid", "a/../b"));
        assert_eq!(SigningKey::from_jwk(algorithm, private.to_string()).unwrap().id(), "a/../b");
        assert_eq!(VerifyingKey::from_jwk(algorithm, public.to_string()).unwrap().id(), "a/../b");
        for wrong in [json!(""), json!("a".repeat(257)), json!("a\nb"), json!(1), json!(["a"]), json!({})] {
            refused(algorithm, &with(jwk(algorithm), "kid", wrong.clone()), &with(public_jwk(algorithm), "kid", wrong));
        }
    }
}

#[test]
fn r_26_a_secret_in_the_wrong_member_is_not_repeated() {
    for &algorithm in KINDS {
        let whole = jwk(algorithm);
        let secret = PRIVATE.iter().find_map(|name| whole[name].as_str()).unwrap().to_owned();
        for name in ["kty", "crv", "alg", "use", "key_ops", "kid", "oth", "x", "y", "n", "e", "k", "d", "p"] {
            for value in [json!(secret), json!([secret]), json!({ "a": secret }), json!(format!("{secret}\n"))] {
                let changed = with(whole.clone(), name, value);
                for result in [
                    SigningKey::from_jwk(algorithm, changed.to_string()).err(),
                    VerifyingKey::from_jwk(algorithm, changed.to_string()).err(),
                ] {
                    result.inspect(|error| assert_silent(&whole, error));
                }
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(cases(200, 20_000)))]

    #[test]
    fn r_12_r_26_a_jwk_with_any_part_replaced_is_silent(
        kind in prop::sample::select(KINDS),
        index in any::<prop::sample::Index>(),
        length in 0..40_usize,
        replacement in prop_oneof!["[\\[\\]{}\",:a-z0-9\\\\]{0,6}", any::<String>()],
    ) {
        let whole = jwk(kind);
        let text = whole.to_string();
        let start = index.index(text.len() + 1);
        let changed = format!("{}{replacement}{}", &text[..start], &text[(start + length).min(text.len())..]);
        for &algorithm in KINDS {
            // What is left of the key may still be one: its numbers must then fit each other.
            SigningKey::from_jwk(algorithm, &changed).err().inspect(|error| assert_silent(&whole, error));
            VerifyingKey::from_jwk(algorithm, &changed).err().inspect(|error| assert_silent(&whole, error));
        }
    }
}

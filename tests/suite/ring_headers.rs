//! What a token's header says to a ring of several keys: it names a key, and never chooses how that key is used (R-13 to R-17, R-22).

use aws_lc_rs::hmac;
use fastjwt::{Algorithm, ErrorKind, FastJwt, NoClaims, SigningKey, TokenFault};
use serde_json::json;

use crate::{
    ring::named,
    signers::{LONG_SECRET, forge_with, public_jwk, sign_with, signature, signing_key},
    support::{NOW, at, encode, good_claims, segment_text, unique},
    test_keys::{P256_PUBLIC, der},
};

/// The key of an algorithm, by the algorithm's name.
fn key(algorithm: Algorithm) -> SigningKey {
    signing_key(algorithm).with_id(algorithm.as_str()).unwrap()
}

/// A ring of these keys, of which the first one signs.
fn ring_of(keys: impl IntoIterator<Item = SigningKey>) -> FastJwt {
    let mut keys = keys.into_iter();
    let builder = FastJwt::builder().key(keys.next().unwrap()).clock(|| at(NOW));
    keys.fold(builder, fastjwt::Builder::next_key).build().unwrap()
}

fn judged(jwt: &FastJwt, token: &str) -> Result<(), ErrorKind> {
    jwt.verify_access_token::<NoClaims>(token).map(drop).map_err(|error| error.kind().clone())
}

fn refused(fault: TokenFault) -> Result<(), ErrorKind> {
    Err(fault.into())
}

/// Secrets beside public keys are safe in one ring, since every key has one algorithm and no header changes it.
#[test]
fn r_13_r_14_r_22_no_key_of_a_ring_stands_in_for_another() {
    let jwt = ring_of(Algorithm::ALL.iter().map(|algorithm| key(*algorithm)));
    let claims = good_claims().to_string();
    for &signer in Algorithm::ALL {
        for &named in Algorithm::ALL {
            let own = signer == named;
            for alg in Algorithm::ALL {
                let header = json!({ "alg": alg.as_str(), "typ": "JWT", "kid": named.as_str() }).to_string();
                let expected = match (own, *alg == named) {
                    (true, true) => Ok(()),
                    (_, true) => refused(TokenFault::BadSignature),
                    (_, false) => refused(TokenFault::WrongAlgorithm),
                };
                assert_eq!(judged(&jwt, &forge_with(signer, &header, &claims)), expected, "{header} by {signer}");
                // In the order in which a key's own tokens have it, so that the header is a known one.
                let header = format!(r#"{{"alg":"{alg}","typ":"JWT","kid":"{named}"}}"#);
                assert_eq!(judged(&jwt, &forge_with(signer, &header, &claims)), expected, "{header} by {signer}");
            }
        }
    }
}

/// What everybody has of a public key is no secret to sign with, in whatever form it is tried.
#[test]
fn r_13_the_public_key_of_a_ring_is_no_secret_of_it() {
    let (hs256, es256) = (key(Algorithm::HS256), key(Algorithm::ES256));
    let jwk: serde_json::Value = serde_json::from_str(&es256.verifying_key().public_jwk().unwrap()).unwrap();
    let coordinate = |name: &str| {
        base64::Engine::decode(&base64::prelude::BASE64_URL_SAFE_NO_PAD, jwk[name].as_str().unwrap()).unwrap()
    };
    let mut secrets: Vec<Vec<u8>> = vec![
        P256_PUBLIC.into(),
        P256_PUBLIC.trim_end().into(),
        format!(" {P256_PUBLIC}").into(),
        format!("\n{P256_PUBLIC}\n").into(),
        P256_PUBLIC.replace('\n', "\r\n").into(),
        der(P256_PUBLIC),
        encode(der(P256_PUBLIC)).into(),
        coordinate("x"),
        coordinate("y"),
        [coordinate("x"), coordinate("y")].concat(),
        [vec![4], coordinate("x"), coordinate("y")].concat(),
        jwk.to_string().into(),
        public_jwk(Algorithm::ES256).to_string().into(),
        es256.verifying_key().public_jwk().unwrap().into(),
        signing_key(Algorithm::ES256).id().into(),
        jwk["x"].as_str().unwrap().into(),
        // And the keys that a careless program has: none, zeros, the names.
        vec![],
        vec![0; 32],
        b"ES256".to_vec(),
        b"HS256".to_vec(),
    ];
    let with_newline: Vec<_> = secrets.iter().map(|secret| [secret.as_slice(), b"\n"].concat()).collect();
    secrets.extend(with_newline);
    let claims = encode(good_claims().to_string());
    let rings = [[hs256.clone(), es256.clone()], [es256, hs256]].map(ring_of);
    for jwt in rings {
        for secret in &secrets {
            for alg in ["HS256", "HS384", "HS512", "ES256", "none"] {
                for kid in [Some("ES256"), Some("HS256"), None] {
                    let mut header = json!({ "alg": alg, "typ": "JWT" });
                    if let Some(kid) = kid {
                        header["kid"] = json!(kid);
                    }
                    let message = format!("{}.{claims}", encode(header.to_string()));
                    // The tag of HS512 is as long as a signature of ES256.
                    for hash in [hmac::HMAC_SHA256, hmac::HMAC_SHA384, hmac::HMAC_SHA512] {
                        let tag = hmac::sign(&hmac::Key::new(hash, secret), message.as_bytes());
                        let expected = if kid.unwrap_or(alg) == alg && ["HS256", "ES256"].contains(&alg) {
                            refused(TokenFault::BadSignature)
                        } else {
                            refused(TokenFault::WrongAlgorithm)
                        };
                        assert_eq!(judged(&jwt, &format!("{message}.{}", encode(tag))), expected, "{header}");
                    }
                }
            }
        }
    }
}

/// Another service's tokens may name no key: then their algorithm must leave no choice.
#[test]
fn r_17_a_token_without_kid_is_not_tried_with_one_key_after_the_other() {
    let claims = good_claims().to_string();
    let bare = |algorithm: Algorithm| forge_with(algorithm, json!({ "alg": algorithm.as_str() }).to_string(), &claims);
    let (hs256, es256) = (key(Algorithm::HS256), key(Algorithm::ES256));

    let one = ring_of([hs256.clone()]);
    assert_eq!(judged(&one, &bare(Algorithm::HS256)), Ok(()));
    assert_eq!(judged(&one, &bare(Algorithm::ES256)), refused(TokenFault::WrongAlgorithm));

    let one_each = ring_of([hs256.clone(), es256.clone()]);
    assert_eq!(judged(&one_each, &bare(Algorithm::HS256)), Ok(()));
    assert_eq!(judged(&one_each, &bare(Algorithm::ES256)), Ok(()));
    assert_eq!(judged(&one_each, &bare(Algorithm::EdDSA)), refused(TokenFault::WrongAlgorithm));

    // Two keys of one algorithm, whichever of them signs, and whichever signed.
    let other = named(Algorithm::ES256, "other");
    for several in [[es256.clone(), other.clone(), hs256.clone()], [other.clone(), hs256, es256.clone()]] {
        let jwt = ring_of(several);
        assert_eq!(judged(&jwt, &bare(Algorithm::ES256)), refused(TokenFault::UnknownKey));
        assert_eq!(judged(&jwt, &bare(Algorithm::HS256)), Ok(()));
        // Without the other one there is no choice again.
        jwt.keys().remove("other").unwrap();
        assert_eq!(judged(&jwt, &bare(Algorithm::ES256)), Ok(()));
    }
    // A key that has ended is none to choose from, with or without a change of the ring.
    let clock = fastjwt::testing::StillClock::at(at(NOW));
    let configured = FastJwt::builder().key(es256).passive_key(other.verifying_key().clone(), at(NOW + 60));
    let jwt = configured.clock(clock.clone()).build().unwrap();
    assert_eq!(judged(&jwt, &bare(Algorithm::ES256)), refused(TokenFault::UnknownKey));
    clock.set(at(NOW + 60));
    assert_eq!(judged(&jwt, &bare(Algorithm::ES256)), Ok(()));
}

#[test]
fn r_17_a_hostile_kid_names_no_key_of_a_ring() {
    let jwt = ring_of([key(Algorithm::ES256), key(Algorithm::HS256), named(Algorithm::EdDSA, "a/b c")]);
    let path = std::env::temp_dir().join(format!("fastjwt-kid-{}-{}", std::process::id(), unique()));
    std::fs::write(&path, LONG_SECRET).unwrap();
    let path = path.to_str().unwrap();
    let hostile = [
        "",
        " ",
        "\0",
        "*",
        "%",
        ".",
        "../../dev/null",
        "/dev/null",
        path,
        "|sleep 10",
        "$(sleep 10)",
        "`id`",
        "x' UNION SELECT '1';--",
        "' OR ''='",
        "{{7*7}}",
        "%s%n",
        "\r\nSet-Cookie: a=b",
        "http://127.0.0.1:1/keys",
        "hs256",
        "HS256 ",
        " HS256",
        "HS256\0",
        "HS256,ES256",
        "HS25",
        "HS2566",
        "\u{ff28}S256",
        "a%2Fb c",
        "a/b%20c",
        "a\\/b c",
        "[0]",
        "0",
        "null",
        "true",
    ];
    for kid in hostile
        .iter()
        .map(|kid| (*kid).to_owned())
        .chain([String::from("HS256").repeat(1000), "\u{1F600}".repeat(1000)])
    {
        for algorithm in [Algorithm::ES256, Algorithm::HS256] {
            let header = json!({ "alg": algorithm.as_str(), "typ": "JWT", "kid": kid }).to_string();
            let token = forge_with(algorithm, header, good_claims().to_string());
            assert_eq!(judged(&jwt, &token), refused(TokenFault::UnknownKey), "{kid:?}");
        }
    }
    assert_eq!(std::fs::read(path).unwrap(), LONG_SECRET);
    std::fs::remove_file(path).unwrap();
}

/// A header that is one of a key's own is known without being parsed: what is nearly one is parsed in full.
#[test]
fn r_04_r_10_what_is_nearly_a_known_header_is_judged_for_itself() {
    for (algorithm, others) in [(Algorithm::HS256, vec![Algorithm::ES256]), (Algorithm::ES256, vec![Algorithm::HS256])]
    {
        for first in [true, false] {
            let mut keys: Vec<_> = others.iter().chain([&algorithm]).map(|algorithm| key(*algorithm)).collect();
            if first {
                keys.reverse();
            }
            let jwt = ring_of(keys);
            let payload = encode(good_claims().to_string());
            let own = format!(r#"{{"alg":"{algorithm}","typ":"JWT","kid":"{algorithm}"}}"#);
            let judge = |header: &str| judged(&jwt, &sign_with(algorithm, &encode(header), &payload));
            assert_eq!(judge(&own), Ok(()));

            // The same in other words.
            for (from, to) in [
                (",", " ,\n\t"),
                ("JWT", "jwt"),
                (r#","typ":"JWT""#, ""),
                ("}", r#","x":1}"#),
                ("JWT", "AT+jwt"),
                (r#""kid":""#, r#""kid":"\u00"#),
                ("JWT", "application/at+jwt"),
            ] {
                let same = if to.ends_with("u00") {
                    own.replace(r#""kid":"E"#, r#""kid":"\u0045"#).replace(r#""kid":"H"#, r#""kid":"\u0048"#)
                } else {
                    own.replacen(from, to, 1)
                };
                assert_ne!(same, own);
                assert_eq!(judge(&same), Ok(()), "{same}");
            }
            // Not the same.
            for wrong in [
                own.replacen('}', r#","crit":["x"],"x":1}"#, 1),
                own.replacen('}', r#","crit":[]}"#, 1),
                own.replacen('}', r#","kid":"x"}"#, 1),
                own.replacen('}', &format!(r#","kid":"{algorithm}"}}"#), 1),
                own.replacen('}', r#","alg":"none"}"#, 1),
                own.replacen('}', r#","b64":false}"#, 1),
                own.replacen('}', r#","enc":"A128GCM"}"#, 1),
                own.replacen("JWT", "JWT ", 1),
                own.replacen("JWT", "secevent+jwt", 1),
                own.replacen(r#""JWT""#, "null", 1),
                own.replacen(
                    &format!(r#""alg":"{algorithm}""#),
                    &format!(r#""alg":"{}""#, algorithm.as_str().to_lowercase()),
                    1,
                ),
                own.replacen(r#""alg""#, r#""Alg""#, 1),
                format!("{own} x"),
                format!("[{own}]"),
                format!("\u{feff}{own}"),
            ] {
                assert!(matches!(judge(&wrong), Err(ErrorKind::Token(_))), "{wrong}");
            }
            // Another text of the same bytes, in base64 that is not canonical, and one byte more or less.
            let segment = encode(&own);
            let mut spoilt =
                vec![format!("{segment}="), format!("{segment}A"), format!(" {segment}"), format!("A{segment}")];
            spoilt.extend((1..segment.len()).map(|length| segment[..length].to_owned()));
            for header in spoilt {
                assert!(judged(&jwt, &sign_with(algorithm, &header, &payload)).is_err(), "{header}");
            }
        }
    }
}

/// A known header of a key that is gone, or of another ring's, is a header like any other.
#[test]
fn r_87_the_known_header_of_a_key_that_is_gone_is_unknown() {
    let jwt = ring_of([key(Algorithm::ES256), key(Algorithm::HS256)]);
    let token = jwt.create_access_token("u").sign().unwrap();
    let header = segment_text(token.as_str(), 0);
    assert_eq!(judged(&jwt, token.as_str()), Ok(()));
    jwt.keys().remove("ES256").unwrap();
    assert_eq!(judged(&jwt, token.as_str()), refused(TokenFault::UnknownKey));
    // The key that is left does not take its place, whatever signed.
    for signer in [Algorithm::ES256, Algorithm::HS256] {
        let token = forge_with(signer, &header, good_claims().to_string());
        assert_eq!(judged(&jwt, &token), refused(TokenFault::UnknownKey));
    }
    assert_eq!(signature(Algorithm::ES256, b"").len(), signature(Algorithm::HS512, b"").len());
}

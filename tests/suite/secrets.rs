//! Nothing that prints shows a secret: neither keys nor tokens, their csrf values and extra claims, nor what errors say of them.

use fastjwt::{
    AccessToken, Algorithm, Builder, ClaimMap, Claims, Error, FastJwt, NoClaims, Policy, RefreshToken,
    RegisteredClaims, SigningKey, TokenPayload, TokenResponse, VerifyingKey, danger, jwt_claims,
};
use serde_json::{Map, Value, json};

use crate::{
    support::{
        NOW, SECRET, at, builder, encode, forge, forge_text, get_bearer, good_claims, good_header, guarded, jwt, shows,
        sign_segments,
    },
    test_keys::{ED25519, ED25519_PUBLIC, P256, P256_PUBLIC, der},
};

const CSRF: &str = "csrf-value-Zq7pLw9xRt";
const EXTRA: &str = "extra-claim-Vb3nMk8s";

#[jwt_claims]
struct Private {
    note: String,
}

fn printed(debug: &dyn std::fmt::Debug) -> [String; 2] {
    [format!("{debug:?}"), format!("{debug:#?}")]
}

#[test]
fn r_26_the_search_finds_a_secret_in_every_form() {
    let hex = |bytes: &[u8]| bytes.iter().map(|byte| format!("{byte:02X}")).collect::<String>();
    for text in [
        String::from_utf8(SECRET.to_vec()).unwrap(),
        format!("Key({SECRET:?})"),
        hex(SECRET),
        hex(&SECRET[3..12]),
        encode(SECRET),
        encode([b"x", SECRET].concat()),
        encode([b"xy", SECRET].concat()),
        format!("{:?}", std::str::from_utf8(&SECRET[10..20]).unwrap()),
    ] {
        assert!(shows(&text, SECRET), "{text}");
    }
    assert!(!shows(&format!("{:?}", jwt()), SECRET));
}

#[test]
fn r_26_no_key_prints_its_secret_half() {
    let ed25519 = der(ED25519).split_off(16);
    let p256 = der(P256)[36..68].to_vec();
    assert_eq!((p256[0], ed25519[0]), (0xC6, 0xE8));
    let keys = [
        (SigningKey::from_secret(Algorithm::HS256, SECRET).unwrap(), SECRET.to_vec()),
        (SigningKey::from_pem(Algorithm::ES256, P256).unwrap(), p256),
        (SigningKey::from_pem(Algorithm::EdDSA, ED25519).unwrap(), ed25519),
    ];
    for (key, secret) in keys {
        // What tells it from others is shown.
        let named = format!("{{ algorithm: {:?}, id: {:?}, .. }}", key.algorithm(), key.id());
        assert_eq!(format!("{key:?}"), format!("SigningKey {named}"));
        assert_eq!(format!("{:?}", key.verifying_key()), format!("VerifyingKey {named}"));
        let jwt = FastJwt::builder().key(key.clone()).build().unwrap();
        let mut texts = vec![
            key.id().to_owned(),
            key.algorithm().to_string(),
            jwt.create_access_token("u").sign().unwrap().into_string(),
        ];
        texts.extend(printed(&key));
        texts.extend(printed(key.verifying_key()));
        texts.extend(printed(&FastJwt::builder().key(key.clone())));
        texts.extend(printed(&FastJwt::builder().verifying_key(key.verifying_key().clone())));
        texts.extend(printed(&jwt));
        texts.extend(printed(&jwt.require(Policy::access())));
        texts.extend(printed(&tower::Layer::layer(&jwt.require(Policy::fresh()), ())));
        // A token's segments are looked at decoded as well: the id must not be the secret itself.
        for text in texts.clone() {
            texts.extend(text.split('.').filter_map(decoded));
        }
        for text in texts {
            assert!(!shows(&text, &secret), "{text}");
        }
    }
    for (algorithm, pem) in [(Algorithm::ES256, P256_PUBLIC), (Algorithm::EdDSA, ED25519_PUBLIC)] {
        assert!(!format!("{:?}", VerifyingKey::from_pem(algorithm, pem).unwrap()).contains("BEGIN"));
    }
}

/// An operator would compare byte by byte, and end at the first that differs.
#[test]
fn r_24_nothing_public_that_holds_a_secret_has_an_equality() {
    /// Compiles only if the type has no `PartialEq`: with one, two traits would fit, and the compiler couldn't choose.
    macro_rules! assert_no_equality {
        ($($type:ty),* $(,)?) => { $({
            trait Equality<Which> {
                fn is_absent() {}
            }
            impl<T: ?Sized> Equality<()> for T {}
            struct Present;
            impl<T: PartialEq + ?Sized> Equality<Present> for T {}
            <$type as Equality<_>>::is_absent();
        })* };
    }
    assert_no_equality!(SigningKey, VerifyingKey, Builder, FastJwt, AccessToken, RefreshToken, TokenResponse);
    assert_no_equality!(TokenPayload, RegisteredClaims);
}

fn decoded(text: &str) -> Option<String> {
    let bytes = base64::Engine::decode(&base64::prelude::BASE64_URL_SAFE_NO_PAD, text).ok()?;
    Some(format!("{} {bytes:?}", String::from_utf8_lossy(&bytes)))
}

/// The id of a secret must not be a plain hash of it, against which it could be guessed.
#[test]
fn r_26_the_id_of_a_secret_is_no_hash_of_it() {
    use aws_lc_rs::digest;
    let id = SigningKey::from_secret(Algorithm::HS256, SECRET).unwrap().id().to_owned();
    let jwk = format!(r#"{{"k":"{}","kty":"oct"}}"#, encode(SECRET));
    for algorithm in [&digest::SHA1_FOR_LEGACY_USE_ONLY, &digest::SHA256, &digest::SHA384, &digest::SHA512] {
        for text in [SECRET, encode(SECRET).as_bytes(), jwk.as_bytes()] {
            let hash = digest::digest(algorithm, text);
            assert!(!encode(hash).starts_with(&id[..8]), "{algorithm:?}");
        }
    }
}

#[test]
fn r_26_no_token_prints_its_text() {
    let jwt = jwt();
    let access = jwt.create_access_token("u").sign().unwrap();
    let refresh = jwt.create_refresh_token("u").sign().unwrap();
    let response = TokenResponse::new(access.clone()).with_refresh_token(refresh.clone());
    let texts = [printed(&access), printed(&refresh), printed(&response), printed(&Some((access.clone(), &refresh)))];
    for text in texts.as_flattened() {
        for token in [access.as_str(), refresh.as_str()] {
            // The header is the same for all tokens; payload and signature are not to be seen.
            let (_, rest) = token.split_once('.').unwrap();
            assert!(!shows(text, rest.as_bytes()) && !shows(text, token.as_bytes()), "{text}");
        }
    }
    // When it ends is no secret, and what a log needs.
    let [[access, _], [refresh, _], [response, _], _] = texts;
    let (access_end, refresh_end) = (NOW + 15 * 60, NOW + 20 * 24 * 60 * 60);
    assert_eq!(access, format!("AccessToken {{ expiry: NumericDate({access_end}), .. }}"));
    assert_eq!(refresh, format!("RefreshToken {{ expiry: NumericDate({refresh_end}), .. }}"));
    assert_eq!(response, "TokenResponse { expires_in: 900, .. }");
}

fn private_token() -> String {
    let mut claims = good_claims();
    (claims["csrf"], claims["note"]) = (json!(CSRF), json!(EXTRA));
    forge(&good_header(), &claims)
}

fn payload<C: Claims>() -> TokenPayload<C> {
    jwt().verify_access_token::<C>(&private_token()).unwrap()
}

#[test]
fn r_26_no_payload_prints_its_csrf_value_or_extra_claims() {
    let typed = payload::<Private>();
    assert_eq!((typed.csrf.as_deref(), typed.note.as_str()), (Some(CSRF), EXTRA));
    let unverified = danger::decode_unverified::<Private>(&private_token()).unwrap();
    let map = payload::<ClaimMap>();
    let texts = [
        printed(&typed),
        printed(&*typed),
        printed(&payload::<NoClaims>()),
        printed(&map),
        printed(&*map),
        printed(&map.extra),
        printed(&unverified),
    ];
    for text in texts.as_flattened() {
        assert!(!shows(text, CSRF.as_bytes()) && !shows(text, EXTRA.as_bytes()), "{text}");
    }
    // What identifies it is shown.
    assert!(texts[0][0].contains("USER_ID"), "{}", texts[0][0]);
    // Nothing that an unverified token says.
    assert!(!printed(&unverified)[0].contains("USER_ID"));
}

#[test]
fn r_26_no_payload_is_written_with_its_csrf_value() {
    let typed = serde_json::to_string(&payload::<Private>()).unwrap();
    let registered = serde_json::to_string(&*payload::<Private>()).unwrap();
    let map = serde_json::to_string(&payload::<ClaimMap>()).unwrap();
    for text in [typed, registered, map] {
        assert!(!shows(&text, CSRF.as_bytes()) && !text.contains("csrf"), "{text}");
        assert!(text.contains(EXTRA), "{text}");
    }
}

#[tokio::test]
async fn r_26_no_refusal_shows_a_part_of_the_token() {
    let mark = "Zq7pLw9xRtVb3nMk8s";
    let header = |name: &str| {
        let mut header = good_header();
        header[name] = json!(mark);
        forge(&header, &good_claims())
    };
    let claim = |name: &str, value: Value| {
        let mut claims = good_claims();
        claims[name] = value;
        forge(&good_header(), &claims)
    };
    let twice = format!(r#"{{"sub":"{mark}","sub":"{mark}"}}"#);
    let tokens = [
        header("alg"),
        header("kid"),
        header("typ"),
        header("jwk"),
        header("crit"),
        header("zip"),
        claim("sub", json!([mark])),
        claim("sub", json!(mark.repeat(20))),
        claim("iss", json!({ mark: mark })),
        claim("aud", json!(mark)),
        claim("aud", json!([mark, 1])),
        claim("realm", json!(mark)),
        claim("type", json!(mark)),
        claim("exp", json!(mark)),
        claim("note", json!([mark])),
        claim("note", json!({ mark: mark })),
        forge_text(good_header().to_string(), twice),
        forge_text(mark, mark),
        forge_text(good_header().to_string(), mark),
        sign_segments(mark, mark),
        format!("{}{mark}", claim("x", json!(1))),
        format!("{mark}.{mark}.{mark}"),
        mark.to_owned(),
    ];
    for token in tokens {
        let mut errors = vec![jwt().verify_access_token::<Private>(&token).unwrap_err()];
        errors.extend(danger::decode_unverified::<Private>(&token).err());
        for error in errors {
            for text in error_texts(&error) {
                assert!(!shows(&text, mark.as_bytes()) && !shows(&text, token.as_bytes()), "{text}");
            }
        }
        let answer = get_bearer(&guarded(), "/", &token).await;
        let text = format!("{answer:?}");
        assert!(!shows(&text, mark.as_bytes()) && !shows(&text, token.as_bytes()), "{text}");
    }
}

fn error_texts(error: &Error) -> Vec<String> {
    let source = std::error::Error::source(error).map(ToString::to_string).unwrap_or_default();
    let mut texts = vec![error.to_string(), source];
    texts.extend(printed(error));
    texts.extend(printed(error.kind()));
    texts
}

#[test]
fn r_26_what_cannot_be_issued_is_told_without_its_values() {
    let jwt = jwt();
    let mark = "Zq7pLw9xRtVb3nMk8s";
    let map = ClaimMap::from(Map::from_iter([("note".to_owned(), json!(mark))]));
    let errors = [
        jwt.create_access_token(mark.repeat(20)).sign().unwrap_err(),
        jwt.create_access_token("u").claim("sub", mark).sign().unwrap_err(),
        jwt.create_access_token("u").claim("x", mark).claim("x", mark).sign().unwrap_err(),
        jwt.create_access_token("u").claim("note", mark).claims(&map).sign().unwrap_err(),
        jwt.create_access_token("u").claims(&map).claim("x", f64::NAN).sign().unwrap_err(),
        jwt.create_access_token("u").header("alg", mark).sign().unwrap_err(),
        jwt.create_access_token("u").scopes([format!("{mark} {mark}")]).sign().unwrap_err(),
        jwt.create_access_token("u").claims(&Private { note: mark.repeat(1000) }).sign().unwrap_err(),
    ];
    for error in errors {
        for text in error_texts(&error) {
            assert!(!shows(&text, mark.as_bytes()), "{text}");
        }
    }
}

#[test]
fn r_26_no_configuration_error_shows_a_secret() {
    // Each is refused for another reason.
    let weak = ["hunter2-hunter2", "0123456789abcdef0123456789abcdef", "aaaabbbbaaaabbbbaaaabbbbaaaabbbb", P256_PUBLIC];
    for secret in weak {
        let error = FastJwt::builder().secret(secret).secret(secret).clock(|| at(NOW)).build().unwrap_err();
        let mut texts = vec![error.to_string()];
        texts.extend(printed(&error));
        texts.extend(printed(&error.faults()));
        texts.extend(printed(&FastJwt::builder().secret(secret)));
        texts.extend(printed(&SigningKey::from_secret(Algorithm::HS256, secret).unwrap_err()));
        texts.push(SigningKey::from_secret(Algorithm::HS256, secret).unwrap_err().to_string());
        let hidden = secret.strip_prefix("-----BEGIN PUBLIC KEY-----").unwrap_or(secret);
        for text in texts {
            assert!(!shows(&text, hidden.as_bytes()), "{text}");
        }
    }
    // A secret under a wrong option is a mistake that happens.
    let error = builder().header_scheme(format!("{EXTRA} ")).challenge_realm(format!("{EXTRA}\"")).build().unwrap_err();
    assert!(!shows(&error.to_string(), EXTRA.as_bytes()), "{error}");
}

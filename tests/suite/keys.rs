//! A key belongs to one algorithm: neither a token's header nor what somebody gives as a key can part them.

use aws_lc_rs::{
    hmac,
    rand::SystemRandom,
    signature::{ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair},
};
use fastjwt::{Algorithm, Config, FastJwt, NoClaims, SigningKey, TokenFault, VerifyingKey};
use serde_json::json;

use crate::{
    support::{NOW, SECRET, at, encode, forge_claims, good_claims, jwt, refusal},
    test_keys::{
        ED25519, ED25519_PUBLIC, P256, P256_COMPRESSED, P256_PUBLIC, RSA_PUBLIC, Signer, der, every_algorithm,
    },
};

/// A configuration that has only the public key.
fn verifier(algorithm: Algorithm, pem: &str) -> FastJwt {
    let key = VerifyingKey::from_pem(algorithm, pem).unwrap();
    FastJwt::builder().verifying_key(key).clock(|| at(NOW)).build().unwrap()
}

/// All that somebody who has only the public key may take for an HMAC secret.
fn public_texts(pem: &str, point: &[u8], jwk: &serde_json::Value) -> Vec<Vec<u8>> {
    let der = der(pem);
    let body: Vec<&str> = pem.lines().filter(|line| !line.starts_with("-----")).collect();
    let texts = [
        pem.to_owned(),
        pem.trim_end().to_owned(),
        format!("{pem}\n"),
        format!("\n{pem}"),
        format!(" {pem}"),
        format!("\t\r\n{pem}"),
        format!("\u{FEFF}{pem}"),
        format!("{pem}\0"),
        pem.replace('\n', "\r\n"),
        pem.replace('\n', ""),
        pem.replace('\n', "\\n"),
        body.join("\n"),
        body.concat(),
        encode(&der),
        encode(point),
        jwk.to_string(),
        serde_json::to_string_pretty(jwk).unwrap(),
        json!({ "keys": [jwk] }).to_string(),
    ];
    let mut texts: Vec<Vec<u8>> = texts.into_iter().map(String::into_bytes).collect();
    texts.extend([Vec::new(), der, point.to_vec()]);
    texts
}

fn mac(secret: &[u8], message: &str) -> String {
    encode(hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, secret), message.as_bytes()))
}

#[test]
fn r_13_a_public_key_is_no_hmac_secret() {
    let point = der(P256_PUBLIC).split_off(26);
    let ec = json!({ "kty": "EC", "crv": "P-256", "x": encode(&point[1..33]), "y": encode(&point[33..]) });
    let mut ec_texts = public_texts(P256_PUBLIC, &point, &ec);
    ec_texts.extend([
        point[1..].to_vec(),
        point[1..33].to_vec(),
        der(P256_COMPRESSED),
        der(P256_COMPRESSED).split_off(26),
    ]);
    let raw = der(ED25519_PUBLIC).split_off(12);
    let okp = json!({ "kty": "OKP", "crv": "Ed25519", "x": encode(&raw) });
    let cases = [
        (Signer::Es256, P256_PUBLIC, ec_texts),
        (Signer::EdDsa, ED25519_PUBLIC, public_texts(ED25519_PUBLIC, &raw, &okp)),
    ];
    for (signer, pem, mut texts) in cases {
        let key = VerifyingKey::from_pem(signer.algorithm(), pem).unwrap();
        texts.push(key.id().as_bytes().to_vec());
        let jwt = verifier(signer.algorithm(), pem);
        assert!(jwt.verify_access_token::<NoClaims>(&signer.token(&good_claims())).is_ok());
        let own = signer.algorithm().as_str();
        for secret in texts {
            for (alg, fault) in [
                ("HS256", TokenFault::WrongAlgorithm),
                ("HS384", TokenFault::WrongAlgorithm),
                ("HS512", TokenFault::WrongAlgorithm),
                (own, TokenFault::BadSignature),
            ] {
                for header in [json!({ "alg": alg }), json!({ "alg": alg, "typ": "JWT", "kid": key.id() })] {
                    let message = format!("{}.{}", encode(header.to_string()), encode(good_claims().to_string()));
                    let token = format!("{message}.{}", mac(&secret, &message));
                    assert_eq!(refusal::<NoClaims>(&jwt, &token), fault.clone().into(), "{header}");
                }
            }
        }
    }
}

/// A forgotten algorithm, or the wrong one, must not make a secret of what everybody may know.
#[test]
fn r_13_no_form_of_a_public_key_is_taken_for_a_secret() {
    let point = der(P256_PUBLIC).split_off(26);
    let ec = json!({ "kty": "EC", "crv": "P-256", "x": encode(&point[1..33]), "y": encode(&point[33..]) });
    let raw = der(ED25519_PUBLIC).split_off(12);
    let okp = json!({ "kty": "OKP", "crv": "Ed25519", "x": encode(&raw) });
    let pair = SigningKey::generate(Algorithm::ES256).unwrap();
    let jwk = serde_json::from_str(&pair.verifying_key().public_jwk().unwrap()).unwrap();
    let mut texts = public_texts(P256_PUBLIC, &point, &ec);
    texts.extend(public_texts(ED25519_PUBLIC, &raw, &okp));
    texts.extend(public_texts(RSA_PUBLIC, &[], &jwk));
    // The bytes of a point, with nothing around them, look like any others.
    let bare: Vec<Vec<u8>> = [&point, &raw].iter().flat_map(|key| [key.to_vec(), encode(key).into_bytes()]).collect();
    texts.retain(|text| !text.is_empty() && !bare.contains(text));
    assert!(texts.len() > 45);
    let (mut named, secret) = (0, str::from_utf8(SECRET).unwrap());
    for text in texts {
        let shown = String::from_utf8_lossy(&text);
        for algorithm in [Algorithm::HS256, Algorithm::HS384, Algorithm::HS512] {
            for refused in
                [SigningKey::from_secret(algorithm, &text).err(), VerifyingKey::from_secret(algorithm, &text).err()]
            {
                let message = refused.unwrap_or_else(|| panic!("{algorithm}: {shown}")).to_string();
                assert!(message.starts_with("the secret is a "), "{message}: {shown}");
            }
        }
        let Ok(text) = str::from_utf8(&text) else { continue };
        for options in [
            vec![("JWT_SECRET_KEY", text)],
            vec![("JWT_PUBLIC_KEY", text), ("JWT_ALGORITHM", "HS256")],
            vec![("JWT_SECRET_KEY", secret), ("JWT_NEXT_KEY", text)],
            vec![
                ("JWT_SECRET_KEY", secret),
                ("JWT_PASSIVE_KEY", text),
                ("JWT_PASSIVE_KEY_UNTIL", "2026-01-02T00:00:00Z"),
            ],
        ] {
            let config = Config::from_vars("JWT_", options.iter().copied());
            let Ok(built) = FastJwt::builder().clock(|| at(NOW)).config(config).build() else { continue };
            // It may name its own algorithm.
            let keys: Vec<Algorithm> = built.keys().list().into_iter().map(|key| key.algorithm).collect();
            assert_eq!(keys, [Algorithm::HS256, Algorithm::ES256], "{options:?}");
            named += 1;
        }
    }
    assert!(named > 0);
}

const NAMES: &[&str] = &[
    "HS256", "HS384", "HS512", "RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512",
    "ES256K", "EdDSA", "Ed25519", "Ed448", "none", "dir", "HS256 ", " ES256", "HS256\0", "hs256", "Hs256", "es256",
    "eddsa", "EDDSA", "ed25519", "ED25519", "",
];

#[test]
fn r_13_only_the_name_of_the_keys_algorithm_is_accepted_whatever_the_signature() {
    for (signer, jwt) in every_algorithm() {
        let own: &[&str] = match signer {
            Signer::Hs256 => &["HS256"],
            Signer::Es256 => &["ES256"],
            // RFC 9864 gives it the second name.
            Signer::EdDsa => &["EdDSA", "Ed25519"],
        };
        for alg in NAMES {
            // The signature is the key's own, and good.
            let token = signer.forge(&json!({ "alg": alg }), &good_claims());
            if own.contains(alg) {
                assert!(jwt.verify_access_token::<NoClaims>(&token).is_ok(), "{signer:?} {alg}");
            } else {
                assert_eq!(refusal::<NoClaims>(&jwt, &token), TokenFault::WrongAlgorithm.into(), "{signer:?} {alg:?}");
            }
        }
    }
}

#[test]
fn r_14_a_signature_of_one_algorithm_is_none_of_another() {
    for (verifier, jwt) in every_algorithm() {
        for (signer, _) in every_algorithm() {
            let alg = verifier.algorithm().as_str();
            let accepted =
                jwt.verify_access_token::<NoClaims>(&signer.forge(&json!({ "alg": alg }), &good_claims())).is_ok();
            assert_eq!(accepted, signer.algorithm() == verifier.algorithm(), "{signer:?} for {verifier:?}");
        }
    }
}

#[test]
fn r_14_a_key_is_made_for_one_algorithm_only() {
    let algorithms = [Algorithm::HS256, Algorithm::ES256, Algorithm::EdDSA];
    for (right, private, public) in [(Algorithm::ES256, P256, P256_PUBLIC), (Algorithm::EdDSA, ED25519, ED25519_PUBLIC)]
    {
        for algorithm in algorithms {
            let made = SigningKey::from_pem(algorithm, private);
            assert_eq!(made.is_ok(), algorithm == right, "{algorithm} from a key for {right}");
            assert!(made.is_ok_and(|key| key.algorithm() == right) || algorithm != right);
            let made = VerifyingKey::from_pem(algorithm, public);
            assert_eq!(made.is_ok(), algorithm == right, "{algorithm} from a key for {right}");
            assert!(made.is_ok_and(|key| key.algorithm() == right) || algorithm != right);
        }
    }
    for algorithm in algorithms {
        assert_eq!(SigningKey::generate(algorithm).unwrap().algorithm(), algorithm);
    }
}

#[test]
fn r_17_a_key_id_is_bounded_text() {
    let key = SigningKey::generate(Algorithm::ES256).unwrap();
    for wrong in
        [String::new(), "a".repeat(257), "é".repeat(129), "a\nb".to_owned(), "\0".to_owned(), "\u{85}".to_owned()]
    {
        assert!(key.clone().with_id(wrong.clone()).is_err(), "{wrong:?}");
        assert!(key.verifying_key().clone().with_id(wrong.clone()).is_err(), "{wrong:?}");
    }
    // Opaque: whatever it looks like, it is found again.
    for id in ["../../dev/null", "x' OR ''='", "\"}\\", "ключ", &"a".repeat(256)] {
        let key = key.clone().with_id(id).unwrap();
        let jwt = FastJwt::builder().key(key).clock(|| at(NOW)).build().unwrap();
        let token = jwt.create_access_token("u").sign().unwrap();
        assert!(jwt.verify_access_token::<NoClaims>(token.as_str()).is_ok(), "{id}");
    }
}

/// Replaces the signature of a token.
fn with_signature(token: &str, change: impl Fn(Vec<u8>) -> Vec<u8>) -> String {
    let (message, signature) = token.rsplit_once('.').unwrap();
    let signature = base64::Engine::decode(&base64::prelude::BASE64_URL_SAFE_NO_PAD, signature).unwrap();
    format!("{message}.{}", encode(change(signature)))
}

#[test]
fn r_24_a_tag_of_another_length_is_refused() {
    let token = forge_claims(&good_claims());
    for length in (1..128).filter(|length| *length != 32) {
        for filler in [0, 0xFF] {
            let changed = with_signature(&token, |mut tag| {
                tag.resize(length, filler);
                tag
            });
            assert_eq!(refusal::<NoClaims>(&jwt(), &changed), TokenFault::BadSignature.into(), "{length} bytes");
        }
        let twice = with_signature(&token, |tag| tag.iter().copied().cycle().take(length).collect());
        assert_eq!(refusal::<NoClaims>(&jwt(), &twice), TokenFault::BadSignature.into(), "{length} bytes");
    }
}

#[test]
fn r_24_a_signature_with_any_bit_flipped_is_refused() {
    for (signer, jwt) in every_algorithm() {
        let token = signer.token(&good_claims());
        let bits = if matches!(signer, Signer::Hs256) { 256 } else { 512 };
        for bit in 0..bits {
            let changed = with_signature(&token, |mut signature| {
                signature[bit / 8] ^= 1 << (bit % 8);
                signature
            });
            assert_eq!(refusal::<NoClaims>(&jwt, &changed), TokenFault::BadSignature.into(), "{signer:?}, bit {bit}");
        }
    }
}

#[test]
fn r_23_an_ecdsa_signature_is_two_numbers_of_32_bytes_in_range() {
    let (_, jwt) = &every_algorithm()[1];
    let token = Signer::Es256.token(&good_claims());
    let (message, _) = token.rsplit_once('.').unwrap();
    let asn1 = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_ASN1_SIGNING, &der(P256)).unwrap();
    let asn1 = asn1.sign(&SystemRandom::new(), message.as_bytes()).unwrap().as_ref().to_vec();
    // The order of the group: a number is below it.
    let order = [
        0xFF, 0xFF, 0xFF, 0xFF, 0, 0, 0, 0, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xBC, 0xE6, 0xFA, 0xAD,
        0xA7, 0x17, 0x9E, 0x84, 0xF3, 0xB9, 0xCA, 0xC2, 0xFC, 0x63, 0x25, 0x51,
    ];
    let (zero, one) = ([0; 32], [[0; 31].as_slice(), &[1]].concat());
    let changed = [
        with_signature(&token, |_| asn1.clone()),
        with_signature(&token, |_| vec![0; 64]),
        with_signature(&token, |_| [one.as_slice(), &zero].concat()),
        with_signature(&token, |_| [zero.as_slice(), &one].concat()),
        with_signature(&token, |_| [order, order].concat()),
        with_signature(&token, |s| [&s[..32], &zero].concat()),
        with_signature(&token, |s| [&zero, &s[32..]].concat()),
        with_signature(&token, |s| [&s[..32], &order].concat()),
        with_signature(&token, |s| [&order, &s[32..]].concat()),
        with_signature(&token, |s| [&s[32..], &s[..32]].concat()),
        with_signature(&token, |s| s[..32].to_vec()),
        with_signature(&token, |s| s[..63].to_vec()),
        with_signature(&token, |s| [&s[..], &[0]].concat()),
        with_signature(&token, |s| [&[0], &s[..]].concat()),
        // Each number with a zero before it, as DER would have it.
        with_signature(&token, |s| [&[0], &s[..32], &[0], &s[32..]].concat()),
        with_signature(&token, |s| [&s[..], &s[..]].concat()),
    ];
    for token in changed {
        assert_eq!(refusal::<NoClaims>(jwt, &token), TokenFault::BadSignature.into(), "{token}");
    }
}

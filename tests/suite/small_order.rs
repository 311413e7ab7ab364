//! Ed25519 keys for which anyone could sign: none is taken, wherever it comes from.

use base64::{Engine as _, prelude::BASE64_STANDARD};
use fastjwt::{Algorithm, FastJwt, NoClaims, VerifyingKey};
use serde_json::{Value, json};

use crate::{
    issuer_server::{GOOD, INVALID, ISSUER, Server, issuing, jwk_set, token, told, trusting},
    support::{NOW, at, encode},
    test_keys::{ED25519_PUBLIC, der},
};

/// The points whose order divides 8, and the other ways to write them, without the sign of x.
const POINTS: [&str; 7] = [
    "0000000000000000000000000000000000000000000000000000000000000000",
    "0100000000000000000000000000000000000000000000000000000000000000",
    "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
    "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
    "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
];

/// Each with either sign.
fn keys() -> Vec<Vec<u8>> {
    let point = |hex: &str| -> Vec<u8> {
        hex.as_bytes().chunks(2).map(|pair| u8::from_str_radix(str::from_utf8(pair).unwrap(), 16).unwrap()).collect()
    };
    POINTS
        .iter()
        .flat_map(|hex| {
            let (plus, mut minus) = (point(hex), point(hex));
            minus[31] |= 0x80;
            [plus, minus]
        })
        .collect()
}

fn jwk(key: &[u8]) -> Value {
    json!({ "kty": "OKP", "crv": "Ed25519", "kid": "a", "x": encode(key) })
}

/// A token whose signature was made without any key: R is the neutral point, and S is 0.
fn forged(iss: &str, number: usize) -> String {
    let header = json!({ "alg": "EdDSA", "typ": "JWT", "kid": "a" });
    let claims = json!({
        "iss": iss, "sub": "admin", "exp": NOW + 900, "iat": NOW, "jti": number.to_string(), "type": "access",
    });
    let mut signature = [0; 64];
    signature[0] = 1;
    format!("{}.{}.{}", encode(header.to_string()), encode(claims.to_string()), encode(signature))
}

#[test]
fn r_20_a_point_of_small_order_is_no_key() {
    for key in keys() {
        let made = VerifyingKey::from_jwk(Algorithm::EdDSA, jwk(&key).to_string());
        if let Ok(key) = made.clone() {
            let service = FastJwt::builder().clock(|| at(NOW)).verifying_key(key).build().unwrap();
            let good = |number: &usize| service.verify_access_token::<NoClaims>(&forged("", *number)).is_ok();
            assert_eq!((0..64).filter(good).count(), 0, "forged tokens were let in");
        }
        assert!(made.unwrap_err().to_string().contains("small order"), "{key:02X?}");
        // As SPKI, in DER and PEM.
        let mut spki = der(ED25519_PUBLIC);
        spki.truncate(12);
        spki.extend(&key);
        let pem = format!("-----BEGIN PUBLIC KEY-----\n{}\n-----END PUBLIC KEY-----\n", BASE64_STANDARD.encode(&spki));
        for error in [
            VerifyingKey::from_der(Algorithm::EdDSA, &spki).unwrap_err(),
            VerifyingKey::from_pem(Algorithm::EdDSA, &pem).unwrap_err(),
        ] {
            assert!(error.to_string().contains("small order"), "{error}");
        }
    }
}

/// Its issuer's other keys are as good as before.
#[tokio::test]
async fn r_20_a_point_of_small_order_in_an_issuers_set_is_left_out() {
    let issuer = issuing(Algorithm::EdDSA, "b");
    for key in keys() {
        let mut set = jwk_set(&[&issuer]).await;
        set["keys"].as_array_mut().unwrap().push(jwk(&key));
        let verifier = trusting(Server::serving(set).await.issuer());
        assert_eq!(told(&verifier, &token(&issuer)).await, GOOD);
        for number in 0..16 {
            assert_eq!(told(&verifier, &forged(ISSUER, number)).await, INVALID, "{key:02X?}");
        }
    }
}

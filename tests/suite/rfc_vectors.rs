//! The tokens and keys of RFC 7515 appendix A and RFC 8037 appendix A, as they stand there.

use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};
use fastjwt::{Algorithm, ClaimFault, FastJwt, NoClaims, SigningKey, TokenFault, VerifyingKey};

use crate::{
    signers::{builder_for, sign_with},
    support::{encode, refusal},
};

/// The payload of RFC 7515's examples: an issuer, an end in 2011, a claim of its own; neither subject nor kind.
const JOE: &str = "eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ";

struct Vector {
    name: &'static str,
    algorithm: Algorithm,
    jwk: &'static str,
    header: &'static str,
    payload: &'static str,
    signature: &'static str,
    /// What is said once the signature has been found good.
    claims: ClaimFault,
}

const VECTORS: &[Vector] = &[
    Vector {
        name: "RFC 7515 A.1",
        algorithm: Algorithm::HS256,
        jwk: r#"{"kty":"oct",
            "k":"AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow"}"#,
        header: "eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9",
        payload: JOE,
        signature: "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk",
        claims: ClaimFault::Missing(Some("sub")),
    },
    Vector {
        name: "RFC 7515 A.2",
        algorithm: Algorithm::RS256,
        jwk: concat!(
            r#"{"kty":"RSA","n":""#,
            "ofgWCuLjybRlzo0tZWJjNiuSfb4p4fAkd_wWJcyQoTbji9k0l8W26mPddxHmfHQp-Vaw-4qPCJrcS2mJPMEzP1Pt0Bm4d4QlL-yRT-SFd2lZS-pCgNMs",
            "D1W_YpRPEwOWvG6b32690r2jZ47soMZo9wGzjb_7OMg0LOL-bSf63kpaSHSXndS5z5rexMdbBYUsLA9e-KXBdQOS-UTo7WTBEMa2R2CapHg665xsmtdV",
            "MTBQY4uDZlxvb3qCo5ZwKh9kG4LT6_I5IhlJH7aGhyxXFvUK-DWNmoudF8NAco9_h9iaGNj8q2ethFkMLs91kzk2PAcDTW9gb54h4FRWyuXpoQ",
            r#"","e":"AQAB","d":""#,
            "Eq5xpGnNCivDflJsRQBXHx1hdR1k6Ulwe2JZD50LpXyWPEAeP88vLNO97IjlA7_GQ5sLKMgvfTeXZx9SE-7YwVol2NXOoAJe46sui395IW_GO-pWJ1O0",
            "BkTGoVEn2bKVRUCgu-GjBVaYLU6f3l9kJfFNS3E0QbVdxzubSu3Mkqzjkn439X0M_V51gfpRLI9JYanrC4D4qAdGcopV_0ZHHzQlBjudU2QvXt4ehNYT",
            "CBr6XCLQUShb1juUO1ZdiYoFaFQT5Tw8bGUl_x_jTj3ccPDVZFD9pIuhLhBOneufuBiB4cS98l2SR_RQyGWSeWjnczT0QU91p1DhOVRuOopznQ",
            r#"","p":""#,
            "4BzEEOtIpmVdVEZNCqS7baC4crd0pqnRH_5IB3jw3bcxGn6QLvnEtfdUdiYrqBdss1l58BQ3KhooKeQTa9AB0Hw_Py5PJdTJNPY8cQn7ouZ2KKDcmnPG",
            "BY5t7yLc1QlQ5xHdwW1VhvKn-nXqhJTBgIPgtldC-KDV5z-y2XDwGUc",
            r#"","q":""#,
            "uQPEfgmVtjL0Uyyx88GZFF1fOunH3-7cepKmtH4pxhtCoHqpWmT8YAmZxaewHgHAjLYsp1ZSe7zFYHj7C6ul7TjeLQeZD_YwD66t62wDmpe_HlB-TnBA",
            "-njbglfIsRLtXlnDzQkv5dTltRJ11BKBBypeeF6689rjcJIDEz9RWdc",
            r#"","dp":""#,
            "BwKfV3Akq5_MFZDFZCnW-wzl-CCo83WoZvnLQwCTeDv8uzluRSnm71I3QCLdhrqE2e9YkxvuxdBfpT_PI7Yz-FOKnu1R6HsJeDCjn12Sk3vmAktV2zb",
            "34MCdy7cpdTh_YVr7tss2u6vneTwrA86rZtu5Mbr1C1XsmvkxHQAdYo0",
            r#"","dq":""#,
            "h_96-mK1R_7glhsum81dZxjTnYynPbZpHziZjeeHcXYsXaaMwkOlODsWa7I9xXDoRwbKgB719rrmI2oKr6N3Do9U0ajaHF-NKJnwgjMd2w9cjz3_-ky",
            "NlxAr2v4IKhGNpmM5iIgOS1VZnOZ68m6_pbLBSp3nssTdlqvd0tIiTHU",
            r#"","qi":""#,
            "IYd7DHOhrWvxkwPQsRM2tOgrjbcrfvtQJipd-DlcxyVuuM9sQLdgjVk2oy26F0EmpScGLq2MowX7fhd_QJQ3ydy5cY7YIBi87w93IKLEdfnbJtoOPLU",
            r#"W0ITrJReOgo1cq9SbsxYawBgfp_gh6A5603k2-ZQwVK0JKSHuLFkuQ3U"}"#,
        ),
        header: "eyJhbGciOiJSUzI1NiJ9",
        payload: JOE,
        signature: concat!(
            "cC4hiUPoj9Eetdgtv3hF80EGrhuB__dzERat0XF9g2VtQgr9PJbu3XOiZj5RZmh7AAuHIm4Bh-0Qc_lF5YKt_O8W2Fp5jujGbds9uJdbF9CUAr7t1dnZ",
            "cAcQjbKBYNX4BAynRFdiuB--f_nZLgrnbyTyWzO75vRK5h6xBArLIARNPvkSjtQBMHlb1L07Qe7K0GarZRmB_eSN9383LcOLn6_dO--xi12jzDwusC-e",
            "OkHWEsqtFZESc6BfI7noOPqvhJ1phCnvWh6IeYI2w9QOYEUipUTI8np6LbgGY9Fs98rqVt5AXLIhWkWywlVmtVrBp0igcN_IoypGlUPQGe77Rw",
        ),
        claims: ClaimFault::Missing(Some("sub")),
    },
    Vector {
        name: "RFC 7515 A.3",
        algorithm: Algorithm::ES256,
        jwk: r#"{"kty":"EC",
            "crv":"P-256",
            "x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",
            "y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0",
            "d":"jpsQnnGQmL-YBIffH1136cspYG6-0iY7X1fCE9-E9LI"}"#,
        header: "eyJhbGciOiJFUzI1NiJ9",
        payload: JOE,
        signature: "DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q",
        claims: ClaimFault::Missing(Some("sub")),
    },
    Vector {
        name: "RFC 8037 A.4",
        algorithm: Algorithm::EdDSA,
        jwk: r#"{"kty":"OKP","crv":"Ed25519",
            "d":"nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A",
            "x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}"#,
        header: "eyJhbGciOiJFZERTQSJ9",
        // "Example of Ed25519 signing": no claims at all.
        payload: "RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc",
        signature: "hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg",
        claims: ClaimFault::NotAnObject,
    },
];

impl Vector {
    fn token(&self) -> String {
        format!("{}.{}.{}", self.header, self.payload, self.signature)
    }

    /// The private key, and what verifies with it and with its public half alone.
    fn jwts(&self) -> [FastJwt; 2] {
        let key =
            SigningKey::from_jwk(self.algorithm, self.jwk).unwrap_or_else(|error| panic!("{}: {error}", self.name));
        let public = match self.algorithm {
            Algorithm::HS256 => VerifyingKey::from_jwk(self.algorithm, self.jwk),
            _ => {
                let mut jwk: serde_json::Value = serde_json::from_str(self.jwk).unwrap();
                jwk.as_object_mut()
                    .unwrap()
                    .retain(|name, _| ["kty", "crv", "x", "y", "n", "e"].contains(&name.as_str()));
                VerifyingKey::from_jwk(self.algorithm, jwk.to_string())
            }
        };
        let public = public.unwrap_or_else(|error| panic!("{}: {error}", self.name));
        assert_eq!(public.id(), key.id(), "{}", self.name);
        [FastJwt::builder().key(key).build().unwrap(), FastJwt::builder().verifying_key(public).build().unwrap()]
    }
}

/// Flips one bit of a segment's bytes.
fn flip(segment: &str, bit: usize) -> String {
    let mut bytes = BASE64_URL_SAFE_NO_PAD.decode(segment).unwrap();
    bytes[bit / 8] ^= 1 << (bit % 8);
    encode(bytes)
}

#[test]
fn the_signatures_of_the_rfcs_are_good_and_their_claims_are_not_enough() {
    for vector in VECTORS {
        for jwt in vector.jwts() {
            let kind = refusal::<NoClaims>(&jwt, &vector.token());
            assert_eq!(kind, TokenFault::Claims(vector.claims).into(), "{}", vector.name);
        }
    }
}

#[test]
fn r_24_a_bit_flipped_in_a_token_of_the_rfcs_is_a_bad_signature() {
    for vector in VECTORS {
        let [jwt, _] = vector.jwts();
        for bit in 0..vector.signature.len() * 6 / 8 * 8 {
            let token = format!("{}.{}.{}", vector.header, vector.payload, flip(vector.signature, bit));
            assert_eq!(refusal::<NoClaims>(&jwt, &token), TokenFault::BadSignature.into(), "{}, {bit}", vector.name);
        }
        for bit in 0..vector.payload.len() * 6 / 8 * 8 {
            let token = format!("{}.{}.{}", vector.header, flip(vector.payload, bit), vector.signature);
            assert_eq!(refusal::<NoClaims>(&jwt, &token), TokenFault::BadSignature.into(), "{}, {bit}", vector.name);
        }
    }
}

#[test]
fn the_keys_of_the_rfcs_verify_nothing_of_each_other() {
    for vector in VECTORS {
        for other in VECTORS.iter().filter(|other| other.name != vector.name) {
            let [jwt, _] = vector.jwts();
            assert_eq!(refusal::<NoClaims>(&jwt, &other.token()), TokenFault::WrongAlgorithm.into(), "{}", other.name);
            let renamed = format!("{}.{}.{}", vector.header, other.payload, other.signature);
            assert_eq!(refusal::<NoClaims>(&jwt, &renamed), TokenFault::BadSignature.into(), "{}", other.name);
        }
    }
}

#[test]
fn what_is_signed_with_the_keys_of_the_rfcs_verifies_with_their_public_halves() {
    for vector in VECTORS {
        let [jwt, public] = vector.jwts();
        let token = jwt.create_access_token("joe").sign().unwrap();
        assert!(public.verify_access_token::<NoClaims>(token.as_str()).is_ok(), "{}", vector.name);
    }
}

/// RFC 7515 A.4: ES512 is no algorithm here, so that neither its key nor its token has a place.
#[test]
fn r_14_the_es512_example_is_refused() {
    const JWK: &str = r#"{"kty":"EC",
        "crv":"P-521",
        "x":"AekpBQ8ST8a8VcfVOTNl353vSrDCLLJXmPk06wTjxrrjcBpXp5EOnYG_NjFZ6OvLFV1jSfS9tsz4qUxcWceqwQGk",
        "y":"ADSmRA43Z1DSNx_RvcLI87cdL07l6jQyyBXMoxVg_l2Th-x3S1WDhjDly79ajL4Kkd0AZMaZmh9ubmf63e3kyMj2",
        "d":"AY5pb7A0UFiB3RELSD64fTLOSV_jazdF7fLYyuTw8lOfRhWg6Y6rUrPAxerEzgdRhajnu0ferB0d53vM9mE15j2C"}"#;
    const TOKEN: &str = "eyJhbGciOiJFUzUxMiJ9.UGF5bG9hZA.\
        AdwMgeerwtHoh-l192l60hp9wAHZFVJbLfD_UxMi70cwnZOYaRI1bKPWROc-mZZqwqT2SI-KGDKB34XO0aw_7XdtAG8GaSwFKdCAPZgoXD2YBJZCPEX3\
        xKpRwcdOO8KpEHwJjyqOgzDO7iKvU8vcnwNrmxYbSW9ERBXukOXolLzeO_Jn";
    assert!("ES512".parse::<Algorithm>().is_err());
    for &algorithm in Algorithm::ALL {
        assert!(SigningKey::from_jwk(algorithm, JWK).is_err(), "{algorithm}");
        let jwt = builder_for(algorithm).build().unwrap();
        assert_eq!(refusal::<NoClaims>(&jwt, TOKEN), TokenFault::WrongAlgorithm.into(), "{algorithm}");
    }
}

#[test]
fn r_01_the_unsecured_example_is_refused_by_every_algorithm() {
    // RFC 7515 A.5: `{"alg":"none"}`, and no signature.
    let unsecured = format!("eyJhbGciOiJub25lIn0.{JOE}.");
    for &algorithm in Algorithm::ALL {
        let jwt = builder_for(algorithm).build().unwrap();
        assert_eq!(refusal::<NoClaims>(&jwt, &unsecured), TokenFault::Malformed.into(), "{algorithm}");
        let message = unsecured.trim_end_matches('.');
        assert_eq!(refusal::<NoClaims>(&jwt, message), TokenFault::Malformed.into(), "{algorithm}");
        // Not even with a good signature.
        let signed = sign_with(algorithm, "eyJhbGciOiJub25lIn0", JOE);
        assert_eq!(refusal::<NoClaims>(&jwt, &signed), TokenFault::WrongAlgorithm.into(), "{algorithm}");
    }
}

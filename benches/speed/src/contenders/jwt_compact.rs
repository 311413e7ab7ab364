//! jwt-compact, with the crates of `RustCrypto`.

use std::hint::black_box;

use chrono::{TimeZone as _, Utc};
use fastjwt::Algorithm;
use jwt_compact::{
    AlgorithmExt, Claims, Header, TimeOptions, UntrustedToken,
    alg::{Ed25519, Es256, Hs256, Hs256Key, Rsa, RsaPublicKey, SigningKey},
    jwk::JsonWebKey,
};
use serde::{Deserialize, Serialize};

use super::{Contender, Sign, Verify};
use crate::{
    keys::Key,
    payload::{AUDIENCE, Flat, ISSUER, flat},
};

/// The payload without what jwt-compact keeps for itself.
#[derive(Serialize, Deserialize, Clone)]
struct Custom {
    iss: String,
    sub: String,
    aud: String,
    jti: String,
    #[serde(rename = "type")]
    kind: String,
    fresh: bool,
    scopes: Vec<String>,
    csrf: String,
    tenant: String,
    level: u32,
    groups: Vec<String>,
}

fn claims() -> Claims<Custom> {
    let Flat { iss, sub, aud, exp, nbf, iat, jti, kind, fresh, scopes, csrf, tenant, level, groups } = flat();
    let moment = |seconds: u64| Utc.timestamp_opt(i64::try_from(seconds).unwrap_or_default(), 0).single();
    let mut claims = Claims::new(Custom { iss, sub, aud, jti, kind, fresh, scopes, csrf, tenant, level, groups });
    (claims.expiration, claims.not_before, claims.issued_at) = (moment(exp), moment(nbf), moment(iat));
    claims
}

pub(super) fn contender(key: &Key) -> Contender {
    let id = key.ours.id().to_owned();
    let jwk: Option<JsonWebKey<'_>> = key.jwk.as_deref().map(|jwk| serde_json::from_str(jwk).expect("a JWK"));
    let (verify, sign) = match key.algorithm {
        Algorithm::HS256 => {
            let secret = Hs256Key::new(&key.private);
            (verifying(Hs256, secret.clone()), Some(signing(Hs256, secret, id)))
        }
        Algorithm::ES256 => {
            let signer = <Es256 as jwt_compact::Algorithm>::SigningKey::from_slice(&key.scalar).expect("a key");
            (verifying(Es256, signer.to_verifying_key()), Some(signing(Es256, signer, id)))
        }
        Algorithm::EdDSA => {
            let signer = <Ed25519 as jwt_compact::Algorithm>::SigningKey::from_slice(&key.scalar).expect("a key");
            (verifying(Ed25519, signer.to_verifying_key()), Some(signing(Ed25519, signer, id)))
        }
        // Signing would need a private key in yet another form; the backend takes ten times the floor's time for it.
        _ => {
            let public = RsaPublicKey::try_from(&jwk.expect("a JWK")).expect("a public key");
            (verifying(Rsa::rs256(), public), None)
        }
    };
    Contender { name: "jwt-compact 0.8", verify, sign }
}

fn verifying<A>(algorithm: A, key: A::VerifyingKey) -> Verify
where
    A: AlgorithmExt + Send + Sync + 'static,
    A::VerifyingKey: Send + Sync + 'static,
{
    let times = TimeOptions::default();
    Box::new(move |token| {
        let Ok(token) = UntrustedToken::new(token) else { return false };
        let Ok(token) = algorithm.validator::<Custom>(&key).validate(&token) else { return false };
        let claims = black_box(token.claims());
        claims.validate_expiration(&times).is_ok()
            && claims.validate_maturity(&times).is_ok()
            && claims.custom.iss == ISSUER
            && claims.custom.aud == AUDIENCE
    })
}

fn signing<A>(algorithm: A, key: A::SigningKey, id: String) -> Sign
where
    A: AlgorithmExt + Send + Sync + 'static,
    A::SigningKey: Send + Sync + 'static,
{
    let (header, claims) = (Header::empty().with_key_id(id), claims());
    Box::new(move || algorithm.token(&header, &claims, &key).expect("a token"))
}

//! The floor: what any library has to do for a token, written out in a few lines: aws-lc-rs with a prepared key, base64 with SIMD,
//! `serde_json` into strings of its own, and no check beyond the signature. A quicker part than one of these goes below it.

use std::{hint::black_box, sync::LazyLock};

use aws_lc_rs::{
    hmac,
    rand::SystemRandom,
    signature::{
        self, ECDSA_P256_SHA256_FIXED, ECDSA_P256_SHA256_FIXED_SIGNING, ED25519, EcdsaKeyPair, Ed25519KeyPair,
        ParsedPublicKey, RSA_PKCS1_2048_8192_SHA256, RSA_PKCS1_SHA256, RsaKeyPair,
    },
};
use base64::{
    Engine as _,
    engine::{Simd, general_purpose::NO_PAD},
};
use fastjwt::Algorithm;
use serde::Serialize;

use super::Contender;
use crate::{
    keys::Key,
    payload::{Flat, flat},
};

static BASE64: LazyLock<Simd> = LazyLock::new(|| Simd::url_safe(NO_PAD));

/// Prepared keys.
pub struct Floor {
    header: String,
    signer: Signer,
    verifier: Option<ParsedPublicKey>,
}

#[expect(clippy::large_enum_variant, reason = "there is one of it")]
enum Signer {
    Hmac(hmac::Key),
    Ecdsa(EcdsaKeyPair),
    Ed25519(Ed25519KeyPair),
    Rsa(RsaKeyPair),
}

impl Floor {
    /// Prepares a key.
    ///
    /// # Panics
    /// If the key is none.
    #[must_use]
    pub fn new(key: &Key) -> Self {
        let header = format!(r#"{{"alg":"{}","typ":"JWT","kid":"{}"}}"#, key.algorithm.as_str(), key.ours.id());
        let parsed = |algorithm| Some(ParsedPublicKey::new(algorithm, &key.public).expect("a public key"));
        let (signer, verifier) = match key.algorithm {
            Algorithm::HS256 => (Signer::Hmac(hmac::Key::new(hmac::HMAC_SHA256, &key.private)), None),
            Algorithm::ES256 => (
                EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &key.private)
                    .map(Signer::Ecdsa)
                    .expect("a key"),
                parsed(&ECDSA_P256_SHA256_FIXED),
            ),
            Algorithm::EdDSA => {
                (Ed25519KeyPair::from_pkcs8(&key.private).map(Signer::Ed25519).expect("a key"), parsed(&ED25519))
            }
            _ => (
                RsaKeyPair::from_pkcs8(&key.private).map(Signer::Rsa).expect("a key"),
                parsed(&RSA_PKCS1_2048_8192_SHA256),
            ),
        };
        Self { header: BASE64.encode(header), signer, verifier }
    }

    /// The payload of a token with a good signature.
    #[must_use]
    pub fn verify(&self, token: &str) -> Option<Flat> {
        let (message, signature) = token.rsplit_once('.')?;
        let (_, payload) = message.split_once('.')?;
        let signature = BASE64.decode(signature).ok()?;
        match (&self.signer, &self.verifier) {
            (Signer::Hmac(key), _) => hmac::verify(key, message.as_bytes(), &signature).ok()?,
            (_, Some(key)) => key.verify_sig(message.as_bytes(), &signature).ok()?,
            _ => return None,
        }
        serde_json::from_slice(&BASE64.decode(payload).ok()?).ok()
    }

    /// A token with these claims.
    ///
    /// # Panics
    /// If the claims are no JSON.
    pub fn sign(&self, claims: &impl Serialize) -> String {
        let payload = serde_json::to_vec(claims).expect("claims are JSON");
        let mut token = String::with_capacity(self.header.len() + payload.len() * 4 / 3 + 350);
        token.push_str(&self.header);
        token.push('.');
        BASE64.encode_string(&payload, &mut token);
        let message = token.as_bytes();
        let signature: Signature = match &self.signer {
            Signer::Hmac(key) => Signature::Hmac(hmac::sign(key, message)),
            Signer::Ecdsa(key) => Signature::Curve(key.sign(&SystemRandom::new(), message).expect("a signature")),
            Signer::Ed25519(key) => Signature::Curve(key.sign(message)),
            Signer::Rsa(key) => {
                let mut signature = vec![0; key.public_modulus_len()];
                key.sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), message, &mut signature).expect("a signature");
                Signature::Rsa(signature)
            }
        };
        token.push('.');
        BASE64.encode_string(signature.as_ref(), &mut token);
        token
    }
}

#[expect(clippy::large_enum_variant, reason = "it lives as long as a signature takes")]
enum Signature {
    Hmac(hmac::Tag),
    Curve(signature::Signature),
    Rsa(Vec<u8>),
}

impl AsRef<[u8]> for Signature {
    fn as_ref(&self) -> &[u8] {
        match self {
            Self::Hmac(tag) => tag.as_ref(),
            Self::Curve(signature) => signature.as_ref(),
            Self::Rsa(signature) => signature,
        }
    }
}

/// The floor among the others. It signs ids that are made already.
#[must_use]
pub fn floor(key: &Key) -> Contender {
    let (verifier, signer) = (Floor::new(key), Floor::new(key));
    let claims = flat();
    Contender {
        name: "the floor",
        verify: Box::new(move |token| black_box(verifier.verify(token)).is_some()),
        sign: Some(Box::new(move || signer.sign(&claims))),
    }
}

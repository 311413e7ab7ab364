//! The seam to the cryptography: what a key does, done by aws-lc-rs. Another backend would replace this file alone.

use aws_lc_rs::{
    hmac,
    rand::SystemRandom,
    signature::{
        ECDSA_P256_SHA256_FIXED, ECDSA_P256_SHA256_FIXED_SIGNING, ECDSA_P384_SHA384_FIXED,
        ECDSA_P384_SHA384_FIXED_SIGNING, ECDSA_P521_SHA512_FIXED, ECDSA_P521_SHA512_FIXED_SIGNING, ED25519,
        EcdsaKeyPair, Ed25519KeyPair, KeyPair, ParsedPublicKey, RSA_PKCS1_2048_8192_SHA256, RsaKeyPair,
    },
};
use zeroize::Zeroizing;

use super::{Algorithm, KeyError, id, pem::Document};
use crate::entropy::{Entropy, SystemEntropy};

/// The longest signature of any algorithm here, in bytes.
pub(crate) const MAX_SIGNATURE: usize = 64;

/// The length of both parts of a point on P-256 behind its first byte, and of an Ed25519 public key.
const P256_POINT: usize = 65;
const ED25519_PUBLIC: usize = 32;

/// The first byte of a point with both parts; the backend takes the hybrid forms, too, which nobody writes.
const UNCOMPRESSED: u8 = 4;

/// What signs.
#[expect(clippy::large_enum_variant, reason = "a key exists once and stands behind a pointer already")]
pub(super) enum Signer {
    Hmac(hmac::Key),
    Ecdsa(EcdsaKeyPair),
    Ed25519(Ed25519KeyPair),
}

/// The backend could not make a signature.
#[derive(Debug, Clone, Copy)]
pub(crate) struct SigningFailed;

impl Signer {
    pub(super) fn sign(&self, message: &[u8], signature: &mut [u8; MAX_SIGNATURE]) -> Result<usize, SigningFailed> {
        match self {
            Self::Hmac(key) => copy(hmac::sign(key, message).as_ref(), signature),
            Self::Ecdsa(key) => {
                copy(key.sign(&SystemRandom::new(), message).map_err(|_| SigningFailed)?.as_ref(), signature)
            }
            Self::Ed25519(key) => copy(key.try_sign(message).map_err(|_| SigningFailed)?.as_ref(), signature),
        }
    }
}

fn copy(made: &[u8], signature: &mut [u8; MAX_SIGNATURE]) -> Result<usize, SigningFailed> {
    signature.get_mut(..made.len()).ok_or(SigningFailed)?.copy_from_slice(made);
    Ok(made.len())
}

/// What verifies.
#[expect(clippy::large_enum_variant, reason = "a key exists once and stands behind a pointer already")]
#[derive(Clone)]
pub(super) enum Verifier {
    Hmac(hmac::Key),
    Public(ParsedPublicKey),
}

impl Verifier {
    pub(super) fn verifies(&self, message: &[u8], signature: &[u8]) -> bool {
        match self {
            // Compares in constant time, and refuses another length than the full tag's.
            Self::Hmac(key) => hmac::verify(key, message, signature).is_ok(),
            Self::Public(key) => key.verify_sig(message, signature).is_ok(),
        }
    }
}

pub(super) fn hmac(secret: &[u8]) -> (Signer, Verifier) {
    let key = hmac::Key::new(hmac::HMAC_SHA256, secret);
    (Signer::Hmac(key.clone()), Verifier::Hmac(key))
}

pub(super) fn generate(algorithm: Algorithm) -> Result<(Signer, Verifier, String), KeyError> {
    let failed = |_| KeyError::new("the system has no randomness for a new key");
    match algorithm {
        Algorithm::HS256 => {
            let mut secret = Zeroizing::new([0; 32]);
            SystemEntropy
                .fill(secret.as_mut_slice())
                .map_err(|_| KeyError::new("the system has no randomness for a new key"))?;
            let (signer, verifier) = hmac(secret.as_slice());
            Ok((signer, verifier, id::of_secret(secret.as_slice())))
        }
        Algorithm::ES256 => from_ecdsa(EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).map_err(failed)?)
            .map(|(signer, verifier, public)| (signer, verifier, id::of_public(algorithm, &public))),
        Algorithm::EdDSA => from_ed25519(Ed25519KeyPair::generate().map_err(failed)?)
            .map(|(signer, verifier, public)| (signer, verifier, id::of_public(algorithm, &public))),
    }
}

/// Prepares a private key, its public half and that half's raw bytes.
pub(super) fn private_key(algorithm: Algorithm, document: &Document) -> Result<(Signer, Verifier, Vec<u8>), KeyError> {
    let der = document.der();
    match (algorithm, document) {
        (Algorithm::HS256, _) => Err(no_pem_for_secrets()),
        (Algorithm::ES256, Document::Pkcs8(_) | Document::Sec1(_)) => {
            EcdsaKeyPair::from_private_key_der(&ECDSA_P256_SHA256_FIXED_SIGNING, der)
                .map_err(|_| wrong_key(algorithm, "private", document))
                .and_then(from_ecdsa)
        }
        // RFC 8410's first version of the format holds no public key that could be compared.
        (Algorithm::EdDSA, Document::Pkcs8(_)) => Ed25519KeyPair::from_pkcs8_maybe_unchecked(der)
            .map_err(|_| wrong_key(algorithm, "private", document))
            .and_then(from_ed25519),
        _ => Err(wrong_key(algorithm, "private", document)),
    }
}

/// Prepares a public key, with its raw bytes.
pub(super) fn public_key(algorithm: Algorithm, document: &Document) -> Result<(Verifier, Vec<u8>), KeyError> {
    if algorithm == Algorithm::HS256 {
        return Err(no_pem_for_secrets());
    }
    let Document::Spki(der) = document else {
        return Err(wrong_key(algorithm, "public", document));
    };
    let verifier = prepare(algorithm, der).map_err(|()| wrong_key(algorithm, "public", document))?;
    // The raw key is the end of its SPKI form (RFC 5480 section 2.2, RFC 8410 section 4), behind a prefix of one length.
    let (prefix, length) = if algorithm == Algorithm::ES256 { (26, P256_POINT) } else { (12, ED25519_PUBLIC) };
    match der.get(prefix..) {
        Some(raw) if raw.len() == length && (algorithm != Algorithm::ES256 || raw.first() == Some(&UNCOMPRESSED)) => {
            Ok((verifier, raw.to_vec()))
        }
        _ => Err(KeyError::new(
            "the public key must be on a named curve and its point uncompressed, as OpenSSL writes it by default",
        )),
    }
}

fn from_ecdsa(pair: EcdsaKeyPair) -> Result<(Signer, Verifier, Vec<u8>), KeyError> {
    let public = pair.public_key().as_ref().to_vec();
    let verifier = prepare(Algorithm::ES256, &public).map_err(|()| unusable())?;
    Ok((Signer::Ecdsa(pair), verifier, public))
}

fn from_ed25519(pair: Ed25519KeyPair) -> Result<(Signer, Verifier, Vec<u8>), KeyError> {
    let public = pair.public_key().as_ref().to_vec();
    let verifier = prepare(Algorithm::EdDSA, &public).map_err(|()| unusable())?;
    Ok((Signer::Ed25519(pair), verifier, public))
}

/// Parses a public key, SPKI or raw; the backend checks that a point is on its curve (RFC 8725 section 3.4).
fn prepare(algorithm: Algorithm, public: &[u8]) -> Result<Verifier, ()> {
    match algorithm {
        Algorithm::HS256 => return Err(()),
        Algorithm::ES256 => ParsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, public),
        Algorithm::EdDSA => ParsedPublicKey::new(&ED25519, public),
    }
    .map(Verifier::Public)
    .map_err(|_| ())
}

fn unusable() -> KeyError {
    KeyError::new("the key pair's public half can't be used")
}

fn no_pem_for_secrets() -> KeyError {
    KeyError::new(
        "HS256 takes a secret, not a PEM text: use `from_secret`, or name the algorithm of the key in the PEM",
    )
}

fn wrong_key(algorithm: Algorithm, half: &str, document: &Document) -> KeyError {
    let expected = match algorithm {
        Algorithm::HS256 => "a secret",
        Algorithm::ES256 => "a P-256 key",
        Algorithm::EdDSA => "an Ed25519 key",
    };
    let found = kind_of(document);
    KeyError::new(format!("{algorithm} needs the {half} half of {expected} in PEM, found {found}"))
}

/// What a document holds, in words, for the person who gave the wrong one.
fn kind_of(document: &Document) -> String {
    let der = document.der();
    let format = document.format();
    let known = match document {
        Document::Pkcs8(_) | Document::Sec1(_) => {
            if EcdsaKeyPair::from_private_key_der(&ECDSA_P256_SHA256_FIXED_SIGNING, der).is_ok() {
                Some("a P-256 private key")
            } else if EcdsaKeyPair::from_private_key_der(&ECDSA_P384_SHA384_FIXED_SIGNING, der).is_ok() {
                Some("a P-384 private key")
            } else if EcdsaKeyPair::from_private_key_der(&ECDSA_P521_SHA512_FIXED_SIGNING, der).is_ok() {
                Some("a P-521 private key")
            } else if Ed25519KeyPair::from_pkcs8_maybe_unchecked(der).is_ok() {
                Some("an Ed25519 private key")
            } else {
                RsaKeyPair::from_pkcs8(der).is_ok().then_some("an RSA private key")
            }
        }
        Document::Spki(_) => {
            if ParsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, der).is_ok() {
                Some("a P-256 public key")
            } else if ParsedPublicKey::new(&ECDSA_P384_SHA384_FIXED, der).is_ok() {
                Some("a P-384 public key")
            } else if ParsedPublicKey::new(&ECDSA_P521_SHA512_FIXED, der).is_ok() {
                Some("a P-521 public key")
            } else if ParsedPublicKey::new(&ED25519, der).is_ok() {
                Some("an Ed25519 public key")
            } else {
                ParsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, der).is_ok().then_some("an RSA public key")
            }
        }
        Document::Other(_) => return format!("`{format}`"),
    };
    match known {
        Some(kind) => format!("{kind} (`{format}`)"),
        None => format!("`{format}` with no usable key in it"),
    }
}

//! The seam to the cryptography: what a key does, done by aws-lc-rs, and HMAC by the quicker of two. Another backend would replace
//! this room alone.

mod mac;

use aws_lc_rs::{
    encoding::{AsBigEndian as _, EcPublicKeyUncompressedBin},
    rand::SystemRandom,
    rsa::{KeyPairComponents, KeySize},
    signature::{self, EcdsaKeyPair, Ed25519KeyPair, KeyPair, ParsedPublicKey, RsaKeyPair, RsaPublicKeyComponents},
};
use zeroize::Zeroizing;

use self::mac::MacKey;
use super::{
    Algorithm, Family, KeyError,
    der::Format,
    jwk::{Private, RsaPrivate},
    public::Public,
};
use crate::entropy::{Entropy, SystemEntropy};

/// What signs.
#[expect(clippy::large_enum_variant, reason = "a key exists once and stands behind a pointer already")]
pub(super) enum Signer {
    Hmac(MacKey),
    Ecdsa(EcdsaKeyPair),
    Ed25519(Ed25519KeyPair),
    Rsa(RsaKeyPair, &'static dyn signature::RsaEncoding),
}

/// The backend could not make a signature.
#[derive(Debug, Clone, Copy)]
pub(crate) struct SigningFailed;

/// The longest signature that is not RSA's, P-384's, in bytes.
const LONGEST_SHORT_SIGNATURE: usize = 96;

/// A signature, of any algorithm's length.
pub(crate) enum Signature {
    Short { bytes: [u8; LONGEST_SHORT_SIGNATURE], length: usize },
    Rsa(Vec<u8>),
}

impl AsRef<[u8]> for Signature {
    fn as_ref(&self) -> &[u8] {
        match self {
            Self::Short { bytes, length } => bytes.get(..*length).unwrap_or_default(),
            Self::Rsa(signature) => signature,
        }
    }
}

impl Signer {
    pub(super) fn sign(&self, message: &[u8]) -> Result<Signature, SigningFailed> {
        match self {
            Self::Hmac(key) => key.tag(message, short),
            Self::Ecdsa(key) => short(key.sign(&SystemRandom::new(), message).map_err(|_| SigningFailed)?.as_ref()),
            Self::Ed25519(key) => short(key.try_sign(message).map_err(|_| SigningFailed)?.as_ref()),
            Self::Rsa(key, encoding) => {
                let mut signature = vec![0; key.public_modulus_len()];
                match key.sign(*encoding, &SystemRandom::new(), message, &mut signature) {
                    Ok(()) => Ok(Signature::Rsa(signature)),
                    Err(_) => Err(SigningFailed),
                }
            }
        }
    }
}

/// Takes a signature out of the backend's type, which has room for one of several kilobytes.
fn short(made: &[u8]) -> Result<Signature, SigningFailed> {
    let mut bytes = [0; LONGEST_SHORT_SIGNATURE];
    bytes.get_mut(..made.len()).ok_or(SigningFailed)?.copy_from_slice(made);
    Ok(Signature::Short { bytes, length: made.len() })
}

/// What verifies.
#[derive(Clone)]
#[expect(clippy::large_enum_variant, reason = "a key exists once and stands behind a pointer already")]
pub(super) enum Verifier {
    Hmac(MacKey),
    Public { key: ParsedPublicKey, signature_length: usize },
}

impl Verifier {
    pub(super) fn verifies(&self, message: &[u8], signature: &[u8]) -> bool {
        match self {
            Self::Hmac(key) => key.verifies(message, signature),
            Self::Public { key, .. } => key.verify_sig(message, signature).is_ok(),
        }
    }

    /// The one length that this key's signatures have, in bytes.
    pub(super) fn signature_length(&self) -> usize {
        match self {
            Self::Hmac(key) => key.tag_length(),
            Self::Public { signature_length, .. } => *signature_length,
        }
    }
}

pub(super) fn hmac(algorithm: Algorithm, secret: &[u8]) -> (Signer, Verifier) {
    let key = MacKey::new(algorithm, secret);
    (Signer::Hmac(key.clone()), Verifier::Hmac(key))
}

/// A new secret of the length that the algorithm asks for.
pub(super) fn new_secret(length: usize) -> Result<Zeroizing<Vec<u8>>, KeyError> {
    let mut secret = Zeroizing::new(vec![0; length]);
    SystemEntropy.fill(&mut secret).map_err(|_| no_randomness())?;
    Ok(secret)
}

/// A new key pair; RSA keys get 2048 bits.
pub(super) fn generate(algorithm: Algorithm) -> Result<(Signer, Public), KeyError> {
    let failed = |_| no_randomness();
    let signer = match algorithm.family() {
        Family::Secret { .. } => return Err(unusable()),
        Family::P256 | Family::P384 => Signer::Ecdsa(EcdsaKeyPair::generate(ecdsa_signing(algorithm)).map_err(failed)?),
        Family::Ed25519 => Signer::Ed25519(Ed25519KeyPair::generate().map_err(failed)?),
        Family::Rsa => rsa_signer(RsaKeyPair::generate(KeySize::Rsa2048).map_err(failed)?, algorithm),
    };
    with_public(signer, algorithm)
}

/// Opens a private key that was said to be of the algorithm's kind.
pub(super) fn private_key(algorithm: Algorithm, format: Format, der: &[u8]) -> Result<(Signer, Public), KeyError> {
    let signer = match (algorithm.family(), format) {
        (Family::P256 | Family::P384, Format::Pkcs8 | Format::Sec1) => {
            EcdsaKeyPair::from_private_key_der(ecdsa_signing(algorithm), der).map(Signer::Ecdsa)
        }
        // RFC 8410's first version of the format holds no public key that could be compared.
        (Family::Ed25519, Format::Pkcs8) => Ed25519KeyPair::from_pkcs8_maybe_unchecked(der).map(Signer::Ed25519),
        (Family::Rsa, Format::Pkcs8) => RsaKeyPair::from_pkcs8(der).map(|pair| rsa_signer(pair, algorithm)),
        (Family::Rsa, Format::Pkcs1Private) => RsaKeyPair::from_der(der).map(|pair| rsa_signer(pair, algorithm)),
        _ => return Err(unusable()),
    };
    with_public(signer.map_err(|_| unusable_private(algorithm))?, algorithm)
}

/// Puts a private key together from its numbers; both halves must fit.
pub(super) fn private_numbers(algorithm: Algorithm, private: &Private, public: &Public) -> Result<Signer, KeyError> {
    match (private, public) {
        (Private::Scalar(scalar), Public::P256 { point } | Public::P384 { point }) => {
            EcdsaKeyPair::from_private_key_and_public_key(ecdsa_signing(algorithm), scalar, point).map(Signer::Ecdsa)
        }
        (Private::Scalar(seed), Public::Ed25519 { bytes }) => {
            Ed25519KeyPair::from_seed_and_public_key(seed, bytes).map(Signer::Ed25519)
        }
        (Private::Rsa(RsaPrivate { d, p, q, dp, dq, qi }), Public::Rsa { n, e }) => {
            RsaKeyPair::from_components(&KeyPairComponents {
                public_key: RsaPublicKeyComponents { n: n.as_slice(), e: e.as_slice() },
                d: d.as_slice(),
                p: p.as_slice(),
                q: q.as_slice(),
                dP: dp.as_slice(),
                dQ: dq.as_slice(),
                qInv: qi.as_slice(),
            })
            .map(|pair| rsa_signer(pair, algorithm))
        }
        _ => return Err(unusable()),
    }
    .map_err(|_| unusable())
}

/// Prepares a public key; here a point is checked to be on its curve (RFC 8725 section 3.4).
pub(super) fn verifier(algorithm: Algorithm, public: &Public) -> Result<Verifier, KeyError> {
    let (key, signature_length) = match public {
        Public::P256 { point } => (ParsedPublicKey::new(&signature::ECDSA_P256_SHA256_FIXED, point), 64),
        Public::P384 { point } => (ParsedPublicKey::new(&signature::ECDSA_P384_SHA384_FIXED, point), 96),
        Public::Ed25519 { bytes } => (ParsedPublicKey::new(&signature::ED25519, bytes), 64),
        Public::Rsa { n, e } => {
            let numbers = RsaPublicKeyComponents { n: n.as_slice(), e: e.as_slice() };
            (numbers.to_parsed_public_key(rsa_verification(algorithm)), n.len())
        }
    };
    let key = key.map_err(|_| {
        KeyError::new("the public key can't be used: it must be a point on its curve, or a good RSA key")
    })?;
    Ok(Verifier::Public { key, signature_length })
}

fn with_public(signer: Signer, algorithm: Algorithm) -> Result<(Signer, Public), KeyError> {
    let family = algorithm.family();
    let public = match &signer {
        Signer::Hmac(_) => return Err(unusable()),
        Signer::Ecdsa(pair) => {
            let point: EcPublicKeyUncompressedBin<'_> = pair.public_key().as_be_bytes().map_err(|_| unusable())?;
            Public::from_content(family, point.as_ref())?
        }
        Signer::Ed25519(pair) => Public::from_content(family, pair.public_key().as_ref())?,
        Signer::Rsa(pair, _) => Public::from_content(family, pair.public_key().as_ref())?,
    };
    Ok((signer, public))
}

fn ecdsa_signing(algorithm: Algorithm) -> &'static signature::EcdsaSigningAlgorithm {
    if algorithm.family() == Family::P384 {
        &signature::ECDSA_P384_SHA384_FIXED_SIGNING
    } else {
        &signature::ECDSA_P256_SHA256_FIXED_SIGNING
    }
}

fn rsa_signer(pair: RsaKeyPair, algorithm: Algorithm) -> Signer {
    Signer::Rsa(
        pair,
        match algorithm {
            Algorithm::RS384 => &signature::RSA_PKCS1_SHA384,
            Algorithm::RS512 => &signature::RSA_PKCS1_SHA512,
            Algorithm::PS256 => &signature::RSA_PSS_SHA256,
            Algorithm::PS384 => &signature::RSA_PSS_SHA384,
            Algorithm::PS512 => &signature::RSA_PSS_SHA512,
            _ => &signature::RSA_PKCS1_SHA256,
        },
    )
}

fn rsa_verification(algorithm: Algorithm) -> &'static signature::RsaParameters {
    match algorithm {
        Algorithm::RS384 => &signature::RSA_PKCS1_2048_8192_SHA384,
        Algorithm::RS512 => &signature::RSA_PKCS1_2048_8192_SHA512,
        Algorithm::PS256 => &signature::RSA_PSS_2048_8192_SHA256,
        Algorithm::PS384 => &signature::RSA_PSS_2048_8192_SHA384,
        Algorithm::PS512 => &signature::RSA_PSS_2048_8192_SHA512,
        _ => &signature::RSA_PKCS1_2048_8192_SHA256,
    }
}

fn unusable() -> KeyError {
    KeyError::new("the key is damaged, or its private and public halves don't belong together")
}

/// The backend does not say which it is.
fn unusable_private(algorithm: Algorithm) -> KeyError {
    match algorithm.family() {
        Family::Rsa => KeyError::new("the RSA key is damaged, or its modulus does not have 2048 to 8192 bits"),
        _ => unusable(),
    }
}

fn no_randomness() -> KeyError {
    KeyError::new("the system has no randomness for a new key")
}

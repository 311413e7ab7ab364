//! One key for each algorithm, in the forms in which the libraries take it.

use aws_lc_rs::{
    encoding::{AsBigEndian, AsDer, EcPrivateKeyBin, Pkcs8V1Der},
    rand::SystemRandom,
    rsa::KeySize,
    signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair, KeyPair, RsaKeyPair},
};
use base64::{Engine as _, prelude::BASE64_STANDARD};
use fastjwt::{Algorithm, SigningKey};

/// The algorithms that are measured.
pub const ALGORITHMS: [Algorithm; 4] = [Algorithm::HS256, Algorithm::ES256, Algorithm::EdDSA, Algorithm::RS256];

/// A key in all forms.
pub struct Key {
    /// What it is for.
    pub algorithm: Algorithm,
    /// The secret, or the private key in PKCS#8.
    pub private: Vec<u8>,
    /// The secret scalar of ES256, or the seed and the public key of `EdDSA`.
    pub scalar: Vec<u8>,
    /// The public point, or the RSA key in PKCS#1.
    pub public: Vec<u8>,
    /// The public key as a JWK.
    pub jwk: Option<String>,
    /// The key as fastjwt takes it.
    pub ours: SigningKey,
}

impl Key {
    /// A new key.
    ///
    /// # Panics
    /// If the system has no randomness, or a library can't read its own key.
    #[must_use]
    pub fn new(algorithm: Algorithm) -> Self {
        let random = SystemRandom::new();
        let (private, scalar, public) = match algorithm {
            Algorithm::HS256 => (b"qZ3vT8nKx1LwR6bYc0MfHs9JdPu4GeA7iVoXtEj2SkBrNlDy".to_vec(), Vec::new(), Vec::new()),
            Algorithm::ES256 => {
                let document = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &random).expect("a key");
                let pair =
                    EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, document.as_ref()).expect("a key");
                let scalar: EcPrivateKeyBin<'_> = pair.private_key().as_be_bytes().expect("a scalar");
                (document.as_ref().to_vec(), scalar.as_ref().to_vec(), pair.public_key().as_ref().to_vec())
            }
            Algorithm::EdDSA => {
                let document = Ed25519KeyPair::generate_pkcs8(&random).expect("a key");
                let pair = Ed25519KeyPair::from_pkcs8(document.as_ref()).expect("a key");
                let public = pair.public_key().as_ref().to_vec();
                let seed = pair.seed().expect("a seed").as_be_bytes().expect("a seed").as_ref().to_vec();
                (document.as_ref().to_vec(), [seed, public.clone()].concat(), public)
            }
            Algorithm::RS256 => {
                let pair = RsaKeyPair::generate(KeySize::Rsa2048).expect("a key");
                let document: Pkcs8V1Der<'_> = pair.as_der().expect("an encoding");
                (document.as_ref().to_vec(), Vec::new(), pair.public_key().as_ref().to_vec())
            }
            other => unreachable!("{other} is not measured"),
        };
        let ours = match algorithm {
            Algorithm::HS256 => SigningKey::from_secret(algorithm, &private),
            _ => SigningKey::from_der(algorithm, &private),
        }
        .expect("a good key");
        let jwk = ours.verifying_key().public_jwk();
        Self { algorithm, private, scalar, public, jwk, ours }
    }

    /// The private key as PEM, for libraries that want it so.
    #[must_use]
    pub fn pem(&self) -> Vec<u8> {
        let body = BASE64_STANDARD.encode(&self.private);
        format!("-----BEGIN PRIVATE KEY-----\n{body}\n-----END PRIVATE KEY-----\n").into_bytes()
    }
}

//! Keys: an algorithm bound to its key, prepared once.

mod backend;
mod id;
mod pem;
mod secret;

use std::{fmt, str::FromStr, sync::Arc};

pub(crate) use self::backend::{MAX_SIGNATURE, SigningFailed};
use self::backend::{Signer, Verifier};
use crate::jws;

/// A signature algorithm of RFC 7518 and RFC 8037.
///
/// It belongs to a key and never to a token: a token's `alg` must equal it (RFC 8725 section 3.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Algorithm {
    /// HMAC with SHA-256: one secret signs and verifies.
    HS256,
    /// ECDSA on P-256 with SHA-256. Signatures are made with a random nonce from the backend's CSPRNG.
    ES256,
    /// Ed25519; written `EdDSA`, and read as `EdDSA` or `Ed25519`.
    EdDSA,
}

impl Algorithm {
    /// The name that stands in a token's header.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::HS256 => "HS256",
            Self::ES256 => "ES256",
            Self::EdDSA => "EdDSA",
        }
    }

    /// Whether a header that says `alg` names this algorithm: exactly, with case.
    pub(crate) fn is_named(self, alg: &str) -> bool {
        alg == self.as_str() || (self == Self::EdDSA && alg == "Ed25519")
    }
}

impl fmt::Display for Algorithm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Algorithm {
    type Err = KeyError;

    fn from_str(name: &str) -> Result<Self, KeyError> {
        [Self::HS256, Self::ES256, Self::EdDSA]
            .into_iter()
            .find(|algorithm| algorithm.is_named(name))
            .ok_or_else(|| KeyError::new("the algorithm is unknown: `HS256`, `ES256` and `EdDSA` are supported"))
    }
}

/// A key that signs, and verifies what it signed.
///
/// Cloning it is cheap; it prints neither in `Debug` nor anywhere else.
#[derive(Clone)]
pub struct SigningKey {
    signer: Arc<Signer>,
    verifying: VerifyingKey,
}

impl SigningKey {
    /// An HS256 key from a secret of at least 32 bytes (RFC 7518 section 3.2).
    ///
    /// The bytes are taken as they are; nothing is decoded. Make them with a generator (`openssl rand -base64 48`): a secret
    /// that a person thought of can be found by trying, offline, with a single token.
    ///
    /// # Errors
    /// If the secret is too short, is made of few different bytes, is a pattern or a well-known example, or is a PEM text.
    pub fn from_secret(secret: impl AsRef<[u8]>) -> Result<Self, KeyError> {
        let secret = secret.as_ref();
        secret::check_strength(secret)?;
        let (signer, verifier) = backend::hmac(secret);
        Ok(Self::assemble(Algorithm::HS256, signer, verifier, id::of_secret(secret)))
    }

    /// A private key for `algorithm` from PEM: PKCS#8 (`PRIVATE KEY`), or SEC 1 (`EC PRIVATE KEY`) for ES256.
    ///
    /// # Errors
    /// If the text holds no such key or several: which format was expected and which was found, never a byte of it.
    pub fn from_pem(algorithm: Algorithm, pem: impl AsRef<[u8]>) -> Result<Self, KeyError> {
        let (signer, verifier, public) = backend::private_key(algorithm, &pem::read_one(pem.as_ref())?)?;
        Ok(Self::assemble(algorithm, signer, verifier, id::of_public(algorithm, &public)))
    }

    /// A new key from the system's randomness.
    ///
    /// It ends with the process, and so do its tokens: for tests, development, and services that hand their public key out.
    ///
    /// # Errors
    /// If the system has no randomness to give.
    pub fn generate(algorithm: Algorithm) -> Result<Self, KeyError> {
        let (signer, verifier, id) = backend::generate(algorithm)?;
        Ok(Self::assemble(algorithm, signer, verifier, id))
    }

    /// The same key under another id than the one that was derived from it.
    ///
    /// # Errors
    /// If the id is empty, longer than 256 bytes, or holds a control character.
    pub fn with_id(mut self, id: impl Into<String>) -> Result<Self, KeyError> {
        self.verifying = self.verifying.with_id(id)?;
        Ok(self)
    }

    /// What the key is for.
    #[must_use]
    pub fn algorithm(&self) -> Algorithm {
        self.verifying.algorithm()
    }

    /// The key's id, `kid` in the header (RFC 7515 section 4.1.4).
    ///
    /// By default the RFC 7638 thumbprint of the public key, or, for a secret, a value that does not help to guess it beyond
    /// what any token does.
    #[must_use]
    pub fn id(&self) -> &str {
        self.verifying.id()
    }

    /// The part that verifies: the public key, or the secret again for HS256.
    #[must_use]
    pub fn verifying_key(&self) -> &VerifyingKey {
        &self.verifying
    }

    pub(crate) fn sign(&self, message: &[u8], signature: &mut [u8; MAX_SIGNATURE]) -> Result<usize, SigningFailed> {
        self.signer.sign(message, signature)
    }

    fn assemble(algorithm: Algorithm, signer: Signer, verifier: Verifier, id: String) -> Self {
        Self { signer: Arc::new(signer), verifying: VerifyingKey::assemble(algorithm, verifier, id) }
    }
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SigningKey")
            .field("algorithm", &self.algorithm())
            .field("id", &self.id())
            .finish_non_exhaustive()
    }
}

/// A key that verifies tokens of one algorithm.
#[derive(Clone)]
pub struct VerifyingKey(Arc<Prepared>);

/// All that verifying needs, made once.
struct Prepared {
    algorithm: Algorithm,
    verifier: Verifier,
    id: String,
    /// The header that tokens of this key carry, encoded: a token that has it needs no parsing of its own.
    header: String,
}

impl VerifyingKey {
    /// A public key for `algorithm` from PEM: SPKI (`PUBLIC KEY`).
    ///
    /// # Errors
    /// If the text holds no such key or several: which format was expected and which was found, never a byte of it.
    pub fn from_pem(algorithm: Algorithm, pem: impl AsRef<[u8]>) -> Result<Self, KeyError> {
        let (verifier, public) = backend::public_key(algorithm, &pem::read_one(pem.as_ref())?)?;
        Ok(Self::assemble(algorithm, verifier, id::of_public(algorithm, &public)))
    }

    /// The same key under another id than the one that was derived from it.
    ///
    /// # Errors
    /// If the id is empty, longer than 256 bytes, or holds a control character.
    pub fn with_id(self, id: impl Into<String>) -> Result<Self, KeyError> {
        let id = id.into();
        if id.is_empty() || id.len() > id::MAX_LENGTH || id.chars().any(char::is_control) {
            return Err(KeyError::new("a key id must have 1 to 256 bytes and no control character"));
        }
        let header = jws::header_segment(self.0.algorithm, &id, &[]);
        Ok(Self(Arc::new(Prepared { algorithm: self.0.algorithm, verifier: self.0.verifier.clone(), id, header })))
    }

    /// What the key is for.
    #[must_use]
    pub fn algorithm(&self) -> Algorithm {
        self.0.algorithm
    }

    /// The key's id, `kid` in the header; see [`SigningKey::id`].
    #[must_use]
    pub fn id(&self) -> &str {
        &self.0.id
    }

    pub(crate) fn header(&self) -> &str {
        &self.0.header
    }

    /// Whether `signature` is this key's over `message`, compared in constant time where that matters.
    pub(crate) fn verifies(&self, message: &[u8], signature: &[u8]) -> bool {
        self.0.verifier.verifies(message, signature)
    }

    fn assemble(algorithm: Algorithm, verifier: Verifier, id: String) -> Self {
        let header = jws::header_segment(algorithm, &id, &[]);
        Self(Arc::new(Prepared { algorithm, verifier, id, header }))
    }
}

impl fmt::Debug for VerifyingKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("VerifyingKey")
            .field("algorithm", &self.algorithm())
            .field("id", &self.id())
            .finish_non_exhaustive()
    }
}

/// Why something is no key, or not one for its algorithm. It never holds a byte of the key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyError {
    message: String,
}

impl KeyError {
    pub(crate) fn new(message: impl Into<String>) -> Self {
        Self { message: message.into() }
    }
}

impl fmt::Display for KeyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for KeyError {}

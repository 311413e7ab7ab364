//! Keys: an algorithm bound to its key, prepared once.

mod algorithm;
mod backend;
mod der;
mod given;
mod id;
mod jwk;
#[cfg(test)]
mod opaque;
mod packing;
mod pem;
mod public;
#[cfg(feature = "jwks")]
pub(crate) mod remote;
pub(crate) mod ring;
mod secret;
mod set;
#[cfg(test)]
mod vectors;

use std::{fmt, path::Path, sync::Arc};

use base64::{
    Engine as _,
    prelude::{BASE64_STANDARD, BASE64_STANDARD_NO_PAD},
};
use zeroize::Zeroizing;

pub use self::algorithm::Algorithm;
pub(crate) use self::backend::{Signature, SigningFailed};
pub(crate) use self::packing::is_packed_key;
pub use self::ring::{KeyInfo, KeyRing, KeyState, RingError};
#[cfg(feature = "jwks")]
pub(crate) use self::set::has_repeated_id;
use self::{
    algorithm::Family,
    backend::{Signer, Verifier},
    der::Identity,
    given::{File, expect_key, read_file, read_pem},
    jwk::{Jwk, Purpose},
    public::Public,
};
use crate::jws::{self, Typ};

/// A key that signs, and verifies what it signed.
///
/// Cloning it is cheap; it prints neither in `Debug` nor anywhere else. No error of its constructors holds a byte of a key.
#[derive(Clone)]
pub struct SigningKey {
    signer: Arc<Signer>,
    verifying: VerifyingKey,
}

impl SigningKey {
    /// A key for an HMAC algorithm from a secret, at least as long as the hash (RFC 7518 section 3.2): 32 bytes for HS256, 48
    /// for HS384, 64 for HS512.
    ///
    /// The bytes are taken as they are; nothing is decoded. Make them with a generator (`openssl rand -base64 48`): a secret
    /// that a person thought of can be found by trying, offline, with a single token.
    ///
    /// # Errors
    /// If the secret is too short, is made of few different bytes, is a pattern or a well-known example, or is a key in PEM, in DER, of SSH
    /// or as a JWK, also within other JSON or once more in base64 or hex: a public key for a secret would let anybody sign.
    pub fn from_secret(algorithm: Algorithm, secret: impl AsRef<[u8]>) -> Result<Self, KeyError> {
        let secret = secret.as_ref();
        secret::check_strength(algorithm, secret)?;
        Ok(Self::from_checked_secret(algorithm, secret))
    }

    /// The key of the feature `testing`.
    #[cfg(feature = "testing")]
    pub(crate) fn for_tests() -> Self {
        Self::from_checked_secret(Algorithm::HS256, secret::FOR_TESTS)
    }

    /// A key for an HMAC algorithm from a secret in standard base64, padded or not.
    ///
    /// # Errors
    /// If the text is not base64, and as [`from_secret`](Self::from_secret).
    pub fn from_base64_secret(algorithm: Algorithm, text: impl AsRef<str>) -> Result<Self, KeyError> {
        let text = text.as_ref().trim();
        let engine = if text.ends_with('=') { &BASE64_STANDARD } else { &BASE64_STANDARD_NO_PAD };
        let secret = engine.decode(text).map(Zeroizing::new);
        let secret = secret.map_err(|_| KeyError::new("the secret must be in standard base64"))?;
        Self::from_secret(algorithm, secret)
    }

    /// A private key from PEM: PKCS#8 (`PRIVATE KEY`), SEC 1 (`EC PRIVATE KEY`) or PKCS#1 (`RSA PRIVATE KEY`).
    ///
    /// # Errors
    /// If the text holds no such key or several: which key was expected and which was found.
    pub fn from_pem(algorithm: Algorithm, pem: impl AsRef<[u8]>) -> Result<Self, KeyError> {
        let der = read_pem(algorithm, pem.as_ref())?;
        Self::from_der(algorithm, der)
    }

    /// A private key from DER: PKCS#8, SEC 1 or PKCS#1.
    ///
    /// # Errors
    /// As [`from_pem`](Self::from_pem).
    pub fn from_der(algorithm: Algorithm, der: impl AsRef<[u8]>) -> Result<Self, KeyError> {
        let der = der.as_ref();
        let Identity { format, .. } = expect_key(algorithm, "private", der)?;
        let (signer, public) = backend::private_key(algorithm, format, der)?;
        Self::from_halves(algorithm, signer, &public)
    }

    /// A secret or private key from a JWK (RFC 7517); its `kid` becomes the key's id.
    ///
    /// Its `alg`, `use` and `key_ops` are heeded where they are there; the algorithm is never taken from them.
    ///
    /// # Errors
    /// If the JWK is damaged, is another key, or is not for signing with `algorithm`.
    pub fn from_jwk(algorithm: Algorithm, jwk: impl AsRef<str>) -> Result<Self, KeyError> {
        let jwk = Jwk::read(jwk.as_ref(), algorithm, Purpose::Sign)?;
        let key = if let Family::Secret { .. } = algorithm.family() {
            Self::from_secret(algorithm, jwk.secret()?)?
        } else {
            let public = jwk.public(algorithm)?;
            let signer = backend::private_numbers(algorithm, &jwk.private(algorithm)?, &public)?;
            Self::from_halves(algorithm, signer, &public)?
        };
        match &jwk.kid {
            Some(kid) => key.with_id(kid),
            None => Ok(key),
        }
    }

    /// A key from a file: a PEM text, or for an HMAC algorithm the secret, without the white space behind it.
    ///
    /// # Errors
    /// If the file can't be read, and as [`from_pem`](Self::from_pem) and [`from_secret`](Self::from_secret).
    pub fn from_file(algorithm: Algorithm, path: impl AsRef<Path>) -> Result<Self, KeyError> {
        match read_file(algorithm, path.as_ref())? {
            File::Secret(secret) => Self::from_secret(algorithm, secret.trim_ascii_end()),
            File::Pem(text) => Self::from_pem(algorithm, text),
        }
    }

    /// A new key from the system's randomness; an RSA key gets 2048 bits.
    ///
    /// It ends with the process, and so do its tokens: for tests, development, and services that hand their public key out.
    ///
    /// # Errors
    /// If the system has no randomness to give.
    pub fn generate(algorithm: Algorithm) -> Result<Self, KeyError> {
        if let Family::Secret { shortest } = algorithm.family() {
            return Self::from_secret(algorithm, backend::new_secret(shortest)?);
        }
        let (signer, public) = backend::generate(algorithm)?;
        Self::from_halves(algorithm, signer, &public)
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

    /// The part that verifies: the public key, or the secret again for an HMAC algorithm.
    #[must_use]
    pub fn verifying_key(&self) -> &VerifyingKey {
        &self.verifying
    }

    pub(crate) fn sign(&self, message: &[u8]) -> Result<Signature, SigningFailed> {
        self.signer.sign(message)
    }

    fn from_checked_secret(algorithm: Algorithm, secret: &[u8]) -> Self {
        let (signer, verifier) = backend::hmac(algorithm, secret);
        let verifying = VerifyingKey::assemble(algorithm, verifier, id::of_secret(secret), None);
        Self { signer: Arc::new(signer), verifying }
    }

    fn from_halves(algorithm: Algorithm, signer: Signer, public: &Public) -> Result<Self, KeyError> {
        let verifying = VerifyingKey::from_public(algorithm, public)?;
        Ok(Self { signer: Arc::new(signer), verifying })
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
///
/// Cloning it is cheap. No error of its constructors holds a byte of a key.
#[derive(Clone)]
pub struct VerifyingKey(Arc<Prepared>);

/// All that verifying needs, made once.
struct Prepared {
    algorithm: Algorithm,
    verifier: Verifier,
    id: String,
    /// The key as a JWK with the required members alone; a secret has none that may be shown.
    public: Option<String>,
    /// The headers that tokens of this key carry, encoded, for each type: a token that has one needs no parsing of its own.
    headers: [String; Typ::WRITTEN.len()],
}

impl VerifyingKey {
    /// A key for an HMAC algorithm: who verifies with it could sign with it, too. See [`SigningKey::from_secret`].
    ///
    /// # Errors
    /// As [`SigningKey::from_secret`].
    pub fn from_secret(algorithm: Algorithm, secret: impl AsRef<[u8]>) -> Result<Self, KeyError> {
        SigningKey::from_secret(algorithm, secret).map(|key| key.verifying)
    }

    /// A public key from PEM: SPKI (`PUBLIC KEY`), PKCS#1 (`RSA PUBLIC KEY`), or a certificate, of which only the key is read:
    /// neither its dates nor its issuer are checked.
    ///
    /// # Errors
    /// If the text holds no such key or several: which key was expected and which was found.
    pub fn from_pem(algorithm: Algorithm, pem: impl AsRef<[u8]>) -> Result<Self, KeyError> {
        let der = read_pem(algorithm, pem.as_ref())?;
        Self::from_der(algorithm, der)
    }

    /// A public key from DER: SPKI, PKCS#1, or a certificate.
    ///
    /// # Errors
    /// As [`from_pem`](Self::from_pem).
    pub fn from_der(algorithm: Algorithm, der: impl AsRef<[u8]>) -> Result<Self, KeyError> {
        let Identity { public, .. } = expect_key(algorithm, "public", der.as_ref())?;
        Self::from_public(algorithm, &Public::from_content(algorithm.family(), public)?)
    }

    /// A public key, or for an HMAC algorithm a secret, from a JWK (RFC 7517); its `kid` becomes the key's id.
    ///
    /// Its `alg`, `use` and `key_ops` are heeded where they are there; the algorithm is never taken from them.
    ///
    /// # Errors
    /// If the JWK is damaged, is another key, is not for verifying with `algorithm`, or holds a private key.
    pub fn from_jwk(algorithm: Algorithm, jwk: impl AsRef<str>) -> Result<Self, KeyError> {
        let jwk = Jwk::read(jwk.as_ref(), algorithm, Purpose::Verify)?;
        let key = if let Family::Secret { .. } = algorithm.family() {
            Self::from_secret(algorithm, jwk.secret()?)?
        } else if jwk.is_private() {
            return Err(KeyError::new("the JWK holds a private key: a verifier must be given its public members only"));
        } else {
            Self::from_public(algorithm, &jwk.public(algorithm)?)?
        };
        match &jwk.kid {
            Some(kid) => key.with_id(kid),
            None => Ok(key),
        }
    }

    /// A key from a file: a PEM text, or for an HMAC algorithm the secret, without the white space behind it.
    ///
    /// # Errors
    /// If the file can't be read, and as [`from_pem`](Self::from_pem) and [`from_secret`](Self::from_secret).
    pub fn from_file(algorithm: Algorithm, path: impl AsRef<Path>) -> Result<Self, KeyError> {
        match read_file(algorithm, path.as_ref())? {
            File::Secret(secret) => Self::from_secret(algorithm, secret.trim_ascii_end()),
            File::Pem(text) => Self::from_pem(algorithm, text),
        }
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
        Ok(Self::assemble(self.0.algorithm, self.0.verifier.clone(), id, self.0.public.clone()))
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

    /// The header segment of its tokens that say this type.
    pub(crate) fn header(&self, typ: Typ) -> &str {
        let [jwt, at_jwt] = &self.0.headers;
        if typ == Typ::AtJwt { at_jwt } else { jwt }
    }

    /// Whether it is a public key, rather than a secret.
    pub(crate) fn is_public(&self) -> bool {
        self.0.public.is_some()
    }

    /// The key as a JWK (RFC 7517), for others to verify with; `None` for a secret, which is for nobody else.
    #[must_use]
    pub fn public_jwk(&self) -> Option<String> {
        let members = self.0.public.as_deref()?.strip_suffix('}')?;
        // A string can't fail to be written.
        let kid = serde_json::to_string(self.id()).unwrap_or_default();
        Some(format!(r#"{members},"use":"sig","alg":"{}","kid":{kid}}}"#, self.algorithm().as_str()))
    }

    /// The one length that this key's signatures have, in bytes.
    pub(crate) fn signature_length(&self) -> usize {
        self.0.verifier.signature_length()
    }

    /// Whether `signature` is this key's over `message`, compared in constant time where that matters.
    pub(crate) fn verifies(&self, message: &[u8], signature: &[u8]) -> bool {
        signature.len() == self.signature_length() && self.0.verifier.verifies(message, signature)
    }

    /// Whether it verifies what the other signs.
    pub(crate) fn is_half_of(&self, private: &SigningKey) -> bool {
        const MESSAGE: &[u8] = b"two halves of one key?";
        self.algorithm() == private.algorithm()
            && private.sign(MESSAGE).is_ok_and(|signature| self.verifies(MESSAGE, signature.as_ref()))
    }

    /// Whether it is this very key, rather than one that was made of the same bytes.
    pub(crate) fn is_same(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }

    /// Whether it is another's double: a public key with the same id and for the same algorithm.
    #[cfg(feature = "jwks")]
    pub(crate) fn is_like(&self, other: &Self) -> bool {
        let (own, other) = (&self.0, &other.0);
        let is_public = own.public.is_some() && own.public == other.public;
        is_public && (own.algorithm, &own.id, &own.headers) == (other.algorithm, &other.id, &other.headers)
    }

    fn from_public(algorithm: Algorithm, public: &Public) -> Result<Self, KeyError> {
        if !public.is_for(algorithm) {
            return Err(KeyError::new(format!("the key is not one for {algorithm}")));
        }
        let verifier = backend::verifier(algorithm, public)?;
        Ok(Self::assemble(algorithm, verifier, public.thumbprint(), Some(public.required_members())))
    }

    fn assemble(algorithm: Algorithm, verifier: Verifier, id: String, public: Option<String>) -> Self {
        let headers = Typ::WRITTEN.map(|typ| jws::header_segment(algorithm, &id, typ, &[]));
        Self(Arc::new(Prepared { algorithm, verifier, id, public, headers }))
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

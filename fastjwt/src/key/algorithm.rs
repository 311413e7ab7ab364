//! The signature algorithms, and what each of them needs.

use std::{fmt, str::FromStr};

use super::KeyError;

/// A signature algorithm of RFC 7518 section 3 and RFC 8037.
///
/// It belongs to a key and never to a token: a token's `alg` must equal it (RFC 8725 section 3.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Algorithm {
    /// HMAC with SHA-256: one secret of at least 32 bytes signs and verifies.
    HS256,
    /// HMAC with SHA-384, a secret of at least 48 bytes.
    HS384,
    /// HMAC with SHA-512, a secret of at least 64 bytes.
    HS512,
    /// ECDSA on P-256 with SHA-256.
    ///
    /// A nonce that stands twice, or can be guessed, gives the private key away (RFC 8725 section 3.2). Here it is hedged: the
    /// backend's own generator makes it, with a hash of the private key and the message mixed in, so that a bad moment of the
    /// system's randomness does no harm. A configured [`Entropy`](crate::Entropy) has no part in it.
    ES256,
    /// ECDSA on P-384 with SHA-384; the nonce as for [`ES256`](Self::ES256).
    ES384,
    /// Ed25519; written `EdDSA`, and read as `EdDSA` or `Ed25519`. Its nonce follows from key and message.
    EdDSA,
    /// RSASSA-PKCS1-v1_5 with SHA-256, a modulus of 2048 to 8192 bits.
    RS256,
    /// RSASSA-PKCS1-v1_5 with SHA-384, a modulus of 2048 to 8192 bits.
    RS384,
    /// RSASSA-PKCS1-v1_5 with SHA-512, a modulus of 2048 to 8192 bits.
    RS512,
    /// RSASSA-PSS with SHA-256 and a salt of its length, a modulus of 2048 to 8192 bits.
    PS256,
    /// RSASSA-PSS with SHA-384 and a salt of its length, a modulus of 2048 to 8192 bits.
    PS384,
    /// RSASSA-PSS with SHA-512 and a salt of its length, a modulus of 2048 to 8192 bits.
    PS512,
}

/// The kind of key that an algorithm works with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Family {
    /// A secret of at least so many bytes, the length of the hash (RFC 7518 section 3.2).
    Secret {
        shortest: usize,
    },
    P256,
    P384,
    Ed25519,
    Rsa,
}

impl Algorithm {
    /// Every algorithm.
    pub const ALL: &[Self] = &[
        Self::HS256,
        Self::HS384,
        Self::HS512,
        Self::ES256,
        Self::ES384,
        Self::EdDSA,
        Self::RS256,
        Self::RS384,
        Self::RS512,
        Self::PS256,
        Self::PS384,
        Self::PS512,
    ];

    /// The name that stands in a token's header.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::HS256 => "HS256",
            Self::HS384 => "HS384",
            Self::HS512 => "HS512",
            Self::ES256 => "ES256",
            Self::ES384 => "ES384",
            Self::EdDSA => "EdDSA",
            Self::RS256 => "RS256",
            Self::RS384 => "RS384",
            Self::RS512 => "RS512",
            Self::PS256 => "PS256",
            Self::PS384 => "PS384",
            Self::PS512 => "PS512",
        }
    }

    /// Whether a header or a JWK that says `alg` names this algorithm: exactly, with case.
    pub(crate) fn is_named(self, alg: &str) -> bool {
        alg == self.as_str() || (self == Self::EdDSA && alg == "Ed25519")
    }

    /// Whether one secret signs and verifies.
    pub(crate) const fn is_symmetric(self) -> bool {
        matches!(self.family(), Family::Secret { .. })
    }

    pub(crate) const fn family(self) -> Family {
        match self {
            Self::HS256 => Family::Secret { shortest: 32 },
            Self::HS384 => Family::Secret { shortest: 48 },
            Self::HS512 => Family::Secret { shortest: 64 },
            Self::ES256 => Family::P256,
            Self::ES384 => Family::P384,
            Self::EdDSA => Family::Ed25519,
            Self::RS256 | Self::RS384 | Self::RS512 | Self::PS256 | Self::PS384 | Self::PS512 => Family::Rsa,
        }
    }
}

impl fmt::Display for Algorithm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Reads the name as it stands in a header; `Ed25519` is `EdDSA`.
impl FromStr for Algorithm {
    type Err = KeyError;

    fn from_str(name: &str) -> Result<Self, KeyError> {
        Self::ALL.iter().copied().find(|algorithm| algorithm.is_named(name)).ok_or_else(|| {
            let names: Vec<_> = Self::ALL.iter().map(|algorithm| algorithm.as_str()).collect();
            KeyError::new(format!("the algorithm is unknown: it must be one of {}", names.join(", ")))
        })
    }
}

//! Where random bytes come from: a value of the configuration, as the time is.

use std::{fmt, sync::Arc};

use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};

/// A source of unpredictable bytes, for token ids and csrf values.
///
/// The system's, a CSPRNG seeded and reseeded by the operating system, is the default. Give another one to
/// [`Builder::entropy`](crate::Builder::entropy) only in tests or where an HSM must be asked: whoever can predict it can
/// predict token ids.
pub trait Entropy: Send + Sync {
    /// Fills all of `bytes`.
    ///
    /// # Errors
    /// [`OutOfEntropy`] if it can't; the token is then not issued.
    fn fill(&self, bytes: &mut [u8]) -> Result<(), OutOfEntropy>;
}

/// The source of randomness had no bytes to give.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OutOfEntropy;

impl fmt::Display for OutOfEntropy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the source of randomness failed")
    }
}

impl std::error::Error for OutOfEntropy {}

/// The operating system's randomness.
#[derive(Debug, Clone, Copy)]
pub(crate) struct SystemEntropy;

impl Entropy for SystemEntropy {
    fn fill(&self, bytes: &mut [u8]) -> Result<(), OutOfEntropy> {
        #[expect(clippy::disallowed_methods, reason = "the one place that reads the system's randomness")]
        aws_lc_rs::rand::fill(bytes).map_err(|_| OutOfEntropy)
    }
}

/// The configured source.
#[derive(Clone)]
pub(crate) struct EntropyChoice(pub(crate) Arc<dyn Entropy>);

impl Default for EntropyChoice {
    fn default() -> Self {
        Self(Arc::new(SystemEntropy))
    }
}

impl fmt::Debug for EntropyChoice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Entropy")
    }
}

/// 128 random bits as base64url text, on the stack: a token's `jti` (RFC 7519 section 4.1.7), or its csrf value.
pub(crate) struct RandomId([u8; Self::LENGTH]);

impl RandomId {
    const BYTES: usize = 16;
    const LENGTH: usize = 22;

    pub(crate) fn new(entropy: &dyn Entropy) -> Result<Self, OutOfEntropy> {
        let mut bytes = [0; Self::BYTES];
        entropy.fill(&mut bytes)?;
        let mut text = [0; Self::LENGTH];
        match BASE64_URL_SAFE_NO_PAD.encode_slice(bytes, &mut text) {
            Ok(Self::LENGTH) => Ok(Self(text)),
            _ => Err(OutOfEntropy),
        }
    }

    pub(crate) fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or_default()
    }
}

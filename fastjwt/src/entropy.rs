//! Where random bytes come from: a value of the configuration, as the time is.

use std::{cell::RefCell, fmt, sync::Arc};

use zeroize::Zeroize as _;

/// A source of unpredictable bytes, for token ids and csrf values.
///
/// The system's, a CSPRNG seeded and reseeded by the operating system, is the default. Give another one to
/// [`Builder::entropy`](crate::Builder::entropy) only in tests or where an HSM must be asked: whoever can predict it can
/// predict token ids.
///
/// A thread asks for 512 bytes at a time and gives them out one id after the other, which a fork of the process ends. A virtual machine that
/// is copied while the process runs (a snapshot that is started twice) copies those that are left, too: up to 32 ids a thread are then
/// made twice. Start the process behind the snapshot, or give a source here that asks the system each time.
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
    /// What an id needs comes out of the thread's reserve, since asking for it costs half as much as a signature; keys are asked
    /// for by themselves.
    fn fill(&self, bytes: &mut [u8]) -> Result<(), OutOfEntropy> {
        if bytes.len() > RandomId::BYTES {
            return ask_system(bytes);
        }
        // A thread that is about to end has no reserve any more.
        RESERVE
            .try_with(|reserve| match reserve.try_borrow_mut() {
                Ok(mut reserve) => reserve.take(bytes),
                Err(_) => ask_system(bytes),
            })
            .unwrap_or_else(|_| ask_system(bytes))
    }
}

fn ask_system(bytes: &mut [u8]) -> Result<(), OutOfEntropy> {
    #[expect(clippy::disallowed_methods, reason = "the one place that reads the system's randomness")]
    aws_lc_rs::rand::fill(bytes).map_err(|_| OutOfEntropy)
}

thread_local! {
    static RESERVE: RefCell<Reserve> = const { RefCell::new(Reserve::EMPTY) };
}

/// Random bytes of a thread, each given out once and wiped then; those that are left are wiped when the thread ends.
struct Reserve {
    bytes: [u8; Self::SIZE],
    used: usize,
    /// A process that was forked has a copy of the bytes, and must not give out the same.
    forks: Option<forkguard::Guard>,
}

impl Reserve {
    const SIZE: usize = 32 * RandomId::BYTES;
    const EMPTY: Self = Self { bytes: [0; Self::SIZE], used: Self::SIZE, forks: None };

    fn take(&mut self, wanted: &mut [u8]) -> Result<(), OutOfEntropy> {
        let is_enough = self.used.saturating_add(wanted.len()) <= Self::SIZE;
        let is_ours = self.forks.as_mut().is_some_and(|forks| !forks.detected_fork());
        if !is_enough || !is_ours {
            // Nothing is left to be given out if this fails.
            self.used = Self::SIZE;
            if self.forks.is_none() {
                self.forks = watch_forks();
            }
            if self.forks.is_none() {
                return ask_system(wanted);
            }
            ask_system(&mut self.bytes)?;
            self.used = 0;
        }
        let end = self.used.saturating_add(wanted.len());
        let given = self.bytes.get_mut(self.used..end).ok_or(OutOfEntropy)?;
        wanted.copy_from_slice(given);
        given.zeroize();
        self.used = end;
        Ok(())
    }
}

#[cfg(unix)]
fn watch_forks() -> Option<forkguard::Guard> {
    forkguard::Guard::try_new().ok()
}

/// No process is forked here.
#[cfg(not(unix))]
fn watch_forks() -> Option<forkguard::Guard> {
    Some(forkguard::new())
}

impl Drop for Reserve {
    fn drop(&mut self) {
        self.bytes.zeroize();
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
        Ok(Self(encode(u128::from_be_bytes(bytes))))
    }

    pub(crate) fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or_default()
    }
}

/// base64url without padding, of sixteen bytes: an encoder of any length takes several times as long.
fn encode(bytes: u128) -> [u8; RandomId::LENGTH] {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let mut text = [0; RandomId::LENGTH];
    let mut rest = bytes;
    for character in &mut text {
        // The upper six bits; of the last character, two and four that are not set.
        *character = ALPHABET.get((rest >> 122) as usize).copied().unwrap_or_default();
        rest <<= 6;
    }
    text
}

#[cfg(test)]
mod tests {
    use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};

    use super::encode;

    #[test]
    fn an_id_is_base64url_of_its_bytes() {
        let of_each_bit =
            (0..128).flat_map(|bit| [1_u128 << bit, !(1 << bit), u128::MAX >> bit, 0x0123_4567_89ab_cdef << bit]);
        for number in of_each_bit.chain([0, u128::MAX]) {
            let bytes = number.to_be_bytes();
            assert_eq!(encode(number).as_slice(), BASE64_URL_SAFE_NO_PAD.encode(bytes).as_bytes(), "{number:x}");
        }
    }
}

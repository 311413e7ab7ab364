//! HMAC, by the library that is the quicker one for the algorithm on this processor.

use aws_lc_rs::hmac as lc;
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;

use super::Algorithm;

/// A secret that is prepared: what a hash makes of it, before it has seen a message.
#[derive(Clone)]
#[expect(clippy::large_enum_variant, reason = "a key exists once and stands behind a pointer already")]
pub(in crate::key) enum MacKey {
    /// The one of `hmac`, which copies that state. aws-lc-rs asks for memory for a copy, and takes 1.4 times as long for a token; where
    /// the processor has no instructions for SHA-256, it takes 0.7 of the time.
    Sha256(Hmac<Sha256>),
    /// aws-lc-rs's: what is left to gain for the longer hashes is 5 %.
    Any(lc::Key),
}

impl MacKey {
    pub(super) fn new(algorithm: Algorithm, secret: &[u8]) -> Self {
        if !matches!(algorithm, Algorithm::HS384 | Algorithm::HS512)
            && has_sha256_instructions()
            // A secret of any length will do.
            && let Ok(key) = Hmac::new_from_slice(secret)
        {
            return Self::Sha256(key);
        }
        Self::by_aws_lc(algorithm, secret)
    }

    fn by_aws_lc(algorithm: Algorithm, secret: &[u8]) -> Self {
        let hash = match algorithm {
            Algorithm::HS384 => lc::HMAC_SHA384,
            Algorithm::HS512 => lc::HMAC_SHA512,
            _ => lc::HMAC_SHA256,
        };
        Self::Any(lc::Key::new(hash, secret))
    }

    /// Hands out the tag of a message.
    pub(super) fn tag<T>(&self, message: &[u8], take: impl FnOnce(&[u8]) -> T) -> T {
        match self {
            Self::Sha256(key) => take(&key.clone().chain_update(message).finalize().into_bytes()),
            Self::Any(key) => take(lc::sign(key, message).as_ref()),
        }
    }

    /// Compares in constant time, and refuses another length than the full tag's.
    pub(super) fn verifies(&self, message: &[u8], tag: &[u8]) -> bool {
        match self {
            Self::Sha256(key) => key.clone().chain_update(message).verify_slice(tag).is_ok(),
            Self::Any(key) => lc::verify(key, message, tag).is_ok(),
        }
    }

    /// The length of its tags, in bytes.
    pub(super) fn tag_length(&self) -> usize {
        match self {
            Self::Sha256(_) => lc::HMAC_SHA256.tag_len(),
            Self::Any(key) => key.algorithm().tag_len(),
        }
    }
}

fn has_sha256_instructions() -> bool {
    #[cfg(target_arch = "x86_64")]
    return std::arch::is_x86_feature_detected!("sha") && std::arch::is_x86_feature_detected!("sse4.1");
    #[cfg(target_arch = "aarch64")]
    return std::arch::is_aarch64_feature_detected!("sha2");
    #[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64")))]
    return false;
}

#[cfg(test)]
mod tests {
    use hmac::{Hmac, KeyInit as _};
    use proptest::prelude::*;

    use super::{Algorithm, MacKey};

    fn both(secret: &[u8]) -> [MacKey; 2] {
        let copied = Hmac::new_from_slice(secret).map(MacKey::Sha256);
        [copied.unwrap_or_else(|_| unreachable!("any length will do")), MacKey::by_aws_lc(Algorithm::HS256, secret)]
    }

    proptest! {
        /// Which one a processor gets makes no difference to its tokens.
        #[test]
        fn both_libraries_make_the_same_tags_and_take_no_other(
            secret in prop::collection::vec(any::<u8>(), 1..200),
            message in prop::collection::vec(any::<u8>(), 0..2000),
            wrong in any::<prop::sample::Index>(),
            bit in 0_u32..8,
        ) {
            let [one, other] = both(&secret);
            let tag = one.tag(&message, <[u8]>::to_vec);
            prop_assert_eq!(&tag, &other.tag(&message, <[u8]>::to_vec));
            let mut forged = tag.clone();
            let at = wrong.index(forged.len());
            for byte in forged.iter_mut().skip(at).take(1) {
                *byte ^= 1_u8 << bit;
            }
            for key in [one, other] {
                prop_assert_eq!(key.tag_length(), tag.len());
                prop_assert!(key.verifies(&message, &tag));
                prop_assert!(!key.verifies(&message, &forged));
                prop_assert!(!key.verifies(&message, tag.get(..at).unwrap_or_default()));
                prop_assert!(!key.verifies(&message, &[tag.as_slice(), &[0]].concat()));
                // The copy of the state leaves the key as it was.
                prop_assert!(key.verifies(&message, &tag));
            }
        }
    }
}

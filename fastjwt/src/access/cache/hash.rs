//! Which sets of the cache are a token's: a hash of the end of its signature, with a seed.
//!
//! A cryptographic hash would take a fifth of a hit, and nobody gains by doing without one. To look something up changes nothing. What is
//! kept was verified first, so that its signature is what a key made of it: who has no key chooses no bit of it, and who has
//! tokens by the thousand does not know the seed, and so not which of them share a set. Did somebody know, two sets of bounded size
//! would hold their tokens, and the other tokens of these would be verified again.

use std::hash::{BuildHasher as _, RandomState};

/// So many characters at the end of a token are looked at: nearly 96 bits of the signature.
pub(super) const HASHED: usize = 16;

pub(super) struct Seed([u64; 3]);

impl Seed {
    pub(super) fn new() -> Self {
        let random = RandomState::new();
        Self([random.hash_one(1), random.hash_one(2), random.hash_one(3) | 1])
    }

    #[inline]
    pub(super) fn hash(&self, token: &[u8]) -> u64 {
        // A shorter text is no token that was ever kept.
        let end: [u8; HASHED] = token.last_chunk().copied().unwrap_or_default();
        let ([first, second], []) = end.as_chunks::<8>() else { return 0 };
        let Self([one, two, three]) = *self;
        let both = fold(u64::from_ne_bytes(*first) ^ one, u64::from_ne_bytes(*second) ^ two);
        fold(both, three)
    }
}

/// Both halves of the product: every bit of the factors reaches most of them.
#[inline]
fn fold(one: u64, other: u64) -> u64 {
    let product = u128::from(one).wrapping_mul(u128::from(other));
    let [low, high] =
        [product & u128::from(u64::MAX), product >> 64].map(|half| u64::try_from(half).unwrap_or_default());
    low ^ high
}

#[cfg(test)]
mod tests {
    use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};

    use super::Seed;

    #[test]
    fn tokens_are_spread_evenly_however_little_their_ends_differ() {
        for _ in 0..20 {
            let seed = Seed::new();
            let hash = |number: u32| {
                let mut signature = [0; 32];
                signature[28..].copy_from_slice(&number.to_be_bytes());
                seed.hash(format!("h.p.{}", BASE64_URL_SAFE_NO_PAD.encode(signature)).as_bytes())
            };
            let mut sets = [0_u32; 64];
            for number in 0..6400 {
                if let Some(count) = usize::try_from(hash(number) >> 58).ok().and_then(|set| sets.get_mut(set)) {
                    *count += 1;
                }
            }
            // A hundred each; ten is the standard deviation.
            assert!(sets.iter().all(|count| (40..180).contains(count)), "{sets:?}");
        }
    }

    #[test]
    fn each_instance_spreads_them_in_its_own_way() {
        let token = b"header.payload.signature-of-some-length";
        assert_ne!(Seed::new().hash(token), Seed::new().hash(token));
    }
}

//! The options of the cache of verified tokens.

use super::{Builder, ConfigFault};
use crate::{Realm, access::cache::Cache};

const LEAST_ENTRIES: usize = 64;
const MOST_ENTRIES: usize = 16_777_216;
const BYTES: usize = 64 * 1024 * 1024;
/// With less, a set would not hold one token of the largest usual size.
const LEAST_BYTES_OF_AN_ENTRY: usize = 512;
const LEAST_BYTES: usize = 64 * 1024;
/// What most tokens need less than.
const USUAL_BYTES_OF_AN_ENTRY: usize = 4 * 1024;

/// What was given; nothing but the number of entries switches the cache on.
#[derive(Default)]
pub(super) struct CacheOptions {
    entries: Option<usize>,
    bytes: Option<usize>,
}

/// The cache of verified tokens, for services that see the same tokens again and again.
impl<R: Realm> Builder<R> {
    /// Keeps what the signature and the text of so many tokens came to, 64 to 16777216, so that one that comes again is not
    /// verified again: with elliptic curves that is nearly all that a request costs. Zero, as without this, keeps none.
    ///
    /// Nothing else is kept. Whether the key is still there, the token's times, issuer, audience and session, and what a route
    /// demands are judged for every request, and the answers are those that are given without a cache. Refused tokens are not
    /// kept. A stream of good tokens that come once does not push out those that come again, however large they are.
    ///
    /// Threads that are shown one and the same token at once wait for one another, some hundred nanoseconds each.
    ///
    /// Claims that are read by code of yours (`deserialize_with`, a `Deserialize` written by hand) are read once: they must depend on nothing
    /// but the token.
    ///
    /// Twice as many entries as tokens are alive at a time serve all of them but a few in a million. The tokens stand in the process's
    /// memory; about 50 bytes an entry are taken at once.
    ///
    /// ```
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// use fastjwt::{Algorithm, FastJwt, SigningKey};
    ///
    /// let jwt = FastJwt::builder().key(SigningKey::generate(Algorithm::ES256)?).token_cache_entries(10_000).build()?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn token_cache_entries(mut self, entries: usize) -> Self {
        self.cache.entries = Some(entries);
        self
    }

    /// How many bytes of memory the kept tokens may take, at least 65536 and 512 for each entry; if it is not given, 64 MiB or 4 KiB
    /// for each entry, whichever is more.
    ///
    /// A token with a dozen claims counts as some 4 KiB, most of it for the claims as a handler has them, and those once more for
    /// each further type as which doors read them. What is counted is the most that they can come to, whoever chose them: an
    /// object within the claims counts as 700 bytes, a list as 160. Every sixteen entries have the same share of the bytes: a
    /// token that is larger than such a share is verified each time.
    pub fn token_cache_bytes(mut self, bytes: usize) -> Self {
        self.cache.bytes = Some(bytes);
        self
    }
}

impl CacheOptions {
    pub(super) fn check(&self, faults: &mut Vec<ConfigFault>) -> Option<Cache> {
        let entries = self.entries.unwrap_or_default();
        if entries != 0 && !(LEAST_ENTRIES..=MOST_ENTRIES).contains(&entries) {
            let message = format!("{entries}: it must be {LEAST_ENTRIES} to {MOST_ENTRIES}, or 0 for no cache");
            faults.push(ConfigFault::new("token_cache_entries", message));
            return None;
        }
        let least = entries.saturating_mul(LEAST_BYTES_OF_AN_ENTRY).max(LEAST_BYTES);
        let bytes = self.bytes.unwrap_or_else(|| entries.saturating_mul(USUAL_BYTES_OF_AN_ENTRY).max(BYTES));
        let wrong = if self.bytes.is_some() && entries == 0 {
            Some("there is no cache: give `token_cache_entries`, too".to_owned())
        } else if bytes < least {
            Some(format!("{bytes} bytes: it must be at least {least} for {entries} entries"))
        } else {
            None
        };
        if let Some(message) = wrong {
            faults.push(ConfigFault::new("token_cache_bytes", message));
            return None;
        }
        (entries != 0).then(|| Cache::new(entries, bytes))
    }
}

//! How large the JWK set is: who watches is told of it while there is time to change something.

use super::KeySet;
use crate::NumericDate;

/// The longest JWK set that is read of an issuer, in bytes: hundreds of keys. What is served to others is measured by it, too.
pub(crate) const MOST_SET_SIZE: usize = 50 * 1024;

/// Half, so that there is as much time left as it took to come here.
const LARGE: usize = MOST_SET_SIZE / 2;

impl KeySet {
    /// The public keys that are still good for something, as a JWK set (RFC 7517 section 5).
    pub(crate) fn jwks(&self, now: NumericDate) -> String {
        let keys: Vec<String> = self.entries(now).filter_map(|entry| entry.verifying.public_jwk()).collect();
        format!(r#"{{"keys":[{}]}}"#, keys.join(","))
    }
}

/// Whether the set was large when it was last looked at.
#[derive(Default)]
pub(super) struct Size {
    is_large: bool,
}

impl Size {
    /// Looks at the set that is there now; `Some` of its size if it has become large since.
    pub(super) fn grown(&mut self, set: &KeySet, now: NumericDate) -> Option<usize> {
        let size = set.jwks(now).len();
        let was_large = std::mem::replace(&mut self.is_large, size > LARGE);
        (self.is_large && !was_large).then_some(size)
    }
}

pub(super) fn tell(realm: &str, bytes: usize) {
    tracing::warn!(
        target: "fastjwt", event = "key_set_large", realm, bytes, most = MOST_SET_SIZE,
        "the JWK set is becoming larger than verifiers read: retired keys stay too long for how often a new one comes"
    );
}

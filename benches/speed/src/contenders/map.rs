//! The floor of a cache, written out: what any has to do that keeps whole tokens.

use std::{
    collections::HashMap,
    hash::{BuildHasherDefault, Hasher},
    sync::{Arc, Mutex, PoisonError},
};

use super::Floor;
use crate::{
    keys::Key,
    payload::{Flat, now},
};

/// A map behind a lock that finds a token by a hash of its end, compares all of it, and looks at its expiry. It demands nothing else, grows
/// without bounds, and who knows its hash aims at it.
pub struct Map {
    verified: Mutex<HashMap<Box<str>, Arc<Flat>, BuildHasherDefault<End>>>,
    floor: Floor,
}

impl Map {
    /// An empty one with room for so many tokens of this key.
    #[must_use]
    pub fn new(key: &Key, tokens: usize) -> Self {
        let verified = HashMap::with_capacity_and_hasher(tokens, BuildHasherDefault::default());
        Self { verified: Mutex::new(verified), floor: Floor::new(key) }
    }

    /// The claims of a token, which is kept, if it is good.
    #[must_use]
    pub fn verify(&self, token: &str) -> Option<Arc<Flat>> {
        let mut verified = self.verified.lock().unwrap_or_else(PoisonError::into_inner);
        let claims = if let Some(claims) = verified.get(token) {
            Arc::clone(claims)
        } else {
            let claims = Arc::new(self.floor.verify(token)?);
            verified.insert(token.into(), Arc::clone(&claims));
            claims
        };
        (now() < claims.exp).then_some(claims)
    }
}

/// Hashes the last eight bytes of a text.
#[derive(Default)]
struct End(u64);

impl Hasher for End {
    fn write(&mut self, text: &[u8]) {
        // Behind a text comes a byte that only marks its end.
        if let Some(end) = text.last_chunk() {
            self.0 = u64::from_ne_bytes(*end).wrapping_mul(0x9E37_79B9_7F4A_7C15).rotate_left(32);
        }
    }

    fn finish(&self) -> u64 {
        self.0
    }
}

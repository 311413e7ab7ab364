//! The cache of verified tokens: for a token that comes again, what its signature and its text came to the first time.
//!
//! That outcome depends on the token's bytes and on one key, and nothing else is kept: whether the key is still there, times, sessions
//! and everything that a policy demands are judged on every hit, as if there were no cache. Issuer and audience are, too, where a door
//! has its own; the configured ones don't change, no more than the token does. What was refused is not kept, so that forged tokens take
//! no room.
//!
//! The room is divided into sets of sixteen places. A token has two of them, which its hash tells: it goes into the second where the first
//! is full, so that hardly a token is without a place while half of them are free. No set grows, and none waits for another.

mod hash;
mod set;
#[cfg(test)]
mod tests;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use self::{
    hash::Seed,
    set::{More, Newcomer, Place, Set, WAYS},
};
use super::held::{AnyHeld, Known};
use crate::{Claims, NumericDate, VerifyingKey};

/// What a place costs beside its token and the claims, about.
const OVERHEAD: usize = 128;

pub(crate) struct Cache {
    sets: Box<[Locked]>,
    /// The bytes that a set may hold.
    set_bytes: usize,
    /// Differs from instance to instance, so that nobody can aim at a set.
    seed: Seed,
}

/// The lock lies in the same line of memory as that with which a search begins.
#[derive(Default)]
#[repr(align(64))]
struct Locked(Mutex<Set>);

/// What the cache knows of a token beside what was signed.
pub(super) struct Kept {
    /// The token's.
    hash: u64,
    /// The length of the header segment.
    header: usize,
    pub(super) key: VerifyingKey,
}

impl Kept {
    /// Whether its token has this hash.
    #[inline]
    pub(super) fn has_hash(&self, hash: u64) -> bool {
        self.hash == hash
    }

    /// The header segment of its token.
    pub(super) fn header<'t>(&self, token: &'t [u8]) -> &'t [u8] {
        token.get(..self.header).unwrap_or_default()
    }
}

/// Who asks for a token, and so what is read of it next.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Reader {
    /// Will most likely ask for the subject.
    Handler,
    /// May ask for nothing but whether the token is good.
    Anybody,
}

impl Cache {
    /// Room for so many tokens, at least [`WAYS`], and for so many bytes.
    pub(crate) fn new(entries: usize, bytes: usize) -> Self {
        let sets = (entries / WAYS).max(1);
        Self {
            sets: std::iter::repeat_with(Locked::default).take(sets).collect(),
            set_bytes: bytes / sets,
            seed: Seed::new(),
        }
    }

    /// What is known of this very token.
    #[inline]
    pub(super) fn find<C: Claims>(&self, token: &[u8], reader: Reader) -> Option<Known<C>> {
        let hash = self.seed.hash(token);
        self.sets(hash).find_map(|mut set| set.find(hash, token, reader))
    }

    /// By what a token is known that is to be kept: its header segment, of this length, and whose signature it has.
    pub(super) fn known_by(&self, token: &[u8], header: usize, key: VerifyingKey) -> Kept {
        Kept { hash: self.seed.hash(token), header, key }
    }

    /// Keeps what a token came to, if it fits.
    pub(super) fn keep(&self, token: &[u8], held: Arc<dyn AnyHeld>, now: NumericDate) {
        let Some(hash) = hash_of(&held) else { return };
        let parts = [token.len(), held.signed().json().len(), held.size()];
        let size = parts.into_iter().fold(OVERHEAD, usize::saturating_add);
        if size <= self.set_bytes {
            let (place, more) = (Place { token: token.into(), held }, Box::new(More { others: Vec::new(), size }));
            self.place(Newcomer { hash, place, more }, now);
        }
    }

    /// Two threads that keep the same token at once may give it two places, which takes room and does no harm.
    fn place(&self, newcomer: Newcomer, now: NumericDate) {
        let hash = newcomer.hash;
        self.remove(hash, |other| other.token == newcomer.place.token);
        let mut homeless = Some(newcomer);
        for mut set in self.sets(hash) {
            homeless = homeless.and_then(|newcomer| set.put(newcomer, self.set_bytes).err());
        }
        let Some(newcomer) = homeless else { return };
        // Both are full: a place is taken where it is missed the least.
        let least = homes(hash).into_iter().min_by_key(|home| self.set(*home).and_then(|set| set.least(now)));
        let Some(mut set) = least.and_then(|home| self.set(home)) else { return };
        let gone = set.make_room(newcomer.more.size, self.set_bytes, now);
        let refused = set.put(newcomer, self.set_bytes);
        drop(set);
        drop((gone, refused));
    }

    /// The claims of a token as another type than those that it was kept with, if it was read so.
    pub(super) fn find_other<T: AnyHeld>(&self, held: &Arc<dyn AnyHeld>) -> Option<Arc<T>> {
        let first = held.first();
        self.sets(hash_of(first)?).find_map(|mut set| set.find_other(first))
    }

    /// Keeps the claims of a token as another type, too, if they fit.
    pub(super) fn keep_other(&self, held: &Arc<dyn AnyHeld>, other: Arc<dyn AnyHeld>) {
        let first = held.first();
        let Some(hash) = hash_of(first) else { return };
        // It may have lost its place since it was found, and has none then that could grow.
        let mut other = Some(other);
        for mut set in self.sets(hash) {
            other = other.and_then(|other| set.grow(first, other, self.set_bytes).err());
        }
    }

    /// Forgets a token, whose key is not there any more.
    pub(super) fn forget(&self, held: &Arc<dyn AnyHeld>) {
        let first = held.first();
        if let Some(hash) = hash_of(first) {
            self.remove(hash, |place| place.is_of(first));
        }
    }

    fn remove(&self, hash: u64, is_it: impl Fn(&Place) -> bool) {
        for mut set in self.sets(hash) {
            let gone = set.take_where(&is_it);
            // A lock is never held while claims end, which are the service's own type.
            drop(set);
            drop(gone);
        }
    }

    /// Both sets of a token; one of them is locked at a time.
    fn sets(&self, hash: u64) -> impl Iterator<Item = MutexGuard<'_, Set>> {
        homes(hash).into_iter().filter_map(|home| self.set(home))
    }

    #[inline]
    fn set(&self, home: u64) -> Option<MutexGuard<'_, Set>> {
        // The upper half of the product is evenly spread below the number of sets, whatever that number is.
        let index = (u128::from(home) * self.sets.len() as u128) >> 64;
        let Locked(set) = self.sets.get(usize::try_from(index).ok()?)?;
        // Nothing in it can be half done.
        Some(set.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// The hash of a token that was to be kept.
fn hash_of(held: &Arc<dyn AnyHeld>) -> Option<u64> {
    held.signed().kept.as_ref().map(|kept| kept.hash)
}

/// Where the sets of a token are, as shares of all of them: the upper bits count.
fn homes(hash: u64) -> [u64; 2] {
    [hash, hash.rotate_left(32)]
}

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
mod readings;
mod set;
#[cfg(test)]
mod tests;

use std::{
    any::Any,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use self::{
    hash::Seed,
    readings::Readings,
    set::{Place, Set, WAYS},
};
use super::provenance::Basis;
use crate::{NumericDate, VerifyingKey};

/// What a place costs beside the token's and the payload's bytes, about.
const OVERHEAD: usize = 768;

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

/// What a token came to whose signature was right. What every hit asks for stands first, so that it waits for as little memory as
/// can be.
#[repr(C)]
pub(super) struct Entry {
    /// The token's.
    hash: u64,
    pub(super) readings: Readings,
    pub(super) basis: Basis,
    /// Whether issuer and audience are those that are configured: neither they nor the configuration change.
    pub(super) is_as_configured: bool,
    exp: NumericDate,
    /// The length of the header segment.
    header: usize,
    pub(super) json: Vec<u8>,
    pub(super) key: VerifyingKey,
}

impl Entry {
    /// The header segment of its token.
    pub(super) fn header<'t>(&self, token: &'t [u8]) -> &'t [u8] {
        token.get(..self.header).unwrap_or_default()
    }

    /// About how many bytes of memory its claims take, of each type as which they are read: as much as their text.
    fn reading_size(&self) -> usize {
        self.json.capacity()
    }
}

/// What was found out about a token, to be kept.
pub(super) struct Outcome {
    /// The length of the header segment.
    pub(super) header: usize,
    pub(super) json: Vec<u8>,
    pub(super) key: VerifyingKey,
    pub(super) basis: Basis,
    pub(super) exp: NumericDate,
    pub(super) is_as_configured: bool,
    /// The `Arc<RegisteredClaims<C>>` of the door that verified.
    pub(super) claims: Arc<dyn Any + Send + Sync>,
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
    pub(super) fn find(&self, token: &[u8]) -> Option<Arc<Entry>> {
        let hash = self.seed.hash(token);
        self.sets(hash).find_map(|mut set| set.find(hash, token))
    }

    /// Keeps what a token came to, if it fits.
    pub(super) fn keep(&self, token: &[u8], outcome: Outcome, now: NumericDate) -> Arc<Entry> {
        let hash = self.seed.hash(token);
        let Outcome { header, json, key, basis, exp, is_as_configured, claims } = outcome;
        let readings = Readings::new(claims);
        let entry = Arc::new(Entry { hash, readings, basis, is_as_configured, exp, header, json, key });
        let size = [token.len(), entry.json.capacity(), entry.reading_size()];
        let size = size.into_iter().fold(OVERHEAD, usize::saturating_add);
        if size <= self.set_bytes {
            self.place(hash, Place { token: token.into(), entry: Arc::clone(&entry), size }, now);
        }
        entry
    }

    /// Two threads that keep the same token at once may give it two places, which takes room and does no harm.
    fn place(&self, hash: u64, place: Place, now: NumericDate) {
        self.sets(hash).for_each(|mut set| set.drop_where(|other| other.token == place.token));
        let mut homeless = Some(place);
        for mut set in self.sets(hash) {
            homeless = homeless.and_then(|place| set.put(hash, place, self.set_bytes).err());
        }
        let Some(mut place) = homeless else { return };
        // Both are full: a place is taken where it is missed the least.
        let least = homes(hash).into_iter().min_by_key(|home| self.set(*home).and_then(|set| set.least(now)));
        let Some(mut set) = least.and_then(|home| self.set(home)) else { return };
        while let Err(back) = set.put(hash, place, self.set_bytes) {
            place = back;
            if !set.make_room(now) {
                return;
            }
        }
    }

    /// Keeps the claims of a token as another type, too, if they fit.
    pub(super) fn keep_reading(&self, entry: &Entry, claims: Arc<dyn Any + Send + Sync>) {
        if !entry.readings.has_room() {
            return;
        }
        // It may have lost its place since it was found, and has none then that could grow.
        let size = entry.reading_size();
        if self.sets(entry.hash).any(|mut set| set.grow(entry, size, self.set_bytes)) {
            entry.readings.add(claims);
        }
    }

    /// Forgets a token, whose key is not there any more.
    pub(super) fn forget(&self, entry: &Entry) {
        self.sets(entry.hash).for_each(|mut set| set.drop_where(|place| place.is_of(entry)));
    }

    /// Both sets of a token; one of them is locked at a time.
    fn sets(&self, hash: u64) -> impl Iterator<Item = MutexGuard<'_, Set>> {
        homes(hash).into_iter().filter_map(|home| self.set(home))
    }

    fn set(&self, home: u64) -> Option<MutexGuard<'_, Set>> {
        // The upper half of the product is evenly spread below the number of sets, whatever that number is.
        let index = (u128::from(home) * self.sets.len() as u128) >> 64;
        let Locked(set) = self.sets.get(usize::try_from(index).ok()?)?;
        // Nothing in it can be half done.
        Some(set.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// Where the sets of a token are, as shares of all of them: the upper bits count.
fn homes(hash: u64) -> [u64; 2] {
    [hash, hash.rotate_left(32)]
}

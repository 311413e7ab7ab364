//! The cache of verified tokens: for a token that comes again, what its signature and its text came to the first time.
//!
//! That outcome depends on the token's bytes and on one key, and nothing else is kept: whether the key is still there, times,
//! issuer, audience, sessions and everything that a policy demands are judged on every hit, as if there were no cache. What was
//! refused is not kept, so that forged tokens take no room.
//!
//! The room is divided into sets of sixteen places, and a token's hash says which set is its own: no set grows, and none waits for
//! another. A newcomer takes the place of a token that has ended or that nobody has asked for again, so that a stream of tokens
//! that come once passes through one place of each set and leaves the others alone.

use std::{
    any::Any,
    hash::{BuildHasher as _, Hasher as _, RandomState},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use super::provenance::Basis;
use crate::NumericDate;

/// The places of a set.
const WAYS: usize = 16;

/// How often a token's being asked for counts.
const MOST_USES: u8 = 3;

/// So many characters at the end of a token find its set: 144 bits of the signature, which differ from token to token and which
/// nobody guesses.
const HASHED: usize = 24;

/// What a place costs beside the token's and the payload's bytes, about.
const OVERHEAD: usize = 768;

pub(crate) struct Cache {
    sets: Box<[Mutex<Set>]>,
    /// The bytes that a set may hold.
    set_bytes: usize,
    /// Differs from instance to instance, so that nobody can aim at a set.
    seed: RandomState,
}

/// A token whose signature was right.
pub(super) struct Entry {
    token: Box<str>,
    header: usize,
    pub(super) json: Vec<u8>,
    pub(super) basis: Basis,
    exp: NumericDate,
    /// The `Arc<RegisteredClaims<C>>` of the door that verified.
    pub(super) claims: Arc<dyn Any + Send + Sync>,
}

impl Entry {
    pub(super) fn new(
        token: &str,
        header: usize,
        json: Vec<u8>,
        basis: Basis,
        exp: NumericDate,
        claims: Arc<dyn Any + Send + Sync>,
    ) -> Self {
        Self { token: token.into(), header, json, basis, exp, claims }
    }

    /// The header segment.
    pub(super) fn header(&self) -> &str {
        self.token.get(..self.header).unwrap_or_default()
    }

    /// About how many bytes of memory it takes: claims own about as much as their text has.
    fn size(&self) -> usize {
        self.token.len().saturating_add(self.json.capacity().saturating_mul(2)).saturating_add(OVERHEAD)
    }
}

#[derive(Default)]
struct Set {
    places: [Option<Place>; WAYS],
    bytes: usize,
    /// Where the search for a place begins, so that of equals the one goes that came first.
    hand: usize,
}

struct Place {
    hash: u64,
    entry: Arc<Entry>,
    uses: u8,
}

impl Cache {
    /// Room for so many tokens, at least [`WAYS`], and for so many bytes.
    pub(crate) fn new(entries: usize, bytes: usize) -> Self {
        let sets = (entries / WAYS).max(1);
        Self {
            sets: std::iter::repeat_with(Mutex::default).take(sets).collect(),
            set_bytes: bytes / sets,
            seed: RandomState::new(),
        }
    }

    /// What is known of this very token.
    pub(super) fn find(&self, token: &str) -> Option<Arc<Entry>> {
        let hash = self.hash(token);
        let mut set = self.set(hash)?;
        // Who has not made the right signature learns nothing from how long the comparison of the whole takes, since the hash of
        // another one differs.
        let is_it = |place: &&mut Place| place.hash == hash && *place.entry.token == *token;
        let place = set.places.iter_mut().flatten().find(is_it)?;
        place.uses = place.uses.saturating_add(1).min(MOST_USES);
        Some(Arc::clone(&place.entry))
    }

    /// Keeps what a token came to, if it fits.
    pub(super) fn keep(&self, entry: Arc<Entry>, now: NumericDate) {
        let (hash, size) = (self.hash(&entry.token), entry.size());
        let Some(mut set) = self.set(hash) else { return };
        set.drop_where(|place| place.hash == hash && place.entry.token == entry.token);
        if size > self.set_bytes {
            return;
        }
        while !set.has_room(size, self.set_bytes) {
            if !set.make_room(now) {
                return;
            }
        }
        set.bytes = set.bytes.saturating_add(size);
        if let Some(free) = set.places.iter_mut().find(|place| place.is_none()) {
            *free = Some(Place { hash, entry, uses: 0 });
        }
    }

    /// Forgets a token, whose key is not there any more.
    pub(super) fn forget(&self, entry: &Arc<Entry>) {
        if let Some(mut set) = self.set(self.hash(&entry.token)) {
            set.drop_where(|place| Arc::ptr_eq(&place.entry, entry));
        }
    }

    fn hash(&self, token: &str) -> u64 {
        // A shorter text is no token that was ever kept.
        let end: [u8; HASHED] = token.as_bytes().last_chunk().copied().unwrap_or_default();
        let (words, _) = end.as_chunks::<8>();
        let mut hasher = self.seed.build_hasher();
        for word in words {
            hasher.write_u64(u64::from_ne_bytes(*word));
        }
        hasher.finish()
    }

    fn set(&self, hash: u64) -> Option<MutexGuard<'_, Set>> {
        // The upper half of the product is evenly spread below the number of sets, whatever that number is.
        let index = (u128::from(hash) * self.sets.len() as u128) >> 64;
        let set = self.sets.get(usize::try_from(index).ok()?)?;
        // Nothing in it can be half done.
        Some(set.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Set {
    fn has_room(&self, size: usize, most_bytes: usize) -> bool {
        self.bytes.saturating_add(size) <= most_bytes && self.places.iter().any(Option::is_none)
    }

    /// Empties one place: of a token that has ended, or that was asked for the least. `false` if all are empty.
    fn make_room(&mut self, now: NumericDate) -> bool {
        let order = || (0..WAYS).map(|step| (self.hand + step) % WAYS);
        let place = |index: usize| self.places.get(index).and_then(Option::as_ref).map(|place| (index, place));
        let ended = order().filter_map(place).find(|(_, place)| place.entry.exp <= now);
        let Some((index, uses)) = ended.map(|(index, _)| (index, 0)).or_else(|| {
            order().filter_map(place).map(|(index, place)| (index, place.uses)).min_by_key(|(_, uses)| *uses)
        }) else {
            return false;
        };
        // All have been asked for again: from now on that counts less.
        for place in self.places.iter_mut().flatten().filter(|_| uses > 0) {
            place.uses = place.uses.saturating_sub(1);
        }
        self.hand = (index + 1) % WAYS;
        self.empty(index);
        true
    }

    fn drop_where(&mut self, is_it: impl Fn(&Place) -> bool) {
        if let Some(index) = self.places.iter().position(|place| place.as_ref().is_some_and(&is_it)) {
            self.empty(index);
        }
    }

    fn empty(&mut self, index: usize) {
        if let Some(place) = self.places.get_mut(index).and_then(Option::take) {
            self.bytes = self.bytes.saturating_sub(place.entry.size());
        }
    }
}

#[cfg(test)]
mod tests;

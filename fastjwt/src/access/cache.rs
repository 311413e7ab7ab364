//! The cache of verified tokens: for a token that comes again, what its signature and its text came to the first time.
//!
//! That outcome depends on the token's bytes and on one key, and nothing else is kept: whether the key is still there, times,
//! issuer, audience, sessions and everything that a policy demands are judged on every hit, as if there were no cache. What was
//! refused is not kept, so that forged tokens take no room.
//!
//! The room is divided into sets of sixteen places, and a token's hash says which set is its own: no set grows, and none waits for
//! another. A newcomer takes the place of a token that has ended or that nobody has asked for again, so that a stream of tokens
//! that come once passes through one place of each set and leaves the others alone.

mod hash;
mod readings;
#[cfg(test)]
mod tests;

use std::{
    any::Any,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use self::{hash::Seed, readings::Readings};
use super::provenance::Basis;
use crate::{NumericDate, VerifyingKey};

/// The places of a set.
const WAYS: usize = 16;

/// How often a token's being asked for counts.
const MOST_USES: u8 = 3;

/// What a place costs beside the token's and the payload's bytes, about.
const OVERHEAD: usize = 768;

pub(crate) struct Cache {
    sets: Box<[Mutex<Set>]>,
    /// The bytes that a set may hold.
    set_bytes: usize,
    /// Differs from instance to instance, so that nobody can aim at a set.
    seed: Seed,
}

/// What a token came to whose signature was right.
pub(super) struct Entry {
    /// The token's.
    hash: u64,
    /// The length of the header segment.
    header: usize,
    pub(super) json: Vec<u8>,
    pub(super) key: VerifyingKey,
    pub(super) basis: Basis,
    exp: NumericDate,
    /// Whether issuer and audience are those that are configured: neither they nor the configuration change.
    pub(super) is_as_configured: bool,
    pub(super) readings: Readings,
}

impl Entry {
    /// The header segment of its token.
    pub(super) fn header<'t>(&self, token: &'t str) -> &'t str {
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

#[derive(Default)]
struct Set {
    /// The hashes of the tokens: they lie side by side, so that looking through them waits for memory once. That of an empty place
    /// means nothing.
    hashes: [u64; WAYS],
    places: [Option<Place>; WAYS],
    bytes: usize,
    /// Where the search for a place begins, so that of equals the one goes that came first.
    hand: usize,
}

struct Place {
    /// Here and not in the entry, so that both are on their way from memory at once.
    token: Box<str>,
    entry: Arc<Entry>,
    /// About how many bytes of memory it takes.
    size: usize,
    uses: u8,
}

impl Cache {
    /// Room for so many tokens, at least [`WAYS`], and for so many bytes.
    pub(crate) fn new(entries: usize, bytes: usize) -> Self {
        let sets = (entries / WAYS).max(1);
        Self {
            sets: std::iter::repeat_with(Mutex::default).take(sets).collect(),
            set_bytes: bytes / sets,
            seed: Seed::new(),
        }
    }

    /// What is known of this very token.
    pub(super) fn find(&self, token: &str) -> Option<Arc<Entry>> {
        let hash = self.seed.hash(token);
        let mut set = self.set(hash)?;
        // Who has not made the right signature learns nothing from how long the comparison of the whole takes, since the hash of
        // another one differs.
        let place = set.of_hash(hash).find(|place| *place.token == *token)?;
        place.uses = place.uses.saturating_add(1).min(MOST_USES);
        Some(Arc::clone(&place.entry))
    }

    /// Keeps what a token came to, if it fits.
    pub(super) fn keep(&self, token: &str, outcome: Outcome, now: NumericDate) -> Arc<Entry> {
        let hash = self.seed.hash(token);
        let Outcome { header, json, key, basis, exp, is_as_configured, claims } = outcome;
        let readings = Readings::new(claims);
        let entry = Arc::new(Entry { hash, header, json, key, basis, exp, is_as_configured, readings });
        let size = [token.len(), entry.json.capacity(), entry.reading_size()];
        let size = size.into_iter().fold(OVERHEAD, usize::saturating_add);
        if let Some(mut set) = self.set(hash) {
            let place = Place { token: token.into(), entry: Arc::clone(&entry), size, uses: 0 };
            set.put(hash, place, self.set_bytes, now);
        }
        entry
    }

    /// Keeps the claims of a token as another type, too, if they fit.
    pub(super) fn keep_reading(&self, entry: &Entry, claims: Arc<dyn Any + Send + Sync>) {
        if !entry.readings.has_room() {
            return;
        }
        let Some(mut set) = self.set(entry.hash) else { return };
        let size = entry.reading_size();
        let grown = set.bytes.saturating_add(size);
        if grown > self.set_bytes {
            return;
        }
        // It may have lost its place since it was found.
        let is_it = |place: &&mut Place| std::ptr::eq(Arc::as_ptr(&place.entry), entry);
        let Some(place) = set.of_hash(entry.hash).find(is_it) else { return };
        place.size = place.size.saturating_add(size);
        set.bytes = grown;
        entry.readings.add(claims);
    }

    /// Forgets a token, whose key is not there any more.
    pub(super) fn forget(&self, entry: &Entry) {
        if let Some(mut set) = self.set(entry.hash) {
            set.drop_where(|place| std::ptr::eq(Arc::as_ptr(&place.entry), entry));
        }
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
    fn of_hash(&mut self, hash: u64) -> impl Iterator<Item = &mut Place> {
        let places = self.hashes.iter().zip(&mut self.places).filter(move |(other, _)| **other == hash);
        places.filter_map(|(_, place)| place.as_mut())
    }

    fn put(&mut self, hash: u64, place: Place, most_bytes: usize, now: NumericDate) {
        self.drop_where(|other| other.token == place.token);
        if place.size > most_bytes {
            return;
        }
        while !self.has_room(place.size, most_bytes) {
            if !self.make_room(now) {
                return;
            }
        }
        if let Some((own, free)) = self.hashes.iter_mut().zip(&mut self.places).find(|(_, place)| place.is_none()) {
            self.bytes = self.bytes.saturating_add(place.size);
            *own = hash;
            *free = Some(place);
        }
    }

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
            self.bytes = self.bytes.saturating_sub(place.size);
        }
    }
}

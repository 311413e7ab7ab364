//! A set of the cache: sixteen places under one lock, and who has to leave when they are full.
//!
//! A newcomer takes the place of a token that has ended or that nobody has asked for again, so that a stream of tokens that come once
//! passes through one place of each set and leaves the others alone.

use std::sync::Arc;

use super::Entry;
use crate::NumericDate;

/// The places of a set.
pub(super) const WAYS: usize = 16;

/// How often a token's being asked for counts.
pub(super) const MOST_USES: u8 = 3;

/// What a search begins with stands first, beside the lock, so that it waits for memory once.
#[derive(Default)]
#[repr(C)]
pub(super) struct Set {
    /// A part of the hash of each place's token. That of an empty place means nothing.
    tags: [u16; WAYS],
    uses: [u8; WAYS],
    pub(super) places: [Option<Place>; WAYS],
    pub(super) bytes: usize,
    /// Where the search for a place begins, so that of equals the one goes that came first.
    hand: usize,
}

pub(super) struct Place {
    /// Here and not in the entry, so that both are on their way from memory at once.
    pub(super) token: Box<[u8]>,
    pub(super) entry: Arc<Entry>,
    /// About how many bytes of memory it takes.
    pub(super) size: usize,
}

impl Place {
    pub(super) fn is_of(&self, entry: &Entry) -> bool {
        std::ptr::eq(Arc::as_ptr(&self.entry), entry)
    }
}

/// How much a token would be missed.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Worth {
    /// It has ended.
    Nothing,
    /// So often it was asked for again.
    Uses(u8),
}

impl Set {
    pub(super) fn find(&mut self, hash: u64, token: &[u8]) -> Option<Arc<Entry>> {
        let tag = tag(hash);
        let places = self.tags.iter().zip(&self.places).zip(&mut self.uses).filter(|((other, _), _)| **other == tag);
        // How long it takes shows at most that some kept token has this tag. Who has not made the right signature learns nothing of
        // it: the whole is compared only where the whole hash is the same, and that of another signature differs.
        let is_it = |place: &&Place| place.entry.hash == hash && *place.token == *token;
        for ((_, place), uses) in places {
            if let Some(place) = place.as_ref().filter(is_it) {
                *uses = uses.saturating_add(1).min(MOST_USES);
                return Some(Arc::clone(&place.entry));
            }
        }
        None
    }

    /// Puts it into a free place, or gives it back.
    pub(super) fn put(&mut self, hash: u64, place: Place, most_bytes: usize) -> Result<(), Place> {
        let bytes = self.bytes.saturating_add(place.size);
        let free =
            self.places.iter_mut().zip(&mut self.tags).zip(&mut self.uses).find(|((place, _), _)| place.is_none());
        match free {
            Some(((free, own), uses)) if bytes <= most_bytes => {
                (*free, *own, *uses, self.bytes) = (Some(place), tag(hash), 0, bytes);
                Ok(())
            }
            _ => Err(place),
        }
    }

    /// What the token is worth that would be missed the least; nothing is missed in an empty set.
    pub(super) fn least(&self, now: NumericDate) -> Option<Worth> {
        self.worths(now).map(|(_, worth)| worth).min()
    }

    /// Empties one place: of a token that has ended, or that was asked for the least. `false` if all are empty.
    pub(super) fn make_room(&mut self, now: NumericDate) -> bool {
        let Some((index, worth)) = self.worths(now).min_by_key(|(_, worth)| *worth) else { return false };
        if matches!(worth, Worth::Uses(1..)) {
            // All have been asked for again: from now on that counts less.
            self.uses.iter_mut().for_each(|uses| *uses = uses.saturating_sub(1));
        }
        self.hand = (index + 1) % WAYS;
        self.empty(index);
        true
    }

    pub(super) fn drop_where(&mut self, is_it: impl Fn(&Place) -> bool) {
        if let Some(index) = self.places.iter().position(|place| place.as_ref().is_some_and(&is_it)) {
            self.empty(index);
        }
    }

    /// Counts that the place of this entry takes so much more. `false` if it has none here, or is not to grow that much.
    pub(super) fn grow(&mut self, entry: &Entry, size: usize, most_bytes: usize) -> bool {
        let bytes = self.bytes.saturating_add(size);
        match self.places.iter_mut().flatten().find(|place| place.is_of(entry)) {
            Some(place) if bytes <= most_bytes => {
                place.size = place.size.saturating_add(size);
                self.bytes = bytes;
                true
            }
            _ => false,
        }
    }

    /// The places that are taken, from the hand on.
    fn worths(&self, now: NumericDate) -> impl Iterator<Item = (usize, Worth)> {
        (0..WAYS).map(|step| (self.hand + step) % WAYS).filter_map(move |index| {
            let (place, uses) = (self.places.get(index)?.as_ref()?, self.uses.get(index)?);
            Some((index, if place.entry.exp <= now { Worth::Nothing } else { Worth::Uses(*uses) }))
        })
    }

    fn empty(&mut self, index: usize) {
        if let Some(place) = self.places.get_mut(index).and_then(Option::take) {
            self.bytes = self.bytes.saturating_sub(place.size);
        }
    }
}

/// Other bits than those that tell the sets, as long as there are no more than 65,536; the whole hash decides anyway.
fn tag(hash: u64) -> u16 {
    u16::try_from(hash & u64::from(u16::MAX)).unwrap_or_default()
}

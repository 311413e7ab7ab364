//! A set of the cache: sixteen places under one lock, and who has to leave when they are full.
//!
//! A newcomer takes the place of tokens that have ended or that nobody has asked for again, so that a stream of tokens that come once
//! passes through one place of each set and leaves the others alone. However large it is, one other has to leave for it at most.

use std::sync::Arc;

use super::Reader;
use crate::{
    Claims, NumericDate,
    access::held::{AnyHeld, Known},
};

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
    /// What else is known of each place's token.
    pub(super) more: [Option<Box<More>>; WAYS],
    pub(super) bytes: usize,
    /// Where the search for a place begins, so that of equals the one goes that came first.
    hand: usize,
}

/// What a search asks for of a token, and nothing else, so that two places share a line of memory.
pub(super) struct Place {
    pub(super) token: Box<[u8]>,
    pub(super) held: Arc<dyn AnyHeld>,
}

/// What a place held.
pub(super) type Gone = (Place, Option<Box<More>>);

/// A token that is to be kept.
pub(super) struct Newcomer {
    pub(super) hash: u64,
    pub(super) place: Place,
    pub(super) more: Box<More>,
}

pub(super) struct More {
    /// The claims as other types: a layer reads none of the service's own, a handler behind it does, and a check may read others.
    pub(super) others: Vec<Arc<dyn AnyHeld>>,
    /// About how many bytes of memory the place takes.
    pub(super) size: usize,
}

/// As so many types besides a token's claims are kept; as further types they are read anew.
pub(super) const OTHERS: usize = 2;

impl Place {
    /// Whether it is of this token, whose claims were read so first.
    pub(super) fn is_of(&self, first: &Arc<dyn AnyHeld>) -> bool {
        Arc::ptr_eq(&self.held, first)
    }

    /// What is known of its token whose claims were read as another type first.
    #[cold]
    fn known_otherwise<C: Claims>(&self, more: Option<&More>) -> Known<C> {
        more.and_then(More::other).map_or_else(|| Known::Otherwise(Arc::clone(&self.held)), Known::So)
    }
}

impl More {
    /// As another type, if it was read so.
    fn other<T: AnyHeld>(&self) -> Option<Arc<T>> {
        let other = self.others.iter().find(|other| other.is::<T>())?;
        Arc::clone(other).read_as()
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
    /// What is known of a token, which was asked for.
    #[inline]
    pub(super) fn find<C: Claims>(&mut self, hash: u64, token: &[u8], reader: Reader) -> Option<Known<C>> {
        let tag = tag(hash);
        // How long it takes shows at most that some kept token has this tag. Who has not made the right signature learns nothing of
        // it: the whole is compared only where the whole hash is the same, and that of another signature differs.
        let is_it = |place: &Place| place.held.is_known_by(hash, reader) && *place.token == *token;
        let places = self.tags.iter().zip(&self.places).zip(&mut self.uses).zip(&self.more);
        for (((_, place), uses), more) in places.filter(|(((other, _), _), _)| **other == tag) {
            if let Some(place) = place.as_ref().filter(|place| is_it(place)) {
                *uses = uses.saturating_add(1).min(MOST_USES);
                let held = Arc::clone(&place.held).read_as();
                return Some(held.map_or_else(|| place.known_otherwise(more.as_deref()), Known::So));
            }
        }
        None
    }

    /// The same token as another type, if it was read so.
    pub(super) fn find_other<T: AnyHeld>(&mut self, first: &Arc<dyn AnyHeld>) -> Option<Arc<T>> {
        self.more_of(first)?.other()
    }

    /// What else is known of a token whose claims were read so first.
    fn more_of(&mut self, first: &Arc<dyn AnyHeld>) -> Option<&mut More> {
        let is_it = |place: &Option<Place>| place.as_ref().is_some_and(|place| place.is_of(first));
        let (_, more) = self.places.iter().zip(&mut self.more).find(|(place, _)| is_it(place))?;
        more.as_deref_mut()
    }

    /// Puts it into a free place, or gives it back.
    pub(super) fn put(&mut self, newcomer: Newcomer, most_bytes: usize) -> Result<(), Newcomer> {
        let bytes = self.bytes.saturating_add(newcomer.more.size);
        let places = self.places.iter_mut().zip(&mut self.more).zip(&mut self.tags).zip(&mut self.uses);
        let mut free = places.filter(|(((place, _), _), _)| place.is_none());
        match free.next() {
            Some((((place, more), own), uses)) if bytes <= most_bytes => {
                (*own, *uses, self.bytes) = (tag(newcomer.hash), 0, bytes);
                (*place, *more) = (Some(newcomer.place), Some(newcomer.more));
                Ok(())
            }
            _ => Err(newcomer),
        }
    }

    /// What the token is worth that would be missed the least; nothing is missed in an empty set.
    pub(super) fn least(&self, now: NumericDate) -> Option<Worth> {
        self.worths(now).map(|(_, worth)| worth).min()
    }

    /// Empties places until a token of this size fits: of those that have ended or that were asked for the least. If more than one would
    /// have to leave that was asked for again, all stay. Gives what has left, which is to end when nobody waits for it.
    pub(super) fn make_room(&mut self, size: usize, most_bytes: usize, now: NumericDate) -> Vec<Gone> {
        let mut leaving: Vec<(usize, Worth)> = self.worths(now).collect();
        leaving.sort_by_key(|(_, worth)| *worth);
        let mut bytes = self.bytes.saturating_add(size);
        let mut has_place = leaving.len() < WAYS;
        let mut count = 0;
        for (index, _) in &leaving {
            if has_place && bytes <= most_bytes {
                break;
            }
            bytes = bytes.saturating_sub(self.size_at(*index));
            (has_place, count) = (true, count + 1);
        }
        leaving.truncate(count);
        let used = leaving.iter().filter(|(_, worth)| matches!(worth, Worth::Uses(1..))).count();
        if used > 1 || bytes > most_bytes {
            return Vec::new();
        }
        if used > 0 {
            // All that stay have been asked for again: from now on that counts less.
            self.uses.iter_mut().for_each(|uses| *uses = uses.saturating_sub(1));
        }
        if let Some((last, _)) = leaving.last() {
            self.hand = (last + 1) % WAYS;
        }
        leaving.into_iter().filter_map(|(index, _)| self.take(index)).collect()
    }

    /// Empties the place of which this is true.
    pub(super) fn take_where(&mut self, is_it: impl Fn(&Place) -> bool) -> Option<Gone> {
        let index = self.places.iter().position(|place| place.as_ref().is_some_and(&is_it))?;
        self.take(index)
    }

    /// Keeps a token as another type, too, or gives that back: if it has no place here, or is as many already, or too large.
    pub(super) fn grow(
        &mut self,
        first: &Arc<dyn AnyHeld>,
        other: Arc<dyn AnyHeld>,
        most_bytes: usize,
    ) -> Result<(), Arc<dyn AnyHeld>> {
        let size = other.size();
        let bytes = self.bytes.saturating_add(size);
        match self.more_of(first) {
            Some(more) if bytes <= most_bytes && more.others.len() < OTHERS => {
                more.others.push(other);
                more.size = more.size.saturating_add(size);
                self.bytes = bytes;
                Ok(())
            }
            _ => Err(other),
        }
    }

    /// The places that are taken, from the hand on.
    fn worths(&self, now: NumericDate) -> impl Iterator<Item = (usize, Worth)> {
        (0..WAYS).map(|step| (self.hand + step) % WAYS).filter_map(move |index| {
            let (place, uses) = (self.places.get(index)?.as_ref()?, self.uses.get(index)?);
            Some((index, if place.held.exp() <= now { Worth::Nothing } else { Worth::Uses(*uses) }))
        })
    }

    fn size_at(&self, index: usize) -> usize {
        self.more.get(index).and_then(Option::as_ref).map_or(0, |more| more.size)
    }

    fn take(&mut self, index: usize) -> Option<Gone> {
        self.bytes = self.bytes.saturating_sub(self.size_at(index));
        Some((self.places.get_mut(index)?.take()?, self.more.get_mut(index)?.take()))
    }
}

/// Other bits than those that tell the sets, as long as there are no more than 65,536; the whole hash decides anyway.
fn tag(hash: u64) -> u16 {
    u16::try_from(hash & u64::from(u16::MAX)).unwrap_or_default()
}

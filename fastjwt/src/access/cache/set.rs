//! A set of the cache: sixteen places under one lock, and who has to leave when they are full.
//!
//! A newcomer takes the place of a token that has ended or that nobody has asked for again, so that a stream of tokens that come once
//! passes through one place of each set and leaves the others alone.

use std::sync::Arc;

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
    pub(super) bytes: usize,
    /// Where the search for a place begins, so that of equals the one goes that came first.
    hand: usize,
}

/// What is known of a token: as much as a search asks for, so that as many places as can be share a line of memory.
pub(super) struct Place {
    pub(super) hash: u64,
    pub(super) token: Box<[u8]>,
    pub(super) held: Arc<dyn AnyHeld>,
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

    /// As another type, if it was read so.
    fn other<T: AnyHeld>(&self) -> Option<Arc<T>> {
        let other = self.more.others.iter().find(|other| other.is::<T>())?;
        Arc::clone(other).read_as()
    }

    /// What is known of its token.
    #[inline]
    pub(super) fn known<C: Claims>(&self) -> Known<C> {
        match Arc::clone(&self.held).read_as() {
            Some(held) => Known::So(held),
            None => self.known_otherwise(),
        }
    }

    #[cold]
    fn known_otherwise<C: Claims>(&self) -> Known<C> {
        self.other().map_or_else(|| Known::Otherwise(Arc::clone(&self.held)), Known::So)
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
    /// The place of a token, which was asked for.
    #[inline]
    pub(super) fn find(&mut self, hash: u64, token: &[u8]) -> Option<&Place> {
        let tag = tag(hash);
        let places = self.tags.iter().zip(&self.places).zip(&mut self.uses).filter(|((other, _), _)| **other == tag);
        // How long it takes shows at most that some kept token has this tag. Who has not made the right signature learns nothing of
        // it: the whole is compared only where the whole hash is the same, and that of another signature differs.
        let is_it = |place: &&Place| place.hash == hash && *place.token == *token;
        for ((_, place), uses) in places {
            if let Some(place) = place.as_ref().filter(is_it) {
                *uses = uses.saturating_add(1).min(MOST_USES);
                return Some(place);
            }
        }
        None
    }

    /// The same token as another type, if it was read so.
    pub(super) fn find_other<T: AnyHeld>(&mut self, first: &Arc<dyn AnyHeld>) -> Option<Arc<T>> {
        self.places.iter().flatten().find(|place| place.is_of(first))?.other()
    }

    /// Puts it into a free place, or gives it back.
    pub(super) fn put(&mut self, place: Place, most_bytes: usize) -> Result<(), Place> {
        let (bytes, tag) = (self.bytes.saturating_add(place.more.size), tag(place.hash));
        let free =
            self.places.iter_mut().zip(&mut self.tags).zip(&mut self.uses).find(|((place, _), _)| place.is_none());
        match free {
            Some(((free, own), uses)) if bytes <= most_bytes => {
                (*free, *own, *uses, self.bytes) = (Some(place), tag, 0, bytes);
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

    /// Keeps a token as another type, too, or gives that back: if it has no place here, or is as many already, or too large.
    pub(super) fn grow(
        &mut self,
        first: &Arc<dyn AnyHeld>,
        other: Arc<dyn AnyHeld>,
        most_bytes: usize,
    ) -> Result<(), Arc<dyn AnyHeld>> {
        let size = first.signed().size();
        let bytes = self.bytes.saturating_add(size);
        match self.places.iter_mut().flatten().find(|place| place.is_of(first)) {
            Some(place) if bytes <= most_bytes && place.more.others.len() < OTHERS => {
                place.more.others.push(other);
                place.more.size = place.more.size.saturating_add(size);
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

    fn empty(&mut self, index: usize) {
        if let Some(place) = self.places.get_mut(index).and_then(Option::take) {
            self.bytes = self.bytes.saturating_sub(place.more.size);
        }
    }
}

/// Other bits than those that tell the sets, as long as there are no more than 65,536; the whole hash decides anyway.
fn tag(hash: u64) -> u16 {
    u16::try_from(hash & u64::from(u16::MAX)).unwrap_or_default()
}

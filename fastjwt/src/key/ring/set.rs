//! The keys of a ring at one moment, and how the key of a token is found among them.

use std::collections::HashMap;

use super::{Entry, KeyState};
use crate::{NumericDate, SigningKey, VerifyingKey, jws::Typ};

/// The keys at one moment. Nothing changes it: a change of the ring makes another.
pub(crate) struct KeySet {
    entries: Vec<Entry>,
    by_id: HashMap<String, usize>,
    /// By the header that a key's tokens carry: such a header needs no parsing.
    by_header: HashMap<Box<[u8]>, (usize, Typ)>,
    /// The key that signs, or in a ring that signs nothing the first of those that verify.
    foremost: Option<usize>,
    /// Differs from set to set of a ring.
    serial: u64,
}

/// Where a key stands in a set, for who has one for a moment and can do without it later: to hold the key itself, all threads would count
/// on one another's processors.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Place {
    pub(super) serial: u64,
    index: u32,
    /// By which the key is found in the sets after that one.
    number: u32,
}

/// What a token's header says about its key.
pub(crate) enum Choice<'s> {
    Key(&'s VerifyingKey),
    /// The header names a key that is not there, or none where there are several.
    Unknown,
    /// No key is for the algorithm that the header names.
    WrongAlgorithm,
}

impl KeySet {
    pub(crate) fn new(entries: Vec<Entry>) -> Self {
        let mut by_id = HashMap::with_capacity(entries.len());
        let mut by_header = HashMap::with_capacity(2 * entries.len());
        for (index, entry) in entries.iter().enumerate() {
            by_id.insert(entry.verifying.id().to_owned(), index);
            for typ in Typ::WRITTEN {
                by_header.insert(entry.verifying.header(typ).as_bytes().into(), (index, typ));
            }
        }
        let foremost = entries.iter().position(|entry| entry.state == KeyState::Active);
        Self { entries, by_id, by_header, foremost, serial: 0 }
    }

    /// The same as a ring's set of this serial number.
    pub(super) fn numbered(self, serial: u64) -> Self {
        Self { serial, ..self }
    }

    /// The key that signs.
    pub(crate) fn signing(&self) -> Option<&SigningKey> {
        self.entries.get(self.foremost?)?.signing.as_ref()
    }

    /// The key that signs, or the first one that verifies.
    pub(crate) fn foremost(&self) -> Option<&VerifyingKey> {
        self.entries.get(self.foremost?).map(|entry| &entry.verifying)
    }

    /// Whether this is the key whose tokens carry this very header segment, whatever the time, as long as this set is the ring's.
    pub(crate) fn is_for_good(&self, segment: &[u8], key: &VerifyingKey) -> bool {
        self.index(key).and_then(|index| self.entries.get(index)).is_some_and(|entry| entry.until.is_none())
            && Typ::WRITTEN.into_iter().any(|typ| key.header(typ).as_bytes() == segment)
    }

    /// Where this very key stands.
    pub(crate) fn place(&self, key: &VerifyingKey) -> Option<Place> {
        let index = self.index(key)?;
        let number = self.entries.get(index)?.number;
        Some(Place { serial: self.serial, index: u32::try_from(index).ok()?, number })
    }

    fn index(&self, key: &VerifyingKey) -> Option<usize> {
        let is_at = |index: &usize| self.entries.get(*index).is_some_and(|entry| entry.verifying.is_same(key));
        self.foremost.filter(is_at).or_else(|| self.by_id.get(key.id()).copied().filter(is_at))
    }

    /// Whether this very key stands here, and its time is not over.
    #[cfg(feature = "ws")]
    pub(crate) fn holds(&self, key: &VerifyingKey, now: NumericDate) -> bool {
        self.index(key).is_some_and(|index| self.entry(index, now).is_some())
    }

    /// This set's own key in the place of its double.
    #[cfg(feature = "jwks")]
    pub(crate) fn own_like(&self, key: &VerifyingKey) -> Option<&VerifyingKey> {
        let entry = self.entries.get(*self.by_id.get(key.id())?)?;
        Some(&entry.verifying).filter(|own| own.is_like(key))
    }

    /// The key that stood there, if it has not been taken out since.
    pub(crate) fn at(&self, place: Place) -> Option<&VerifyingKey> {
        let entry = if place.serial == self.serial {
            self.entries.get(usize::try_from(place.index).ok()?)
        } else {
            self.entries.iter().find(|entry| entry.number == place.number)
        };
        entry.map(|entry| &entry.verifying)
    }

    /// The key whose tokens carry this very header segment, and the type that it says.
    pub(crate) fn by_header(&self, segment: &[u8], now: NumericDate) -> Option<(&VerifyingKey, Typ)> {
        let foremost = self.foremost();
        if let Some(key) = foremost
            && let Some(typ) = Typ::WRITTEN.into_iter().find(|typ| key.header(*typ).as_bytes() == segment)
        {
            return Some((key, typ));
        }
        let (index, typ) = *self.by_header.get(segment)?;
        self.entry(index, now).map(|entry| (&entry.verifying, typ))
    }

    /// The key of a header that names `alg` and perhaps a key. Keys are never tried one after the other.
    pub(crate) fn choose(&self, alg: &str, kid: Option<&str>, now: NumericDate) -> Choice<'_> {
        if let Some(kid) = kid {
            return match self.by_id.get(kid).and_then(|index| self.entry(*index, now)) {
                None => Choice::Unknown,
                Some(entry) if entry.verifying.algorithm().is_named(alg) => Choice::Key(&entry.verifying),
                Some(_) => Choice::WrongAlgorithm,
            };
        }
        let mut named = self.entries(now).filter(|entry| entry.verifying.algorithm().is_named(alg));
        match (named.next(), named.next()) {
            (Some(entry), None) => Choice::Key(&entry.verifying),
            (Some(_), Some(_)) => Choice::Unknown,
            (None, _) => Choice::WrongAlgorithm,
        }
    }

    /// The keys that are still good for something.
    pub(crate) fn entries(&self, now: NumericDate) -> impl Iterator<Item = &Entry> {
        self.entries.iter().filter(move |entry| !entry.has_ended(now))
    }

    pub(crate) fn len(&self) -> usize {
        self.entries.len()
    }

    fn entry(&self, index: usize, now: NumericDate) -> Option<&Entry> {
        self.entries.get(index).filter(|entry| !entry.has_ended(now))
    }
}

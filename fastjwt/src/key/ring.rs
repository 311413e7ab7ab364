//! The keys of a service, one set at a time: which signs, which verify, and how one takes the place of another while both roads run.

mod fault;
mod handle;
mod size;

use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, SystemTime},
};

use arc_swap::{ArcSwap, Guard};

#[cfg(feature = "jwks")]
pub(crate) use self::size::MOST_SET_SIZE;
use self::size::Size;
pub use self::{fault::RingError, handle::KeyRing};
use super::{Algorithm, SigningKey, VerifyingKey};
use crate::{NumericDate, clock::ClockChoice, jws::Typ};

/// What a key of a ring is for at the moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum KeyState {
    /// It is published, verifies, and will sign once it is activated.
    Next,
    /// It signs and verifies; of a service that only verifies, it verifies.
    Active,
    /// It verifies the tokens that it has signed until they have ended, and no longer.
    Passive,
}

/// What a ring tells about one of its keys.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct KeyInfo {
    /// The id, `kid` in the header of its tokens.
    pub id: String,
    /// What it signs and verifies with.
    pub algorithm: Algorithm,
    /// What it is for at the moment.
    pub state: KeyState,
    /// Since when it has been in this state; of a next key, since when it has been published.
    pub since: SystemTime,
    /// When it will leave the ring; only of a passive key.
    pub until: Option<SystemTime>,
}

/// One key and its part in the ring.
#[derive(Clone)]
pub(crate) struct Entry {
    pub(crate) verifying: VerifyingKey,
    signing: Option<SigningKey>,
    state: KeyState,
    since: NumericDate,
    until: Option<NumericDate>,
}

impl Entry {
    pub(crate) fn signing(key: SigningKey, state: KeyState, since: NumericDate) -> Self {
        Self { verifying: key.verifying_key().clone(), signing: Some(key), state, since, until: None }
    }

    pub(crate) fn verifying(key: VerifyingKey, since: NumericDate) -> Self {
        Self { verifying: key, signing: None, state: KeyState::Active, since, until: None }
    }

    pub(crate) fn passive(key: VerifyingKey, since: NumericDate, until: NumericDate) -> Self {
        Self { verifying: key, signing: None, state: KeyState::Passive, since, until: Some(until) }
    }

    /// Whether its end is still to be said.
    fn is_just_retired(&self) -> bool {
        self.state == KeyState::Passive && self.until.is_none()
    }

    fn has_ended(&self, now: NumericDate) -> bool {
        self.until.is_some_and(|until| until <= now)
    }
}

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
    serial: u64,
    index: usize,
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
        self.place(key).and_then(|place| self.entries.get(place.index)).is_some_and(|entry| entry.until.is_none())
            && Typ::WRITTEN.into_iter().any(|typ| key.header(typ).as_bytes() == segment)
    }

    /// Where this very key stands.
    pub(crate) fn place(&self, key: &VerifyingKey) -> Option<Place> {
        let is_at = |index: &usize| self.entries.get(*index).is_some_and(|entry| entry.verifying.is_same(key));
        let index = self.foremost.filter(is_at).or_else(|| self.by_id.get(key.id()).copied().filter(is_at));
        index.map(|index| Place { serial: self.serial, index })
    }

    /// Whether this very key stands here, and its time is not over.
    #[cfg(feature = "ws")]
    pub(crate) fn holds(&self, key: &VerifyingKey, now: NumericDate) -> bool {
        self.place(key).is_some_and(|place| self.entry(place.index, now).is_some())
    }

    /// This set's own key in the place of its double.
    #[cfg(feature = "jwks")]
    pub(crate) fn own_like(&self, key: &VerifyingKey) -> Option<&VerifyingKey> {
        let entry = self.entries.get(*self.by_id.get(key.id())?)?;
        Some(&entry.verifying).filter(|own| own.is_like(key))
    }

    /// The key that stands there, if this is the set of which that was said.
    pub(crate) fn at(&self, place: Place) -> Option<&VerifyingKey> {
        let entry = self.entries.get(place.index).filter(|_| place.serial == self.serial);
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

/// How long keys stay, so that nobody who verifies is left without one.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Periods {
    /// How long a new public key is published before it signs: until the last verifier has fetched it.
    pub(crate) publication: Duration,
    /// How long a key verifies after it has signed its last token.
    pub(crate) retirement: Duration,
}

/// The set of the moment. Readers take no lock; who changes it waits for who changes it before.
pub(crate) struct Ring {
    current: ArcSwap<KeySet>,
    /// The serial number of the set, told once it is there: who has another set's sees that there was a change.
    serial: AtomicU64,
    /// What each change finds and leaves.
    change: Mutex<Size>,
    periods: Periods,
    /// The realm's name.
    realm: &'static str,
}

impl Ring {
    pub(crate) fn new(entries: Vec<Entry>, periods: Periods, realm: &'static str) -> Self {
        Self {
            current: ArcSwap::from_pointee(KeySet::new(entries)),
            serial: AtomicU64::new(0),
            change: Mutex::default(),
            periods,
            realm,
        }
    }

    /// Whether the set in which somebody found this place is the set still.
    #[inline]
    pub(crate) fn is_unchanged_since(&self, place: Place) -> bool {
        self.serial.load(Ordering::Acquire) == place.serial
    }

    pub(crate) fn load(&self) -> Guard<Arc<KeySet>> {
        self.current.load()
    }

    pub(crate) fn list(&self, now: NumericDate) -> Vec<KeyInfo> {
        self.load()
            .entries(now)
            .map(|entry| KeyInfo {
                id: entry.verifying.id().to_owned(),
                algorithm: entry.verifying.algorithm(),
                state: entry.state,
                since: entry.since.into(),
                until: entry.until.map(SystemTime::from),
            })
            .collect()
    }

    /// Puts a key in that will sign later.
    pub(crate) fn publish(&self, key: SigningKey, clock: &ClockChoice) -> Result<(), RingError> {
        self.change(clock, |entries, now| {
            refuse_verifiers(entries)?;
            refuse_repeated(entries, key.id())?;
            entries.push(Entry::signing(key, KeyState::Next, now));
            Ok(())
        })
    }

    /// Puts a key in that verifies until `until`.
    pub(crate) fn add_passive(
        &self,
        key: VerifyingKey,
        until: NumericDate,
        clock: &ClockChoice,
    ) -> Result<(), RingError> {
        self.change(clock, |entries, now| {
            refuse_repeated(entries, key.id())?;
            if until <= now {
                return Err(RingError::AlreadyEnded { id: key.id().to_owned() });
            }
            entries.push(Entry::passive(key, now, until));
            Ok(())
        })
    }

    /// Makes a published key the one that signs.
    pub(crate) fn activate(&self, id: &str, clock: &ClockChoice) -> Result<(), RingError> {
        self.change(clock, |entries, now| {
            let entry = find(entries, id).ok_or_else(|| RingError::unknown(id))?;
            match entry.state {
                KeyState::Next => {}
                KeyState::Active => return Ok(()),
                KeyState::Passive => return Err(RingError::NotNext { id: id.to_owned() }),
            }
            let earliest = entry.since.saturating_add(self.periods.publication);
            // A secret is published to nobody.
            if entry.verifying.is_public() && now < earliest {
                return Err(RingError::TooEarly { id: id.to_owned(), earliest: earliest.into() });
            }
            retire_active(entries, now);
            for entry in entries.iter_mut().filter(|entry| entry.verifying.id() == id) {
                (entry.state, entry.since) = (KeyState::Active, now);
            }
            Ok(())
        })
    }

    /// Makes a key sign that nobody has fetched yet.
    pub(crate) fn activate_unpublished(&self, key: SigningKey, clock: &ClockChoice) -> Result<(), RingError> {
        self.change(clock, |entries, now| {
            refuse_verifiers(entries)?;
            // A verifier that has fetched another key by this id would not look for this one.
            let is_waiting = |entry: &Entry| entry.state == KeyState::Next && entry.verifying.is_half_of(&key);
            if find(entries, key.id()).is_some_and(|entry| !is_waiting(entry)) {
                return Err(RingError::Repeated { id: key.id().to_owned() });
            }
            retire_active(entries, now);
            entries.retain(|entry| entry.verifying.id() != key.id());
            entries.push(Entry::signing(key, KeyState::Active, now));
            Ok(())
        })
    }

    /// Takes a key out, whatever it is; none of its tokens is accepted from now on.
    pub(crate) fn remove(&self, id: &str, clock: &ClockChoice) -> Result<(), RingError> {
        self.change(clock, |entries, _| {
            find(entries, id).ok_or_else(|| RingError::unknown(id))?;
            entries.retain(|entry| entry.verifying.id() != id);
            Ok(())
        })
    }

    /// Makes the next set out of this one, in which no key has ended.
    fn change(
        &self,
        clock: &ClockChoice,
        change: impl FnOnce(&mut Vec<Entry>, NumericDate) -> Result<(), RingError>,
    ) -> Result<(), RingError> {
        let mut size = self.change.lock().unwrap_or_else(PoisonError::into_inner);
        let now = NumericDate::from(clock.now());
        let mut entries: Vec<Entry> = self.load().entries(now).cloned().collect();
        change(&mut entries, now)?;
        self.store(entries.clone(), now);
        if entries.iter().any(Entry::is_just_retired) {
            // Who signs asks for the time first and for the key then: whatever the retired key signs is from before this moment.
            self.store(entries, NumericDate::from(clock.now()));
        }
        let grown = size.grown(&self.load(), now);
        // Who listens may change the ring again.
        drop(size);
        if let Some(bytes) = grown {
            size::tell(self.realm, bytes);
        }
        Ok(())
    }

    /// Tells if the first set is large already.
    pub(crate) fn tell_of_size(&self, now: NumericDate) {
        let grown = self.change.lock().unwrap_or_else(PoisonError::into_inner).grown(&self.load(), now);
        if let Some(bytes) = grown {
            size::tell(self.realm, bytes);
        }
    }

    /// Makes these the keys of the moment; those that have just been retired verify until the last of their tokens has ended
    /// everywhere, if they signed it at `last`.
    fn store(&self, mut entries: Vec<Entry>, last: NumericDate) {
        for entry in entries.iter_mut().filter(|entry| entry.is_just_retired()) {
            entry.until = Some(last.saturating_add(self.periods.retirement));
        }
        // Who changes it waits for who changes it before.
        let next = self.serial.load(Ordering::Acquire).wrapping_add(1);
        self.current.store(Arc::new(KeySet { serial: next, ..KeySet::new(entries) }));
        self.serial.store(next, Ordering::Release);
    }
}

/// The key that signs gives up what it signs with, and verifies from now on.
fn retire_active(entries: &mut [Entry], now: NumericDate) {
    for entry in entries.iter_mut().filter(|entry| entry.state == KeyState::Active) {
        entry.signing = None;
        (entry.state, entry.since) = (KeyState::Passive, now);
    }
}

fn find<'e>(entries: &'e [Entry], id: &str) -> Option<&'e Entry> {
    entries.iter().find(|entry| entry.verifying.id() == id)
}

fn refuse_repeated(entries: &[Entry], id: &str) -> Result<(), RingError> {
    find(entries, id).map_or(Ok(()), |_| Err(RingError::Repeated { id: id.to_owned() }))
}

/// The keys of a service that only verifies are other services': a key that signs would retire them.
fn refuse_verifiers(entries: &[Entry]) -> Result<(), RingError> {
    let verifies_only = |entry: &Entry| entry.state == KeyState::Active && entry.signing.is_none();
    if entries.iter().any(verifies_only) { Err(RingError::VerifiesOnly) } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may panic")]

    use std::time::Duration;

    use super::{Entry, KeyState, Periods, Ring};
    use crate::{Algorithm, NumericDate, SigningKey, clock::ClockChoice};

    /// Else an event would name another key than the one that signed.
    #[test]
    fn a_place_is_good_for_the_very_set_in_which_it_was() {
        let [first, second] = [(); 2].map(|()| SigningKey::generate(Algorithm::HS256).unwrap());
        let (first_key, second_key) = (first.verifying_key().clone(), second.verifying_key().clone());
        let entries = vec![Entry::signing(first, KeyState::Active, NumericDate::MAX)];
        let periods = Periods { publication: Duration::ZERO, retirement: Duration::ZERO };
        let (ring, clock) = (Ring::new(entries, periods, ""), ClockChoice::System);
        let before = ring.load().place(&first_key).unwrap();
        assert!(ring.load().at(before).unwrap().is_same(&first_key));
        assert!(ring.load().place(&second_key).is_none());
        ring.publish(second, &clock).unwrap();
        assert!(ring.load().at(before).is_none());
        let [first_place, second_place] = [&first_key, &second_key].map(|key| ring.load().place(key).unwrap());
        assert!(ring.load().at(first_place).unwrap().is_same(&first_key));
        assert!(ring.load().at(second_place).unwrap().is_same(&second_key));
        ring.remove(first_key.id(), &clock).unwrap();
        assert!([before, first_place, second_place].into_iter().all(|place| ring.load().at(place).is_none()));
    }
}

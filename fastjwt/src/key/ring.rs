//! The keys of a service, one set at a time: which signs, which verify, and how one takes the place of another while both roads run.

mod fault;
mod handle;
mod set;
mod size;

use std::{
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU32, AtomicU64, Ordering},
    },
    time::{Duration, SystemTime},
};

use arc_swap::{ArcSwap, Guard};

pub(crate) use self::set::{Choice, KeySet, Place};
#[cfg(feature = "jwks")]
pub(crate) use self::size::MOST_SET_SIZE;
use self::size::Size;
pub use self::{fault::RingError, handle::KeyRing};
use super::{Algorithm, SigningKey, VerifyingKey};
use crate::{NumericDate, clock::ClockChoice};

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
    /// Its own in its ring, through all changes; zero before it is in one.
    number: u32,
}

impl Entry {
    pub(crate) fn signing(key: SigningKey, state: KeyState, since: NumericDate) -> Self {
        Self { verifying: key.verifying_key().clone(), signing: Some(key), state, since, until: None, number: 0 }
    }

    pub(crate) fn verifying(key: VerifyingKey, since: NumericDate) -> Self {
        let state = KeyState::Active;
        Self { verifying: key, signing: None, state, since, until: None, number: 0 }
    }

    pub(crate) fn passive(key: VerifyingKey, since: NumericDate, until: NumericDate) -> Self {
        let state = KeyState::Passive;
        Self { verifying: key, signing: None, state, since, until: Some(until), number: 0 }
    }

    /// Whether its end is still to be said.
    fn is_just_retired(&self) -> bool {
        self.state == KeyState::Passive && self.until.is_none()
    }

    fn has_ended(&self, now: NumericDate) -> bool {
        self.until.is_some_and(|until| until <= now)
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
    /// The number of the key that came in last. Changed by who changes the ring.
    last_number: AtomicU32,
    /// What each change finds and leaves.
    change: Mutex<Size>,
    periods: Periods,
    /// The realm's name.
    realm: &'static str,
}

impl Ring {
    pub(crate) fn new(entries: Vec<Entry>, periods: Periods, realm: &'static str) -> Self {
        let (mut entries, last_number) = (entries, AtomicU32::default());
        number(&mut entries, &last_number);
        Self {
            current: ArcSwap::from_pointee(KeySet::new(entries)),
            serial: AtomicU64::new(0),
            last_number,
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
            // It may have signed elsewhere: who holds on to its tokens knows it by its place.
            match entries.iter_mut().find(|entry| entry.verifying.id() == key.id()) {
                Some(waiting) => (waiting.state, waiting.since) = (KeyState::Active, now),
                None => entries.push(Entry::signing(key, KeyState::Active, now)),
            }
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
        number(&mut entries, &self.last_number);
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
        self.current.store(Arc::new(KeySet::new(entries).numbered(next)));
        self.serial.store(next, Ordering::Release);
    }
}

/// Numbers the keys that have come in: one number is never two keys', in as many changes as a process can live through.
fn number(entries: &mut [Entry], last: &AtomicU32) {
    for entry in entries.iter_mut().filter(|entry| entry.number == 0) {
        let next = last.load(Ordering::Relaxed).wrapping_add(1);
        last.store(next, Ordering::Relaxed);
        entry.number = next;
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

    /// Else an event would name another key than the one that signed, and a socket end whose key has only moved.
    #[test]
    fn r_86_a_place_is_its_keys_through_all_changes_and_no_other_ones() {
        let [first, second] = [(); 2].map(|()| SigningKey::generate(Algorithm::HS256).unwrap());
        let (first_key, second_key) = (first.verifying_key().clone(), second.verifying_key().clone());
        let entries = vec![Entry::signing(first, KeyState::Active, NumericDate::MAX)];
        let periods = Periods { publication: Duration::ZERO, retirement: Duration::ZERO };
        let (ring, clock) = (Ring::new(entries, periods, ""), ClockChoice::System);
        let before = ring.load().place(&first_key).unwrap();
        assert!(ring.load().at(before).unwrap().is_same(&first_key));
        assert!(ring.load().place(&second_key).is_none());
        ring.publish(second.clone(), &clock).unwrap();
        assert!(ring.load().at(before).unwrap().is_same(&first_key));
        let [first_place, second_place] = [&first_key, &second_key].map(|key| ring.load().place(key).unwrap());
        assert!(ring.load().at(first_place).unwrap().is_same(&first_key));
        assert!(ring.load().at(second_place).unwrap().is_same(&second_key));
        ring.remove(first_key.id(), &clock).unwrap();
        // The second has taken the first one's index.
        assert!([before, first_place].into_iter().all(|place| ring.load().at(place).is_none()));
        assert!(ring.load().at(second_place).unwrap().is_same(&second_key));
        let third = SigningKey::generate(Algorithm::HS256).unwrap();
        ring.activate_unpublished(third, &clock).unwrap();
        ring.activate_unpublished(second, &clock).unwrap();
        assert!(ring.load().at(second_place).unwrap().is_same(&second_key));
        assert!([before, first_place].into_iter().all(|place| ring.load().at(place).is_none()));
    }
}

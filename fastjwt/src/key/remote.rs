//! The keys of another issuer, kept in this process: read without a lock, fetched by one task, never by a request.
//!
//! A token's `kid` is looked up here and goes nowhere else: all that it can cause is one more fetch of the same address, and
//! that only after the cooldown.

pub(crate) mod address;
mod fetch;
mod foreign;
mod freshness;
mod keeper;

use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, SystemTime},
};

use arc_swap::ArcSwap;

pub(crate) use self::fetch::{Fetcher, Place, client};
use self::keeper::Desk;
use super::ring::KeySet;
use crate::{ErrorKind, MachineFault, TokenFault, clock::ClockChoice};
pub(crate) use reqwest::Client;

/// The keys of one issuer.
pub(crate) struct Remote {
    shared: Arc<Shared>,
}

/// What requests have in common with the task that fetches.
struct Shared {
    /// For the log.
    issuer: String,
    fetcher: Fetcher,
    limits: Limits,
    clock: ClockChoice,
    /// What is known, for readers without a lock. Only the one attempt that runs writes it.
    known: ArcSwap<Known>,
    /// Who fetches. Locked for a few instructions, never while something is awaited.
    desk: Mutex<Desk>,
}

/// How far a clock that is put right may go back without any doubt about the keys that were fetched before.
const MOST_AHEAD: Duration = Duration::from_secs(60);

/// How often is fetched, and how long the result is good.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Limits {
    /// The shortest time between two attempts that tokens cause, and the shortest life of fetched keys.
    pub(crate) cooldown: Duration,
    /// How long keys are fresh if their answer does not say.
    pub(crate) cache_for: Duration,
    /// How much longer they are used while new ones can't be fetched.
    pub(crate) outage_tolerance: Duration,
}

#[derive(Clone, Default)]
struct Known {
    /// The keys of the last fetch that succeeded.
    keys: Option<Arc<Keys>>,
    /// Whether an attempt has failed since.
    in_outage: bool,
    /// When the last attempt began, whether it has ended or not.
    asked_at: Option<SystemTime>,
}

struct Keys {
    set: KeySet,
    /// When their fetch began: the answer is not older than that.
    asked_at: SystemTime,
    fresh_for: Duration,
}

impl Remote {
    /// Keys that nobody has fetched yet; on a runtime, the fetch begins now.
    pub(crate) fn new(issuer: String, fetcher: Fetcher, limits: Limits, clock: ClockChoice) -> Self {
        let (known, desk) = (ArcSwap::default(), Mutex::default());
        let shared = Arc::new(Shared { issuer, fetcher, limits, clock, known, desk });
        shared.ask();
        Self { shared }
    }

    /// What `look` finds among the keys; it is asked again with newer ones when it comes upon an unknown key.
    ///
    /// Nothing is waited for while the keys are fresh and the key is among them. Otherwise it is one fetch at most, and only if
    /// one runs or may begin.
    pub(crate) async fn find<T>(&self, look: impl Fn(&KeySet) -> Result<T, TokenFault>) -> Result<T, ErrorKind> {
        if let Some(found) = self.shared.find_now(&look) {
            return Ok(found?);
        }
        if let Some(attempt) = self.shared.ask() {
            self.shared.end_of(attempt).await;
        }
        self.shared.find_at_last(&look)
    }
}

/// The task ends with the last one who could ask.
impl Drop for Remote {
    fn drop(&mut self) {
        let task = self.shared.desk().dismiss();
        if let Some(task) = task {
            task.abort();
        }
    }
}

impl Shared {
    fn desk(&self) -> MutexGuard<'_, Desk> {
        // Nothing in it can be half done.
        self.desk.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What is found, if there is no reason to wait for newer keys.
    fn find_now<T>(self: &Arc<Self>, look: impl Fn(&KeySet) -> Result<T, TokenFault>) -> Option<Result<T, TokenFault>> {
        let (known, now) = (self.known.load(), self.clock.now());
        let Some((keys, age)) = known.usable(&self.limits, now) else {
            // No key makes a damaged header good.
            let fault = look(&KeySet::new(Vec::new())).err()?;
            return matches!(fault, TokenFault::Malformed | TokenFault::Header(_)).then_some(Err(fault));
        };
        if age >= keys.fresh_for {
            // Past their time, they are used only if it is known that there are none to be had: a withdrawn key must not live
            // on because a machine slept.
            if !known.in_outage {
                return None;
            }
            // The task tries again by itself; but its runtime may have ended.
            if known.is_cooled(&self.limits, now) {
                self.ask();
            }
        }
        Some(look(&keys.set)).filter(|found| !matches!(found, Err(TokenFault::UnknownKey)))
    }

    /// What is found once nothing newer can be had.
    fn find_at_last<T>(&self, look: impl Fn(&KeySet) -> Result<T, TokenFault>) -> Result<T, ErrorKind> {
        let known = self.known.load();
        let (keys, _) = known.usable(&self.limits, self.clock.now()).ok_or(MachineFault::Unavailable)?;
        match look(&keys.set) {
            // It may be a new key that could not be fetched.
            Err(TokenFault::UnknownKey) if known.in_outage => Err(MachineFault::Unavailable.into()),
            found => Ok(found?),
        }
    }
}

impl Known {
    /// The keys with their age, unless they are too old even for an outage, or a clock that was set back hides their age.
    fn usable(&self, limits: &Limits, now: SystemTime) -> Option<(&Keys, Duration)> {
        let keys = self.keys.as_deref()?;
        let age = match now.duration_since(keys.asked_at) {
            Ok(age) => age,
            Err(ahead) if ahead.duration() <= MOST_AHEAD => Duration::ZERO,
            // Nobody knows how old they are.
            Err(_) => return None,
        };
        (age < keys.fresh_for.saturating_add(limits.outage_tolerance)).then_some((keys, age))
    }

    /// Whether the last attempt is long enough ago for another one. A clock that was set back does not stop them.
    fn is_cooled(&self, limits: &Limits, now: SystemTime) -> bool {
        let since = |asked_at| now.duration_since(asked_at).ok();
        self.asked_at.and_then(since).is_none_or(|since| since >= limits.cooldown)
    }
}

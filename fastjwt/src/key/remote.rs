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
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, SystemTime},
};

use arc_swap::ArcSwap;

pub(crate) use self::fetch::{Fetcher, Place, client};
use self::keeper::Desk;
use crate::{VerifyingKey, clock::ClockChoice};

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
    by_id: HashMap<String, VerifyingKey>,
    /// When their fetch began: the answer is not older than that.
    asked_at: SystemTime,
    fresh_for: Duration,
}

/// Why there is no key for a token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum NoKey {
    /// The issuer has no such key.
    Unknown,
    /// The issuer can't be asked.
    Unavailable,
}

impl Remote {
    /// Keys that nobody has fetched yet; on a runtime, the fetch begins now.
    pub(crate) fn new(issuer: String, fetcher: Fetcher, limits: Limits, clock: ClockChoice) -> Self {
        let (known, desk) = (ArcSwap::default(), Mutex::default());
        let shared = Arc::new(Shared { issuer, fetcher, limits, clock, known, desk });
        shared.ask();
        Self { shared }
    }

    /// The key with this id; without an id, the only one that there is.
    ///
    /// It waits for nothing while the keys are fresh and the key is among them. Otherwise it waits for one fetch at most, and
    /// only if one runs or may begin.
    pub(crate) async fn key(&self, id: Option<&str>) -> Result<VerifyingKey, NoKey> {
        if let Some(key) = self.shared.find_now(id) {
            return Ok(key);
        }
        if let Some(attempt) = self.shared.ask() {
            attempt.end().await;
        }
        self.shared.find_at_last(id)
    }
}

/// The task ends with the last one who could ask.
impl Drop for Remote {
    fn drop(&mut self) {
        self.shared.desk().dismiss();
    }
}

impl Shared {
    fn desk(&self) -> MutexGuard<'_, Desk> {
        // Nothing in it can be half done.
        self.desk.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The key, if there is no reason to wait for newer ones.
    fn find_now(self: &Arc<Self>, id: Option<&str>) -> Option<VerifyingKey> {
        let (known, now) = (self.known.load(), self.clock.now());
        let (keys, age) = known.usable(&self.limits, now)?;
        if age >= keys.fresh_for {
            // Past their time, they are used only if it is known that there are none to be had (a withdrawn key must not live
            // on because a machine slept).
            if !known.in_outage {
                return None;
            }
            // The task tries again by itself; but its runtime may have ended.
            if known.is_cooled(&self.limits, now) {
                self.ask();
            }
        }
        keys.find(id).cloned()
    }

    /// The key, once nothing newer can be had.
    fn find_at_last(&self, id: Option<&str>) -> Result<VerifyingKey, NoKey> {
        let known = self.known.load();
        let (keys, _) = known.usable(&self.limits, self.clock.now()).ok_or(NoKey::Unavailable)?;
        // In an outage, an unknown key may be a new one.
        let absent = if known.in_outage { NoKey::Unavailable } else { NoKey::Unknown };
        keys.find(id).cloned().ok_or(absent)
    }
}

impl Known {
    /// The keys with their age, unless they are too old even for an outage.
    fn usable(&self, limits: &Limits, now: SystemTime) -> Option<(&Keys, Duration)> {
        let keys = self.keys.as_deref()?;
        let age = now.duration_since(keys.asked_at).unwrap_or_default();
        (age < keys.fresh_for.saturating_add(limits.outage_tolerance)).then_some((keys, age))
    }

    /// Whether the last attempt is long enough ago for another one. A clock that was set back does not stop them.
    fn is_cooled(&self, limits: &Limits, now: SystemTime) -> bool {
        let since = |asked_at| now.duration_since(asked_at).ok();
        self.asked_at.and_then(since).is_none_or(|since| since >= limits.cooldown)
    }
}

impl Keys {
    fn find(&self, id: Option<&str>) -> Option<&VerifyingKey> {
        match id {
            Some(id) => self.by_id.get(id),
            None if self.by_id.len() == 1 => self.by_id.values().next(),
            None => None,
        }
    }
}

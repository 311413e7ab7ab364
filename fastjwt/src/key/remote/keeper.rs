//! Who fetches an issuer's keys: one task, one attempt at a time, for the whole process.
//!
//! The task fetches ahead of the time at which the keys stop being fresh, so that no request waits for them. What makes an
//! attempt start in between (an unknown key id, a runtime that ended) goes through [`Shared::ask`], which lets one attempt run at
//! a time, and begin only after the cooldown. Attempts never overlap, so that an older answer can't replace a newer one.

use std::{
    sync::Arc,
    time::{Duration, SystemTime},
};

use tokio::{runtime::Handle, sync::watch, task::AbortHandle, time::sleep};

use super::{
    Keys, Known, Shared,
    fetch::{FetchFault, Fetched},
};
use crate::{
    NumericDate,
    key::ring::{Entry, KeySet},
};

/// The longest time that keys are fresh, whatever their answer says: so long may a withdrawn key live on.
const MOST_FRESH: Duration = Duration::from_secs(60 * 60);

/// Who fetches now, and who will.
#[derive(Default)]
pub(super) struct Desk {
    /// The attempt that was begun last.
    attempt: Option<Running>,
    /// The task, and its number: one that was replaced must not go on.
    task: Option<AbortHandle>,
    number: u64,
}

impl Desk {
    pub(super) fn dismiss(&mut self) {
        if let Some(task) = self.task.take() {
            task.abort();
        }
    }

    fn running(&self) -> Option<Running> {
        self.attempt.clone().filter(Running::goes_on)
    }
}

/// An attempt, for who waits for its end.
#[derive(Clone)]
pub(super) struct Running(watch::Receiver<()>);

impl Running {
    /// Comes back when the attempt has ended, whatever came of it, even if its runtime is gone.
    pub(super) async fn end(mut self) {
        // Nothing is ever sent; the sender's end is the message.
        while self.0.changed().await.is_ok() {}
    }

    fn goes_on(&self) -> bool {
        self.0.has_changed().is_ok()
    }
}

/// An attempt, for the task that makes it. While it lives, there is no other one.
struct Attempt {
    shared: Arc<Shared>,
    began: SystemTime,
    /// When the attempt before it began.
    former: Option<SystemTime>,
    has_result: bool,
    /// Dropped last, when the result can be read.
    _end: watch::Sender<()>,
}

impl Shared {
    /// The attempt that runs, or a new one if the cooldown is over.
    pub(super) fn ask(self: &Arc<Self>) -> Option<Running> {
        let mut desk = self.desk();
        if let Some(running) = desk.running() {
            return Some(running);
        }
        if !self.known.load().is_cooled(&self.limits, self.clock.now()) {
            return None;
        }
        let Ok(runtime) = Handle::try_current() else {
            tracing::debug!(target: "fastjwt", issuer = self.issuer, "keys are fetched on a tokio runtime only");
            return None;
        };
        desk.dismiss();
        desk.number += 1;
        let (number, attempt) = (desk.number, self.begin(&mut desk));
        desk.task = Some(runtime.spawn(keep(attempt, number)).abort_handle());
        desk.running()
    }

    /// The next attempt of the task with this number, if nobody has taken its place.
    fn ask_again(self: &Arc<Self>, number: u64) -> Option<Attempt> {
        let mut desk = self.desk();
        (desk.number == number && desk.running().is_none()).then(|| self.begin(&mut desk))
    }

    fn begin(self: &Arc<Self>, desk: &mut Desk) -> Attempt {
        let began = self.clock.now();
        let before = Known::clone(&self.known.load());
        let former = before.asked_at;
        self.known.store(Arc::new(Known { asked_at: Some(began), ..before }));
        let (end, running) = watch::channel(());
        desk.attempt = Some(Running(running));
        Attempt { shared: Arc::clone(self), began, former, has_result: false, _end: end }
    }
}

/// The task: fetches, sleeps until it is time again, and so on.
async fn keep(mut attempt: Attempt, number: u64) {
    loop {
        let shared = Arc::clone(&attempt.shared);
        let pause = attempt.make().await;
        sleep(pause).await;
        match shared.ask_again(number) {
            Some(next) => attempt = next,
            None => return,
        }
    }
}

impl Attempt {
    /// Makes the attempt, and says how long to wait for the next one.
    async fn make(mut self) -> Duration {
        let result = self.shared.fetcher.fetch().await;
        self.has_result = true;
        match result {
            Ok(fetched) => self.succeed(fetched),
            Err(fault) => self.fail(&fault, Some(self.began)),
        }
    }

    fn succeed(&self, Fetched { set, fresh_for }: Fetched) -> Duration {
        let Shared { issuer, limits, known, .. } = &*self.shared;
        for skipped in &set.skipped {
            let (place, reason) = (skipped.place, &skipped.reason);
            if skipped.is_exposed {
                tracing::warn!(
                    target: "fastjwt", event = "issuer_exposes_key", issuer, place, detail = %reason,
                    "the issuer publishes a key that must be secret"
                );
            } else {
                tracing::debug!(target: "fastjwt", issuer, place, detail = %reason, "a key of the issuer is not used");
            }
        }
        if set.keys.is_empty() {
            tracing::warn!(
                target: "fastjwt", event = "issuer_has_no_keys", issuer,
                "the issuer has no key that can be used: its tokens are refused"
            );
        }
        if known.load().in_outage {
            tracing::info!(
                target: "fastjwt", event = "issuer_keys_available", issuer, "the issuer's keys can be fetched again"
            );
        }
        let fresh_for = fresh_for.unwrap_or(limits.cache_for).clamp(limits.cooldown, MOST_FRESH.max(limits.cooldown));
        let since = NumericDate::from(self.began);
        let before = known.load().keys.clone();
        // What came before and comes again stays the key that it was, and what is known of its tokens with it.
        let own = |key| before.as_ref().and_then(|keys| keys.set.own_like(&key)).cloned().unwrap_or(key);
        let set = KeySet::new(set.keys.into_iter().map(|key| Entry::verifying(own(key), since)).collect());
        let keys = Arc::new(Keys { set, asked_at: self.began, fresh_for });
        known.store(Arc::new(Known { keys: Some(keys), in_outage: false, asked_at: Some(self.began) }));
        // Early enough for a slow answer, or for a second attempt.
        fresh_for * 3 / 4
    }

    /// The cooldown runs from `asked_at`.
    fn fail(&self, fault: &FetchFault, asked_at: Option<SystemTime>) -> Duration {
        let Shared { issuer, limits, known, .. } = &*self.shared;
        let keys = known.load().keys.clone();
        let has_keys = keys.is_some();
        tracing::warn!(
            target: "fastjwt", event = "issuer_keys_unavailable", issuer, detail = %fault, has_keys,
            "the issuer's keys can't be fetched"
        );
        known.store(Arc::new(Known { keys, in_outage: true, asked_at }));
        limits.cooldown
    }
}

/// An attempt that is dropped half-way has failed, but the issuer has no part in it: the next one, on another runtime, may begin at once.
impl Drop for Attempt {
    fn drop(&mut self) {
        if !self.has_result {
            // What made it panic would do so again.
            let asked_at = if std::thread::panicking() { Some(self.began) } else { self.former };
            self.fail(&FetchFault::Ended, asked_at);
        }
    }
}

//! Who fetches an issuer's keys: one task, one attempt at a time, for the whole process.
//!
//! The task fetches ahead of the time at which the keys stop being fresh, so that no request waits for them. What makes an
//! attempt start in between (an unknown key id, a runtime that ended) goes through [`Shared::ask`], which lets one attempt run at
//! a time, and begin only after the cooldown. An attempt that is not heard of in its time is given up, and what comes of it later counts
//! for nothing. So no two count at once, and an older answer can't replace a newer one.

use std::{
    sync::Arc,
    time::{Duration, SystemTime},
};

use tokio::{
    runtime::Handle,
    sync::watch,
    task::AbortHandle,
    time::{Instant, sleep, timeout},
};

use super::{
    Keys, Known, Shared,
    fetch::{FetchFault, Fetched},
};
use crate::{
    NumericDate,
    key::{
        VerifyingKey,
        ring::{Entry, KeySet},
    },
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

/// So much longer than a fetch may take is waited for its end.
const SLACK: Duration = Duration::from_secs(1);

impl Desk {
    /// The task, to be ended when the desk is not locked any more.
    pub(super) fn dismiss(&mut self) -> Option<AbortHandle> {
        self.task.take()
    }

    fn running(&self) -> Option<Running> {
        self.attempt.clone().filter(Running::goes_on)
    }
}

/// An attempt, for who waits for its end.
#[derive(Clone)]
pub(super) struct Running {
    end: watch::Receiver<()>,
    /// The task's that makes it.
    number: u64,
    /// When the attempt before it began.
    former: Option<SystemTime>,
    /// By the clock of the timers that end it.
    since: Instant,
}

impl Running {
    /// Comes back when the attempt has ended, whatever came of it, even if its runtime is gone.
    async fn end(&mut self) {
        // Nothing is ever sent; the sender's end is the message.
        while self.end.changed().await.is_ok() {}
    }

    fn goes_on(&self) -> bool {
        self.end.has_changed().is_ok()
    }
}

/// An attempt, for the task that makes it. While it lives, there is no other one.
struct Attempt {
    shared: Arc<Shared>,
    number: u64,
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
        let mut desk = loop {
            let desk = self.desk();
            match desk.running() {
                None => break desk,
                Some(running) if running.since.elapsed() < self.patience() => return Some(running),
                Some(unheard) => {
                    drop(desk);
                    self.give_up(&unheard);
                }
            }
        };
        if !self.known.load().is_cooled(&self.limits, self.clock.now()) {
            return None;
        }
        let Ok(runtime) = Handle::try_current() else {
            drop(desk);
            tracing::debug!(target: "fastjwt", issuer = self.issuer, "keys are fetched on a tokio runtime only");
            return None;
        };
        let former = desk.dismiss();
        desk.number += 1;
        let (attempt, running) = self.begin(&mut desk);
        // A runtime that shuts down drops a task at once, which has to come to the desk then.
        drop(desk);
        if let Some(former) = former {
            former.abort();
        }
        let task = runtime.spawn(keep(attempt)).abort_handle();
        let mut desk = self.desk();
        if desk.number == running.number {
            desk.task = Some(task);
        } else {
            drop(desk);
            task.abort();
        }
        Some(running)
    }

    /// How long after its begin an attempt is waited for.
    fn patience(&self) -> Duration {
        self.fetcher.timeout.saturating_add(SLACK)
    }

    /// Waits for the end of an attempt. One that is not heard of in its time is made on a runtime that stands still, and stops nobody any
    /// more: the next one may begin at once, on another runtime.
    pub(super) async fn end_of(&self, mut attempt: Running) {
        if Handle::try_current().is_err() {
            return attempt.end().await;
        }
        if timeout(self.patience(), attempt.end()).await.is_err() {
            self.give_up(&attempt);
        }
    }

    fn give_up(&self, attempt: &Running) {
        let mut desk = self.desk();
        // It may have ended by now, and the next one of its task may run.
        if !desk.running().is_some_and(|running| running.end.same_channel(&attempt.end)) {
            return;
        }
        (desk.number, desk.attempt) = (desk.number + 1, None);
        let task = desk.dismiss();
        let has_keys = self.enter_outage(&desk, attempt.former);
        drop(desk);
        if let Some(task) = task {
            task.abort();
        }
        self.tell_outage(&FetchFault::Unheard, has_keys);
    }

    /// Learns what came of the attempt of the task with this number, and says whether that counts.
    fn learn(&self, number: u64, learned: impl FnOnce(&Known) -> Known) -> bool {
        let desk = self.desk();
        let counts = desk.number == number;
        if counts {
            let learned = learned(&self.known.load());
            self.known.store(Arc::new(learned));
        }
        counts
    }

    /// The cooldown runs from `asked_at`.
    fn fail(&self, number: u64, fault: &FetchFault, asked_at: Option<SystemTime>) -> Duration {
        let desk = self.desk();
        if desk.number == number {
            let has_keys = self.enter_outage(&desk, asked_at);
            drop(desk);
            self.tell_outage(fault, has_keys);
        }
        self.limits.cooldown
    }

    /// At the locked desk: who finds no attempt there, and must not begin one, knows why. Says whether there are keys.
    fn enter_outage(&self, _: &Desk, asked_at: Option<SystemTime>) -> bool {
        let keys = self.known.load().keys.clone();
        let has_keys = keys.is_some();
        self.known.store(Arc::new(Known { keys, in_outage: true, asked_at }));
        has_keys
    }

    fn tell_outage(&self, fault: &FetchFault, has_keys: bool) {
        tracing::warn!(
            target: "fastjwt", event = "issuer_keys_unavailable", issuer = self.issuer, detail = %fault, has_keys,
            "the issuer's keys can't be fetched"
        );
    }

    /// The next attempt of the task with this number, if nobody has taken its place.
    fn ask_again(self: &Arc<Self>, number: u64) -> Option<Attempt> {
        let mut desk = self.desk();
        (desk.number == number && desk.running().is_none()).then(|| self.begin(&mut desk).0)
    }

    fn begin(self: &Arc<Self>, desk: &mut Desk) -> (Attempt, Running) {
        let began = self.clock.now();
        let before = Known::clone(&self.known.load());
        let former = before.asked_at;
        self.known.store(Arc::new(Known { asked_at: Some(began), ..before }));
        let (end, running) = watch::channel(());
        let number = desk.number;
        let running = Running { end: running, number, former, since: Instant::now() };
        desk.attempt = Some(running.clone());
        (Attempt { shared: Arc::clone(self), number, began, former, has_result: false, _end: end }, running)
    }
}

/// The task: fetches, sleeps until it is time again, and so on.
async fn keep(mut attempt: Attempt) {
    loop {
        let (shared, number) = (Arc::clone(&attempt.shared), attempt.number);
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
            Err(fault) => self.shared.fail(self.number, &fault, Some(self.began)),
        }
    }

    fn succeed(&self, Fetched { set, fresh_for }: Fetched) -> Duration {
        let Shared { issuer, limits, .. } = &*self.shared;
        let fresh_for = fresh_for.unwrap_or(limits.cache_for).clamp(limits.cooldown, MOST_FRESH.max(limits.cooldown));
        // Early enough for a slow answer, or for a second attempt.
        let pause = fresh_for * 3 / 4;
        let (foreign, since) = (set, NumericDate::from(self.began));
        let mut was_in_outage = false;
        let counts = self.shared.learn(self.number, |known| {
            was_in_outage = known.in_outage;
            // What came before and comes again stays the key that it was, and what is known of its tokens with it.
            let own =
                |key: &VerifyingKey| known.keys.as_ref().and_then(|keys| keys.set.own_like(key)).unwrap_or(key).clone();
            let set = KeySet::new(foreign.keys.iter().map(|key| Entry::verifying(own(key), since)).collect());
            let keys = Arc::new(Keys { set, asked_at: self.began, fresh_for });
            Known { keys: Some(keys), in_outage: false, asked_at: Some(self.began) }
        });
        if !counts {
            return pause;
        }
        for skipped in &foreign.skipped {
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
        if foreign.keys.is_empty() {
            tracing::warn!(
                target: "fastjwt", event = "issuer_has_no_keys", issuer,
                "the issuer has no key that can be used: its tokens are refused"
            );
        }
        if was_in_outage {
            tracing::info!(
                target: "fastjwt", event = "issuer_keys_available", issuer, "the issuer's keys can be fetched again"
            );
        }
        pause
    }
}

/// An attempt that is dropped half-way has failed, but the issuer has no part in it: the next one, on another runtime, may begin at once.
impl Drop for Attempt {
    fn drop(&mut self) {
        if !self.has_result {
            // What made it panic would do so again.
            let asked_at = if std::thread::panicking() { Some(self.began) } else { self.former };
            self.shared.fail(self.number, &FetchFault::Ended, asked_at);
        }
    }
}

//! `Patient`: how long a store is waited for, and when it is asked again; the same for every store.

use std::{fmt, future::poll_fn, task::Poll, time::Duration};

use tokio::{runtime::Handle, time::timeout};

use super::{
    Check, End, List, NumericDate, Open, Revoke, Rotate, Rotation, Session, SessionStore, Standing, StoreError,
    StoreFault, StoreFuture,
};

/// A store that is not waited for without end, and is asked again when its answer is lost.
///
/// # Defaults
/// - a caller waits 250 milliseconds at most, so that a store that hangs does not hang the service;
/// - a store that is out of reach or does not answer is asked twice; the time is divided between the two. Every operation of a
///   store can be asked again, and the second answer tells what became of the first;
/// - to open a session, a store that does not answer is waited for the whole time, and not asked again.
///
/// ```
/// use std::time::Duration;
/// use fastjwt::session::{MemoryStore, Patient};
///
/// let store = Patient::new(MemoryStore::default()).timeout(Duration::from_millis(100)).attempts(1);
/// ```
///
/// It keeps time with Tokio's clock, and only when a store does not answer at once. The runtime must have it: `#[tokio::main]`
/// and `enable_all` do.
#[must_use]
pub struct Patient<S> {
    store: S,
    timeout: Duration,
    attempts: u32,
}

impl<S: SessionStore> Patient<S> {
    /// The usual patience with `store`.
    pub fn new(store: S) -> Self {
        Self { store, timeout: Duration::from_millis(250), attempts: 2 }
    }

    /// How long a caller waits for an answer, all attempts together; at least a millisecond.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout.max(Duration::from_millis(1));
        self
    }

    /// How often a store is asked that is out of reach or does not answer; at least once.
    pub fn attempts(mut self, attempts: u32) -> Self {
        self.attempts = attempts.max(1);
        self
    }

    /// Asks again if the store is out of reach, or does not answer in its part of the time.
    fn ask<'a, T: Send + 'a>(&'a self, call: impl Fn() -> StoreFuture<'a, T> + Send + 'a) -> StoreFuture<'a, T> {
        let each = self.timeout / self.attempts;
        self.ask_again(StoreError::is_transient, move || Box::pin(within(each, call())))
    }

    /// Asks again as long as that is worth it.
    fn ask_again<'a, T: Send + 'a>(
        &'a self,
        is_worth_it: fn(&StoreError) -> bool,
        call: impl Fn() -> StoreFuture<'a, T> + Send + 'a,
    ) -> StoreFuture<'a, T> {
        Box::pin(async move {
            let mut attempts_left = self.attempts;
            loop {
                attempts_left = attempts_left.saturating_sub(1);
                match call().await {
                    Err(error) if is_worth_it(&error) && attempts_left > 0 => {
                        tracing::debug!(target: "fastjwt", %error, "a store is asked again");
                    }
                    answer => return answer,
                }
            }
        })
    }
}

/// An answer that is there at once needs neither a timer nor a runtime.
async fn within<T>(limit: Duration, mut answer: StoreFuture<'_, T>) -> Result<T, StoreError> {
    if let Poll::Ready(answer) = poll_fn(|context| Poll::Ready(answer.as_mut().poll(context))).await {
        return answer;
    }
    if Handle::try_current().is_err() {
        return Err(StoreError::new(StoreFault::Refused, "it must be asked in a Tokio runtime"));
    }
    match timeout(limit, answer).await {
        Ok(answer) => answer,
        Err(_) => Err(StoreError::new(StoreFault::TimedOut, "it may have done what it was asked")),
    }
}

impl<S: SessionStore> SessionStore for Patient<S> {
    /// Asks again only what has failed. What has not answered may be done at any time later: if the session that another attempt had opened
    /// has ended by then, it would be there once more, with its first tokens.
    fn open<'a>(&'a self, open: Open<'a>) -> StoreFuture<'a, ()> {
        let has_failed = |error: &StoreError| error.fault() == StoreFault::Unavailable;
        Box::pin(within(self.timeout, self.ask_again(has_failed, move || self.store.open(open))))
    }

    fn rotate<'a>(&'a self, rotate: Rotate<'a>) -> StoreFuture<'a, Rotation> {
        self.ask(move || self.store.rotate(rotate))
    }

    fn check<'a>(&'a self, check: Check<'a>) -> StoreFuture<'a, Standing> {
        self.ask(move || self.store.check(check))
    }

    fn renew<'a>(&'a self, check: Check<'a>, idle_end: NumericDate) -> StoreFuture<'a, Standing> {
        self.ask(move || self.store.renew(check, idle_end))
    }

    fn revoke<'a>(&'a self, revoke: Revoke<'a>) -> StoreFuture<'a, ()> {
        self.ask(move || self.store.revoke(revoke))
    }

    fn end<'a>(&'a self, end: End<'a>) -> StoreFuture<'a, u64> {
        self.ask(move || self.store.end(end))
    }

    fn sessions<'a>(&'a self, list: List<'a>) -> StoreFuture<'a, Vec<Session>> {
        self.ask(move || self.store.sessions(list))
    }

    /// No request waits for it: it may take its time, and is neither ended nor asked again.
    fn purge(&self, now: NumericDate) -> StoreFuture<'_, u64> {
        self.store.purge(now)
    }
}

impl<S> fmt::Debug for Patient<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Patient")
            .field("timeout", &self.timeout)
            .field("attempts", &self.attempts)
            .finish_non_exhaustive()
    }
}

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
///   store can be asked again, and the second answer tells what became of the first.
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

    fn ask<'a, T: Send + 'a>(&'a self, call: impl Fn() -> StoreFuture<'a, T> + Send + 'a) -> StoreFuture<'a, T> {
        let each = self.timeout / self.attempts;
        Box::pin(async move {
            let mut attempts_left = self.attempts;
            loop {
                attempts_left = attempts_left.saturating_sub(1);
                match within(each, call()).await {
                    Err(error) if error.is_transient() && attempts_left > 0 => {
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
    fn open<'a>(&'a self, open: Open<'a>) -> StoreFuture<'a, ()> {
        self.ask(move || self.store.open(open))
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

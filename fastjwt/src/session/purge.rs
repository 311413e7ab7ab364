//! When a store is told to forget what has ended.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use tokio::runtime::Handle;

use super::SessionStore;
use crate::NumericDate;

/// How long what has ended may take room.
const PAUSE: Duration = Duration::from_secs(10 * 60);

/// When the store was last told, in milliseconds since the epoch; zero for never.
///
/// Only what writes makes a store grow, so that a write is the time to look: there is no task that sleeps, none that must be
/// ended with its runtime or its configuration, and no request waits for the work.
#[derive(Debug, Default)]
pub(crate) struct Purge(AtomicU64);

impl Purge {
    /// After something was written: tells the store to forget, in a task of its own, if that was not done just now.
    pub(crate) fn after_write<S: SessionStore + 'static>(&self, store: &Arc<S>, now: NumericDate) {
        let last = self.0.load(Ordering::Relaxed);
        // A clock that was set back must not put it off for longer.
        let is_due = now.as_millis().checked_sub(last).is_none_or(|since| u128::from(since) >= PAUSE.as_millis());
        if !is_due {
            return;
        }
        let Ok(runtime) = Handle::try_current() else { return };
        if self.0.compare_exchange(last, now.as_millis(), Ordering::Relaxed, Ordering::Relaxed).is_err() {
            return; // Another request was quicker.
        }
        let store = Arc::clone(store);
        runtime.spawn(async move {
            match store.purge(now).await {
                Ok(forgotten) => {
                    tracing::debug!(target: "fastjwt", forgotten, "the store has forgotten what has ended");
                }
                // No request is the worse for it, and so nobody else would hear of it until the disk is full.
                Err(error) => tracing::warn!(
                    target: "fastjwt", event = "store_purge_failed", detail = %error,
                    "the store could not forget what has ended, and grows until it can"
                ),
            }
        });
    }
}

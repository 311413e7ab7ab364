//! Rotations of which nobody knows whether the store has done them: their successors, which nobody has got.

use std::{
    collections::HashMap,
    sync::{Mutex, MutexGuard, PoisonError},
};

use super::{NumericDate, RefreshRecord};

/// So many are remembered; a token beyond that has the grace alone.
const MOST: usize = 10_000;

/// What became of the refresh tokens that are not known to be spent, by their ids.
///
/// Whoever comes again with one of them is given that very successor: if the store has installed it, it says so, and if not, it does now.
/// With another one, the token would be a spent one that comes again. Who is given anything for the token takes it out: from then on the
/// successor is somebody's, and the token a spent one like any other.
#[derive(Default)]
pub(crate) struct Unanswered(Mutex<HashMap<String, Successor>>);

struct Successor {
    record: RefreshRecord,
    /// When the token itself ends.
    until: NumericDate,
    /// Whether nobody waits for the answer any more.
    is_lost: bool,
}

impl Unanswered {
    /// The successor of a token that is presented again. It is taken out: of two who present it at once, one is given it.
    pub(super) fn take(&self, presented: &str) -> Option<RefreshRecord> {
        let mut successors = self.successors();
        successors.get(presented).filter(|successor| successor.is_lost)?;
        successors.remove(presented).map(|successor| successor.record)
    }

    /// Remembers the successor of a token that ends at `until`, unless another request waits for one, until it is
    /// [answered](Asked::answered): also if who asks does not wait for the answer.
    pub(super) fn ask<'a>(
        &'a self,
        presented: &'a str,
        record: &'a RefreshRecord,
        until: NumericDate,
        now: NumericDate,
    ) -> Asked<'a> {
        let mut successors = self.successors();
        if successors.len() >= MOST {
            successors.retain(|_, successor| now < successor.until);
        }
        if successors.len() < MOST && !successors.contains_key(presented) {
            successors.insert(presented.to_owned(), Successor { record: record.clone(), until, is_lost: false });
        }
        Asked { unanswered: self, presented, record }
    }

    fn successors(&self) -> MutexGuard<'_, HashMap<String, Successor>> {
        // Nothing in it can be half done.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A rotation that the store is asked for.
pub(super) struct Asked<'a> {
    unanswered: &'a Unanswered,
    presented: &'a str,
    record: &'a RefreshRecord,
}

impl Asked<'_> {
    /// The store has said what became of the token, for whoever else asks, too.
    pub(super) fn answered(self) {
        self.unanswered.successors().remove(self.presented);
    }
}

impl Drop for Asked<'_> {
    fn drop(&mut self) {
        let mut successors = self.unanswered.successors();
        if let Some(known) = successors.get_mut(self.presented).filter(|known| known.record.jti == self.record.jti) {
            known.is_lost = true;
        }
    }
}

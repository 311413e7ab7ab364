//! Rotations of which nobody knows whether the store has done them: their successors, which nobody has got.

use std::{
    collections::HashMap,
    sync::{Mutex, MutexGuard, PoisonError},
};

use super::{NumericDate, RefreshRecord};

/// So many are remembered; a token beyond that has the grace alone.
const MOST: usize = 10_000;

/// What became of the refresh tokens that are not known to be spent.
///
/// Whoever comes again with one of them is given that very successor: if the store has installed it, it says so, and if not, it does now.
/// With another one, the token would be a spent one that comes again. Nothing is given away by it, since nobody was given that successor.
#[derive(Default)]
pub(crate) struct Unanswered(Mutex<HashMap<String, Successor>>);

struct Successor {
    record: RefreshRecord,
    /// When the token itself ends.
    until: NumericDate,
}

impl Unanswered {
    /// The successor of a token that is presented again. It is taken out: of two who present it at once, one is given it.
    pub(super) fn take(&self, presented: &str) -> Option<RefreshRecord> {
        self.successors().remove(presented).map(|successor| successor.record)
    }

    /// Remembers the successor of a token that ends at `until`, unless it is [answered](Asked::answered): also if who asks does not
    /// wait for the answer.
    pub(super) fn ask<'a>(
        &'a self,
        presented: &'a str,
        record: &'a RefreshRecord,
        until: NumericDate,
        now: NumericDate,
    ) -> Asked<'a> {
        Asked { unanswered: self, presented, record, until, now, is_answered: false }
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
    until: NumericDate,
    now: NumericDate,
    is_answered: bool,
}

impl Asked<'_> {
    /// The store has said what became of it.
    pub(super) fn answered(mut self) {
        self.is_answered = true;
    }
}

impl Drop for Asked<'_> {
    fn drop(&mut self) {
        if self.is_answered {
            return;
        }
        let mut successors = self.unanswered.successors();
        if successors.len() >= MOST {
            successors.retain(|_, successor| self.now < successor.until);
        }
        if successors.len() < MOST {
            let successor = Successor { record: self.record.clone(), until: self.until };
            successors.insert(self.presented.to_owned(), successor);
        }
    }
}

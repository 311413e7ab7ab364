//! Rotations of which nobody knows whether the store has done them: their successors, which nobody has got.

use std::{
    collections::HashMap,
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use super::{NumericDate, RefreshRecord};

/// So many are remembered; a token beyond that has the grace alone.
const MOST: usize = 10_000;

/// For so long a successor is remembered: an outage lasts shorter, and another process, which may have given it away by the grace, can't say so.
const LONGEST: Duration = Duration::from_secs(60 * 60);

/// What became of the refresh tokens that are not known to be spent.
///
/// Whoever comes again with one of them is given that very successor: if the store has installed it, it says so, and if not, it does now.
/// With another one, the token would be a spent one that comes again. Nothing is given away by it, since nobody was given that successor.
#[derive(Default)]
pub(crate) struct Unanswered(Mutex<HashMap<String, Presented>>);

/// A refresh token that the store is asked to spend, or was.
#[derive(Default)]
struct Presented {
    /// How many wait for the answer.
    asking: u32,
    /// Whether the store has said to one of them what became of the token: then no successor of it is left that nobody knows of.
    is_settled: bool,
    successor: Option<Successor>,
}

struct Successor {
    record: RefreshRecord,
    asked: NumericDate,
    until: NumericDate,
}

impl Unanswered {
    /// The successor of a token that is presented again. It is taken out: of two who present it at once, one is given it.
    pub(super) fn take(&self, presented: &str, now: NumericDate) -> Option<RefreshRecord> {
        let mut tokens = self.tokens();
        let successor = tokens.get_mut(presented)?.successor.take();
        drop_settled(&mut tokens, presented);
        successor.filter(|successor| now < successor.until).map(|successor| successor.record)
    }

    /// Remembers the successor of a token, unless it is [answered](Asked::answered): also if who asks does not wait for the answer.
    pub(super) fn ask<'a>(&'a self, presented: &'a str, record: &'a RefreshRecord, now: NumericDate) -> Asked<'a> {
        self.tokens().entry(presented.to_owned()).or_default().asking += 1;
        Asked { unanswered: self, presented, record, now, is_answered: false }
    }

    fn tokens(&self) -> MutexGuard<'_, HashMap<String, Presented>> {
        // Nothing in it can be half done.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Forgets a token of which nothing is to be remembered.
fn drop_settled(tokens: &mut HashMap<String, Presented>, presented: &str) {
    if tokens.get(presented).is_some_and(|token| token.asking == 0 && token.successor.is_none()) {
        tokens.remove(presented);
    }
}

/// A rotation that the store is asked for.
pub(super) struct Asked<'a> {
    unanswered: &'a Unanswered,
    presented: &'a str,
    record: &'a RefreshRecord,
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
        let mut tokens = self.unanswered.tokens();
        let is_room = tokens.len() <= MOST || {
            tokens
                .retain(|_, token| token.asking > 0 || token.successor.as_ref().is_some_and(|it| self.now < it.until));
            tokens.len() <= MOST
        };
        let Some(token) = tokens.get_mut(self.presented) else { return };
        token.asking = token.asking.saturating_sub(1);
        token.is_settled |= self.is_answered;
        if token.is_settled {
            // By the grace it may have been given to who asked later.
            token.successor = None;
        } else if is_room && token.successor.as_ref().is_none_or(|known| self.now < known.asked) {
            // Of several, the store has most likely come to the one that was asked for first.
            let until = self.now.saturating_add(LONGEST);
            token.successor = Some(Successor { record: self.record.clone(), asked: self.now, until });
        }
        drop_settled(&mut tokens, self.presented);
    }
}

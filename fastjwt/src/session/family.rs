//! The rules of rotation and checking, as functions of what is kept: for the stores that decide in Rust.

use super::{Check, Ends, Grace, NumericDate, RefreshRecord, Rotate, Rotation, Standing};

/// A session's refresh tokens, as far as they must be known.
///
/// Every other token of the session is a spent one: its signature says that this service made it, and only successors that were
/// installed are ever handed out. So nothing grows with the number of refreshes, and no reuse is forgotten while the session
/// lives.
#[derive(Debug, Clone)]
pub(crate) struct Family {
    pub(crate) current: RefreshRecord,
    pub(crate) previous: Option<Previous>,
    pub(crate) ends: Ends,
    pub(crate) ended_by: Option<Reuse>,
}

/// A session that ended by reuse, until the alarm has been told.
#[derive(Debug, Clone)]
pub(crate) struct Reuse {
    /// The successor of the call that has it to tell.
    pub(crate) call: String,
    /// Since when.
    pub(crate) since: NumericDate,
}

/// The token before the current one.
#[derive(Debug, Clone)]
pub(crate) struct Previous {
    pub(crate) jti: String,
    pub(crate) grace: Option<Grace>,
}

/// What a store has to do about a token that was presented.
#[derive(Debug)]
pub(crate) enum Step {
    /// Spend the current token and install the successor.
    Install,
    /// End the session, or take the alarm over if it has ended, and answer with reuse.
    EndByReuse,
    /// Nothing.
    Answer(Rotation),
}

impl Family {
    pub(crate) fn alive(&self, now: NumericDate) -> bool {
        self.ended_by.is_none() && self.ends.after(now)
    }

    /// The rules of [`Rotation`], in their order.
    pub(crate) fn step(&self, rotate: &Rotate<'_>) -> Step {
        let successor = &rotate.successor.jti;
        if let Some(ended_by) = &self.ended_by {
            return match ended_by {
                Reuse { call, .. } if call == successor => Step::Answer(Rotation::Reuse),
                Reuse { since, .. } if *since <= rotate.overdue => Step::EndByReuse,
                Reuse { .. } => Step::Answer(Rotation::Ended),
            };
        }
        if !self.ends.after(rotate.now) {
            return Step::Answer(Rotation::Ended);
        }
        if self.current.jti == rotate.presented {
            return Step::Install;
        }
        if self.current.jti == *successor {
            return Step::Answer(Rotation::Installed);
        }
        match &self.previous {
            Some(previous) if previous.jti == *successor && !rotate.is_later => Step::Answer(Rotation::Installed),
            Some(Previous { jti, grace: Some(grace) }) if jti == rotate.presented && grace.covers(rotate.now) => {
                Step::Answer(Rotation::Grace(self.current.clone()))
            }
            _ => Step::EndByReuse,
        }
    }

    /// Takes the step [`Step::EndByReuse`].
    pub(crate) fn end_by_reuse(&mut self, rotate: &Rotate<'_>) {
        self.ended_by = Some(Reuse { call: rotate.successor.jti.clone(), since: rotate.now });
    }

    /// Takes the step [`Step::Install`].
    pub(crate) fn install(&mut self, rotate: &Rotate<'_>) {
        let spent = std::mem::replace(&mut self.current, rotate.successor.clone());
        self.previous = Some(Previous { jti: spent.jti, grace: rotate.grace });
        self.ends.idle = rotate.idle_end;
    }
}

/// What a store has on a token that is checked.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Found {
    pub(crate) revoked: bool,
    /// The latest end of a revocation or cut-off that was forgotten.
    pub(crate) forgotten: Option<NumericDate>,
    /// The ends of the token's session, if the subject has it.
    pub(crate) session: Option<Ends>,
    /// Since when it has to be told that the session ended by reuse.
    pub(crate) reused: Option<NumericDate>,
    pub(crate) cut_off: Option<NumericDate>,
}

impl Found {
    /// The rules of [`Standing`], in their order.
    pub(crate) fn standing(self, check: &Check<'_>) -> Standing {
        if self.revoked || self.forgotten.is_some_and(|until| check.expires <= until) {
            return Standing::Revoked;
        }
        if check.session.is_some() {
            return match (self.session, self.reused) {
                (Some(_), Some(since)) => Standing::Reused(since),
                (Some(ends), None) if ends.after(check.now) => Standing::Good(Some(ends)),
                _ => Standing::SessionEnded,
            };
        }
        match self.cut_off {
            Some(before) if check.issued_at.is_none_or(|issued| issued < before) => Standing::CutOff,
            _ => Standing::Good(None),
        }
    }
}

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

/// What is left of revocations and cut-offs that were forgotten, since the tokens that they refused have ended, too.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Forgotten {
    /// The latest end of one.
    pub(crate) until: NumericDate,
    /// When the last one was made.
    pub(crate) made: NumericDate,
}

impl Forgotten {
    /// Whether the token may be one of those, and only seems not to have ended, since a clock was set back. What was issued when they had been
    /// made is none: it was a clock ahead that made a store forget, and is right again.
    fn may_mean(self, check: &Check<'_>) -> bool {
        check.expires <= self.until && check.issued_before_leeway() <= self.made
    }

    /// Of both the later.
    pub(crate) fn or(self, other: Option<Self>) -> Self {
        other.map_or(self, |other| Self { until: self.until.max(other.until), made: self.made.max(other.made) })
    }
}

/// What a store has on a token that is checked.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Found {
    pub(crate) revoked: bool,
    pub(crate) forgotten: Option<Forgotten>,
    /// The ends of the token's session, if the subject has it.
    pub(crate) session: Option<Ends>,
    /// Since when it has to be told that the session ended by reuse.
    pub(crate) reused: Option<NumericDate>,
    pub(crate) cut_off: Option<NumericDate>,
}

impl Found {
    /// The rules of [`Standing`], in their order.
    pub(crate) fn standing(self, check: &Check<'_>) -> Standing {
        if self.revoked || self.forgotten.is_some_and(|forgotten| forgotten.may_mean(check)) {
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

//! What a store keeps and answers: a session, a refresh token without its text, and how things stand.

use super::NumericDate;

/// A login, from its beginning to its end.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Session {
    /// The claim `sid` of its tokens. Random, but no secret: it opens nothing without a signature.
    pub id: String,
    /// When it was opened.
    pub created: NumericDate,
    /// When its tokens were last refreshed; the login counts.
    pub refreshed: NumericDate,
    /// Its end, which nothing moves.
    pub ends: NumericDate,
    /// When it ends if it is not refreshed before.
    pub idle_end: NumericDate,
    /// What the service calls the device, for the person who looks at the list; it may be empty.
    pub device: String,
}

impl Session {
    /// A session that was opened at `created` and ends at `ends`, without an idle end before that.
    #[must_use]
    pub fn new(id: impl Into<String>, created: NumericDate, ends: NumericDate) -> Self {
        Self { id: id.into(), created, refreshed: created, ends, idle_end: ends, device: String::new() }
    }

    /// When it ends, by the earlier of its two ends.
    #[must_use]
    pub fn lives_until(&self) -> NumericDate {
        self.ends.min(self.idle_end)
    }
}

/// What a store knows of a refresh token: enough to sign it once more, and worth nothing without the key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RefreshRecord {
    /// The claim `jti`.
    pub jti: String,
    /// The claim `iat`.
    pub iat: NumericDate,
    /// The claim `exp`.
    pub exp: NumericDate,
}

impl RefreshRecord {
    /// A refresh token by its claims.
    #[must_use]
    pub fn new(jti: impl Into<String>, iat: NumericDate, exp: NumericDate) -> Self {
        Self { jti: jti.into(), iat, exp }
    }
}

/// What became of a refresh token that was presented. The first rule that fits is the answer:
///
/// 1. it ended by [`Reuse`](Self::Reuse), and is still there: the call that found it gets that answer again, and so does one that
///    comes when that is [overdue](super::Rotate::overdue), which is then the one that found it. There is no such session, it
///    has ended, or one of its ends is not after `now`: [`Ended`](Self::Ended);
/// 2. the token is the session's current one: it is spent, the successor is current, [`Installed`](Self::Installed);
/// 3. the successor is the session's current token already, or the one before if the call is no [later](super::Rotate::is_later)
///    one: it is asked again and had succeeded, [`Installed`](Self::Installed);
/// 4. the token is the one before the current, and its grace covers `now`: [`Grace`](Self::Grace);
/// 5. it was spent before: the session ends in the same step, [`Reuse`](Self::Reuse).
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Rotation {
    /// The successor is the session's refresh token now.
    Installed,
    /// This one is, since another call with the same token came first; it is signed once more.
    Grace(RefreshRecord),
    /// The token was spent before, and the session has ended: one call has this to tell, and then asks to
    /// [`end`](super::SessionStore::end) the session, of which nothing is left then.
    Reuse,
    /// There is no session, or no longer.
    Ended,
}

/// How a token stands. The first rule that fits is the answer:
///
/// 1. it is revoked by its issuer and id, or it ended before the end of a revocation that was forgotten, and was not
///    issued after that was made: [`Revoked`](Self::Revoked);
/// 2. its session ended by [`Rotation::Reuse`], and is still there: [`Reused`](Self::Reused);
/// 3. it names a session that the subject does not have, that has ended, or one of whose ends is not after `now`:
///    [`SessionEnded`](Self::SessionEnded);
/// 4. it names no session and was issued before the subject's cut-off: [`CutOff`](Self::CutOff);
/// 5. [`Good`](Self::Good).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Standing {
    /// Nothing is held against it. When its session ends, if it names one.
    Good(Option<Ends>),
    /// It is revoked.
    Revoked,
    /// Its session has ended.
    SessionEnded,
    /// The same, by reuse, which a call has to tell since this moment: whoever sees that it is overdue asks to
    /// [`rotate`](super::SessionStore::rotate), and so takes it over.
    Reused(NumericDate),
    /// All tokens of its subject of that time are refused.
    CutOff,
}

/// When a session ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ends {
    /// Its end, which nothing moves. No token of it should end later.
    pub absolute: NumericDate,
    /// When it ends if it is not refreshed before.
    pub idle: NumericDate,
}

impl Ends {
    pub(crate) fn after(self, now: NumericDate) -> bool {
        now < self.absolute && now < self.idle
    }
}

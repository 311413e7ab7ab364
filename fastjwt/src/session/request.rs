//! What a store is asked: whose, which, and when, all of it as values.

use std::time::{Duration, SystemTime};

use super::{NumericDate, RefreshRecord, Session};
use crate::{Realm, RegisteredClaims, config::MOST_LEEWAY};

/// Whose tokens: a subject of a realm.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Subject<'a> {
    /// The realm's name; empty for the default realm.
    pub realm: &'a str,
    /// The claim `sub`, up to 255 bytes of any text.
    pub id: &'a str,
}

impl<'a> Subject<'a> {
    pub(crate) fn of<R: Realm>(id: &'a str) -> Self {
        Self { realm: R::NAME, id }
    }
}

/// Asks to keep a new session.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct Open<'a> {
    /// Whose session it is.
    pub subject: Subject<'a>,
    /// The session; its `created` and `refreshed` are the moment of the login.
    pub session: &'a Session,
    /// Its first refresh token.
    pub refresh: &'a RefreshRecord,
    /// The time now.
    pub now: NumericDate,
}

impl<'a> Open<'a> {
    /// A session of `subject` with its first refresh token.
    #[must_use]
    pub fn new(subject: Subject<'a>, session: &'a Session, refresh: &'a RefreshRecord, now: NumericDate) -> Self {
        Self { subject, session, refresh, now }
    }
}

/// Asks to spend a refresh token for its successor.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct Rotate<'a> {
    /// Whose session it is.
    pub subject: Subject<'a>,
    /// The session's id, the claim `sid`.
    pub session: &'a str,
    /// The `jti` of the token that was presented. Its signature and claims are good; the store says whether it is spent.
    pub presented: &'a str,
    /// The token that takes its place. Its `jti` was made for this call alone, so that it also tells the call when it is
    /// asked again.
    pub successor: &'a RefreshRecord,
    /// When the presented token, if this call spends it, may come again and is given the same successor; `None` for never.
    pub grace: Option<Grace>,
    /// Until when the session may now idle.
    pub idle_end: NumericDate,
    /// Whether another request asked for this before, and heard nothing: should the successor have been spent since, somebody has got
    /// it, and the presented token is a spent one that comes again.
    pub is_later: bool,
    /// An alarm that another call has to tell since this moment, or longer, is overdue: that call was never heard of, and this
    /// one takes its place.
    pub overdue: NumericDate,
    /// The time now.
    pub now: NumericDate,
}

impl<'a> Rotate<'a> {
    /// A rotation without grace, for which an alarm is overdue after a minute.
    #[must_use]
    pub fn new(
        subject: Subject<'a>,
        session: &'a str,
        presented: &'a str,
        successor: &'a RefreshRecord,
        idle_end: NumericDate,
        now: NumericDate,
    ) -> Self {
        let overdue = now.saturating_sub(Duration::from_secs(60));
        Self { subject, session, presented, successor, grace: None, idle_end, is_later: false, overdue, now }
    }
}

/// The time in which a spent refresh token is given the same successor once more: at `from` or later, before `until`.
///
/// It is fixed when the token is spent, ends with the token, and never moves. It has a beginning so that a clock that is set
/// back does not make it longer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Grace {
    /// Its first moment.
    pub from: NumericDate,
    /// Its end, which does not belong to it.
    pub until: NumericDate,
}

impl Grace {
    pub(crate) fn covers(self, now: NumericDate) -> bool {
        self.from <= now && now < self.until
    }
}

/// Asks how a token stands.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct Check<'a> {
    /// Whose token it is.
    pub subject: Subject<'a>,
    /// The claim `iss`; empty if there is none.
    pub issuer: &'a str,
    /// The claim `jti`. A token without one can't be revoked by itself.
    pub jti: Option<&'a str>,
    /// The session it belongs to, the claim `sid`.
    pub session: Option<&'a str>,
    /// The claim `iat`; a token without one counts as older than any cut-off.
    pub issued_at: Option<NumericDate>,
    /// When the token ends for good, leeway included: the `keep_until` that a revocation of it would have.
    ///
    /// A store that has forgotten a revocation refuses every token that ends no later than it did, and was not issued after it was made:
    /// they have all ended, and where they seem not to have, the clock was set back.
    pub expires: NumericDate,
    /// The time now.
    pub now: NumericDate,
}

impl<'a> Check<'a> {
    /// The check of a token that says nothing but whose it is and when it ends.
    #[must_use]
    pub fn new(subject: Subject<'a>, expires: NumericDate, now: NumericDate) -> Self {
        Self { subject, issuer: "", jti: None, session: None, issued_at: None, expires, now }
    }

    /// The check of a token that was verified. `is_foreign` says that another service issued it, whose sessions are not here.
    pub(crate) fn of<C, R: Realm>(claims: &'a RegisteredClaims<C>, is_foreign: bool, now: NumericDate) -> Self {
        Self {
            issuer: claims.iss.as_deref().unwrap_or_default(),
            jti: claims.jti.as_deref(),
            session: claims.sid.as_deref().filter(|_| !is_foreign),
            issued_at: claims.iat,
            // The longest leeway that any door may have.
            ..Self::new(Subject::of::<R>(&claims.sub), claims.exp.saturating_add(MOST_LEEWAY), now)
        }
    }
}

impl Check<'_> {
    /// When the token was issued, by a clock that is behind as far as one may be.
    pub(crate) fn issued_before_leeway(&self) -> NumericDate {
        self.issued_at.unwrap_or_else(|| SystemTime::UNIX_EPOCH.into()).saturating_sub(MOST_LEEWAY)
    }
}

/// Asks to refuse one token.
///
/// It is named by issuer and id, never by its text: one token can be written in more than one way.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct Revoke<'a> {
    /// Whose token it is.
    pub subject: Subject<'a>,
    /// The claim `iss`; empty if there is none.
    pub issuer: &'a str,
    /// The claim `jti`.
    pub jti: &'a str,
    /// When the token ends for good, leeway included. Until then it is not forgotten.
    pub keep_until: NumericDate,
    /// The time now.
    pub now: NumericDate,
}

impl<'a> Revoke<'a> {
    /// The revocation of a token that names no issuer.
    #[must_use]
    pub fn new(subject: Subject<'a>, jti: &'a str, keep_until: NumericDate, now: NumericDate) -> Self {
        Self { subject, issuer: "", jti, keep_until, now }
    }
}

/// Asks to end sessions.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct End<'a> {
    /// Whose sessions.
    pub subject: Subject<'a>,
    /// Which of them.
    pub which: Which<'a>,
    /// Which tokens without a session are refused as well.
    pub cut_off: Option<CutOff>,
    /// The time now.
    pub now: NumericDate,
}

impl<'a> End<'a> {
    /// Ends these sessions and nothing else.
    #[must_use]
    pub fn new(subject: Subject<'a>, which: Which<'a>, now: NumericDate) -> Self {
        Self { subject, which, cut_off: None, now }
    }
}

/// Which sessions of a subject.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Which<'a> {
    /// The one with this id, if it is the subject's.
    One(&'a str),
    /// All that the store has, whatever their clocks said.
    All,
    /// All but the one with this id.
    AllBut(&'a str),
    /// Those opened before this moment.
    OpenedBefore(NumericDate),
}

/// Refuses a subject's tokens that belong to no session and were issued earlier than a moment.
///
/// Tokens of sessions need none: they end with their session.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CutOff {
    /// Tokens issued before it are refused.
    pub before: NumericDate,
    /// When the last of them has ended, leeway included. Until then the cut-off is not forgotten.
    pub keep_until: NumericDate,
}

/// Asks for the sessions of a subject.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct List<'a> {
    /// Whose sessions.
    pub subject: Subject<'a>,
    /// How many at most; the newest.
    pub limit: u32,
    /// The time now.
    pub now: NumericDate,
}

impl<'a> List<'a> {
    /// The newest sessions of `subject`.
    #[must_use]
    pub fn new(subject: Subject<'a>, limit: u32, now: NumericDate) -> Self {
        Self { subject, limit, now }
    }
}

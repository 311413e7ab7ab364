//! A case: a store, a subject of its own, and requests in few words.

use std::{fmt::Debug, future::poll_fn, pin::Pin, task::Poll};

use crate::{
    entropy::{RandomId, SystemEntropy},
    session::{
        Check, CutOff, End, Ends, Grace, List, NumericDate, Open, RefreshRecord, Revoke, Rotate, Rotation, Session,
        SessionStore, Standing, Subject, Which,
    },
};

/// 2026-01-01T00:00:00Z in milliseconds, where the time of the first rule begins.
const START: u64 = 1_767_225_600_000;

/// How long after a rule's time the next one's begins, in milliseconds: what one lets a store forget does not touch the next.
const ERA: u64 = 24 * 3600 * 1000;

/// How long a case's sessions live, in seconds.
pub(super) const LIFE: u64 = 1000;

pub(super) struct Case<'a> {
    pub(super) store: &'a dyn SessionStore,
    realm: String,
    id: String,
    start: u64,
}

/// Whether what was found is what must be.
#[expect(clippy::needless_pass_by_value, reason = "the rules read better without borrowing")]
pub(super) fn expect<T: PartialEq + Debug>(what: &str, found: T, expected: T) -> Result<(), String> {
    if found == expected { Ok(()) } else { Err(format!("{what}: found {found:?}, expected {expected:?}")) }
}

impl<'a> Case<'a> {
    /// A case for the rule of this number.
    pub(super) fn new(store: &'a dyn SessionStore, number: u64) -> Result<Self, String> {
        let id = RandomId::new(&SystemEntropy).map_err(|error| error.to_string())?;
        Ok(Self { store, realm: String::new(), id: id.as_str().to_owned(), start: START + number * ERA })
    }

    /// The moment so many seconds after the beginning.
    pub(super) fn at(&self, seconds: u64) -> NumericDate {
        self.at_millis(seconds * 1000)
    }

    pub(super) fn at_millis(&self, milliseconds: u64) -> NumericDate {
        NumericDate::from_millis(self.start.saturating_add(milliseconds)).unwrap_or(NumericDate::MAX)
    }

    /// The refresh token of this id, as its claims are at `seconds`.
    pub(super) fn token(&self, jti: &str, seconds: u64) -> RefreshRecord {
        RefreshRecord::new(jti, self.at(seconds), self.at(seconds + 500))
    }

    #[expect(clippy::unnecessary_wraps, reason = "it is what a request takes")]
    pub(super) fn grace(&self, from: u64, until: u64) -> Option<Grace> {
        Some(Grace { from: self.at(from), until: self.at(until) })
    }

    #[expect(clippy::unnecessary_wraps, reason = "it is what a check gives")]
    pub(super) fn ends(&self, absolute: u64, idle: u64) -> Option<Ends> {
        Some(Ends { absolute: self.at(absolute), idle: self.at(idle) })
    }

    /// The same subject in another realm, or another subject.
    pub(super) fn other(&self, realm: &str, suffix: &str) -> Self {
        Self { store: self.store, realm: realm.to_owned(), id: format!("{}{suffix}", self.id), start: self.start }
    }

    pub(super) fn subject(&self) -> Subject<'_> {
        Subject { realm: &self.realm, id: &self.id }
    }

    pub(super) async fn open(&self, session: &Session, refresh: &RefreshRecord) -> Result<(), String> {
        let open = Open::new(self.subject(), session, refresh, session.created);
        self.store.open(open).await.map_err(|error| format!("open: {error}"))
    }

    /// Opens a session at the beginning, with the refresh token `P`.
    pub(super) async fn log_in(&self, id: &str) -> Result<(), String> {
        self.open(&Session::new(id, self.at(0), self.at(LIFE)), &self.token("P", 0)).await
    }

    /// As [`log_in`](Self::log_in), and the session may idle until `idle_end`.
    pub(super) async fn log_in_idling(&self, id: &str, idle_end: u64) -> Result<(), String> {
        let mut session = Session::new(id, self.at(0), self.at(LIFE));
        session.idle_end = self.at(idle_end);
        self.open(&session, &self.token("P", 0)).await
    }

    /// Rotates in the session `sid`, which may then idle to its end.
    pub(super) async fn rotate(
        &self,
        presented: &str,
        successor: &str,
        grace: Option<Grace>,
        now: u64,
    ) -> Result<Rotation, String> {
        let successor = self.token(successor, now);
        let mut rotate = Rotate::new(self.subject(), "sid", presented, &successor, self.at(LIFE), self.at(now));
        rotate.grace = grace;
        self.send(rotate).await
    }

    pub(super) async fn send(&self, rotate: Rotate<'_>) -> Result<Rotation, String> {
        self.store.rotate(rotate).await.map_err(|error| format!("rotate: {error}"))
    }

    /// The check of a token of a session, or of none.
    pub(super) fn token_of<'c>(&'c self, session: Option<&'c str>, jti: Option<&'c str>, now: u64) -> Check<'c> {
        let mut check = Check::new(self.subject(), self.at(now + 100), self.at(now));
        check.session = session;
        check.jti = jti;
        check.issued_at = Some(self.at(now));
        check
    }

    pub(super) async fn standing(&self, check: Check<'_>) -> Result<Standing, String> {
        self.store.check(check).await.map_err(|error| format!("check: {error}"))
    }

    pub(super) async fn session_standing(&self, session: &str, now: u64) -> Result<Standing, String> {
        self.standing(self.token_of(Some(session), Some("access"), now)).await
    }

    pub(super) async fn renew(&self, check: Check<'_>, idle_end: u64) -> Result<Standing, String> {
        self.store.renew(check, self.at(idle_end)).await.map_err(|error| format!("renew: {error}"))
    }

    pub(super) async fn revoke(&self, issuer: &str, jti: &str, keep_until: u64, now: u64) -> Result<(), String> {
        let mut revoke = Revoke::new(self.subject(), jti, self.at(keep_until), self.at(now));
        revoke.issuer = issuer;
        self.store.revoke(revoke).await.map_err(|error| format!("revoke: {error}"))
    }

    pub(super) async fn end(&self, which: Which<'_>, now: u64) -> Result<u64, String> {
        self.store.end(End::new(self.subject(), which, self.at(now))).await.map_err(|error| format!("end: {error}"))
    }

    /// Refuses tokens without a session issued before `before`, and ends no session that there is.
    pub(super) async fn cut_off(&self, before: u64, keep_until: u64, now: u64) -> Result<(), String> {
        let mut end = End::new(self.subject(), Which::One("no such session"), self.at(now));
        end.cut_off = Some(CutOff { before: self.at(before), keep_until: self.at(keep_until) });
        self.store.end(end).await.map(|_| ()).map_err(|error| format!("end: {error}"))
    }

    pub(super) async fn sessions(&self, limit: u32, now: u64) -> Result<Vec<Session>, String> {
        let list = List::new(self.subject(), limit, self.at(now));
        self.store.sessions(list).await.map_err(|error| format!("sessions: {error}"))
    }

    pub(super) async fn ids(&self, now: u64) -> Result<Vec<String>, String> {
        Ok(self.sessions(100, now).await?.into_iter().map(|session| session.id).collect())
    }

    pub(super) async fn purge(&self, now: u64) -> Result<(), String> {
        self.store.purge(self.at(now)).await.map(|_| ()).map_err(|error| format!("purge: {error}"))
    }
}

/// A call that is under way.
pub(super) type Call<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// Waits for all of them at once.
pub(super) async fn together<T>(mut waiting: Vec<Call<'_, T>>) -> Vec<T> {
    let mut done = Vec::with_capacity(waiting.len());
    poll_fn(|context| {
        waiting.retain_mut(|future| match future.as_mut().poll(context) {
            Poll::Ready(output) => {
                done.push(output);
                false
            }
            Poll::Pending => true,
        });
        if waiting.is_empty() { Poll::Ready(()) } else { Poll::Pending }
    })
    .await;
    done
}

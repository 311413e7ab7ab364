//! How the roads ask the store: what it can't tell is 503 and an event, and what was written may let it forget.

use super::{
    Check, End, Ends, List, NumericDate, Open, RefreshRecord, Revoke, Rotate, Rotation, Session, SessionStore as _,
    Standing, StoreError, StoreFault, Subject, Which,
    event::{self, Whose},
    pair::new_id,
};
use crate::{ErrorKind, MachineFault, TokenFault, UsageFault, config::Sessions, config::Settings};

impl Settings {
    /// The sessions, for who can't do without.
    pub(crate) fn sessions(&self) -> Result<&Sessions, UsageFault> {
        self.sessions.as_ref().ok_or(UsageFault::NoSessionStore)
    }
}

impl Sessions {
    pub(crate) async fn open(&self, open: Open<'_>) -> Result<(), ErrorKind> {
        self.store.open(open).await.map_err(|error| lost("open", &error))?;
        self.purge.after_write(&self.store, open.now);
        Ok(())
    }

    pub(crate) async fn rotate(&self, rotate: Rotate<'_>) -> Result<Rotation, ErrorKind> {
        let rotation = self.store.rotate(rotate).await.map_err(|error| lost("rotate", &error))?;
        self.purge.after_write(&self.store, rotate.now);
        Ok(rotation)
    }

    /// Tells of a reuse that was found in a session by this token, and lets the store forget the session, so that nobody tells it
    /// again. If that fails, it is rather told twice than never.
    pub(crate) async fn alarm(&self, subject: Subject<'_>, sid: &str, jti: &str, now: NumericDate) {
        event::refresh_reused(Whose { realm: subject.realm, sub: subject.id, sid: Some(sid) }, jti);
        if let Err(error) = self.store.end(End::new(subject, Which::One(sid), now)).await {
            event::store_unavailable("end", &error);
        }
    }

    /// From when on an alarm is overdue: the call that had it to tell was never heard of.
    pub(crate) fn overdue(&self, config: &Settings, now: NumericDate) -> NumericDate {
        // The machines' clocks may differ.
        now.saturating_sub(self.alarm_wait).saturating_sub(config.leeway)
    }

    /// The ends of the session of a token that is good; `None` if it names none.
    pub(crate) async fn check(&self, config: &Settings, check: Check<'_>) -> Result<Option<Ends>, Unchecked> {
        let answer = self.store.check(check).await;
        self.heed(config, &answer, check).await;
        judge(answer, &check, "check")
    }

    /// As [`check`](Self::check), and the session idles until `idle_end`.
    #[cfg(feature = "axum")]
    pub(crate) async fn renew(
        &self,
        config: &Settings,
        check: Check<'_>,
        idle_end: NumericDate,
    ) -> Result<Option<Ends>, Unchecked> {
        let answer = self.store.renew(check, idle_end).await;
        self.heed(config, &answer, check).await;
        judge(answer, &check, "renew")
    }

    /// Takes an alarm over that is overdue: the doors refuse all tokens of its session, so that no refresh would come upon it.
    ///
    /// The session has ended, so that asking to rotate in it installs nothing. Should this call be lost as well, another one takes
    /// its place.
    async fn heed(&self, config: &Settings, answer: &Result<Standing, StoreError>, check: Check<'_>) {
        let Ok(Standing::Reused(since)) = answer else { return };
        let overdue = self.overdue(config, check.now);
        let Some(sid) = check.session.filter(|_| *since <= overdue) else { return };
        let Ok(call) = new_id(config) else { return };
        let call = RefreshRecord::new(call, check.now, check.now);
        let jti = check.jti.unwrap_or_default();
        let mut rotate = Rotate::new(check.subject, sid, jti, &call, check.now, check.now);
        rotate.overdue = overdue;
        match self.store.rotate(rotate).await {
            Ok(Rotation::Reuse) => self.alarm(check.subject, sid, jti, check.now).await,
            Ok(_) => {}
            Err(error) => event::store_unavailable("rotate", &error),
        }
    }

    pub(crate) async fn revoke(&self, revoke: Revoke<'_>) -> Result<(), ErrorKind> {
        self.store.revoke(revoke).await.map_err(|error| lost("revoke", &error))?;
        self.purge.after_write(&self.store, revoke.now);
        Ok(())
    }

    /// How many sessions that lived were ended.
    pub(crate) async fn end(&self, end: End<'_>) -> Result<u64, ErrorKind> {
        let ended = self.store.end(end).await.map_err(|error| lost("end", &error))?;
        self.purge.after_write(&self.store, end.now);
        Ok(ended)
    }

    pub(crate) async fn list(&self, list: List<'_>) -> Result<Vec<Session>, ErrorKind> {
        self.store.sessions(list).await.map_err(|error| lost("sessions", &error))
    }
}

/// Why a token that was checked is not good.
pub(crate) enum Unchecked {
    /// The store says so.
    Refused(TokenFault),
    /// The store can't tell.
    Unknown,
}

impl From<Unchecked> for ErrorKind {
    fn from(unchecked: Unchecked) -> Self {
        match unchecked {
            Unchecked::Refused(fault) => fault.into(),
            Unchecked::Unknown => MachineFault::Unavailable.into(),
        }
    }
}

fn judge(
    answer: Result<Standing, StoreError>,
    check: &Check<'_>,
    operation: &'static str,
) -> Result<Option<Ends>, Unchecked> {
    match answer {
        Ok(Standing::Good(ends)) => match (check.session, ends) {
            (None, _) => Ok(None),
            // Whatever a store makes of it: nothing is good beyond the ends that it names itself.
            (Some(_), Some(ends)) if ends.after(check.now) => Ok(Some(ends)),
            (Some(_), Some(_)) => Err(Unchecked::Refused(TokenFault::SessionEnded)),
            (Some(_), None) => {
                let error = StoreError::new(StoreFault::Garbage, "a session that is good must have its ends");
                event::store_unavailable(operation, &error);
                Err(Unchecked::Unknown)
            }
        },
        Ok(Standing::Revoked | Standing::CutOff) => Err(Unchecked::Refused(TokenFault::Revoked)),
        Ok(Standing::SessionEnded | Standing::Reused(_)) => Err(Unchecked::Refused(TokenFault::SessionEnded)),
        Err(error) => {
            event::store_unavailable(operation, &error);
            Err(Unchecked::Unknown)
        }
    }
}

pub(crate) fn lost(operation: &'static str, error: &StoreError) -> ErrorKind {
    event::store_unavailable(operation, error);
    MachineFault::Unavailable.into()
}

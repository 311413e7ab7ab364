//! How the roads ask the store: what it can't tell is 503 and an event, and what was written may let it forget.

use super::{
    Check, End, Ends, List, Open, Revoke, Rotate, Rotation, Session, SessionStore as _, Standing, StoreError,
    StoreFault, event,
};
use crate::{ErrorKind, MachineFault, NumericDate, TokenFault, UsageFault, config::Sessions, config::Settings};

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

    /// The ends of the session of a token that is good; `None` if it names none.
    pub(crate) async fn check(&self, check: Check<'_>) -> Result<Option<Ends>, Unchecked> {
        judge(self.store.check(check).await, &check, "check")
    }

    /// As [`check`](Self::check), and the session idles until `idle_end`.
    #[expect(dead_code, reason = "the layer that renews cookies asks this")]
    pub(crate) async fn renew(&self, check: Check<'_>, idle_end: NumericDate) -> Result<Option<Ends>, Unchecked> {
        judge(self.store.renew(check, idle_end).await, &check, "renew")
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
        Ok(Standing::SessionEnded) => Err(Unchecked::Refused(TokenFault::SessionEnded)),
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

//! What takes tokens back: one token, one session, all sessions of a subject; and the list of them.

use std::{
    fmt::{Display, Write as _},
    time::{Duration, SystemTime},
};

use super::{
    CutOff, End, List, Revoke, Session, Subject, Which,
    event::{self, Whose},
};
use crate::{
    ClaimFault, Claims, Error, ErrorKind, FastJwt, LogoutToken, NumericDate, Realm, RegisteredClaims, TokenFault,
    TokenKind, TokenPayload, UsageFault,
    config::{MOST_LEEWAY, Settings},
};

/// How many sessions are listed at most.
const MOST_LISTED: u32 = 1000;

impl<R: Realm> FastJwt<R> {
    /// Logs out: ends the session of the token; one without a session is revoked by itself.
    ///
    /// That the session has ended before, or that the token has expired, makes no difference (RFC 7009 section 2.2).
    ///
    /// # Errors
    /// [`ErrorKind::Machine`] if the store is out of reach: the session may live on. [`ErrorKind::Usage`] without a session
    /// store, and for a token without a session that has no `jti` either.
    pub async fn log_out(&self, token: &LogoutToken<R>) -> Result<(), Error> {
        take_back::<_, R>(self.config(), token.claims(), Reach::Session).await.map_err(|kind| self.error(kind))
    }

    /// Refuses this token from now on, at every door that asks the store. Of a refresh token the session ends, since that is what
    /// it stands for.
    ///
    /// # Errors
    /// As [`log_out`](Self::log_out).
    pub async fn revoke<C: Claims>(&self, payload: &TokenPayload<C, R>) -> Result<(), Error> {
        let reach = if payload.kind == TokenKind::Refresh { Reach::Session } else { Reach::Token };
        take_back::<C, R>(self.config(), payload, reach).await.map_err(|kind| self.error(kind))
    }

    /// Ends a session of a subject, with all its tokens: whether there was one that lived.
    ///
    /// A session of another subject is none: the id may come from a request as it is. Where the store's answer was lost and it was asked
    /// again, one that it had ended the first time is none any more.
    ///
    /// # Errors
    /// [`ErrorKind::Machine`] if the store is out of reach, [`ErrorKind::Usage`] without a session store.
    pub async fn end_session(&self, sub: impl Display, session_id: &str) -> Result<bool, Error> {
        let ended = self.end(Ending { sub: text(&sub), which: Which::One(session_id), before: None }).await?;
        Ok(ended > 0)
    }

    /// Ends all sessions of a subject, and refuses all its tokens without a session that were issued until now: how many sessions
    /// there were.
    ///
    /// Tokens without a session are refused for [`max_token_lifetime`](crate::Builder::max_token_lifetime), by when those of this
    /// service have ended; tokens of a trusted issuer that live longer would be good again. Those of this very second are refused,
    /// too. What counts is their `iat`: one from a machine whose clock is ahead of this one's is newer than it looks, by as much.
    ///
    /// # Errors
    /// As [`end_session`](Self::end_session).
    pub async fn end_all_sessions(&self, sub: impl Display) -> Result<u64, Error> {
        self.end(Ending { sub: text(&sub), which: Which::All, before: Some(self.next_second()) }).await
    }

    /// As [`end_all_sessions`](Self::end_all_sessions), but the session of this token goes on.
    ///
    /// # Errors
    /// As [`end_session`](Self::end_session); [`ErrorKind::Token`] if the token belongs to no session.
    pub async fn end_other_sessions<C: Claims>(&self, payload: &TokenPayload<C, R>) -> Result<u64, Error> {
        let sid = session_of(self.config(), payload).ok_or_else(|| {
            let fault = TokenFault::Claims(ClaimFault::Missing(Some("sid")));
            self.error(fault)
        })?;
        let before = Some(self.next_second());
        self.end(Ending { sub: payload.sub.clone(), which: Which::AllBut(sid), before }).await
    }

    /// As [`end_all_sessions`](Self::end_all_sessions), for what was opened or issued before a moment: for a password that was
    /// changed then, or an account that was in other hands until then. Where the clocks of several machines differ, give a moment later by
    /// that much: what was opened in between has to log in again.
    ///
    /// # Errors
    /// As [`end_session`](Self::end_session).
    pub async fn end_sessions_before(&self, sub: impl Display, moment: SystemTime) -> Result<u64, Error> {
        let moment = NumericDate::from(moment);
        // Tokens tell the second in which they were issued; of those of the last one nobody knows whether it was before.
        let whole = moment.floor();
        let before = if whole == moment { whole } else { whole.saturating_add(Duration::from_secs(1)) };
        self.end(Ending { sub: text(&sub), which: Which::OpenedBefore(moment), before: Some(before) }).await
    }

    /// The sessions of a subject that live, newest first; the newest 1,000 of them.
    ///
    /// # Errors
    /// As [`end_session`](Self::end_session).
    pub async fn sessions(&self, sub: impl Display) -> Result<Vec<Session>, Error> {
        let (sub, config) = (text(&sub), self.config());
        let now = NumericDate::from(config.clock.now());
        let sessions = config.sessions().map_err(|fault| self.error(fault))?;
        let list = List::new(Subject::of::<R>(&sub), MOST_LISTED, now);
        sessions.list(list).await.map_err(|kind| self.error(kind))
    }

    /// The first moment of which no token that is there can say that it was issued then.
    fn next_second(&self) -> NumericDate {
        NumericDate::from(self.config().clock.now()).floor().saturating_add(Duration::from_secs(1))
    }

    async fn end(&self, ending: Ending<'_>) -> Result<u64, Error> {
        end::<R>(self.config(), ending).await.map_err(|kind| self.error(kind))
    }
}

/// What is ended.
struct Ending<'a> {
    sub: String,
    which: Which<'a>,
    /// Tokens without a session that were issued before it are refused.
    before: Option<NumericDate>,
}

async fn end<R: Realm>(config: &Settings, Ending { sub, which, before }: Ending<'_>) -> Result<u64, ErrorKind> {
    let sessions = config.sessions()?;
    let now = NumericDate::from(config.clock.now());
    let mut end = End::new(Subject::of::<R>(&sub), which, now);
    end.cut_off = before.map(|before| CutOff {
        before,
        keep_until: before.max(now).saturating_add(config.max_token_lifetime).saturating_add(MOST_LEEWAY),
    });
    let ended = sessions.end(end).await?;
    let (which, sid) = match which {
        Which::One(sid) => ("one", Some(sid)),
        Which::All => ("all", None),
        Which::AllBut(sid) => ("others", Some(sid)),
        Which::OpenedBefore(_) => ("before", None),
    };
    // The name of a session that is none came from a request, and may be anything.
    let sid = sid.filter(|_| ended > 0);
    event::sessions_ended(Whose { realm: R::NAME, sub: &sub, sid }, which, ended);
    Ok(ended)
}

/// What goes with a token.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Reach {
    Token,
    Session,
}

async fn take_back<C, R: Realm>(
    config: &Settings,
    claims: &RegisteredClaims<C>,
    reach: Reach,
) -> Result<(), ErrorKind> {
    if let (Reach::Session, Some(sid)) = (reach, session_of(config, claims)) {
        let ending = Ending { sub: claims.sub.clone(), which: Which::One(sid), before: None };
        return end::<R>(config, ending).await.map(|_| ());
    }
    let sessions = config.sessions()?;
    let now = NumericDate::from(config.clock.now());
    let Some(jti) = claims.jti.as_deref() else { return Err(UsageFault::NotRevocable.into()) };
    let keep_until = claims.exp.saturating_add(MOST_LEEWAY);
    // What has ended everywhere needs no entry.
    if now < keep_until {
        let mut revoke = Revoke::new(Subject::of::<R>(&claims.sub), jti, keep_until, now);
        revoke.issuer = claims.iss.as_deref().unwrap_or_default();
        sessions.revoke(revoke).await?;
    }
    let whose = Whose { realm: R::NAME, sub: &claims.sub, sid: claims.sid.as_deref() };
    event::token_revoked(whose, jti, claims.kind);
    Ok(())
}

/// The session here that a token belongs to: a trusted issuer's `sid` is one of its own.
fn session_of<'a, C>(config: &Settings, claims: &'a RegisteredClaims<C>) -> Option<&'a str> {
    claims.sid.as_deref().filter(|_| !config.is_foreign(claims.iss.as_deref()))
}

/// A subject as it stands in tokens; one that can't be displayed is nobody's.
fn text(sub: &dyn Display) -> String {
    let mut text = String::new();
    match write!(text, "{sub}") {
        Ok(()) => text,
        Err(_) => String::new(),
    }
}

//! The refresh: a refresh token is spent for its successor and a new access token, once.

use std::time::Duration;

use super::{
    Check, Ends, Grace, Rotate, Rotation, StoreError, StoreFault, Subject, asking,
    event::{self, Whose},
    pair::{PairDraft, SignedPair},
    renewal::{Presented, Renewal},
};
use crate::{
    ClaimFault, ClaimMap, Claims, Error, ErrorKind, FastJwt, NoClaims, NumericDate, Realm, RefreshToken,
    RegisteredClaims, TokenFault, TokenKind, TokenPair, TokenPayload, UsageFault,
    claims::read::{self, Found},
    config::Settings,
    event::About,
    issue::{Draft, Lifetime},
};

/// Between the look at the clock and what the store does less time passes than this.
const LEAST_SLACK: Duration = Duration::from_secs(10);

/// What a payload keeps of a refresh token, so that it can be refreshed whatever the type as which its claims were read.
#[derive(Clone)]
pub(crate) struct Refreshable {
    /// The payload as it was signed.
    pub(crate) json: Vec<u8>,
    /// The ends of its session, if the store was asked.
    pub(crate) ends: Option<Ends>,
}

impl<R: Realm> FastJwt<R> {
    /// Spends a refresh token for the next pair of its session; the payload is what a door for refresh tokens let in.
    ///
    /// ```
    /// use axum::extract::State;
    /// use fastjwt::{Error, FastJwt, TokenPayload, TokenResponse, refresh_token_required};
    ///
    /// #[refresh_token_required]
    /// async fn refresh(State(jwt): State<FastJwt>, payload: TokenPayload) -> Result<TokenResponse, Error> {
    ///     Ok(jwt.refresh(&payload).await?.into())
    /// }
    /// ```
    ///
    /// The new tokens say what the refresh token says: scopes, audience, client, csrf value, `auth_time`, and the extra claims,
    /// whatever the type of the payload; [`OnRefresh`](crate::OnRefresh) may change these. The access token is not fresh. The
    /// refresh token lives as long as the one before it did, and neither outlives the session.
    ///
    /// A token works once. Within [`refresh_grace`](crate::Builder::refresh_grace) of that it gets the same successor again, as
    /// long as that is not spent itself. Later the session ends: somebody else has the token, too (RFC 9700 section 4.14.2). The
    /// event `refresh_reused` tells of it: once, or, if the answer of the store was lost, as soon as one of the session's tokens comes after that.
    ///
    /// # Errors
    /// [`ErrorKind::Token`] if the token is spent, its session has ended, or it belongs to none; [`ErrorKind::Denied`] if a hook
    /// refuses; [`ErrorKind::Machine`] if the store is out of reach. In these two cases the token is not lost to the client, who
    /// may come again with it. A store that was out of reach may have done what its answer did not come back from: this process remembers
    /// the successor that nobody was given, up to 10,000 of them; another one gives it within
    /// [`refresh_grace`](crate::Builder::refresh_grace). [`ErrorKind::Usage`] without a session store.
    pub async fn refresh<C: Claims>(&self, payload: &TokenPayload<C, R>) -> Result<TokenPair, Error> {
        let refreshed = refresh(self.config(), payload).await;
        refreshed.map_err(|kind| of_its_cookie(self.refuse(kind, About::payload(payload)), payload))
    }
}

/// An answer may take the cookie of a dead token away.
#[cfg(feature = "axum")]
fn of_its_cookie<C, R>(error: Error, payload: &TokenPayload<C, R>) -> Error {
    let is_cookie = payload.location() == Some(crate::Location::Cookie);
    error.of_cookie(is_cookie.then_some(payload.kind))
}

#[cfg(not(feature = "axum"))]
fn of_its_cookie<C, R>(error: Error, _: &TokenPayload<C, R>) -> Error {
    error
}

async fn refresh<C: Claims, R: Realm>(config: &Settings, payload: &TokenPayload<C, R>) -> Result<TokenPair, ErrorKind> {
    let sessions = config.sessions()?;
    let now = NumericDate::from(config.clock.now());
    let Spendable { sid, jti: spent, json, ends } = Spendable::of(payload, now)?;
    let ends = if let Some(ends) = ends {
        ends
    } else {
        // The door did not ask.
        let ends = sessions.check(config, Check::of::<C, R>(payload, false, now)).await?;
        ends.ok_or(TokenFault::SessionEnded)?
    };
    if ends.absolute.floor() <= now.floor() {
        // Less than a second of it is left: none for a token.
        return Err(TokenFault::SessionEnded.into());
    }

    let claims = payload.with_extra(NoClaims::default());
    let mut renewal = Renewal::new(draft_of(&claims, json, config, now)?, &claims.scopes);
    let presented = Presented {
        config,
        claims: &claims,
        json,
        #[cfg(feature = "axum")]
        location: payload.location(),
    };
    presented.ask(&sessions.hooks, &mut renewal).await?;
    // What was asked may have taken long. The grace begins when the token is spent, and a session that has ended since is none.
    let now = NumericDate::from(config.clock.now()).max(now);
    if ends.absolute.floor() <= now.floor() {
        return Err(TokenFault::SessionEnded.into());
    }
    let access_lifetime = renewal.access_lifetime;
    let refresh = renewal.into_draft();
    let access = Draft { lifetime: access_lifetime, ..refresh.clone() };
    let mut draft = PairDraft { access, refresh, extra: &NoClaims::default() };
    draft.bind(config, sid, now, ends.absolute, claims.csrf)?;
    let successor = draft.refresh.clone();
    // Before anything is spent: what can't be signed, or a browser would drop, must not cost the client its token.
    let signed = draft.sign::<R>(config)?;
    #[cfg(feature = "axum")]
    if payload.location() == Some(crate::Location::Cookie) {
        signed.check_cookies(config)?;
    }
    let SignedPair { access, refresh, record, kid } = signed;
    let lost = sessions.unanswered.take(spent);
    let is_later = lost.is_some();
    let (refresh, record) = match lost {
        Some(earlier) => (sign_again::<R>(config, successor.clone(), earlier.clone())?, earlier),
        None => (refresh, record),
    };

    let idle = sessions.idle_timeout.unwrap_or(record.exp.saturating_duration_since(record.iat));
    let idle_end = ends.absolute.min(now.saturating_add(idle));
    let mut rotate = Rotate::new(Subject::of::<R>(&claims.sub), sid, spent, &record, idle_end, now);
    rotate.grace = (!sessions.grace.is_zero()).then(|| Grace {
        // Of two requests at once, the later one may have looked at the clock first, and its machine's may be behind this one's.
        from: now.saturating_sub(config.leeway.max(LEAST_SLACK)),
        until: claims.exp.min(now.saturating_add(sessions.grace)),
    });
    rotate.is_later = is_later;
    rotate.overdue = sessions.overdue(config, now);
    let whose = Whose { realm: R::NAME, sub: &claims.sub, sid: Some(sid) };
    let asked = sessions.unanswered.ask(spent, &record, claims.exp, now);
    let rotation = sessions.rotate(rotate).await?;
    asked.answered();
    let (refresh, jti, in_grace) = match rotation {
        Rotation::Installed => (refresh, record.jti, false),
        Rotation::Grace(record) => {
            let jti = record.jti.clone();
            (sign_again::<R>(config, successor, record)?, jti, true)
        }
        Rotation::Reuse => {
            sessions.alarm(rotate.subject, sid, spent, now).await;
            return Err(TokenFault::Reused.into());
        }
        Rotation::Ended => return Err(TokenFault::SessionEnded.into()),
    };
    event::refresh(whose, spent, &jti, &kid, in_grace);
    Ok(TokenPair { access, refresh, session_id: sid.to_owned() })
}

/// A refresh token with all that it takes to be spent.
struct Spendable<'a> {
    sid: &'a str,
    jti: &'a str,
    json: &'a [u8],
    ends: Option<Ends>,
}

impl<'a> Spendable<'a> {
    fn of<C, R>(payload: &'a TokenPayload<C, R>, now: NumericDate) -> Result<Self, ErrorKind> {
        if payload.kind != TokenKind::Refresh {
            return Err(TokenFault::WrongKind { expected: TokenKind::Refresh }.into());
        }
        // Its own issuer needs no leeway; and nobody may spend it for good by coming in the leeway (after the grace is over).
        if now >= payload.exp {
            return Err(TokenFault::Expired { at: payload.exp }.into());
        }
        let missing = |claim| TokenFault::Claims(ClaimFault::Missing(Some(claim)));
        let Some(Refreshable { json, ends }) = payload.refreshable() else {
            let reason = "the refresh token was verified by an instance that has no session store";
            return Err(UsageFault::CannotIssue(reason.to_owned()).into());
        };
        Ok(Self {
            sid: payload.sid.as_deref().ok_or_else(|| missing("sid"))?,
            jti: payload.jti.as_deref().ok_or_else(|| missing("jti"))?,
            json,
            ends: *ends,
        })
    }
}

/// What the refresh token says, for a successor that lives as long as it was to live.
fn draft_of(claims: &RegisteredClaims, json: &[u8], config: &Settings, now: NumericDate) -> Result<Draft, ErrorKind> {
    let extra = read::read::<ClaimMap>(json, &mut Found::default()).map_err(TokenFault::from)?;
    let mut draft = Draft::of(claims, extra, now);
    if let Some(iat) = claims.iat {
        draft.lifetime = Lifetime::For(claims.exp.saturating_duration_since(iat).min(config.max_token_lifetime));
    }
    Ok(draft)
}

/// The successor that was installed by another call with the same token, by what the store knows of it.
fn sign_again<R: Realm>(
    config: &Settings,
    mut draft: Draft,
    record: super::RefreshRecord,
) -> Result<RefreshToken, ErrorKind> {
    if record.jti.is_empty() || record.exp <= record.iat {
        let error = StoreError::new(StoreFault::Garbage, "a refresh token must have an id and end after it was issued");
        return Err(asking::lost("rotate", &error));
    }
    draft.auth_time = draft.auth_time.map(|moment| moment.min(record.iat));
    draft.session.jti = Some(record.jti);
    draft.session.issued_at = Some(record.iat);
    draft.lifetime = Lifetime::Until(record.exp.min(record.iat.saturating_add(config.max_token_lifetime)).into());
    draft.sign::<_, _, R>(config, &NoClaims::default())
}

//! From a token that is about to end to the cookies of its follower.

use crate::{
    AccessToken, ErrorKind, FastJwt, MachineFault, NoClaims, NumericDate, Realm, SetCookies, TokenKind, UsageFault,
    access::renewable::Renewable,
    issue::{Draft, Lifetime},
    session::{
        event::{self, Whose},
        pair::new_id,
        renewal::Renewal,
    },
};

/// Whether it is time to renew the token, as far as it says itself.
pub(super) fn is_due<R: Realm>(jwt: &FastJwt<R>, candidate: &Renewable<R>) -> bool {
    let config = jwt.config();
    config
        .implicit_refresh
        .end(candidate.claims(), config.access_token_expires_in, NumericDate::from(config.clock.now()))
        .is_some()
}

/// The cookies of the token's follower, by what the time, the store, the service's own checks and its hooks say now; `None` if it gets none.
pub(super) async fn renew<R: Realm>(jwt: &FastJwt<R>, candidate: Renewable<R>) -> Option<SetCookies> {
    match try_renew(jwt, candidate).await {
        Ok(cookies) => cookies,
        Err(reason) => {
            tell(jwt, reason);
            None
        }
    }
}

async fn try_renew<R: Realm>(jwt: &FastJwt<R>, candidate: Renewable<R>) -> Result<Option<SetCookies>, ErrorKind> {
    let config = jwt.config();
    let claims = candidate.claims().clone();
    let now = NumericDate::from(config.clock.now());
    let Some(end) = config.implicit_refresh.end(&claims, config.access_token_expires_in, now) else { return Ok(None) };
    // What belongs to no session is cut off by when it was issued (`end_sessions_before`): a copy that was renewed in between is no newer
    // login than the token was.
    let is_cut_off_by_age = config.sessions.is_some() && claims.sid.is_none();
    let issued_at = claims.iat.filter(|_| is_cut_off_by_age).unwrap_or(now);
    let end = end.min(issued_at.saturating_add(config.max_token_lifetime).floor());
    if end <= claims.exp {
        return Ok(None);
    }
    let (extra, ends) = candidate.confirm(jwt, now).await?;
    let mut renewal = Renewal::new(Draft::of(&claims, extra, now), &claims.scopes);
    if let Some(sessions) = &config.sessions {
        candidate.presented(config).ask(&sessions.hooks, &mut renewal).await?;
    }
    let end = ends.map_or(end, |ends| end.min(ends.absolute.floor()));
    let end = match renewal.access_lifetime {
        Lifetime::For(lifetime) => end.min(now.saturating_add(lifetime).floor()),
        _ => end,
    };
    if end <= claims.exp {
        return Ok(None);
    }
    let jti = new_id(config)?;
    let mut draft = renewal.into_draft();
    draft.lifetime = Lifetime::Until(end.into());
    draft.session.sid.clone_from(&claims.sid);
    draft.session.jti = Some(jti.clone());
    draft.session.issued_at = Some(issued_at);
    // The time first: a key that is retired in between still knows of this token.
    let times = draft.times(TokenKind::Access, config)?;
    let keys = config.keys.load();
    let key = keys.signing().ok_or(UsageFault::NoSigningKey)?;
    let token: AccessToken = draft.sign_with::<_, _, R>(config, key, times, &NoClaims::default())?;
    let cookies = jwt.access_cookies(&token).map_err(|error| error.kind().clone())?;
    let whose = Whose { realm: R::NAME, sub: &claims.sub, sid: claims.sid.as_deref() };
    event::implicit_refresh(whose, claims.jti.as_deref(), &jti, key.id());
    Ok(Some(cookies))
}

/// Tells what is wrong with the service. What is wrong with a request a door says; and a store that is out of reach is told of
/// where it is asked.
pub(super) fn tell<R: Realm>(jwt: &FastJwt<R>, reason: ErrorKind) {
    if matches!(reason, ErrorKind::Usage(_) | ErrorKind::Machine(MachineFault::OutOfEntropy | MachineFault::Signing)) {
        event::implicit_refresh_failed(R::NAME, &jwt.error(reason));
    }
}

//! What the cookies of a request hold that an answer takes away: nobody could log it out any more.

use http::HeaderMap;

use crate::{
    Error, FastJwt, LogoutToken, Realm, TokenKind,
    access::leave::{self, left_behind},
};

/// Ends the sessions whose cookies a login is going to replace.
///
/// Before the new one is opened: should the store fail, there is no session then whose tokens nobody has got.
pub(super) async fn end_sessions<R: Realm>(jwt: &FastJwt<R>, cookies: &HeaderMap) -> Result<(), Error> {
    let mut ended: Option<String> = None;
    for kind in TokenKind::BOTH {
        let Some(token) = left_behind(jwt, kind, cookies).await else { continue };
        let claims = token.claims();
        if let Some(sid) = claims.sid.clone().filter(|sid| ended.as_ref() != Some(sid)) {
            jwt.end_session(&claims.sub, &sid).await?;
            ended = Some(sid);
        }
    }
    Ok(())
}

/// Logs out what the cookies hold beside the token by which a request has logged out, if it has: they may be of two sessions, and of a
/// token that is none the other may be good.
pub(super) async fn log_out<R: Realm>(
    jwt: &FastJwt<R>,
    cookies: &HeaderMap,
    token: Option<LogoutToken<R>>,
) -> Result<(), Error> {
    // A trusted issuer's session is none of ours, whatever it is called.
    let own = token.filter(|token| !jwt.config().is_foreign(token.claims().iss.as_deref()));
    let mut done: Vec<LogoutToken<R>> = own.into_iter().collect();
    for kind in TokenKind::BOTH {
        let Some(token) = left_behind(jwt, kind, cookies).await else { continue };
        if leave::is_revocable(&token) && !done.iter().any(|done| leave::go_together(done, &token)) {
            jwt.log_out(&token).await?;
            done.push(token);
        }
    }
    Ok(())
}

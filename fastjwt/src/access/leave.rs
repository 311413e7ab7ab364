//! The road of who logs out: as far as the csrf value it is the road of every door, but for the token's end.
//!
//! Nothing is left for other doors of the request, since what is verified here is good for nothing else.

use super::{Policy, terms::Terms, trail::Trail, verify};
use crate::{Error, ErrorKind, FastJwt, LogoutToken, NoClaims, NumericDate, Realm};
#[cfg(feature = "axum")]
use {
    super::{csrf, locate, origin},
    crate::{Location, Locations, TokenKind},
    http::{Extensions, HeaderMap, Uri, request::Parts},
};

const POLICY: Policy = Policy::leaving();

pub(crate) async fn token<R: Realm>(jwt: &FastJwt<R>, token: &str) -> Result<LogoutToken<R>, Error> {
    let mut trail = Trail::default();
    verified_token(jwt, token.as_bytes(), &mut trail).await.map_err(|kind| trail.refuse(jwt, kind))
}

async fn verified_token<R: Realm>(
    jwt: &FastJwt<R>,
    token: &[u8],
    trail: &mut Trail,
) -> Result<LogoutToken<R>, ErrorKind> {
    let terms = &Terms::new(jwt.config(), &POLICY, NumericDate::from(jwt.config().clock.now()));
    let verified = verify::verify::<NoClaims, R>(terms, token, trail).await?;
    Ok(LogoutToken::new(verified.into_held()))
}

#[cfg(feature = "axum")]
pub(crate) async fn request<R: Realm>(jwt: &FastJwt<R>, parts: &Parts) -> Result<LogoutToken<R>, Error> {
    attempt(jwt, parts).await.token
}

/// What a request brought to log out with.
#[cfg(feature = "axum")]
pub(crate) struct Attempt<R> {
    /// Where the token was, whatever it is worth.
    pub(crate) location: Option<Location>,
    pub(crate) token: Result<LogoutToken<R>, Error>,
}

#[cfg(feature = "axum")]
pub(crate) async fn attempt<R: Realm>(jwt: &FastJwt<R>, parts: &Parts) -> Attempt<R> {
    let mut trail = Trail::default();
    let found = found_token(jwt, parts, &mut trail).await;
    let token = found.map_err(|kind| trail.refuse(jwt, kind).of_cookie(trail.cookie()));
    Attempt { location: trail.found.map(|(location, _)| location), token }
}

/// The token in a cookie of this kind that is going to be taken away, if tokens of the kind travel in cookies, and it is one of this
/// service's own, expired or not.
///
/// It proves no csrf value, since the cookie goes anyway. What it is worth otherwise is nobody's business, and no event.
#[cfg(feature = "axum")]
pub(crate) async fn left_behind<R: Realm>(
    jwt: &FastJwt<R>,
    kind: TokenKind,
    headers: &HeaderMap,
) -> Option<LogoutToken<R>> {
    let config = jwt.config();
    let mut policy = POLICY.locations(Locations::COOKIES);
    policy.kind = Some(kind);
    let (nowhere, nothing) = (Uri::default(), Extensions::new());
    let located = locate::locate(config, &policy, headers, &nowhere, &nothing).ok()?;
    let token = verified_token(jwt, located.token(), &mut Trail::default()).await.ok()?;
    (!config.is_foreign(token.claims().iss.as_deref())).then_some(token)
}

/// Whether one that is logged out takes the other along: both are of one session, or the same.
#[cfg(feature = "axum")]
pub(crate) fn go_together<R>(one: &LogoutToken<R>, other: &LogoutToken<R>) -> bool {
    let (one, other) = (one.claims(), other.claims());
    let is_same = |one: &Option<String>, other| one.is_some() && one == other;
    is_same(&one.sid, &other.sid) || is_same(&one.jti, &other.jti)
}

/// Whether there is something by which the store could tell it from others.
#[cfg(feature = "axum")]
pub(crate) fn is_revocable<R>(token: &LogoutToken<R>) -> bool {
    token.claims().sid.is_some() || token.claims().jti.is_some()
}

#[cfg(feature = "axum")]
async fn found_token<R: Realm>(
    jwt: &FastJwt<R>,
    parts: &Parts,
    trail: &mut Trail,
) -> Result<LogoutToken<R>, ErrorKind> {
    let config = jwt.config();
    let located = locate::locate(config, &POLICY, &parts.headers, &parts.uri, &parts.extensions)?;
    let found @ (location, _) = trail.is_found(&located);
    origin::check(config, location, parts)?;
    let token = verified_token(jwt, located.token(), trail).await?;
    csrf::check(config, &POLICY, parts, found, token.claims().csrf.as_deref())?;
    Ok(token)
}

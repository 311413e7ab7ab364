//! The road of who logs out: as far as the csrf value it is the road of every door, but for the token's end.
//!
//! Nothing is left for other doors of the request, since what is verified here is good for nothing else.

use super::{Policy, terms::Terms, verify};
use crate::{ErrorKind, FastJwt, LogoutToken, NoClaims, NumericDate, Realm};
#[cfg(feature = "axum")]
use {
    super::{csrf, locate, origin},
    crate::{Error, Location, body::ReadBody},
    http::request::Parts,
};

const POLICY: Policy = Policy::leaving();

pub(crate) async fn token<R: Realm>(jwt: &FastJwt<R>, token: &str) -> Result<LogoutToken<R>, ErrorKind> {
    let terms = Terms::new(jwt.config(), &POLICY, NumericDate::from(jwt.config().clock.now()));
    let (verified, _) = verify::verify::<NoClaims, R>(terms, token).await?;
    Ok(LogoutToken::new(verified.shared()))
}

#[cfg(feature = "axum")]
pub(crate) async fn request<R: Realm>(jwt: &FastJwt<R>, parts: &Parts) -> Result<LogoutToken<R>, Error> {
    let mut found = None;
    found_token(jwt, parts, &mut found).await.map_err(|kind| {
        let cookie = found.filter(|(location, _)| *location == Location::Cookie);
        jwt.error(kind).of_cookie(cookie.map(|(_, kind)| kind))
    })
}

#[cfg(feature = "axum")]
async fn found_token<R: Realm>(
    jwt: &FastJwt<R>,
    parts: &Parts,
    found: &mut Option<(Location, crate::TokenKind)>,
) -> Result<LogoutToken<R>, ErrorKind> {
    let config = jwt.config();
    let body = parts.extensions.get::<ReadBody>();
    let located = locate::locate(config, &POLICY, &parts.headers, &parts.uri, body)?;
    let (location, _) = *found.insert((located.location(), located.kind()));
    origin::check(config, location, parts)?;
    let token = token(jwt, located.token()).await?;
    csrf::check(config, &POLICY, parts, &located, token.claims().csrf.as_deref())?;
    Ok(token)
}

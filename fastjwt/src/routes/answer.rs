//! Tokens as an answer, in cookies or in the body, and what takes the cookies away.

use axum::response::{IntoResponse, Response};

use crate::{Error, FastJwt, Location, Realm, SetCookies, TokenKind, TokenPair, TokenResponse};

/// Answers with both tokens. With `cookies`, each kind goes where the configuration lets it travel in a cookie, and is then
/// not in the body.
pub(super) fn tokens<R: Realm>(jwt: &FastJwt<R>, pair: TokenPair, cookies: bool) -> Result<Response, Error> {
    let in_cookie = |kind| cookies && travels_in_cookies(jwt, kind);
    let access = in_cookie(TokenKind::Access).then(|| jwt.access_cookies(pair.access())).transpose()?;
    let refresh = in_cookie(TokenKind::Refresh).then(|| jwt.refresh_cookies(pair.refresh())).transpose()?;
    let mut body = TokenResponse::from(pair);
    if access.is_some() {
        body = body.without_access_token();
    }
    if refresh.is_some() {
        body = body.without_refresh_token();
    }
    Ok((access, refresh, body).into_response())
}

/// Takes away what a login may have set.
pub(super) fn no_cookies<R: Realm>(jwt: &FastJwt<R>) -> (Option<SetCookies>, Option<SetCookies>) {
    let access = travels_in_cookies(jwt, TokenKind::Access).then(|| jwt.unset_access_cookies());
    let refresh = travels_in_cookies(jwt, TokenKind::Refresh).then(|| jwt.unset_refresh_cookies());
    (access, refresh)
}

/// Whether cookies of this kind are among what the configuration uses.
fn travels_in_cookies<R: Realm>(jwt: &FastJwt<R>, kind: TokenKind) -> bool {
    jwt.config().travel.of(kind).locations.contains(Location::Cookie)
}

//! The events of sessions and stores; `docs/events.md` lists them for those who watch.
//!
//! They name tokens by their ids, never by their text.

use super::StoreError;
use crate::TokenKind;
#[cfg(feature = "axum")]
use crate::{Error, event::reason};

/// Whose session it is, and which.
#[derive(Clone, Copy)]
pub(crate) struct Whose<'a> {
    pub(crate) realm: &'a str,
    pub(crate) sub: &'a str,
    pub(crate) sid: Option<&'a str>,
}

pub(crate) fn login(Whose { realm, sub, sid }: Whose<'_>, jti: &str, kid: &str) {
    tracing::info!(target: "fastjwt", event = "login", realm, sub, sid, jti, kid, "a session was opened");
}

/// Nothing of what was typed: a password may stand where a name belongs.
#[cfg(feature = "axum")]
pub(crate) fn login_refused(realm: &str) {
    tracing::info!(target: "fastjwt", event = "login_refused", realm, "a login was refused: its credentials are wrong");
}

/// `answer` is the type of what a handler returned.
#[cfg(feature = "axum")]
pub(crate) fn login_misplaced(answer: &'static str) {
    tracing::error!(
        target: "fastjwt", event = "login_misplaced", answer,
        "`Login` and `WrongCredentials` must be returned by a handler that was given to `login_route`, with nothing in between that makes \
         their response anew: no session is opened"
    );
}

/// `spent` is the token that was presented, `jti` its successor.
pub(crate) fn refresh(Whose { realm, sub, sid }: Whose<'_>, spent: &str, jti: &str, kid: &str, in_grace: bool) {
    tracing::info!(target: "fastjwt", event = "refresh", realm, sub, sid, spent, jti, kid, in_grace, "a session was refreshed");
}

/// `spent` is the access token that was about to end, `jti` the one that takes its place in the cookie.
#[cfg(feature = "axum")]
pub(crate) fn implicit_refresh(Whose { realm, sub, sid }: Whose<'_>, spent: Option<&str>, jti: &str, kid: &str) {
    tracing::info!(target: "fastjwt", event = "implicit_refresh", realm, sub, sid, spent, jti, kid, "a cookie was renewed");
}

#[cfg(feature = "axum")]
pub(crate) fn implicit_refresh_failed(realm: &str, error: &Error) {
    tracing::error!(
        target: "fastjwt", event = "implicit_refresh_failed", reason = reason(error.kind()), realm, detail = %error,
        "a cookie could not be renewed"
    );
}

/// `jti` is the token by which it was found.
pub(crate) fn refresh_reused(Whose { realm, sub, sid }: Whose<'_>, jti: &str) {
    tracing::warn!(
        target: "fastjwt", event = "refresh_reused", realm, sub, sid, jti,
        "a refresh token that was spent came again: its session has ended"
    );
}

pub(crate) fn token_revoked(Whose { realm, sub, sid }: Whose<'_>, jti: &str, kind: TokenKind) {
    tracing::info!(target: "fastjwt", event = "token_revoked", realm, sub, sid, jti, %kind, "a token was revoked");
}

/// `which` says which sessions of the subject, `ended` how many of them lived.
pub(crate) fn sessions_ended(Whose { realm, sub, sid }: Whose<'_>, which: &'static str, ended: u64) {
    tracing::info!(target: "fastjwt", event = "sessions_ended", realm, sub, sid, which, ended, "sessions were ended");
}

/// `operation` is what the store was asked.
pub(crate) fn store_unavailable(operation: &'static str, error: &StoreError) {
    tracing::error!(target: "fastjwt", event = "store_unavailable", operation, detail = %error, "the store can't tell");
}

pub(crate) fn store_bypassed(Whose { realm, sub, sid }: Whose<'_>, jti: Option<&str>) {
    tracing::warn!(
        target: "fastjwt", event = "store_bypassed", realm, sub, sid, jti,
        "a token is let in that the store can't tell about, since `store_fail_open` says so"
    );
}

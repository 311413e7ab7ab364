//! Whether a request whose token came in a cookie knows the token's csrf value (a synchronizer token bound to the session).

use http::{HeaderValue, request::Parts};

use super::{
    Policy,
    locate::{self, Parameter},
    origin,
};
use crate::{ErrorKind, Location, RequestFault, TokenKind, UsageFault, body::ReadBody, config::Settings};

/// Demands the csrf value `claim` of the token from the request, where its token came by itself and the request may change
/// something.
///
/// The proof stands in a header, behind our protocol's name of a WebSocket, or in a form. It is never taken from a cookie:
/// that would come by itself, too.
pub(super) fn check(
    config: &Settings,
    policy: &Policy,
    parts: &Parts,
    (location, kind): (Location, TokenKind),
    claim: Option<&str>,
) -> Result<(), ErrorKind> {
    let is_needed = config.travel.csrf && policy.csrf && location == Location::Cookie;
    if !is_needed || origin::is_safe(parts) {
        return Ok(());
    }
    // An empty value is known to everybody.
    let claim = claim.filter(|claim| !claim.is_empty());
    let is_right = |proof: &[u8]| claim.is_some_and(|claim| is_equal(claim.as_bytes(), proof));
    let is_right = match proof(config, parts, kind)? {
        Proof::Header(value) => is_right(value.as_bytes()),
        Proof::Bytes(value) => is_right(value),
        Proof::Form(field, form) => match Parameter::find(form, field) {
            Parameter::Missing => return Err(RequestFault::MissingCsrf.into()),
            Parameter::Once(value) => is_right(&value),
            Parameter::Repeated => false,
        },
    };
    if is_right { Ok(()) } else { Err(RequestFault::WrongCsrf.into()) }
}

/// Where a request says that it knows the csrf value.
enum Proof<'r> {
    Header(&'r HeaderValue),
    Bytes(&'r [u8]),
    /// The name of the field, and the form.
    Form(&'r str, &'r [u8]),
}

fn proof<'r>(config: &'r Settings, parts: &'r Parts, kind: TokenKind) -> Result<Proof<'r>, ErrorKind> {
    let travel = &config.travel;
    let cookies = &travel.of(kind).cookies;
    let mut values = parts.headers.get_all(&cookies.csrf_header).iter();
    match (values.next(), values.next()) {
        (Some(value), None) => return Ok(Proof::Header(value)),
        (Some(_), Some(_)) => return Err(RequestFault::WrongCsrf.into()),
        (None, _) => {}
    }
    // A browser's script can't set another header when it opens a WebSocket.
    match locate::behind(&travel.websocket_csrf, &parts.headers) {
        Ok(Some(value)) if origin::is_websocket(parts) => return Ok(Proof::Bytes(value)),
        Ok(_) => {}
        Err(_) => return Err(RequestFault::WrongCsrf.into()),
    }
    if !travel.csrf_form {
        return Err(RequestFault::MissingCsrf.into());
    }
    match parts.extensions.get::<ReadBody>() {
        None => Err(UsageFault::MissingBodyLayer.into()),
        Some(ReadBody::Form(form)) => Ok(Proof::Form(&cookies.csrf_field, form)),
        Some(ReadBody::LargeForm) => Err(RequestFault::BodyTooLarge.into()),
        Some(ReadBody::Json(_) | ReadBody::LargeJson | ReadBody::Unread) => Err(RequestFault::MissingCsrf.into()),
    }
}

/// In a time that depends on the lengths only.
fn is_equal(claim: &[u8], proof: &[u8]) -> bool {
    aws_lc_rs::constant_time::verify_slices_are_equal(claim, proof).is_ok()
}

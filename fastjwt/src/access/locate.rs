//! Finds the token in a request: where it may travel, in one place, once.

mod body;
mod cookie;
mod header;
mod query;
mod urlencoded;
mod websocket;

use std::borrow::Cow;

use http::{HeaderMap, HeaderValue, Uri};

pub(super) use self::{urlencoded::Parameter, websocket::behind};
use super::Policy;
use crate::{ErrorKind, Location, RequestFault, TokenKind, UsageFault, body::ReadBody, config::Config};

/// A token that was found, unread.
pub(crate) struct Located<'r> {
    location: Location,
    kind: TokenKind,
    token: Cow<'r, str>,
    /// The header's value that holds the token and nothing else.
    source: Option<&'r HeaderValue>,
}

impl<'r> Located<'r> {
    pub(crate) fn token(&self) -> &str {
        &self.token
    }

    pub(crate) fn location(&self) -> Location {
        self.location
    }

    /// The kind of token that was looked for.
    pub(crate) fn kind(&self) -> TokenKind {
        self.kind
    }

    pub(super) fn source(&self) -> Option<&'r HeaderValue> {
        self.source
    }

    pub(crate) fn into_token(self) -> String {
        self.token.into_owned()
    }
}

/// Looks for a token where one of the demanded kind may travel.
///
/// Header, query and WebSocket protocol are explicit: a client puts a token there on purpose, so that two are a mistake. The body
/// is looked at only if none of them has one, and a cookie, which comes by itself, only if there is no other.
pub(crate) fn locate<'r>(
    config: &Config,
    policy: &Policy,
    headers: &'r HeaderMap,
    uri: &'r Uri,
    body: Option<&ReadBody>,
) -> Result<Located<'r>, ErrorKind> {
    let kind = policy.kind;
    let travel = config.travel.of(kind);
    let locations = policy.locations.unwrap_or(travel.locations);
    let may_be_in = |location| locations.contains(location);
    // The tokens of this kind would have no csrf value, whatever cookie they come in.
    if may_be_in(Location::Cookie) && !travel.locations.contains(Location::Cookie) {
        return Err(UsageFault::CookiesNotConfigured.into());
    }
    if may_be_in(Location::Json) && body.is_none() {
        return Err(UsageFault::MissingBodyLayer.into());
    }
    let mut source = None;
    let mut explicit = None;
    let mut take = |location, found: Option<Cow<'r, [u8]>>| match (&explicit, found) {
        (_, None) => Ok(()),
        (None, Some(text)) => {
            explicit = Some((location, text));
            Ok(())
        }
        (Some(_), Some(_)) => Err(RequestFault::SeveralTokens),
    };
    if may_be_in(Location::Header) {
        let found = header::find(config, headers)?;
        source = found.as_ref().map(|found| found.source);
        take(Location::Header, found.map(|found| Cow::Borrowed(found.credentials)))?;
    }
    if may_be_in(Location::Query) {
        take(Location::Query, query::find(&config.travel.query, uri)?)?;
    }
    if may_be_in(Location::WebSocket) {
        take(Location::WebSocket, behind(&config.travel.websocket, headers)?.map(Cow::Borrowed))?;
    }
    let mut found = explicit;
    if found.is_none() && may_be_in(Location::Json) {
        let text = body.map_or(Ok(None), |body| body::find(&travel.json, body))?;
        found = text.map(|text| (Location::Json, Cow::Owned(text.into_bytes())));
    }
    if found.is_none() && may_be_in(Location::Cookie) {
        found = cookie::find(&travel.cookies.token.name, headers)?.map(|text| (Location::Cookie, Cow::Borrowed(text)));
    }
    let (location, text) = found.ok_or(RequestFault::MissingToken)?;
    if text.len() > config.max_token_size {
        return Err(too_large(location).into());
    }
    let token = token68(text).ok_or(RequestFault::MalformedCredentials)?;
    Ok(Located { location, kind, token, source })
}

fn too_large(location: Location) -> RequestFault {
    match location {
        Location::Header | Location::Cookie | Location::WebSocket => RequestFault::TokenTooLarge,
        Location::Query => RequestFault::QueryTooLarge,
        Location::Json => RequestFault::BodyTooLarge,
    }
}

/// RFC 9110 section 11.2: letters, digits and a few marks, then perhaps padding. Whatever the place, a token is of this form.
fn token68(text: Cow<'_, [u8]>) -> Option<Cow<'_, str>> {
    let padding = text.iter().rev().take_while(|byte| **byte == b'=').count();
    let body = text.get(..text.len() - padding).unwrap_or_default();
    if body.is_empty() || !body.iter().all(|byte| byte.is_ascii_alphanumeric() || b"-._~+/".contains(byte)) {
        return None;
    }
    match text {
        Cow::Borrowed(text) => std::str::from_utf8(text).ok().map(Cow::Borrowed),
        Cow::Owned(text) => String::from_utf8(text).ok().map(Cow::Owned),
    }
}

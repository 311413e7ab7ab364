//! Finds the token in a request: where it may travel, in one place, once.

mod body;
mod cookie;
mod header;
mod query;
mod urlencoded;
mod websocket;

use std::borrow::Cow;

use http::{Extensions, HeaderMap, HeaderValue, Uri};

pub(super) use self::{urlencoded::Parameter, websocket::behind};
use super::Policy;
use crate::{ErrorKind, Location, Locations, RequestFault, TokenKind, UsageFault, body::ReadBody, config::Settings};

/// A token that was found, unread.
pub(crate) struct Located<'r> {
    location: Location,
    kind: TokenKind,
    token: Cow<'r, str>,
    /// The header's value that holds the token and nothing else.
    source: Option<&'r HeaderValue>,
    /// Whether its form was not looked at.
    is_unchecked: bool,
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

    /// What is wrong with the form of a token that was not accepted, if its form was not looked at before.
    pub(super) fn odd_form(&self) -> Option<RequestFault> {
        (self.is_unchecked && !is_token68(self.token.as_bytes())).then_some(RequestFault::MalformedCredentials)
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
///
/// Where any kind is taken, an access token comes before a refresh token of the same rank.
pub(crate) fn locate<'r>(
    config: &Settings,
    policy: &Policy,
    headers: &'r HeaderMap,
    uri: &'r Uri,
    extensions: &Extensions,
) -> Result<Located<'r>, ErrorKind> {
    let located = locate_to_verify(config, policy, headers, uri, extensions)?;
    located.odd_form().map_or(Ok(located), |fault| Err(fault.into()))
}

/// The same for who verifies it, and asks for its [odd form](Located::odd_form) if it is not accepted: one that was has none, and to look
/// takes longer than to recall a token.
pub(super) fn locate_to_verify<'r>(
    config: &Settings,
    policy: &Policy,
    headers: &'r HeaderMap,
    uri: &'r Uri,
    extensions: &Extensions,
) -> Result<Located<'r>, ErrorKind> {
    let places = Places::new(config, policy)?;
    let body = if places.kind_in(Location::Json).is_some() {
        Some(extensions.get::<ReadBody>().ok_or(UsageFault::MissingBodyLayer)?)
    } else {
        None
    };
    let mut found = places.explicit(headers, uri)?;
    if found.is_none() {
        found = places.in_body(body)?;
    }
    if found.is_none() {
        found = places.in_cookie(headers)?;
    }
    let Found { location, kind, text, source } = found.ok_or(RequestFault::MissingToken)?;
    if text.len() > config.max_token_size {
        return Err(too_large(location).into());
    }
    // What comes by itself is asked about its origin first, which is told only of something that looks like a token.
    let is_unchecked = source.is_some();
    let token = if is_unchecked { utf8(text) } else { Some(text).filter(|text| is_token68(text)).and_then(utf8) };
    let token = token.ok_or(RequestFault::MalformedCredentials)?;
    Ok(Located { location, kind, token, source, is_unchecked })
}

/// Where a door looks for the kinds that it takes.
struct Places<'c> {
    config: &'c Settings,
    access: Option<Locations>,
    refresh: Option<Locations>,
}

/// What stands in a place, whatever it is.
struct Found<'r> {
    location: Location,
    kind: TokenKind,
    text: Cow<'r, [u8]>,
    source: Option<&'r HeaderValue>,
}

impl<'c> Places<'c> {
    fn new(config: &'c Settings, policy: &Policy) -> Result<Self, UsageFault> {
        let of_kind = |kind| {
            let configured = config.travel.of(kind).locations;
            let locations = policy.locations.unwrap_or(configured);
            // In a cookie the tokens of this kind would have no csrf value.
            let is_off = locations.contains(Location::Cookie) && !configured.contains(Location::Cookie);
            (policy.kind.is_none_or(|wanted| wanted == kind)).then_some((locations, is_off))
        };
        let (access, refresh) = (of_kind(TokenKind::Access), of_kind(TokenKind::Refresh));
        // Where any kind is taken, one of them may be kept out of cookies.
        if access.into_iter().chain(refresh).all(|(_, is_off)| is_off) {
            return Err(UsageFault::CookiesNotConfigured);
        }
        let usable = |(locations, is_off): (Locations, bool)| {
            if is_off { locations.without(Locations::COOKIES) } else { locations }
        };
        Ok(Self { config, access: access.map(usable), refresh: refresh.map(usable) })
    }

    /// The kinds that may travel in this place.
    fn kinds_in(&self, location: Location) -> impl Iterator<Item = TokenKind> {
        [(TokenKind::Access, self.access), (TokenKind::Refresh, self.refresh)]
            .into_iter()
            .filter(move |(_, locations)| locations.is_some_and(|locations| locations.contains(location)))
            .map(|(kind, _)| kind)
    }

    fn kind_in(&self, location: Location) -> Option<TokenKind> {
        self.kinds_in(location).next()
    }

    fn explicit<'r>(&self, headers: &'r HeaderMap, uri: &'r Uri) -> Result<Option<Found<'r>>, RequestFault> {
        let travel = &self.config.travel;
        let mut explicit = None;
        let mut take = |found: Option<Found<'r>>| match (&explicit, found) {
            (_, None) => Ok(()),
            (None, found) => {
                explicit = found;
                Ok(())
            }
            (Some(_), Some(_)) => Err(RequestFault::SeveralTokens),
        };
        let at = |location, kind, text, source| Found { location, kind, text, source };
        if let Some(kind) = self.kind_in(Location::Header) {
            let found = header::find(self.config, headers)?;
            take(found.map(|found| at(Location::Header, kind, found.credentials.into(), Some(found.source))))?;
        }
        if let Some(kind) = self.kind_in(Location::Query) {
            take(query::find(&travel.query, uri)?.map(|text| at(Location::Query, kind, text, None)))?;
        }
        if let Some(kind) = self.kind_in(Location::WebSocket) {
            let found = behind(&travel.websocket, headers)?;
            take(found.map(|text| at(Location::WebSocket, kind, text.into(), None)))?;
        }
        Ok(explicit)
    }

    fn in_body<'r>(&self, body: Option<&ReadBody>) -> Result<Option<Found<'r>>, RequestFault> {
        let Some(body) = body else { return Ok(None) };
        for kind in self.kinds_in(Location::Json) {
            if let Some(text) = body::find(&self.config.travel.of(kind).json, body)? {
                return Ok(Some(Found {
                    location: Location::Json,
                    kind,
                    text: text.into_bytes().into(),
                    source: None,
                }));
            }
        }
        Ok(None)
    }

    fn in_cookie<'r>(&self, headers: &'r HeaderMap) -> Result<Option<Found<'r>>, RequestFault> {
        for kind in self.kinds_in(Location::Cookie) {
            if let Some(text) = cookie::find(&self.config.travel.of(kind).cookies.token.name, headers)? {
                return Ok(Some(Found { location: Location::Cookie, kind, text: text.into(), source: None }));
            }
        }
        Ok(None)
    }
}

fn too_large(location: Location) -> RequestFault {
    match location {
        Location::Header | Location::Cookie | Location::WebSocket => RequestFault::TokenTooLarge,
        Location::Query => RequestFault::QueryTooLarge,
        Location::Json => RequestFault::BodyTooLarge,
    }
}

/// RFC 9110 section 11.2: letters, digits and a few marks, then perhaps padding. Whatever the place, a token is of this form.
#[expect(clippy::needless_bitwise_bool, reason = "without a branch many bytes are looked at at once")]
fn is_token68(text: &[u8]) -> bool {
    let padding = text.iter().rev().take_while(|byte| **byte == b'=').count();
    let body = text.get(..text.len() - padding).unwrap_or_default();
    // From `-` to `9` there are `.`, `/` and the digits.
    let allowed = |byte: u8| {
        byte.is_ascii_alphabetic() | matches!(byte, b'-'..=b'9') | (byte == b'_') | (byte == b'~') | (byte == b'+')
    };
    !body.is_empty() && body.iter().fold(true, |all, byte| all & allowed(*byte))
}

fn utf8(text: Cow<'_, [u8]>) -> Option<Cow<'_, str>> {
    match text {
        Cow::Borrowed(text) => std::str::from_utf8(text).ok().map(Cow::Borrowed),
        Cow::Owned(text) => String::from_utf8(text).ok().map(Cow::Owned),
    }
}

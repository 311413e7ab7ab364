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
    token: Cow<'r, [u8]>,
    /// The header's value that holds the token and nothing else; its form was not looked at.
    source: Option<&'r HeaderValue>,
}

impl<'r> Located<'r> {
    pub(crate) fn token(&self) -> &[u8] {
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
        (self.source.is_some() && !is_token68(&self.token)).then_some(RequestFault::MalformedCredentials)
    }

    pub(super) fn source(&self) -> Option<&'r HeaderValue> {
        self.source
    }

    /// As text, which its form makes it.
    pub(crate) fn into_token(self) -> String {
        String::from_utf8_lossy(&self.token).into_owned()
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
    let found = if places.are_usual() {
        match places.in_header(headers)? {
            None => places.in_cookie(headers)?,
            found => found,
        }
    } else {
        places.anywhere(headers, uri, extensions)?
    };
    let located = found.ok_or(RequestFault::MissingToken)?;
    if located.token.len() > config.max_token_size {
        return Err(too_large(located.location).into());
    }
    // What comes by itself is asked about its origin first, which is told only of something that looks like a token.
    if located.source.is_none() && !is_token68(&located.token) {
        return Err(RequestFault::MalformedCredentials.into());
    }
    Ok(located)
}

/// The token of a request that has nothing unusual about it: in one header, behind the scheme as it is configured, where the token of the
/// one kind that the door takes is looked for first. Its form and its size were not looked at.
#[inline]
pub(super) fn alone_in_header<'r>(config: &Settings, policy: &Policy, headers: &'r HeaderMap) -> Option<&'r [u8]> {
    let is_usual = policy.locations.is_none() && config.travel.of(policy.kind?).locations.are_usual();
    if is_usual { header::find_alone(config, headers) } else { None }
}

/// Where a door looks for the kinds that it takes: nowhere for the others.
struct Places<'c> {
    config: &'c Settings,
    access: Locations,
    refresh: Locations,
}

impl<'c> Places<'c> {
    fn new(config: &'c Settings, policy: &Policy) -> Result<Self, UsageFault> {
        let is_wanted = |kind| policy.kind.is_none_or(|wanted| wanted == kind);
        let configured = |kind| config.travel.of(kind).locations;
        let Some(demanded) = policy.locations else {
            let of_kind = |kind| if is_wanted(kind) { configured(kind) } else { Locations::NONE };
            return Ok(Self { config, access: of_kind(TokenKind::Access), refresh: of_kind(TokenKind::Refresh) });
        };
        // In a cookie the tokens of this kind would have no csrf value.
        let is_off = |kind| demanded.without(configured(kind)).contains(Location::Cookie);
        // Where any kind is taken, one of them may be kept out of cookies.
        if TokenKind::BOTH.into_iter().filter(|kind| is_wanted(*kind)).all(is_off) {
            return Err(UsageFault::CookiesNotConfigured);
        }
        let of_kind = |kind| match is_wanted(kind) {
            false => Locations::NONE,
            true if is_off(kind) => demanded.without(Locations::COOKIES),
            true => demanded,
        };
        Ok(Self { config, access: of_kind(TokenKind::Access), refresh: of_kind(TokenKind::Refresh) })
    }

    /// Whether they are the places in which most services look: then a token in the header is the only one that counts.
    fn are_usual(&self) -> bool {
        const USUAL: Locations = Locations::HEADERS.and(Locations::COOKIES);
        self.access.and(self.refresh).without(USUAL) == Locations::NONE
    }

    /// The kinds that may travel in this place.
    fn kinds_in(&self, location: Location) -> impl Iterator<Item = TokenKind> {
        let of_kind = |kind, locations: Locations| locations.contains(location).then_some(kind);
        of_kind(TokenKind::Access, self.access).into_iter().chain(of_kind(TokenKind::Refresh, self.refresh))
    }

    fn kind_in(&self, location: Location) -> Option<TokenKind> {
        self.kinds_in(location).next()
    }

    /// In the order of their ranks.
    fn anywhere<'r>(
        &self,
        headers: &'r HeaderMap,
        uri: &'r Uri,
        extensions: &Extensions,
    ) -> Result<Option<Located<'r>>, ErrorKind> {
        let body = if self.kind_in(Location::Json).is_some() {
            Some(extensions.get::<ReadBody>().ok_or(UsageFault::MissingBodyLayer)?)
        } else {
            None
        };
        let mut found = self.explicit(headers, uri)?;
        if found.is_none() {
            found = self.in_body(body)?;
        }
        if found.is_none() {
            found = self.in_cookie(headers)?;
        }
        Ok(found)
    }

    fn explicit<'r>(&self, headers: &'r HeaderMap, uri: &'r Uri) -> Result<Option<Located<'r>>, RequestFault> {
        let travel = &self.config.travel;
        let mut explicit = self.in_header(headers)?;
        let mut take = |location, kind, text: Cow<'r, [u8]>| {
            let located = Located { location, kind, token: text, source: None };
            if explicit.replace(located).is_none() { Ok(()) } else { Err(RequestFault::SeveralTokens) }
        };
        if let Some(kind) = self.kind_in(Location::Query)
            && let Some(text) = query::find(&travel.query, uri)?
        {
            take(Location::Query, kind, text)?;
        }
        if let Some(kind) = self.kind_in(Location::WebSocket)
            && let Some(text) = behind(&travel.websocket, headers)?
        {
            take(Location::WebSocket, kind, text.into())?;
        }
        Ok(explicit)
    }

    fn in_header<'r>(&self, headers: &'r HeaderMap) -> Result<Option<Located<'r>>, RequestFault> {
        let Some(kind) = self.kind_in(Location::Header) else { return Ok(None) };
        let found = header::find(self.config, headers)?;
        Ok(found.map(|header::Found { source, credentials }| Located {
            location: Location::Header,
            kind,
            token: credentials.into(),
            source: Some(source),
        }))
    }

    fn in_body<'r>(&self, body: Option<&ReadBody>) -> Result<Option<Located<'r>>, RequestFault> {
        let Some(body) = body else { return Ok(None) };
        for kind in self.kinds_in(Location::Json) {
            if let Some(text) = body::find(&self.config.travel.of(kind).json, body)? {
                let token = text.into_bytes().into();
                return Ok(Some(Located { location: Location::Json, kind, token, source: None }));
            }
        }
        Ok(None)
    }

    fn in_cookie<'r>(&self, headers: &'r HeaderMap) -> Result<Option<Located<'r>>, RequestFault> {
        for kind in self.kinds_in(Location::Cookie) {
            if let Some(text) = cookie::find(&self.config.travel.of(kind).cookies.token.name, headers)? {
                return Ok(Some(Located { location: Location::Cookie, kind, token: text.into(), source: None }));
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

//! Where in a request a token travels, and sets of such places.

use std::{fmt, ops::BitOr};

/// Where in a request a token was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Location {
    /// In the configured header, `Authorization` for one (RFC 6750 section 2.1).
    Header,
    /// In the cookie of its kind; the browser sends it by itself, so that unsafe requests must prove more.
    Cookie,
    /// In a member of a JSON body.
    Json,
    /// In a parameter of the URI's query. Proxies, histories and logs keep it.
    Query,
    /// Behind our protocol's name in `Sec-WebSocket-Protocol`, since a browser's script can't set another header there.
    WebSocket,
}

impl Location {
    const ALL: [Self; 5] = [Self::Header, Self::Cookie, Self::Json, Self::Query, Self::WebSocket];

    /// As events name it.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Header => "header",
            Self::Cookie => "cookie",
            Self::Json => "json",
            Self::Query => "query",
            Self::WebSocket => "websocket",
        }
    }

    const fn bit(self) -> u8 {
        match self {
            Self::Header => 1,
            Self::Cookie => 2,
            Self::Json => 4,
            Self::Query => 8,
            Self::WebSocket => 16,
        }
    }
}

/// The places where a token is looked for, at least one.
///
/// [`Builder::locations`](crate::Builder::locations) and its kin take a set for all routes,
/// [`Policy::locations`](crate::Policy::locations) one for a single route.
///
/// Header, query and WebSocket are explicit: a request with tokens in two of them is refused with 400. The body is looked at
/// only if none of them has one, and a cookie only if the body has none either. The token that is found decides, valid or not.
///
/// ```
/// use fastjwt::{Location, Locations};
///
/// const BROWSERS: Locations = Locations::HEADERS.and(Locations::COOKIES);
/// assert_eq!(BROWSERS, Locations::COOKIES | Locations::HEADERS);
/// assert!(BROWSERS.contains(Location::Cookie) && !BROWSERS.contains(Location::Query));
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Locations(u8);

impl Locations {
    /// The configured header.
    pub const HEADERS: Self = Self(Location::Header.bit());
    /// The cookie of the token's kind.
    pub const COOKIES: Self = Self(Location::Cookie.bit());
    /// A member of a JSON body; the route needs the layer [`body_tokens`](crate::FastJwt::body_tokens).
    pub const JSON: Self = Self(Location::Json.bit());
    /// A parameter of the query. Resource servers must ignore it unless it is asked for (OAuth 2.1 section 5.1). Addresses stand in logs
    /// and histories, and what a handler answers should say `Cache-Control: private` (RFC 6750 section 2.3).
    pub const QUERY: Self = Self(Location::Query.bit());
    /// `Sec-WebSocket-Protocol`.
    pub const WEBSOCKET: Self = Self(Location::WebSocket.bit());

    pub(crate) const NONE: Self = Self(0);

    /// Both sets together, also in a constant; elsewhere `|` does the same.
    #[must_use]
    pub const fn and(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// The places of this set that are not in the other; there may be none left.
    pub(crate) const fn without(self, other: Self) -> Self {
        Self(self.0 & !other.0)
    }

    /// The places that are in both sets; there may be none.
    #[cfg(feature = "utoipa")]
    pub(crate) const fn within(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }

    /// Whether a token in a header is the only one that counts.
    #[inline]
    pub(crate) const fn are_usual(self) -> bool {
        self.contains(Location::Header) && self.without(Self::HEADERS.and(Self::COOKIES)).bits() == 0
    }

    /// The one place.
    pub(crate) const fn of(location: Location) -> Self {
        Self(location.bit())
    }

    /// Each place once.
    pub(crate) fn iter(self) -> impl Iterator<Item = Location> {
        Location::ALL.into_iter().filter(move |place| self.contains(*place))
    }

    /// The set as a number, and back.
    pub(crate) const fn bits(self) -> u8 {
        self.0
    }

    pub(crate) const fn from_bits(bits: u8) -> Self {
        Self(bits)
    }

    /// Whether a place is in the set.
    #[must_use]
    pub const fn contains(self, location: Location) -> bool {
        self.0 & location.bit() != 0
    }
}

impl BitOr for Locations {
    type Output = Self;

    fn bitor(self, other: Self) -> Self {
        self.and(other)
    }
}

impl fmt::Debug for Locations {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(Location::ALL.iter().filter(|location| self.contains(**location))).finish()
    }
}

//! Whether a page of another origin sent a request, by what its browser says of it (W3C Fetch Metadata, RFC 6454 section 7).

use http::{
    HeaderMap, HeaderName, HeaderValue, Method, Uri,
    header::{HOST, ORIGIN, REFERER, UPGRADE},
    request::Parts,
};

use crate::{Location, RequestFault, config::Settings};

const SEC_FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

/// Refuses a request whose token could have been put there by a page of another origin, and which may change something.
pub(super) fn check(config: &Settings, location: Location, parts: &Parts) -> Result<(), RequestFault> {
    // A page can't set a header with a token of its own choice for a request that its browser did not ask us about before.
    let comes_by_itself = matches!(location, Location::Cookie | Location::Query | Location::Json);
    if !config.travel.same_origin || !comes_by_itself { Ok(()) } else { demand(config, parts) }
}

/// Refuses a request that a page of another origin sent, and which may change something.
pub(crate) fn demand(config: &Settings, parts: &Parts) -> Result<(), RequestFault> {
    if is_safe(parts) || is_allowed(&config.travel.trusted_origins, &parts.headers, &parts.uri) {
        Ok(())
    } else {
        Err(RequestFault::CrossOrigin)
    }
}

/// Whether a request changes nothing (RFC 9110 section 9.2.1), so that it does no harm if another page sent it: that page can't
/// read the answer. What it could read is a WebSocket.
pub(super) fn is_safe(parts: &Parts) -> bool {
    matches!(parts.method, Method::GET | Method::HEAD | Method::OPTIONS) && !is_websocket(parts)
}

pub(super) fn is_websocket(parts: &Parts) -> bool {
    let mut protocols =
        parts.headers.get_all(UPGRADE).iter().flat_map(|value| value.as_bytes().split(|byte| *byte == b','));
    let upgrades = protocols.any(|protocol| protocol.trim_ascii().eq_ignore_ascii_case(b"websocket"));
    // Over HTTP/2 it is CONNECT (RFC 8441 section 4).
    upgrades || parts.method == Method::CONNECT
}

fn is_allowed(trusted: &[TrustedOrigin], headers: &HeaderMap, uri: &Uri) -> bool {
    let origin = || headers.get_all(ORIGIN).iter().map(|value| Origin::parse(value.as_bytes()));
    let is_trusted =
        |origin: &Option<Origin<'_>>| origin.as_ref().is_some_and(|origin| trusted.iter().any(|one| one.is(origin)));
    match only(headers, SEC_FETCH_SITE).map(HeaderValue::as_bytes) {
        Some(b"same-origin" | b"none") => return true,
        Some(b"cross-site") => return false,
        Some(b"same-site") => return origin().count() == 1 && origin().all(|origin| is_trusted(&origin)),
        // Browsers that say nothing, or something that is not known yet.
        _ => {}
    }
    let host = host(headers, uri);
    let is_ours = |origin: Option<Origin<'_>>| {
        is_trusted(&origin) || matches!((origin, &host), (Some(origin), Some(host)) if origin.is_at(host))
    };
    if headers.contains_key(ORIGIN) {
        return origin().count() == 1 && origin().all(is_ours);
    }
    if headers.contains_key(REFERER) {
        return only(headers, REFERER).is_some_and(|referer| is_ours(Origin::of_page(referer.as_bytes())));
    }
    // No browser sent it.
    true
}

/// The value of a header that stands there once.
fn only(headers: &HeaderMap, name: HeaderName) -> Option<&HeaderValue> {
    let mut values = headers.get_all(name).iter();
    values.next().filter(|_| values.next().is_none())
}

/// Where the request was sent to: over HTTP/2 it stands in the URI. What proxies say of it (`X-Forwarded-Host`) anyone can say.
fn host<'r>(headers: &'r HeaderMap, uri: &'r Uri) -> Option<&'r str> {
    if headers.contains_key(HOST) {
        return only(headers, HOST).and_then(|host| host.to_str().ok());
    }
    uri.authority().map(http::uri::Authority::as_str)
}

/// An origin that the configuration trusts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct TrustedOrigin {
    is_https: bool,
    host: String,
    port: u16,
}

impl TrustedOrigin {
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let Origin { is_https, host, port } = Origin::parse(text.as_bytes())?;
        Some(Self { is_https, host: host.to_owned(), port })
    }

    fn is(&self, origin: &Origin<'_>) -> bool {
        self.is_https == origin.is_https && self.port == origin.port && self.host.eq_ignore_ascii_case(origin.host)
    }
}

/// An origin with a host, as browsers write it: `null` and those of other schemes are none.
struct Origin<'t> {
    is_https: bool,
    host: &'t str,
    port: u16,
}

impl<'t> Origin<'t> {
    /// A scheme, a host and perhaps a port, and nothing behind them.
    fn parse(text: &'t [u8]) -> Option<Self> {
        let (is_https, authority) = scheme(text)?;
        let (host, port) = split_authority(authority, usual_port(is_https))?;
        Some(Self { is_https, host, port })
    }

    /// The origin of a page's address.
    fn of_page(text: &'t [u8]) -> Option<Self> {
        let (_, rest) = scheme(text)?;
        let scheme = text.len() - rest.len();
        let authority = rest.bytes().position(|byte| matches!(byte, b'/' | b'?' | b'#' | b'\\')).unwrap_or(rest.len());
        Self::parse(text.get(..scheme + authority)?)
    }

    /// Whether it is where a request was sent to. Which scheme that was, a service behind a proxy can't tell.
    fn is_at(&self, host: &str) -> bool {
        split_authority(host, usual_port(self.is_https))
            .is_some_and(|(host, port)| port == self.port && host.eq_ignore_ascii_case(self.host))
    }
}

fn usual_port(is_https: bool) -> u16 {
    if is_https { 443 } else { 80 }
}

/// Whether it is `https://`, and what follows.
fn scheme(text: &[u8]) -> Option<(bool, &str)> {
    let text = std::str::from_utf8(text).ok()?;
    let strip = |scheme: &str| match text.split_at_checked(scheme.len()) {
        Some((start, rest)) if start.eq_ignore_ascii_case(scheme) => Some(rest),
        _ => None,
    };
    strip("https://").map(|rest| (true, rest)).or_else(|| strip("http://").map(|rest| (false, rest)))
}

/// Host and port; an IPv6 address keeps its brackets.
fn split_authority(authority: &str, usual: u16) -> Option<(&str, u16)> {
    let end = match authority.strip_prefix('[') {
        Some(rest) => rest.find(']')? + 2,
        None => authority.find(':').unwrap_or(authority.len()),
    };
    let (host, port) = authority.split_at_checked(end)?;
    let port = match port.strip_prefix(':') {
        Some(digits) if digits.bytes().all(|byte| byte.is_ascii_digit()) => digits.parse().ok()?,
        None if port.is_empty() => usual,
        _ => return None,
    };
    let inside = host.strip_prefix('[').and_then(|host| host.strip_suffix(']'));
    let is_host = match inside {
        Some(address) => address.parse::<std::net::Ipv6Addr>().is_ok(),
        None => !host.is_empty() && host.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._".contains(&byte)),
    };
    is_host.then_some((host, port))
}

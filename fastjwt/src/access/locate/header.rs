//! A token in a header, behind its scheme (RFC 6750 section 2.1).

use http::{HeaderMap, HeaderValue};

use crate::{RequestFault, config::Settings};

/// What a header holds.
pub(super) struct Found<'r> {
    pub(super) source: &'r HeaderValue,
    pub(super) credentials: &'r [u8],
}

/// The one header of the configured name, if it has the configured scheme.
pub(super) fn find<'r>(config: &Settings, headers: &'r HeaderMap) -> Result<Option<Found<'r>>, RequestFault> {
    let mut values = headers.get_all(&config.header_name).iter();
    let Some(source) = values.next() else { return Ok(None) };
    if values.next().is_some() {
        return Err(RequestFault::SeveralTokens);
    }
    let credentials = credentials(source.as_bytes(), config.header_scheme.as_bytes())?;
    Ok(credentials.map(|credentials| Found { source, credentials }))
}

/// What follows the scheme and its spaces (RFC 9110 section 11.4); all of the value if no scheme is configured.
fn credentials<'v>(value: &'v [u8], scheme: &[u8]) -> Result<Option<&'v [u8]>, RequestFault> {
    if scheme.is_empty() {
        return Ok((!value.is_empty()).then_some(value));
    }
    let rest = match value.split_at_checked(scheme.len()) {
        Some((given, rest)) if given.eq_ignore_ascii_case(scheme) => rest,
        _ => return Ok(None),
    };
    let spaces = rest.iter().take_while(|byte| **byte == b' ').count();
    match rest.first() {
        // The scheme goes on, so that it is another one: no credentials of ours.
        Some(byte) if is_scheme_byte(*byte) => Ok(None),
        Some(b' ') => Ok(Some(rest.get(spaces..).unwrap_or_default())),
        _ => Err(RequestFault::MalformedCredentials),
    }
}

/// A character of a scheme, which is a token of RFC 9110 section 5.6.2.
fn is_scheme_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte)
}

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
    let Some(source) = headers.get(&config.header_name) else { return Ok(None) };
    // Hardly a request repeats a header at all.
    let is_repeated = headers.len() != headers.keys_len();
    if is_repeated && headers.get_all(&config.header_name).iter().nth(1).is_some() {
        return Err(RequestFault::SeveralTokens);
    }
    let credentials = credentials(source.as_bytes(), config.header_scheme.as_bytes())?;
    Ok(credentials.map(|credentials| Found { source, credentials }))
}

/// The credentials of the only header there is of that name, if they stand behind the scheme as it is configured, and one space.
#[inline]
pub(super) fn find_alone<'r>(config: &Settings, headers: &'r HeaderMap) -> Option<&'r [u8]> {
    if headers.len() != headers.keys_len() || config.header_scheme.is_empty() {
        return None;
    }
    // A request's few headers are looked through sooner than a name is hashed; as no name stands twice, the first is the only one.
    let (_, source) = headers.iter().find(|(name, _)| **name == config.header_name)?;
    source.as_bytes().strip_prefix(config.header_scheme.as_bytes())?.strip_prefix(b" ")
}

/// What follows the scheme and its spaces (RFC 9110 section 11.4); all of the value if no scheme is configured.
fn credentials<'v>(value: &'v [u8], scheme: &[u8]) -> Result<Option<&'v [u8]>, RequestFault> {
    if scheme.is_empty() {
        return Ok((!value.is_empty()).then_some(value));
    }
    let Some((given, rest)) = value.split_at_checked(scheme.len()) else { return Ok(None) };
    // Nearly everybody writes it as it is configured.
    if given != scheme && !given.eq_ignore_ascii_case(scheme) {
        return Ok(None);
    }
    match rest.iter().position(|byte| *byte != b' ') {
        Some(spaces @ 1..) => Ok(rest.get(spaces..)),
        // The scheme goes on, so that it is another one: no credentials of ours.
        Some(0) if rest.first().copied().is_some_and(is_scheme_byte) => Ok(None),
        // Where nothing follows there is a token all the same, of an odd form.
        None if !rest.is_empty() => Ok(Some(&[])),
        _ => Err(RequestFault::MalformedCredentials),
    }
}

/// A character of a scheme, which is a token of RFC 9110 section 5.6.2.
fn is_scheme_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte)
}

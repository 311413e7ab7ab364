//! Finds the token in a request: in one header, in one form, once.

use http::{HeaderMap, HeaderValue};

use crate::{RequestFault, config::Config};

/// A token that was found, unread.
pub(crate) struct Located<'r> {
    source: &'r HeaderValue,
    token: &'r str,
}

impl<'r> Located<'r> {
    pub(super) fn token(&self) -> &'r str {
        self.token
    }

    /// The header's value that the token stands in.
    pub(super) fn source(&self) -> &'r HeaderValue {
        self.source
    }
}

/// Looks for a token where the configuration says that one travels.
pub(super) fn locate<'r>(config: &Config, headers: &'r HeaderMap) -> Result<Located<'r>, RequestFault> {
    let mut values = headers.get_all(&config.header_name).iter();
    let source = values.next().ok_or(RequestFault::MissingToken)?;
    if values.next().is_some() {
        return Err(RequestFault::SeveralTokens);
    }
    let credentials = credentials(source.as_bytes(), config.header_scheme.as_bytes())?;
    if credentials.len() > config.max_token_size {
        return Err(RequestFault::TokenTooLarge);
    }
    let token = std::str::from_utf8(credentials).ok().filter(|token| is_token68(token));
    Ok(Located { source, token: token.ok_or(RequestFault::MalformedCredentials)? })
}

/// What follows the scheme and its spaces (RFC 9110 section 11.4); all of the value if no scheme is configured.
fn credentials<'v>(value: &'v [u8], scheme: &[u8]) -> Result<&'v [u8], RequestFault> {
    if scheme.is_empty() {
        return if value.is_empty() { Err(RequestFault::MissingToken) } else { Ok(value) };
    }
    let rest = match value.split_at_checked(scheme.len()) {
        Some((given, rest)) if given.eq_ignore_ascii_case(scheme) => rest,
        _ => return Err(RequestFault::MissingToken),
    };
    let spaces = rest.iter().take_while(|byte| **byte == b' ').count();
    match rest.first() {
        // The scheme goes on, so that it is another one: no credentials of ours.
        Some(byte) if is_scheme_byte(*byte) => Err(RequestFault::MissingToken),
        Some(b' ') => Ok(rest.get(spaces..).unwrap_or_default()),
        _ => Err(RequestFault::MalformedCredentials),
    }
}

/// A character of a scheme, which is a token of RFC 9110 section 5.6.2.
fn is_scheme_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte)
}

/// RFC 9110 section 11.2: letters, digits and a few marks, then perhaps padding.
fn is_token68(text: &str) -> bool {
    let body = text.trim_end_matches('=');
    !body.is_empty() && body.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._~+/".contains(&byte))
}

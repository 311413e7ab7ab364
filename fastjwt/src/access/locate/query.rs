//! A token in a parameter of the query (RFC 6750 section 2.3).

use std::borrow::Cow;

use http::Uri;

use super::urlencoded::Parameter;
use crate::RequestFault;

/// The decoded value of the one parameter of this name.
pub(super) fn find<'r>(name: &str, uri: &'r Uri) -> Result<Option<Cow<'r, [u8]>>, RequestFault> {
    match Parameter::find(uri.query().unwrap_or_default().as_bytes(), name) {
        Parameter::Missing => Ok(None),
        Parameter::Once(value) => Ok(Some(value)),
        Parameter::Repeated => Err(RequestFault::SeveralTokens),
    }
}

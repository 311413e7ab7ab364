//! A token in a cookie (RFC 6265 section 4.2), read strictly and in one pass; only the cookie of our name is looked into.

use http::{HeaderMap, header::COOKIE};

use crate::RequestFault;

/// The value of the one cookie of this name. An empty one is none: it is what a cookie looks like that was blanked out.
pub(super) fn find<'r>(name: &str, headers: &'r HeaderMap) -> Result<Option<&'r [u8]>, RequestFault> {
    // HTTP/2 may split cookies into several headers (RFC 9113 section 8.2.3).
    let pairs = headers.get_all(COOKIE).iter().flat_map(|header| header.as_bytes().split(|byte| *byte == b';'));
    let mut found = None;
    for value in pairs.filter_map(|pair| value_of(pair, name.as_bytes())) {
        // Which of them the browser means can't be told: a subdomain, or another path, may have set one of them.
        if found.replace(value).is_some() {
            return Err(RequestFault::SeveralTokens);
        }
    }
    Ok(found.filter(|value| !value.is_empty()))
}

/// What stands behind `name=`; quotes are a part of it, so that no token has them.
fn value_of<'p>(pair: &'p [u8], name: &[u8]) -> Option<&'p [u8]> {
    pair.trim_ascii().strip_prefix(name)?.strip_prefix(b"=")
}

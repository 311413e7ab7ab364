//! What travels in `Sec-WebSocket-Protocol` (RFC 6455 section 11.3.4): the only header that a browser's script can fill when it
//! opens a WebSocket.

use http::{HeaderMap, header::SEC_WEBSOCKET_PROTOCOL};

use crate::RequestFault;

/// The entry behind the one called `name`.
pub(in crate::access) fn behind<'r>(name: &str, headers: &'r HeaderMap) -> Result<Option<&'r [u8]>, RequestFault> {
    // Several headers are one list (RFC 6455 section 11.3.4).
    let mut entries = headers
        .get_all(SEC_WEBSOCKET_PROTOCOL)
        .iter()
        .flat_map(|header| header.as_bytes().split(|byte| *byte == b','))
        .map(<[u8]>::trim_ascii);
    let is_ours = |entry: &&[u8]| *entry == name.as_bytes();
    if !entries.by_ref().any(|entry| is_ours(&entry)) {
        return Ok(None);
    }
    let value = entries.next().ok_or(RequestFault::MalformedCredentials)?;
    if is_ours(&value) || entries.any(|entry| is_ours(&entry)) {
        return Err(RequestFault::SeveralTokens);
    }
    Ok(Some(value))
}

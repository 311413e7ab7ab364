//! The ids of secrets: how one is named in a token's header when its owner gives it no name.

use aws_lc_rs::hmac;
use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};

/// The longest key id that is written or looked up, in bytes.
pub(super) const MAX_LENGTH: usize = 256;

/// What a secret authenticates to get its name. A thumbprint would be a plain hash of the secret, against which it could be
/// guessed (RFC 7638 section 7); this helps no more than any token does.
const LABEL: &[u8] = b"fastjwt key id";

/// Half of a SHA-256 tag names a key well enough.
const BYTES: usize = 16;

pub(super) fn of_secret(secret: &[u8]) -> String {
    let tag = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, secret), LABEL);
    BASE64_URL_SAFE_NO_PAD.encode(tag.as_ref().get(..BYTES).unwrap_or_default())
}

//! Key ids: how a key is named in a token's header when its owner gives it no name.

use aws_lc_rs::{digest, hmac};
use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};

use super::Algorithm;

/// The longest key id that is written or looked up, in bytes.
pub(super) const MAX_LENGTH: usize = 256;

/// What a secret authenticates to get its name. A thumbprint would be a plain hash of the secret, against which it could be guessed
/// (RFC 7638 section 7); this helps no more than any token does.
const LABEL: &[u8] = b"fastjwt key id";

/// Half of a SHA-256 tag names a key well enough.
const SECRET_ID_BYTES: usize = 16;

pub(super) fn of_secret(secret: &[u8]) -> String {
    let tag = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, secret), LABEL);
    BASE64_URL_SAFE_NO_PAD.encode(tag.as_ref().get(..SECRET_ID_BYTES).unwrap_or_default())
}

/// The RFC 7638 thumbprint of a public key, given as its raw bytes: the SHA-256 of its JWK with the required members alone,
/// in the order of their names, without white space.
pub(super) fn of_public(algorithm: Algorithm, raw: &[u8]) -> String {
    let encode = |bytes: &[u8]| BASE64_URL_SAFE_NO_PAD.encode(bytes);
    let jwk = match algorithm {
        Algorithm::ES256 => {
            // 0x04, then both coordinates.
            let (x, y) = raw.get(1..).unwrap_or_default().split_at_checked(32).unwrap_or_default();
            format!(r#"{{"crv":"P-256","kty":"EC","x":"{}","y":"{}"}}"#, encode(x), encode(y))
        }
        Algorithm::EdDSA => format!(r#"{{"crv":"Ed25519","kty":"OKP","x":"{}"}}"#, encode(raw)),
        Algorithm::HS256 => return of_secret(raw),
    };
    encode(digest::digest(&digest::SHA256, jwk.as_bytes()).as_ref())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 8037 appendix A.3.
    #[test]
    fn r_93_thumbprint_of_the_rfc_8037_key() {
        let public = BASE64_URL_SAFE_NO_PAD.decode("11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo").unwrap_or_default();
        assert_eq!(of_public(Algorithm::EdDSA, &public), "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k");
    }
}

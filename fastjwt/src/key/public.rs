//! A public key as its numbers, from whatever it was packed in, and the name that follows from them.

use aws_lc_rs::digest;
use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};

use super::{Algorithm, Family, KeyError, der};

/// The lengths of an RSA modulus that are accepted, in bits (RFC 7518 section 3.3; above it, a signature takes too long to check).
const RSA_BITS: std::ops::RangeInclusive<usize> = 2048..=8192;

/// The points of Ed25519 whose order is 1, 2, 4 or 8, without the sign of x in the last bit: under one of these as a key, a signature is
/// good that was made without any. The last two are other ways to write the first two, which RFC 8032 section 5.1.3 forbids.
const SMALL_ORDER: [[u8; 32]; 7] = [
    ends_of_y(0x00, 0x00, 0x00),
    ends_of_y(0x01, 0x00, 0x00),
    ends_of_y(0xEC, 0xFF, 0x7F),
    [
        0x26, 0xE8, 0x95, 0x8F, 0xC2, 0xB2, 0x27, 0xB0, 0x45, 0xC3, 0xF4, 0x89, 0xF2, 0xEF, 0x98, 0xF0, 0xD5, 0xDF,
        0xAC, 0x05, 0xD3, 0xC6, 0x33, 0x39, 0xB1, 0x38, 0x02, 0x88, 0x6D, 0x53, 0xFC, 0x05,
    ],
    [
        0xC7, 0x17, 0x6A, 0x70, 0x3D, 0x4D, 0xD8, 0x4F, 0xBA, 0x3C, 0x0B, 0x76, 0x0D, 0x10, 0x67, 0x0F, 0x2A, 0x20,
        0x53, 0xFA, 0x2C, 0x39, 0xCC, 0xC6, 0x4E, 0xC7, 0xFD, 0x77, 0x92, 0xAC, 0x03, 0x7A,
    ],
    ends_of_y(0xED, 0xFF, 0x7F),
    ends_of_y(0xEE, 0xFF, 0x7F),
];

/// A number of 32 bytes, the least first, that are all the same between its ends.
const fn ends_of_y(first: u8, between: u8, last: u8) -> [u8; 32] {
    let mut bytes = [between; 32];
    (bytes[0], bytes[31]) = (first, last);
    bytes
}

/// A public key, its form checked; that a point is on its curve, the backend checks.
pub(super) enum Public {
    P256 { point: Vec<u8> },
    P384 { point: Vec<u8> },
    Ed25519 { bytes: Vec<u8> },
    Rsa { n: Vec<u8>, e: Vec<u8> },
}

impl Public {
    /// From the content of an SPKI: a point, 32 bytes, or an `RSAPublicKey`.
    pub(super) fn from_content(family: Family, content: &[u8]) -> Result<Self, KeyError> {
        match family {
            Family::P256 => point(content, 32).map(|point| Self::P256 { point }),
            Family::P384 => point(content, 48).map(|point| Self::P384 { point }),
            Family::Ed25519 => Self::ed25519(content.to_vec()),
            Family::Rsa => {
                let (n, e) = der::rsa_numbers(content).ok_or_else(|| KeyError::new("the RSA public key is damaged"))?;
                Self::rsa(n.to_vec(), e.to_vec())
            }
            Family::Secret { .. } => Err(KeyError::new("a secret has no public half")),
        }
    }

    pub(super) fn ed25519(bytes: Vec<u8>) -> Result<Self, KeyError> {
        if bytes.len() != 32 {
            return Err(KeyError::new("an Ed25519 public key must have 32 bytes"));
        }
        if is_of_small_order(&bytes) {
            return Err(KeyError::new(
                "the Ed25519 public key is a point of small order, which is nobody's: anyone could sign for it",
            ));
        }
        Ok(Self::Ed25519 { bytes })
    }

    /// From big-endian numbers without leading zeros.
    pub(super) fn rsa(n: Vec<u8>, e: Vec<u8>) -> Result<Self, KeyError> {
        let bits = n.first().map_or(0, |first| n.len() * 8 - first.leading_zeros() as usize);
        if !RSA_BITS.contains(&bits) || n.first() == Some(&0) {
            return Err(KeyError::new(format!(
                "the RSA modulus has {bits} bits: it must have {} to {}",
                RSA_BITS.start(),
                RSA_BITS.end()
            )));
        }
        if n.last().is_some_and(|last| last % 2 == 0) {
            return Err(KeyError::new("the RSA key is damaged: its modulus must be odd"));
        }
        // 1 would make every message its own signature; an even one has no inverse; the backend takes 33 bits at most.
        let odd = e.last().is_some_and(|last| last % 2 == 1);
        let long = e.len() > 5 || (e.len() == 5 && e.first() > Some(&1));
        if !odd || e.as_slice() == [1] || e.first() == Some(&0) || long {
            return Err(KeyError::new("the RSA public exponent must be odd, at least 3 and at most 33 bits long"));
        }
        Ok(Self::Rsa { n, e })
    }

    /// The RFC 7638 thumbprint.
    pub(super) fn thumbprint(&self) -> String {
        let members = self.required_members();
        BASE64_URL_SAFE_NO_PAD.encode(digest::digest(&digest::SHA256, members.as_bytes()).as_ref())
    }

    /// The key as a JWK with the required members alone, in the order of their names, without white space (RFC 7638 section 3).
    pub(super) fn required_members(&self) -> String {
        let encode = |bytes: &[u8]| BASE64_URL_SAFE_NO_PAD.encode(bytes);
        let ec = |curve: &str, point: &[u8]| {
            // 0x04, then both coordinates.
            let coordinates = point.get(1..).unwrap_or_default();
            let (x, y) = coordinates.split_at_checked(coordinates.len() / 2).unwrap_or_default();
            format!(r#"{{"crv":"{curve}","kty":"EC","x":"{}","y":"{}"}}"#, encode(x), encode(y))
        };
        match self {
            Self::P256 { point } => ec("P-256", point),
            Self::P384 { point } => ec("P-384", point),
            Self::Ed25519 { bytes } => format!(r#"{{"crv":"Ed25519","kty":"OKP","x":"{}"}}"#, encode(bytes)),
            Self::Rsa { n, e } => format!(r#"{{"e":"{}","kty":"RSA","n":"{}"}}"#, encode(e), encode(n)),
        }
    }

    /// Whether the key is one for `algorithm`.
    pub(super) fn is_for(&self, algorithm: Algorithm) -> bool {
        matches!(
            (self, algorithm.family()),
            (Self::P256 { .. }, Family::P256)
                | (Self::P384 { .. }, Family::P384)
                | (Self::Ed25519 { .. }, Family::Ed25519)
                | (Self::Rsa { .. }, Family::Rsa)
        )
    }
}

fn is_of_small_order(bytes: &[u8]) -> bool {
    bytes.split_last().is_some_and(|(last, rest)| {
        SMALL_ORDER
            .iter()
            .filter_map(|point| point.split_last())
            .any(|(end, known)| known == rest && *end == last & 0x7F)
    })
}

/// A point with coordinates of so many bytes, uncompressed (SEC 1 section 2.3.3).
fn point(content: &[u8], coordinate: usize) -> Result<Vec<u8>, KeyError> {
    match content {
        [4, coordinates @ ..] if coordinates.len() == 2 * coordinate => Ok(content.to_vec()),
        _ => Err(KeyError::new(
            "the EC public key must be on a named curve and its point uncompressed, as OpenSSL writes it by default",
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decode(text: &str) -> Vec<u8> {
        BASE64_URL_SAFE_NO_PAD.decode(text).unwrap_or_default()
    }

    /// RFC 8037 appendix A.3.
    #[test]
    fn r_93_thumbprint_of_the_rfc_8037_key() {
        let key = Public::ed25519(decode("11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"));
        assert_eq!(key.map(|key| key.thumbprint()), Ok("kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k".to_owned()));
    }

    /// RFC 7638 section 3.1.
    #[test]
    fn r_93_thumbprint_of_the_rfc_7638_key() {
        let n = "0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3oknjhMs\
                 tn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91C\
                 bOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw";
        let key = Public::rsa(decode(n), decode("AQAB"));
        assert_eq!(key.map(|key| key.thumbprint()), Ok("NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs".to_owned()));
    }
}

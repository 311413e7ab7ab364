//! The text of a token: three base64url segments, and the header that this crate writes (RFC 7515).

use std::sync::LazyLock;

use base64::{
    Engine as _,
    engine::{Simd, general_purpose::NO_PAD},
};
use serde::{Serialize, Serializer, ser::SerializeMap};
use serde_json::Value;

use crate::Algorithm;

/// base64url without padding (RFC 7515 section 2); decoding refuses every other byte, padding, and unused bits that are set,
/// so that one token has one text.
pub(crate) static BASE64: LazyLock<Simd> = LazyLock::new(|| Simd::url_safe(NO_PAD));

/// The members that RFC 7515, 7516, 7797 and their kin give a meaning; a token must not get one of them from outside.
const STANDARD_MEMBERS: &[&str] = &[
    "alg", "typ", "cty", "kid", "crit", "b64", "jku", "jwk", "x5u", "x5c", "x5t", "x5t#S256", "enc", "zip", "epk",
    "apu", "apv", "iv", "tag", "p2s", "p2c", "url", "nonce",
];

/// The most members that a header may have; the standards know 24. More are read by nobody, and must not keep anybody busy.
pub(crate) const MOST_MEMBERS: usize = 32;

/// `alg`, `typ` and `kid`, which every header of ours has.
pub(crate) const OWN_MEMBERS: usize = 3;

pub(crate) fn is_standard_member(name: &str) -> bool {
    STANDARD_MEMBERS.contains(&name)
}

/// What a header says that the token is (RFC 7519 section 5.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Typ {
    Jwt,
    /// An access token in the form of RFC 9068.
    AtJwt,
    /// The header does not say it.
    Absent,
}

impl Typ {
    /// The types that are written.
    pub(crate) const WRITTEN: [Self; 2] = [Self::Jwt, Self::AtJwt];

    /// Reads a media type; compared without case, as media types are. Other kinds of JWT must not be taken for a token of ours
    /// (RFC 8725 section 3.11).
    pub(crate) fn read(typ: &str) -> Option<Self> {
        let is = |accepted: &str| accepted.eq_ignore_ascii_case(typ);
        if is("JWT") { Some(Self::Jwt) } else { (is("at+jwt") || is("application/at+jwt")).then_some(Self::AtJwt) }
    }

    fn as_str(self) -> &'static str {
        match self {
            Self::Jwt | Self::Absent => "JWT",
            Self::AtJwt => "at+jwt",
        }
    }
}

/// The encoded header of a key's tokens, with more members if there are any.
pub(crate) fn header_segment(algorithm: Algorithm, id: &str, typ: Typ, members: &[(String, Value)]) -> String {
    // Strings and values can't fail to be written.
    BASE64.encode(serde_json::to_vec(&Header { algorithm, typ, id, members }).unwrap_or_default())
}

struct Header<'a> {
    algorithm: Algorithm,
    typ: Typ,
    id: &'a str,
    members: &'a [(String, Value)],
}

impl Serialize for Header<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("alg", self.algorithm.as_str())?;
        map.serialize_entry("typ", self.typ.as_str())?;
        map.serialize_entry("kid", self.id)?;
        for (name, value) in self.members {
            map.serialize_entry(name, value)?;
        }
        map.end()
    }
}

/// The segments of a token, still encoded.
pub(crate) struct Segments<'t> {
    pub(crate) header: &'t [u8],
    pub(crate) payload: &'t [u8],
    pub(crate) signature: &'t [u8],
    /// What is signed: header, dot and payload.
    pub(crate) message: &'t [u8],
}

/// Splits a token into exactly three segments, none of them empty. That they are letters and digits, decoding them tells.
pub(crate) fn split(token: &[u8]) -> Option<Segments<'_>> {
    // Vectorised, unlike the standard library's search.
    let (first, last) = (memchr::memchr(b'.', token)?, memchr::memrchr(b'.', token)?);
    let (header, message) = (token.get(..first)?, token.get(..last)?);
    let (payload, signature) = (message.get(first + 1..)?, token.get(last + 1..)?);
    let whole = ![header, payload, signature].iter().any(|segment| segment.is_empty())
        && memchr::memchr(b'.', payload).is_none();
    whole.then_some(Segments { header, payload, signature, message })
}

/// Decodes a segment, strictly.
pub(crate) fn decode(segment: &[u8]) -> Option<Vec<u8>> {
    // Memory that is asked for as zeros comes from further away than other memory, and is given back there.
    let mut bytes = Vec::with_capacity(base64::decoded_len_estimate(segment.len()));
    BASE64.decode_vec(segment, &mut bytes).ok()?;
    Some(bytes)
}

/// Decodes a segment, strictly, into `buffer`; `None` also if it is too long for it.
pub(crate) fn decode_into<'b>(segment: &[u8], buffer: &'b mut [u8]) -> Option<&'b [u8]> {
    let length = BASE64.decode_slice(segment, buffer).ok()?;
    buffer.get(..length)
}

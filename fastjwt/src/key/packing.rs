//! Recognises a key in the place of a secret, however it is packed: a public key taken for a secret would let anyone sign (RFC 8725 section 2.1).

use std::fmt;

use base64::{Engine as _, prelude::BASE64_STANDARD_NO_PAD};
use serde::{
    Deserializer,
    de::{DeserializeSeed, IgnoredAny, MapAccess, SeqAccess, Visitor},
};
use zeroize::Zeroizing;

use super::der;

/// What stands in the text of a key, wherever it begins.
const MARKS: &[&[u8]] = &[b"-----BEGIN ", b"---- BEGIN SSH2", b"PuTTY-User-Key-File"];

/// How the names of SSH's kinds of keys begin.
const SSH_KINDS: &[&[u8]] = &[b"ssh-", b"ecdsa-sha2-", b"sk-ssh-", b"sk-ecdsa-sha2-"];

/// The form in which a key was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Packing {
    Pem,
    /// A JWK, or a set of them, perhaps within other JSON.
    Jwk,
    Der,
    Ssh,
}

/// The form of the key that these bytes are, or that base64 or hex makes of them.
pub(super) fn packing(secret: &[u8]) -> Option<Packing> {
    plain(secret).or_else(|| unpacked(secret).find_map(|bytes| plain(&bytes)))
}

/// Whether it is a key of a pair, or one in a form of its own, rather than a secret.
pub(crate) fn is_packed_key(secret: &[u8]) -> bool {
    packing(secret).is_some()
}

/// What base64 and hex make of a text. Either base64, padded or not, and both on one line or on several.
pub(super) fn unpacked(text: &[u8]) -> impl Iterator<Item = Zeroizing<Vec<u8>>> {
    let letters = |is_letter: fn(&u8) -> bool| -> Zeroizing<Vec<u8>> {
        Zeroizing::new(text.iter().copied().filter(|byte| !byte.is_ascii_whitespace() && is_letter(byte)).collect())
    };
    let mut base64 = letters(|byte| *byte != b'=');
    for byte in base64.iter_mut() {
        *byte = match *byte {
            b'-' => b'+',
            b'_' => b'/',
            other => other,
        };
    }
    let hex = letters(|byte| *byte != b':');
    let base64 = BASE64_STANDARD_NO_PAD.decode(base64.as_slice()).ok().map(Zeroizing::new);
    base64.into_iter().chain(from_hex(&hex))
}

fn from_hex(text: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
    let digit = |byte: u8| char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
    let digits = text.strip_prefix(b"0x").unwrap_or(text);
    let mut bytes = Zeroizing::new(Vec::with_capacity(digits.len() / 2));
    for pair in digits.chunks(2) {
        let [high, low] = pair else { return None };
        bytes.push(digit(*high)? << 4 | digit(*low)?);
    }
    Some(bytes)
}

/// The form of the key that these very bytes are.
fn plain(bytes: &[u8]) -> Option<Packing> {
    text_of_key(bytes).or_else(|| {
        let holds_key = Search { is_within_text: false }.search(bytes);
        holds_key.then_some(Packing::Jwk).or_else(|| is_der(bytes).then_some(Packing::Der))
    })
}

fn text_of_key(bytes: &[u8]) -> Option<Packing> {
    let has = |mark: &&[u8]| bytes.windows(mark.len()).any(|part| part == *mark);
    if MARKS.iter().any(has) { Some(Packing::Pem) } else { is_ssh(bytes).then_some(Packing::Ssh) }
}

/// A line as in `authorized_keys`, or what its base64 holds: the kind of the key behind its length in four bytes (RFC 4253 section 6.6).
fn is_ssh(bytes: &[u8]) -> bool {
    let is_kind = |text: &[u8]| SSH_KINDS.iter().any(|kind| text.starts_with(kind));
    let mut words = bytes.split(u8::is_ascii_whitespace).filter(|word| !word.is_empty()).peekable();
    while let Some(word) = words.next() {
        // Three zeros, in base64.
        if is_kind(word) && words.peek().is_some_and(|next| next.starts_with(b"AAAA")) {
            return true;
        }
    }
    matches!(bytes, [0, 0, 0, _, kind @ ..] if is_kind(kind))
}

fn is_der(bytes: &[u8]) -> bool {
    [bytes, bytes.trim_ascii()].iter().any(|der| der::identify(der).is_some())
}

/// Whether some JSON holds a key: an object with the member that every JWK has, or every set of them (RFC 7517 sections 4.1 and 5), or a
/// text that is a key. Nothing of it is kept.
#[derive(Clone, Copy)]
struct Search {
    /// Whether the JSON is that of a text within JSON: one in it is not searched for more.
    is_within_text: bool,
}

impl Search {
    /// What stands behind the JSON does not matter.
    fn search(self, bytes: &[u8]) -> bool {
        let bytes = bytes.strip_prefix("\u{feff}".as_bytes()).unwrap_or(bytes);
        self.deserialize(&mut serde_json::Deserializer::from_slice(bytes)).unwrap_or_default()
    }
}

impl<'de> DeserializeSeed<'de> for Search {
    type Value = bool;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<bool, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Search {
    type Value = bool;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_unit<E>(self) -> Result<bool, E> {
        Ok(false)
    }

    fn visit_bool<E>(self, _: bool) -> Result<bool, E> {
        Ok(false)
    }

    fn visit_u64<E>(self, _: u64) -> Result<bool, E> {
        Ok(false)
    }

    fn visit_i64<E>(self, _: i64) -> Result<bool, E> {
        Ok(false)
    }

    fn visit_f64<E>(self, _: f64) -> Result<bool, E> {
        Ok(false)
    }

    fn visit_str<E>(self, text: &str) -> Result<bool, E> {
        let text = text.as_bytes();
        Ok(text_of_key(text).is_some()
            || unpacked(text).any(|bytes| is_der(&bytes))
            || (!self.is_within_text && Self { is_within_text: true }.search(text)))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut members: A) -> Result<bool, A::Error> {
        let mut holds_key = false;
        while let Some(member) = members.next_element_seed(self)? {
            holds_key |= member;
        }
        Ok(holds_key)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<bool, A::Error> {
        let mut holds_key = false;
        while let Some(name) = members.next_key::<String>()?.map(Zeroizing::new) {
            holds_key |= match name.as_str() {
                "kty" | "keys" => members.next_value::<Option<IgnoredAny>>()?.is_some(),
                _ => members.next_value_seed(self)?,
            };
        }
        Ok(holds_key)
    }
}

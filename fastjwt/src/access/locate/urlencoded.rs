//! A parameter of a query or a form, in `application/x-www-form-urlencoded` (WHATWG URL section 5.1).

use std::borrow::Cow;

/// How often a parameter stands in a text, and its decoded value.
pub(in crate::access) enum Parameter<'t> {
    Missing,
    Once(Cow<'t, [u8]>),
    Repeated,
}

impl<'t> Parameter<'t> {
    /// Looks for a parameter as whoever reads the text behind us will see it: by its decoded name.
    pub(in crate::access) fn find(text: &'t [u8], name: &str) -> Self {
        let mut found = Self::Missing;
        for pair in text.split(|byte| *byte == b'&') {
            let (key, value) = match pair.iter().position(|byte| *byte == b'=') {
                Some(at) => (pair.get(..at).unwrap_or_default(), pair.get(at + 1..).unwrap_or_default()),
                None => (pair, &[][..]),
            };
            if *decode(key) != *name.as_bytes() {
                continue;
            }
            found = match found {
                Self::Missing => Self::Once(decode(value)),
                Self::Once(_) | Self::Repeated => return Self::Repeated,
            };
        }
        found
    }
}

/// `+` is a space, `%` and two hexadecimal digits are a byte, and everything else is itself.
fn decode(text: &[u8]) -> Cow<'_, [u8]> {
    if !text.iter().any(|byte| matches!(byte, b'%' | b'+')) {
        return text.into();
    }
    let mut decoded = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some((first, behind)) = rest.split_first() {
        let (byte, next) = match (first, behind) {
            (b'+', _) => (b' ', behind),
            (b'%', [high, low, next @ ..]) => match (hex(*high), hex(*low)) {
                (Some(high), Some(low)) => (high << 4 | low, next),
                _ => (b'%', behind),
            },
            _ => (*first, behind),
        };
        decoded.push(byte);
        rest = next;
    }
    decoded.into()
}

fn hex(digit: u8) -> Option<u8> {
    char::from(digit).to_digit(16).and_then(|digit| u8::try_from(digit).ok())
}

//! A search for parts of a key in what the library says.

use std::{
    collections::HashSet,
    hash::{DefaultHasher, Hasher as _},
};

use base64::{Engine as _, alphabet, engine::GeneralPurpose, engine::general_purpose};

/// A part of a key that must not be shown, in bytes.
const PART: usize = 8;

/// The parts of what must stay hidden, each as its hash: libFuzzer watches comparisons, and would put what a message says into
/// its next input.
#[derive(Default)]
pub struct Hidden(HashSet<u64>);

impl Hidden {
    /// Hides a text in base64 of either alphabet, and what it decodes to.
    pub fn add_base64(&mut self, text: &str) {
        let text: String = text.chars().filter(|char| !char.is_ascii_whitespace() && *char != '=').collect();
        self.add_parts(text.as_bytes());
        for alphabet in [&alphabet::URL_SAFE, &alphabet::STANDARD] {
            let lenient = general_purpose::NO_PAD.with_decode_allow_trailing_bits(true);
            if let Ok(bytes) = GeneralPurpose::new(alphabet, lenient).decode(&text) {
                self.add_bytes(&bytes);
            }
        }
    }

    /// Hides bytes.
    pub fn add_bytes(&mut self, bytes: &[u8]) {
        self.add_parts(bytes);
    }

    fn add_parts(&mut self, bytes: &[u8]) {
        let parts = bytes.windows(PART).filter(|part| !is_a_word(part));
        self.0.extend(parts.map(hash));
    }

    /// Whether a text shows a part: as it is, in hexadecimal, or as a list of numbers.
    pub fn is_shown_by(&self, text: &str) -> bool {
        let holds = |bytes: &[u8]| bytes.windows(PART).any(|part| self.0.contains(&hash(part)));
        let numbers: Vec<u8> = text
            .split(|char: char| !char.is_ascii_digit())
            .filter(|number| !number.is_empty())
            .map(|number| number.parse().unwrap_or_default())
            .collect();
        let hex = text.as_bytes().windows(2 * PART).any(|digits| {
            let part: Option<Vec<u8>> =
                digits.chunks(2).map(|pair| u8::from_str_radix(str::from_utf8(pair).ok()?, 16).ok()).collect();
            part.is_some_and(|part| holds(&part))
        });
        holds(text.as_bytes()) || hex || holds(&numbers)
    }
}

fn hash(part: &[u8]) -> u64 {
    let mut hasher = DefaultHasher::new();
    hasher.write(part);
    hasher.finish()
}

/// Whether a part may stand in a message for its own sake. A key's parts have all sorts of characters, so that one that is
/// shown gives itself away by the others.
fn is_a_word(part: &[u8]) -> bool {
    let kinds = [
        part.iter().any(u8::is_ascii_lowercase),
        part.iter().any(u8::is_ascii_uppercase),
        part.iter().any(u8::is_ascii_digit),
        !part.is_ascii(),
        part.iter().any(u8::is_ascii_control),
    ];
    kinds.into_iter().filter(|kind| *kind).count() < 2
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_form_is_seen() {
        let mut hidden = Hidden::default();
        hidden.add_base64("uJ7rZ0vQ2mXc9LwTn4Yb\nKe6HsGd1PfAa");
        let bytes = general_purpose::STANDARD.decode("uJ7rZ0vQ2mXc9LwTn4YbKe6HsGd1PfAa").unwrap();
        let hex: String = bytes[4..12].iter().map(|byte| format!("{byte:02x}")).collect();
        for shown in ["..rZ0vQ2mX..".to_owned(), format!("{:?}", &bytes[3..11]), hex] {
            assert!(hidden.is_shown_by(&shown), "{shown}");
        }
        assert!(!hidden.is_shown_by(
            "the key is damaged: ES256 needs a P-256 private key, found an RSA public key (`PUBLIC KEY`)"
        ));
    }
}

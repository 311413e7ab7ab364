//! A short string as const generic arguments, so that a policy is a type that needs no item beside the handler.

use proc_macro2::{Literal, TokenStream};
use quote::quote;

/// At most 64 bytes: four big-endian words, the unused low bytes zero.
#[cfg_attr(test, derive(Debug, PartialEq))]
pub(super) struct ConstStr {
    length: usize,
    words: [u128; 4],
}

impl ConstStr {
    pub(super) const CAPACITY: usize = 64;
    const WORD: usize = 16;

    /// Is `None` for a text that does not fit.
    pub(super) fn new(text: &str) -> Option<Self> {
        if text.len() > Self::CAPACITY {
            return None;
        }
        let mut words = [0; 4];
        for (word, bytes) in words.iter_mut().zip(text.as_bytes().chunks(Self::WORD)) {
            let packed = bytes.iter().fold(0, |packed: u128, byte| packed << 8 | u128::from(*byte));
            *word = packed << (8 * (Self::WORD - bytes.len()));
        }
        Some(Self { length: text.len(), words })
    }

    /// The type `Str<..>`; `private` is the path of `fastjwt::__private`.
    pub(super) fn to_type(&self, private: &TokenStream) -> TokenStream {
        let length = Literal::usize_unsuffixed(self.length);
        let words = self.words.iter().map(|word| Literal::u128_unsuffixed(*word));
        quote!(#private::Str<#length, #(#words),*>)
    }
}

#[cfg(test)]
mod tests {
    use super::ConstStr;

    /// What the runtime does, over again.
    fn decode(packed: &ConstStr) -> Vec<u8> {
        packed.words.iter().flat_map(|word| word.to_be_bytes()).take(packed.length).collect()
    }

    #[test]
    fn every_length_comes_back() {
        let text: String = ('!'..='~').cycle().take(ConstStr::CAPACITY).collect();
        for length in 0..=ConstStr::CAPACITY {
            let part: String = text.chars().take(length).collect();
            let packed = ConstStr::new(&part);
            assert_eq!(packed.as_ref().map(decode), Some(part.into_bytes()), "length {length}");
        }
    }

    #[test]
    fn the_first_byte_is_the_highest_and_the_rest_is_zero() {
        let expected = ConstStr { length: 2, words: [0x6162 << 112, 0, 0, 0] };
        assert_eq!(ConstStr::new("ab"), Some(expected));
    }

    #[test]
    fn the_limit_counts_bytes() {
        assert!(ConstStr::new(&"x".repeat(64)).is_some());
        assert!(ConstStr::new(&"x".repeat(65)).is_none());
        assert!(ConstStr::new(&"\u{e9}".repeat(33)).is_none());
        assert_eq!(ConstStr::new("k\u{e9}y").as_ref().map(decode), Some("k\u{e9}y".as_bytes().to_vec()));
    }
}

//! A string as const generic arguments, so that a policy is a type that needs no item beside the handler.

use proc_macro2::{Literal, TokenStream};
use quote::quote;

/// At most 256 bytes: parts of 64 bytes of four big-endian words each, the unused low bytes zero.
#[derive(Clone, PartialEq, Eq)]
#[cfg_attr(test, derive(Debug))]
pub(crate) struct ConstStr {
    /// One, or four.
    parts: Vec<Part>,
}

#[derive(Clone, PartialEq, Eq)]
#[cfg_attr(test, derive(Debug))]
struct Part {
    length: usize,
    words: [u128; 4],
}

impl ConstStr {
    pub(crate) const CAPACITY: usize = 4 * Part::CAPACITY;

    /// Is `None` for a text that does not fit.
    pub(crate) fn new(text: &str) -> Option<Self> {
        if text.len() > Self::CAPACITY {
            return None;
        }
        let mut parts: Vec<Part> = text.as_bytes().chunks(Part::CAPACITY).map(Part::new).collect();
        let number = if parts.len() > 1 { 4 } else { 1 };
        parts.resize_with(number, || Part::new(&[]));
        Some(Self { parts })
    }

    /// The type `Str<..>` or `Long<Str<..>, ..>`; `private` is the path of `fastjwt::__private`.
    pub(crate) fn to_type(&self, private: &TokenStream) -> TokenStream {
        let parts = self.parts.iter().map(|part| part.to_type(private));
        if self.parts.len() == 1 { quote!(#(#parts)*) } else { quote!(#private::Long<#(#parts),*>) }
    }
}

impl Part {
    const CAPACITY: usize = 64;
    const WORD: usize = 16;

    fn new(bytes: &[u8]) -> Self {
        let mut words = [0; 4];
        for (word, bytes) in words.iter_mut().zip(bytes.chunks(Self::WORD)) {
            let packed = bytes.iter().fold(0, |packed: u128, byte| packed << 8 | u128::from(*byte));
            *word = packed << (8 * (Self::WORD - bytes.len()));
        }
        Self { length: bytes.len(), words }
    }

    fn to_type(&self, private: &TokenStream) -> TokenStream {
        let length = Literal::usize_unsuffixed(self.length);
        let words = self.words.iter().map(|word| Literal::u128_unsuffixed(*word));
        quote!(#private::Str<#length, #(#words),*>)
    }
}

#[cfg(test)]
mod tests {
    use super::{ConstStr, Part};

    /// What the runtime does, over again.
    fn decode(packed: &ConstStr) -> Vec<u8> {
        let bytes: Vec<u8> =
            packed.parts.iter().flat_map(|part| part.words.iter().flat_map(|word| word.to_be_bytes())).collect();
        let length: usize = packed.parts.iter().map(|part| part.length).sum();
        bytes.into_iter().take(length).collect()
    }

    #[test]
    fn every_length_comes_back() {
        let text: String = ('!'..='~').cycle().take(ConstStr::CAPACITY).collect();
        for length in 0..=ConstStr::CAPACITY {
            let part: String = text.chars().take(length).collect();
            let packed = ConstStr::new(&part);
            assert_eq!(packed.as_ref().map(decode), Some(part.into_bytes()), "length {length}");
            let parts = packed.map(|packed| packed.parts.len());
            assert_eq!(parts, Some(if length > 64 { 4 } else { 1 }), "length {length}");
        }
    }

    #[test]
    fn the_first_byte_is_the_highest_and_the_rest_is_zero() {
        let expected = ConstStr { parts: vec![Part { length: 2, words: [0x6162 << 112, 0, 0, 0] }] };
        assert_eq!(ConstStr::new("ab"), Some(expected));
    }

    #[test]
    fn the_limit_counts_bytes() {
        assert!(ConstStr::new(&"x".repeat(256)).is_some());
        assert!(ConstStr::new(&"x".repeat(257)).is_none());
        assert!(ConstStr::new(&"\u{e9}".repeat(129)).is_none());
        assert_eq!(ConstStr::new("k\u{e9}y").as_ref().map(decode), Some("k\u{e9}y".as_bytes().to_vec()));
    }
}

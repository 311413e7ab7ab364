//! Reads JSON as issuers write it, without whitespace, escapes and fractions, quicker than who has to look for them.
//!
//! Whatever is written otherwise, and whatever the reader does not accept, is [`Unusual`]: the text is then read again by
//! `serde_json`, from the start, which alone words errors. So this file decides nothing: it reads a text only if `serde_json` would
//! read the same out of it, which `tests/suite/scanning.rs` holds against it.

use std::fmt;

use serde::{
    Deserializer,
    de::{DeserializeSeed, MapAccess, SeqAccess, Visitor, value::BorrowedStrDeserializer},
};

/// `serde_json` goes deeper.
const DEEPEST: u8 = 64;

/// Every number of so many digits fits `u64` and `i64`.
const MOST_DIGITS: usize = 18;

/// Something that is left to `serde_json`.
#[derive(Debug)]
pub(super) struct Unusual;

impl fmt::Display for Unusual {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("left to serde_json")
    }
}

impl std::error::Error for Unusual {}

impl serde::de::Error for Unusual {
    fn custom<T: fmt::Display>(_: T) -> Self {
        Self
    }
}

/// Reads `text`, which must be one object and nothing else.
pub(super) fn read_object<'de, V: Visitor<'de>>(text: &'de str, visitor: V) -> Result<V::Value, Unusual> {
    let mut scanner = Scanner { text, at: 0, depth: 0 };
    let value = scanner.object(visitor)?;
    if scanner.at == text.len() { Ok(value) } else { Err(Unusual) }
}

struct Scanner<'de> {
    text: &'de str,
    at: usize,
    depth: u8,
}

enum Integer {
    Unsigned(u64),
    Negative(i64),
}

impl<'de> Scanner<'de> {
    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    /// Goes on behind `byte`, which must be next.
    fn take(&mut self, byte: u8) -> Result<(), Unusual> {
        if self.peek() == Some(byte) {
            self.at += 1;
            Ok(())
        } else {
            Err(Unusual)
        }
    }

    fn word(&mut self, word: &str) -> Result<(), Unusual> {
        let is_next = self.text.as_bytes().get(self.at..).is_some_and(|rest| rest.starts_with(word.as_bytes()));
        if is_next {
            self.at += word.len();
            Ok(())
        } else {
            Err(Unusual)
        }
    }

    fn string(&mut self) -> Result<&'de str, Unusual> {
        self.take(b'"')?;
        let start = self.at;
        self.at += plain_length(self.text.as_bytes().get(start..).unwrap_or_default());
        let string = self.text.get(start..self.at).ok_or(Unusual)?;
        self.take(b'"')?;
        Ok(string)
    }

    fn bool(&mut self) -> Result<bool, Unusual> {
        let value = self.peek() == Some(b't');
        self.word(if value { "true" } else { "false" })?;
        Ok(value)
    }

    fn integer(&mut self) -> Result<Integer, Unusual> {
        let is_negative = self.peek() == Some(b'-');
        let start = self.at + usize::from(is_negative);
        let rest = self.text.as_bytes().get(start..).unwrap_or_default();
        let (mut value, mut digits) = (0_u64, 0_usize);
        for byte in rest.iter().take_while(|byte| byte.is_ascii_digit()) {
            // What is too long for it is left to serde_json below.
            value = value.wrapping_mul(10).wrapping_add(u64::from(byte.wrapping_sub(b'0')));
            digits += 1;
        }
        let is_plain = match rest.first() {
            // Negative zero is a float.
            Some(b'0') => digits == 1 && !is_negative,
            _ => (1..=MOST_DIGITS).contains(&digits),
        };
        if !is_plain || !matches!(rest.get(digits), Some(b',' | b'}' | b']')) {
            return Err(Unusual);
        }
        self.at = start + digits;
        if is_negative {
            i64::try_from(value).map(|value| Integer::Negative(value.wrapping_neg())).map_err(|_| Unusual)
        } else {
            Ok(Integer::Unsigned(value))
        }
    }

    fn number<V: Visitor<'de>>(&mut self, visitor: V) -> Result<V::Value, Unusual> {
        match self.integer()? {
            Integer::Unsigned(value) => visitor.visit_u64(value),
            Integer::Negative(value) => visitor.visit_i64(value),
        }
    }

    fn object<V: Visitor<'de>>(&mut self, visitor: V) -> Result<V::Value, Unusual> {
        self.enter(b'{')?;
        let value = visitor.visit_map(Members { scanner: self, is_first: true })?;
        self.leave(b'}')?;
        Ok(value)
    }

    fn list<V: Visitor<'de>>(&mut self, visitor: V) -> Result<V::Value, Unusual> {
        self.enter(b'[')?;
        let value = visitor.visit_seq(Members { scanner: self, is_first: true })?;
        // A reader that has had enough leaves the rest, which serde_json refuses.
        self.leave(b']')?;
        Ok(value)
    }

    fn enter(&mut self, bracket: u8) -> Result<(), Unusual> {
        self.take(bracket)?;
        self.depth += 1;
        if self.depth <= DEEPEST { Ok(()) } else { Err(Unusual) }
    }

    fn leave(&mut self, bracket: u8) -> Result<(), Unusual> {
        self.depth = self.depth.saturating_sub(1);
        self.take(bracket)
    }

    /// Goes on behind the next value, whatever it is.
    fn skip(&mut self) -> Result<(), Unusual> {
        match self.peek() {
            Some(b'"') => self.string().map(drop),
            Some(b'{') => self.object(serde::de::IgnoredAny).map(drop),
            Some(b'[') => self.list(serde::de::IgnoredAny).map(drop),
            Some(b't' | b'f') => self.bool().map(drop),
            Some(b'n') => self.word("null"),
            _ => self.integer().map(drop),
        }
    }
}

/// How many bytes stand before the next quote, backslash or control character; eight are looked at at once.
pub(super) fn plain_length(bytes: &[u8]) -> usize {
    const ONES: u64 = u64::MAX / 255;
    const HIGHEST_BITS: u64 = ONES << 7;
    // The highest bit of the first byte that is below `limit`; bytes behind it may be marked wrongly.
    let below = |eight: u64, limit: u64| eight.wrapping_sub(ONES.wrapping_mul(limit)) & !eight & HIGHEST_BITS;
    let equal = |eight: u64, byte: u8| below(eight ^ ONES.wrapping_mul(u64::from(byte)), 1);
    let (eights, rest) = bytes.as_chunks::<8>();
    let mut length = 0;
    for eight in eights {
        let eight = u64::from_le_bytes(*eight);
        let marked = below(eight, 0x20) | equal(eight, b'"') | equal(eight, b'\\');
        if marked != 0 {
            return length + marked.trailing_zeros() as usize / 8;
        }
        length += 8;
    }
    length + rest.iter().take_while(|byte| !matches!(byte, b'"' | b'\\' | 0..0x20)).count()
}

/// Reads what a method is asked for, and nothing else: `serde_json` does not convert either.
macro_rules! read {
    ($($method:ident => $read:ident)*) => { $(
        fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unusual> {
            self.$read(visitor)
        }
    )* };
}

macro_rules! read_text {
    ($($method:ident)*) => { $(
        fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unusual> {
            visitor.visit_borrowed_str(self.string()?)
        }
    )* };
}

macro_rules! leave_to_serde_json {
    ($($method:ident($($type:ty),*))*) => { $(
        fn $method<V: Visitor<'de>>(self, $(_: $type,)* _: V) -> Result<V::Value, Unusual> {
            Err(Unusual)
        }
    )* };
}

impl<'de> Deserializer<'de> for &mut Scanner<'de> {
    type Error = Unusual;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unusual> {
        match self.peek() {
            Some(b'"') => visitor.visit_borrowed_str(self.string()?),
            Some(b'{') => self.object(visitor),
            Some(b'[') => self.list(visitor),
            Some(b't' | b'f') => visitor.visit_bool(self.bool()?),
            Some(b'n') => self.deserialize_unit(visitor),
            _ => self.number(visitor),
        }
    }

    read! {
        deserialize_i8 => number deserialize_i16 => number deserialize_i32 => number deserialize_i64 => number
        deserialize_u8 => number deserialize_u16 => number deserialize_u32 => number deserialize_u64 => number
        deserialize_f32 => number deserialize_f64 => number deserialize_map => object deserialize_seq => list
    }
    read_text! { deserialize_char deserialize_str deserialize_string deserialize_identifier }
    leave_to_serde_json! {
        deserialize_i128() deserialize_u128() deserialize_bytes() deserialize_byte_buf()
    }

    fn deserialize_bool<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unusual> {
        visitor.visit_bool(self.bool()?)
    }

    fn deserialize_unit<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unusual> {
        self.word("null")?;
        visitor.visit_unit()
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unusual> {
        if self.word("null").is_ok() { visitor.visit_none() } else { visitor.visit_some(self) }
    }

    fn deserialize_unit_struct<V: Visitor<'de>>(self, _: &'static str, visitor: V) -> Result<V::Value, Unusual> {
        self.deserialize_unit(visitor)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(self, name: &'static str, visitor: V) -> Result<V::Value, Unusual> {
        check_name(name)?;
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_tuple<V: Visitor<'de>>(self, _: usize, visitor: V) -> Result<V::Value, Unusual> {
        self.list(visitor)
    }

    fn deserialize_tuple_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: usize,
        visitor: V,
    ) -> Result<V::Value, Unusual> {
        self.list(visitor)
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Unusual> {
        check_name(name)?;
        self.object(visitor)
    }

    /// A variant without a value.
    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Unusual> {
        visitor.visit_enum(BorrowedStrDeserializer::new(self.string()?))
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unusual> {
        self.skip()?;
        visitor.visit_unit()
    }
}

/// `serde_json` has types that it recognizes by a name of its own.
fn check_name(name: &str) -> Result<(), Unusual> {
    if name.starts_with("$serde_json") { Err(Unusual) } else { Ok(()) }
}

/// The members of an object or of a list.
struct Members<'s, 'de> {
    scanner: &'s mut Scanner<'de>,
    is_first: bool,
}

impl Members<'_, '_> {
    /// Goes to the next member; `false` before the bracket that ends them.
    fn go_on(&mut self, end: u8) -> Result<bool, Unusual> {
        if self.scanner.peek() == Some(end) {
            return Ok(false);
        }
        if !std::mem::take(&mut self.is_first) {
            self.scanner.take(b',')?;
        }
        Ok(true)
    }
}

impl<'de> SeqAccess<'de> for Members<'_, 'de> {
    type Error = Unusual;

    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<Option<T::Value>, Unusual> {
        if self.go_on(b']')? { seed.deserialize(&mut *self.scanner).map(Some) } else { Ok(None) }
    }
}

impl<'de> MapAccess<'de> for Members<'_, 'de> {
    type Error = Unusual;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, Unusual> {
        if self.go_on(b'}')? { seed.deserialize(Key(self.scanner)).map(Some) } else { Ok(None) }
    }

    fn next_value_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<T::Value, Unusual> {
        self.scanner.take(b':')?;
        seed.deserialize(&mut *self.scanner)
    }
}

/// A name, which `serde_json` reads as text, and as something else only if asked for it.
struct Key<'s, 'de>(&'s mut Scanner<'de>);

impl<'de> Deserializer<'de> for Key<'_, 'de> {
    type Error = Unusual;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unusual> {
        visitor.visit_borrowed_str(self.0.string()?)
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unusual> {
        visitor.visit_some(self)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(self, name: &'static str, visitor: V) -> Result<V::Value, Unusual> {
        check_name(name)?;
        visitor.visit_newtype_struct(self)
    }

    leave_to_serde_json! {
        deserialize_bool() deserialize_i8() deserialize_i16() deserialize_i32() deserialize_i64() deserialize_i128()
        deserialize_u8() deserialize_u16() deserialize_u32() deserialize_u64() deserialize_u128() deserialize_f32()
        deserialize_f64() deserialize_bytes() deserialize_byte_buf()
        deserialize_enum(&'static str, &'static [&'static str])
    }

    serde::forward_to_deserialize_any! {
        char str string unit unit_struct seq tuple tuple_struct map struct identifier ignored_any
    }
}

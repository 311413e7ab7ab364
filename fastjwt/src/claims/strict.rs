//! A deserializer around another one that refuses an object in which a name stands twice, however deep.
//!
//! serde's maps and `serde_json::Value` take the last of two members with one name, silently; two readers of one token could
//! then see two different values (RFC 8725 section 2.4 and RFC 7519 section 4 name the danger).

use std::{collections::HashSet, fmt};

use serde::{
    Deserializer,
    de::{DeserializeSeed, EnumAccess, Error, MapAccess, SeqAccess, VariantAccess, Visitor},
};

/// By this name `serde_json::Value` takes the text of a member for the value of the whole object.
const RAW_VALUE: &str = "$serde_json::private::RawValue";

/// Wraps a deserializer, and through its visitors everything below it.
struct Strict<D>(D);

/// Forwards the methods of `Deserializer` that take nothing but a visitor.
macro_rules! forward_deserialize {
    ($wrap:expr; $($method:ident)*) => { $(
        fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, D::Error> {
            self.0.$method($wrap(visitor))
        }
    )* };
}

impl<'de, D: Deserializer<'de>> Deserializer<'de> for Strict<D> {
    type Error = D::Error;

    forward_deserialize! { watch_all;
        deserialize_any deserialize_bool deserialize_i8 deserialize_i16 deserialize_i32 deserialize_i64 deserialize_i128
        deserialize_u8 deserialize_u16 deserialize_u32 deserialize_u64 deserialize_u128 deserialize_f32 deserialize_f64
        deserialize_char deserialize_str deserialize_string deserialize_bytes deserialize_byte_buf deserialize_option
        deserialize_unit deserialize_seq deserialize_map deserialize_identifier deserialize_ignored_any
    }

    fn deserialize_unit_struct<V: Visitor<'de>>(self, name: &'static str, visitor: V) -> Result<V::Value, D::Error> {
        self.0.deserialize_unit_struct(name, watch_all(visitor))
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(self, name: &'static str, visitor: V) -> Result<V::Value, D::Error> {
        // serde_json's own type for a text as it stands asks for its one name, which is no member's.
        let names = if name == RAW_VALUE { Watch::Below } else { Watch::All };
        self.0.deserialize_newtype_struct(name, StrictVisitor { visitor, names })
    }

    fn deserialize_tuple<V: Visitor<'de>>(self, len: usize, visitor: V) -> Result<V::Value, D::Error> {
        self.0.deserialize_tuple(len, watch_all(visitor))
    }

    fn deserialize_tuple_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        len: usize,
        visitor: V,
    ) -> Result<V::Value, D::Error> {
        self.0.deserialize_tuple_struct(name, len, watch_all(visitor))
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, D::Error> {
        // A derived struct refuses a repeated field by itself, and a name that nobody reads may repeat.
        self.0.deserialize_struct(name, fields, StrictVisitor { visitor, names: Watch::Below })
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        name: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, D::Error> {
        self.0.deserialize_enum(name, variants, watch_all(visitor))
    }

    fn is_human_readable(&self) -> bool {
        self.0.is_human_readable()
    }
}

/// Whether the names of the object at hand are watched, or only those of the objects below it.
#[derive(Clone, Copy)]
enum Watch {
    All,
    Below,
}

struct StrictVisitor<V> {
    visitor: V,
    names: Watch,
}

fn watch_all<V>(visitor: V) -> StrictVisitor<V> {
    StrictVisitor { visitor, names: Watch::All }
}

/// Forwards the methods of `Visitor` that take a plain value.
macro_rules! forward_visit {
    ($($method:ident: $type:ty),* $(,)?) => { $(
        fn $method<E: Error>(self, value: $type) -> Result<V::Value, E> {
            self.visitor.$method(value)
        }
    )* };
}

impl<'de, V: Visitor<'de>> Visitor<'de> for StrictVisitor<V> {
    type Value = V::Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.visitor.expecting(f)
    }

    forward_visit! {
        visit_bool: bool, visit_i8: i8, visit_i16: i16, visit_i32: i32, visit_i64: i64, visit_i128: i128,
        visit_u8: u8, visit_u16: u16, visit_u32: u32, visit_u64: u64, visit_u128: u128, visit_f32: f32, visit_f64: f64,
        visit_char: char, visit_str: &str, visit_borrowed_str: &'de str, visit_string: String,
        visit_bytes: &[u8], visit_borrowed_bytes: &'de [u8], visit_byte_buf: Vec<u8>,
    }

    fn visit_none<E: Error>(self) -> Result<V::Value, E> {
        self.visitor.visit_none()
    }

    fn visit_unit<E: Error>(self) -> Result<V::Value, E> {
        self.visitor.visit_unit()
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<V::Value, D::Error> {
        self.visitor.visit_some(Strict(deserializer))
    }

    fn visit_newtype_struct<D: Deserializer<'de>>(self, deserializer: D) -> Result<V::Value, D::Error> {
        self.visitor.visit_newtype_struct(Strict(deserializer))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, access: A) -> Result<V::Value, A::Error> {
        self.visitor.visit_seq(StrictAccess { access, seen: None })
    }

    fn visit_map<A: MapAccess<'de>>(self, access: A) -> Result<V::Value, A::Error> {
        let seen = match self.names {
            Watch::All => Some(HashSet::new()),
            Watch::Below => None,
        };
        self.visitor.visit_map(StrictAccess { access, seen })
    }

    fn visit_enum<A: EnumAccess<'de>>(self, access: A) -> Result<V::Value, A::Error> {
        self.visitor.visit_enum(StrictAccess { access, seen: None })
    }
}

/// A list, an object or an enum on its way, with the names that the object had so far.
struct StrictAccess<A> {
    access: A,
    seen: Option<HashSet<String>>,
}

impl<'de, A: SeqAccess<'de>> SeqAccess<'de> for StrictAccess<A> {
    type Error = A::Error;

    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<Option<T::Value>, A::Error> {
        self.access.next_element_seed(StrictSeed(seed))
    }

    fn size_hint(&self) -> Option<usize> {
        self.access.size_hint()
    }
}

impl<'de, A: MapAccess<'de>> MapAccess<'de> for StrictAccess<A> {
    type Error = A::Error;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, A::Error> {
        match &mut self.seen {
            Some(names) => self.access.next_key_seed(KeySeed { inner: seed, seen: names }),
            None => self.access.next_key_seed(seed),
        }
    }

    fn next_value_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<T::Value, A::Error> {
        self.access.next_value_seed(StrictSeed(seed))
    }

    fn size_hint(&self) -> Option<usize> {
        self.access.size_hint()
    }
}

impl<'de, A: EnumAccess<'de>> EnumAccess<'de> for StrictAccess<A> {
    type Error = A::Error;
    type Variant = StrictVariant<A::Variant>;

    fn variant_seed<T: DeserializeSeed<'de>>(self, seed: T) -> Result<(T::Value, Self::Variant), A::Error> {
        let (value, variant) = self.access.variant_seed(seed)?;
        Ok((value, StrictVariant(variant)))
    }
}

struct StrictVariant<A>(A);

impl<'de, A: VariantAccess<'de>> VariantAccess<'de> for StrictVariant<A> {
    type Error = A::Error;

    fn unit_variant(self) -> Result<(), A::Error> {
        self.0.unit_variant()
    }

    fn newtype_variant_seed<T: DeserializeSeed<'de>>(self, seed: T) -> Result<T::Value, A::Error> {
        self.0.newtype_variant_seed(StrictSeed(seed))
    }

    fn tuple_variant<V: Visitor<'de>>(self, len: usize, visitor: V) -> Result<V::Value, A::Error> {
        self.0.tuple_variant(len, watch_all(visitor))
    }

    fn struct_variant<V: Visitor<'de>>(
        self,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, A::Error> {
        self.0.struct_variant(fields, StrictVisitor { visitor, names: Watch::Below })
    }
}

/// Reads a value strictly. Everything below comes through here again with the deserializer as it is, so that a type that
/// holds itself is wrapped once and not for ever.
pub(crate) struct StrictSeed<T>(pub(crate) T);

impl<'de, T: DeserializeSeed<'de>> DeserializeSeed<'de> for StrictSeed<T> {
    type Value = T::Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<T::Value, D::Error> {
        self.0.deserialize(Strict(deserializer))
    }
}

/// A key on its way to its reader: as seed, as deserializer and as visitor; it notes the name as it passes.
struct KeySeed<'s, T> {
    inner: T,
    seen: &'s mut HashSet<String>,
}

impl<'s, T> KeySeed<'s, T> {
    fn note<E: Error>(seen: &'s mut HashSet<String>, name: &str) -> Result<(), E> {
        if name == RAW_VALUE {
            return Err(E::custom("an object has a member whose name serde_json keeps for itself"));
        }
        if seen.insert(name.to_owned()) { Ok(()) } else { Err(E::custom("an object names a member twice")) }
    }
}

impl<'de, T: DeserializeSeed<'de>> DeserializeSeed<'de> for KeySeed<'_, T> {
    type Value = T::Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<T::Value, D::Error> {
        self.inner.deserialize(KeySeed { inner: deserializer, seen: self.seen })
    }
}

/// Forwards the methods of `Deserializer` by which a key is asked for something else than text.
macro_rules! forward_key {
    ($($method:ident)*) => { $(
        fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, D::Error> {
            self.inner.$method(KeySeed { inner: visitor, seen: self.seen })
        }
    )* };
}

impl<'de, D: Deserializer<'de>> Deserializer<'de> for KeySeed<'_, D> {
    type Error = D::Error;

    // JSON's keys are strings whatever the reader asks for, so that most questions can be passed on as one for a string.
    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, D::Error> {
        self.inner.deserialize_any(KeySeed { inner: visitor, seen: self.seen })
    }

    // serde_json reads numbers and booleans out of a key only when asked for them.
    forward_key! {
        deserialize_bool deserialize_i8 deserialize_i16 deserialize_i32 deserialize_i64 deserialize_i128
        deserialize_u8 deserialize_u16 deserialize_u32 deserialize_u64 deserialize_u128 deserialize_f32 deserialize_f64
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, D::Error> {
        visitor.visit_some(self)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(self, _: &'static str, visitor: V) -> Result<V::Value, D::Error> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, D::Error> {
        self.inner.deserialize_any(KeySeed { inner: EnumKey(visitor), seen: self.seen })
    }

    serde::forward_to_deserialize_any! {
        char str string bytes byte_buf unit unit_struct seq tuple tuple_struct map struct identifier ignored_any
    }
}

/// Takes a key that is no text; two texts of one number are one name, since a map takes them for one key.
macro_rules! visit_key {
    ($($method:ident: $type:ty),* $(,)?) => { $(
        fn $method<E: Error>(self, key: $type) -> Result<V::Value, E> {
            Self::note(self.seen, &key.to_string())?;
            self.inner.$method(key)
        }
    )* };
}

impl<'de, V: Visitor<'de>> Visitor<'de> for KeySeed<'_, V> {
    type Value = V::Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.inner.expecting(f)
    }

    visit_key! {
        visit_bool: bool, visit_i64: i64, visit_i128: i128, visit_u64: u64, visit_u128: u128, visit_f64: f64,
    }

    fn visit_str<E: Error>(self, name: &str) -> Result<V::Value, E> {
        Self::note(self.seen, name)?;
        self.inner.visit_str(name)
    }

    fn visit_borrowed_str<E: Error>(self, name: &'de str) -> Result<V::Value, E> {
        Self::note(self.seen, name)?;
        self.inner.visit_borrowed_str(name)
    }

    fn visit_string<E: Error>(self, name: String) -> Result<V::Value, E> {
        Self::note(self.seen, &name)?;
        self.inner.visit_string(name)
    }
}

/// The reader of an enum that stands as a key: a name is its unit variant.
struct EnumKey<V>(V);

impl<'de, V: Visitor<'de>> Visitor<'de> for EnumKey<V> {
    type Value = V::Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.expecting(f)
    }

    fn visit_str<E: Error>(self, name: &str) -> Result<V::Value, E> {
        self.0.visit_enum(serde::de::value::StrDeserializer::<E>::new(name))
    }
}

//! Reads a flattened claim that may be missing as a whole: it is missing if none of its names is there, and read if one is.
//!
//! serde takes any error for its absence, so that a name that stands twice, or a value of a wrong type, would go unseen.

use serde::{
    Deserializer,
    de::{DeserializeSeed, Error, IgnoredAny, IntoDeserializer, MapAccess, Visitor},
};

use super::{ClaimNames, Names};

pub(super) fn read_option<'de, C: ClaimNames, D: Deserializer<'de>>(deserializer: D) -> Result<Option<C>, D::Error> {
    let mut is_absent = false;
    let read = C::read_flat(Maybe { deserializer, names: C::NAMES, is_absent: &mut is_absent });
    if is_absent { Ok(None) } else { read.map(Some) }
}

/// The object around the claim: it gives the members that the claim's type lists, if there is one.
struct Maybe<'a, D> {
    deserializer: D,
    names: Names,
    is_absent: &'a mut bool,
}

impl<'a, D> Maybe<'a, D> {
    fn visitor<V>(self, visitor: V) -> (D, MaybeVisitor<'a, V>) {
        (self.deserializer, MaybeVisitor { visitor, names: self.names, is_absent: self.is_absent })
    }
}

impl<'de, D: Deserializer<'de>> Deserializer<'de> for Maybe<'_, D> {
    type Error = D::Error;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, D::Error> {
        let (deserializer, visitor) = self.visitor(visitor);
        deserializer.deserialize_map(visitor)
    }

    // Asked for a struct, serde takes its members out of the object, which `deny_unknown_fields` around it needs.
    fn deserialize_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, D::Error> {
        let own = self.names.own();
        let (deserializer, visitor) = self.visitor(visitor);
        deserializer.deserialize_struct(name, own, visitor)
    }

    serde::forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option unit unit_struct
        newtype_struct seq tuple tuple_struct map enum identifier ignored_any
    }
}

struct MaybeVisitor<'a, V> {
    visitor: V,
    names: Names,
    is_absent: &'a mut bool,
}

impl<'de, V: Visitor<'de>> Visitor<'de> for MaybeVisitor<'_, V> {
    type Value = V::Value;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<V::Value, A::Error> {
        let mut listed = Listed { map, names: self.names, first: None };
        listed.first = listed.next_name()?;
        if listed.first.is_none() {
            *self.is_absent = true;
            return Err(A::Error::custom("it is not there"));
        }
        self.visitor.visit_map(listed)
    }
}

/// The members that a type lists, without the others of the object; the first one has been looked at already.
struct Listed<A> {
    map: A,
    names: Names,
    first: Option<&'static str>,
}

impl<'de, A: MapAccess<'de>> Listed<A> {
    fn next_name(&mut self) -> Result<Option<&'static str>, A::Error> {
        while let Some(name) = self.map.next_key::<String>()? {
            match self.names.find(&name) {
                Some(listed) => return Ok(Some(listed)),
                None => drop(self.map.next_value::<IgnoredAny>()?),
            }
        }
        Ok(None)
    }
}

impl<'de, A: MapAccess<'de>> MapAccess<'de> for Listed<A> {
    type Error = A::Error;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, A::Error> {
        let name = match self.first.take() {
            Some(name) => Some(name),
            None => self.next_name()?,
        };
        name.map(|name| seed.deserialize(name.into_deserializer())).transpose()
    }

    fn next_value_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<T::Value, A::Error> {
        self.map.next_value_seed(seed)
    }
}

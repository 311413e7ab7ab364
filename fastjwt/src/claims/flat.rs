//! Reads a flattened claim that may be missing as a whole: it is missing if none of its names is there, and read if one is.
//!
//! serde takes any error for its absence, so that a name that stands twice, or a value of a wrong type, would go unseen.

use std::{fmt, marker::PhantomData};

use serde::{
    Deserializer,
    de::{DeserializeSeed, IgnoredAny, IntoDeserializer, MapAccess, Visitor, value::MapAccessDeserializer},
};

use super::{ClaimNames, Names};

pub(super) fn read_option<'de, C: ClaimNames, D: Deserializer<'de>>(deserializer: D) -> Result<Option<C>, D::Error> {
    deserializer.deserialize_map(OptionVisitor(PhantomData))
}

struct OptionVisitor<C>(PhantomData<C>);

impl<'de, C: ClaimNames> Visitor<'de> for OptionVisitor<C> {
    type Value = Option<C>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Option<C>, A::Error> {
        let mut listed = Listed { map, names: C::NAMES, first: None };
        listed.first = listed.next_name()?;
        if listed.first.is_none() {
            return Ok(None);
        }
        C::read_flat(MapAccessDeserializer::new(listed)).map(Some)
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

//! The objects in a claim, however deep, on their way into a token: none of them gets a name twice.
//!
//! Such a token would be refused when it is read. No mistake in a type's names is needed: serde writes the tag of an enum beside
//! the fields or entries of what the variant holds, and one of them may have the tag's name.

use std::collections::HashSet;

use serde::{
    Serialize,
    ser::{Error, SerializeMap, SerializeStruct, SerializeStructVariant},
};
use serde_json::Value;

use super::finite::FiniteValue;

/// The names that serde_json keeps for itself begin with it: reading without a type would make another value of their object.
const KEPT: &str = "$serde_json::private::";

/// An object of fields that the type names: few, so that looking through them is fastest.
pub(crate) struct Fields<C> {
    object: C,
    names: Vec<&'static str>,
}

impl<C> Fields<C> {
    pub(crate) fn new(object: C) -> Self {
        Self { object, names: Vec::new() }
    }

    fn add<E: Error>(&mut self, name: &'static str) -> Result<(), E> {
        if self.names.contains(&name) {
            return Err(E::custom(format_args!("`{name}` must not stand twice in one object")));
        }
        self.names.push(name);
        Ok(())
    }
}

macro_rules! forward_fields {
    ($($trait:ident)*) => { $(
        impl<C: $trait> $trait for Fields<C> {
            type Ok = C::Ok;
            type Error = C::Error;

            fn serialize_field<T: Serialize + ?Sized>(&mut self, name: &'static str, value: &T) -> Result<(), C::Error> {
                self.add(name)?;
                self.object.serialize_field(name, &FiniteValue(value))
            }

            fn skip_field(&mut self, name: &'static str) -> Result<(), C::Error> {
                self.object.skip_field(name)
            }

            fn end(self) -> Result<C::Ok, C::Error> {
                self.object.end()
            }
        }
    )* };
}

forward_fields! { SerializeStruct SerializeStructVariant }

/// An object of entries that are known only now.
pub(crate) struct Entries<C> {
    object: C,
    names: HashSet<String>,
}

impl<C> Entries<C> {
    pub(crate) fn new(object: C) -> Self {
        Self { object, names: HashSet::new() }
    }
}

impl<C: SerializeMap> SerializeMap for Entries<C> {
    type Ok = C::Ok;
    type Error = C::Error;

    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> Result<(), C::Error> {
        // What is no name, serde_json itself refuses; a number becomes one.
        let name = match key.serialize(serde_json::value::Serializer) {
            Ok(Value::String(name)) => Some(name),
            Ok(other) => Some(other.to_string()),
            Err(_) => None,
        };
        if name.as_deref().is_some_and(|name| name.starts_with(KEPT)) {
            return Err(C::Error::custom("a name must not be one that serde_json keeps for itself"));
        }
        if name.is_some_and(|name| !self.names.insert(name)) {
            // The name of an entry may say as much as a value.
            return Err(C::Error::custom("a name must not stand twice in one object"));
        }
        self.object.serialize_key(key)
    }

    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), C::Error> {
        self.object.serialize_value(&FiniteValue(value))
    }

    fn end(self) -> Result<C::Ok, C::Error> {
        self.object.end()
    }
}

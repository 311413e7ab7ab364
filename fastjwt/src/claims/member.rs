//! One claim of a payload that was read already, by a name that the configuration tells.

use std::{borrow::Cow, fmt, marker::PhantomData};

use serde::{
    Deserialize, Deserializer as _,
    de::{Error, IgnoredAny, MapAccess, Visitor},
};

use super::read::{Problem, Unreadable};

/// The claim of this name, if it is there; twice it must not be, since readers differ in which of two counts.
pub(crate) fn member<'de, T: Deserialize<'de>>(name: &str, json: &'de [u8]) -> Result<Option<T>, Unreadable> {
    let mut is_repeated = false;
    let visitor = MemberVisitor { name, is_repeated: &mut is_repeated, value: PhantomData };
    let found = serde_json::Deserializer::from_slice(json).deserialize_map(visitor);
    let problem = if is_repeated { Problem::Repeated } else { Problem::WrongType };
    found.map_err(|_| Unreadable { claim: None, problem })
}

struct MemberVisitor<'n, T> {
    name: &'n str,
    is_repeated: &'n mut bool,
    value: PhantomData<T>,
}

impl<'de, T: Deserialize<'de>> Visitor<'de> for MemberVisitor<'_, T> {
    type Value = Option<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON object of claims")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Option<T>, A::Error> {
        let mut found = None;
        while let Some(Key(name)) = map.next_key()? {
            if name != self.name {
                map.next_value::<IgnoredAny>()?;
            } else if found.replace(map.next_value()?).is_some() {
                *self.is_repeated = true;
                return Err(A::Error::custom("a claim stands twice"));
            }
        }
        Ok(found)
    }
}

/// A name, copied only if it is written with escapes.
#[derive(Deserialize)]
struct Key<'k>(#[serde(borrow)] Cow<'k, str>);

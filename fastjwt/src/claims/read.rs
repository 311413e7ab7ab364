//! Reads a payload in one pass: the registered claims into their fields, every other member into the service's own type.

use std::{borrow::Cow, collections::HashSet, fmt, marker::PhantomData};

use serde::{
    Deserialize, Deserializer,
    de::{
        DeserializeSeed, Error as _, IgnoredAny, IntoDeserializer, MapAccess, Visitor, value::BorrowedStrDeserializer,
    },
};

use super::{
    Claims, Freshness, NumericDate,
    forms::{Audience, Kind, Scope},
    scan,
    strict::StrictSeed,
};

/// The registered claims as the token has them: typed, and nothing demanded yet.
#[derive(Default)]
pub(crate) struct Found {
    pub(crate) iss: Option<String>,
    pub(crate) sub: Option<String>,
    pub(crate) aud: Option<Audience>,
    pub(crate) exp: Option<NumericDate>,
    pub(crate) nbf: Option<NumericDate>,
    pub(crate) iat: Option<NumericDate>,
    pub(crate) jti: Option<String>,
    pub(crate) kind: Option<Kind>,
    pub(crate) fresh: Option<Freshness>,
    pub(crate) scopes: Option<Vec<String>>,
    pub(crate) csrf: Option<String>,
    pub(crate) auth_time: Option<NumericDate>,
    pub(crate) sid: Option<String>,
    pub(crate) realm: Option<String>,
    pub(crate) scope: Option<Scope>,
    pub(crate) client_id: Option<String>,
    /// Whether it is bound to a key; whose, nobody here can tell.
    pub(crate) cnf: Option<IgnoredAny>,
}

/// Why a payload could not be read: which claim, as far as that is known beforehand, and what is wrong with it. It holds no
/// byte of the token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Unreadable {
    pub(crate) claim: Option<&'static str>,
    pub(crate) problem: Problem,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Problem {
    /// The text is no JSON object in UTF-8.
    NotAnObject,
    /// The value is not of the claim's type, or out of its range.
    WrongType,
    Missing,
    Repeated,
}

/// Reads `json`, the decoded payload segment: the registered claims into their place, since they are large to move, and gives the
/// service's own.
pub(crate) fn read<C: Claims>(json: &[u8], found: &mut Found) -> Result<C, Unreadable> {
    const { C::NAMES };
    let not_an_object = Unreadable { claim: None, problem: Problem::NotAnObject };
    // One check of the whole text is quicker than serde_json's of every string.
    let text = std::str::from_utf8(json).map_err(|_| not_an_object)?;
    let mut fault = None;
    if let Ok(extra) = scan::read_object(text, PayloadVisitor { found, fault: &mut fault, claims: PhantomData::<C> }) {
        return Ok(extra);
    }
    // Written otherwise than most, or wrong: from the start, by the reader that decides.
    (*found, fault) = (Found::default(), None);
    let mut deserializer = serde_json::Deserializer::from_str(text);
    let extra = deserializer
        .deserialize_map(PayloadVisitor { found, fault: &mut fault, claims: PhantomData::<C> })
        .and_then(|extra| deserializer.end().map(|()| extra));
    let is_object = || text.trim_ascii_start().starts_with('{');
    extra.map_err(|error| {
        fault.unwrap_or_else(|| if error.is_data() && is_object() { told_by::<C>(&error) } else { not_an_object })
    })
}

/// The fault behind an error that `C` raised by itself, when it had read a name or all of them: serde's wording is looked up
/// in the names that `C` lists, so that nothing of the token gets out.
fn told_by<C: Claims>(error: &serde_json::Error) -> Unreadable {
    let message = error.to_string();
    let named = |prefix| message.strip_prefix(prefix).and_then(|rest: &str| rest.split('`').next());
    let (name, problem) = match (named("missing field `"), named("duplicate field `")) {
        (Some(name), _) => (name, Problem::Missing),
        (None, Some(name)) => (name, Problem::Repeated),
        (None, None) => return Unreadable { claim: None, problem: Problem::WrongType },
    };
    Unreadable { claim: C::NAMES.find(name), problem }
}

struct PayloadVisitor<'f, C> {
    found: &'f mut Found,
    fault: &'f mut Option<Unreadable>,
    claims: PhantomData<C>,
}

impl<'de, C: Claims> Visitor<'de> for PayloadVisitor<'_, C> {
    type Value = C;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON object of claims")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<C, A::Error> {
        let mut splitter = Splitter {
            map: &mut map,
            found: self.found,
            fault: self.fault,
            names: C::NAMES,
            seen: (C::NAMES.is_open() || C::NAMES.has_flattened()).then(HashSet::new),
            current: None,
        };
        let extra = C::deserialize(&mut splitter)?;
        splitter.drain()?;
        // A reader that takes no notice of an error has not undone it.
        if splitter.fault.is_some() {
            return Err(A::Error::custom("a claim is refused"));
        }
        Ok(extra)
    }
}

/// The members of the payload on their way: it keeps the registered ones and hands the others on.
struct Splitter<'s, 'de, A> {
    map: &'s mut A,
    found: &'s mut Found,
    fault: &'s mut Option<Unreadable>,
    names: super::Names,
    /// The names so far, where something could keep the last of two silently: in a type that takes any, and in one with a
    /// flattened part, which serde reads like a map. Any other refuses a repeated name by itself, and a name that nobody
    /// reads may repeat.
    seen: Option<HashSet<Cow<'de, str>>>,
    /// The listed name of the member whose value comes next.
    current: Option<&'static str>,
}

impl<'de, A: MapAccess<'de>> Splitter<'_, 'de, A> {
    /// The next name that is not a registered claim's.
    fn next_name(&mut self) -> Result<Option<Cow<'de, str>>, A::Error> {
        loop {
            match self.map.next_key::<Name<'de>>()? {
                None => return Ok(None),
                Some(Name::Registered(claim)) => self.keep(claim)?,
                Some(Name::Other(name)) => {
                    self.current = self.names.find(&name);
                    let is_read = self.current.is_some() || self.names.is_open();
                    if let Some(seen) = &mut self.seen
                        && is_read
                        && !seen.insert(name.clone())
                    {
                        *self.fault = Some(Unreadable { claim: self.current, problem: Problem::Repeated });
                        return Err(A::Error::custom("a claim stands twice"));
                    }
                    return Ok(Some(name));
                }
            }
        }
    }

    fn keep(&mut self, claim: Registered) -> Result<(), A::Error> {
        let found = &mut *self.found;
        let map = &mut *self.map;
        let problem = match claim {
            Registered::Iss => set(&mut found.iss, map),
            Registered::Sub => set(&mut found.sub, map),
            Registered::Aud => set(&mut found.aud, map),
            Registered::Exp => set(&mut found.exp, map),
            Registered::Nbf => set(&mut found.nbf, map),
            Registered::Iat => set(&mut found.iat, map),
            Registered::Jti => set(&mut found.jti, map),
            Registered::Type => set(&mut found.kind, map),
            Registered::Fresh => set(&mut found.fresh, map),
            Registered::Scopes => set(&mut found.scopes, map),
            Registered::Csrf => set(&mut found.csrf, map),
            Registered::AuthTime => set(&mut found.auth_time, map),
            Registered::Sid => set(&mut found.sid, map),
            Registered::Realm => set(&mut found.realm, map),
            Registered::Scope => set(&mut found.scope, map),
            Registered::ClientId => set(&mut found.client_id, map),
            Registered::Cnf => set(&mut found.cnf, map),
        };
        problem.map_err(|(problem, error)| {
            *self.fault = Some(Unreadable { claim: Some(claim.as_str()), problem });
            error
        })
    }

    /// Reads what the service's type left unread; the registered claims among it still count.
    fn drain(&mut self) -> Result<(), A::Error> {
        while self.next_name()?.is_some() {
            self.map.next_value::<IgnoredAny>()?;
        }
        Ok(())
    }
}

fn set<'de, T: Deserialize<'de>, A: MapAccess<'de>>(
    place: &mut Option<T>,
    map: &mut A,
) -> Result<(), (Problem, A::Error)> {
    if place.is_some() {
        return Err((Problem::Repeated, A::Error::custom("a claim stands twice")));
    }
    *place = Some(map.next_value().map_err(|error| (Problem::WrongType, error))?);
    Ok(())
}

/// What `C` sees: an object without the registered claims.
impl<'de, A: MapAccess<'de>> Deserializer<'de> for &mut Splitter<'_, 'de, A> {
    type Error = A::Error;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, A::Error> {
        visitor.visit_map(self)
    }

    fn deserialize_unit<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, A::Error> {
        self.drain()?;
        visitor.visit_unit()
    }

    fn deserialize_unit_struct<V: Visitor<'de>>(self, _: &'static str, visitor: V) -> Result<V::Value, A::Error> {
        self.deserialize_unit(visitor)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(self, _: &'static str, visitor: V) -> Result<V::Value, A::Error> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, A::Error> {
        visitor.visit_some(self)
    }

    serde::forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf seq tuple tuple_struct map
        struct enum identifier ignored_any
    }
}

impl<'de, A: MapAccess<'de>> MapAccess<'de> for &mut Splitter<'_, 'de, A> {
    type Error = A::Error;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, A::Error> {
        match self.next_name()? {
            None => Ok(None),
            Some(Cow::Borrowed(name)) => seed.deserialize(BorrowedStrDeserializer::new(name)).map(Some),
            Some(Cow::Owned(name)) => seed.deserialize(name.into_deserializer()).map(Some),
        }
    }

    fn next_value_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<T::Value, A::Error> {
        // Whatever the type does with the value: no object in it may name a member twice.
        self.map.next_value_seed(StrictSeed(seed)).inspect_err(|_| {
            *self.fault = Some(Unreadable { claim: self.current, problem: Problem::WrongType });
        })
    }
}

/// A member's name: of a claim that this crate knows, or another.
enum Name<'de> {
    Registered(Registered),
    Other(Cow<'de, str>),
}

/// The reserved names.
#[derive(Clone, Copy)]
enum Registered {
    Iss,
    Sub,
    Aud,
    Exp,
    Nbf,
    Iat,
    Jti,
    Type,
    Fresh,
    Scopes,
    Csrf,
    AuthTime,
    Sid,
    Realm,
    Scope,
    ClientId,
    Cnf,
}

impl Registered {
    fn named(name: &str) -> Option<Self> {
        Some(match name {
            "iss" => Self::Iss,
            "sub" => Self::Sub,
            "aud" => Self::Aud,
            "exp" => Self::Exp,
            "nbf" => Self::Nbf,
            "iat" => Self::Iat,
            "jti" => Self::Jti,
            "type" => Self::Type,
            "fresh" => Self::Fresh,
            "scopes" => Self::Scopes,
            "csrf" => Self::Csrf,
            "auth_time" => Self::AuthTime,
            "sid" => Self::Sid,
            "realm" => Self::Realm,
            "scope" => Self::Scope,
            "client_id" => Self::ClientId,
            "cnf" => Self::Cnf,
            _ => return None,
        })
    }

    fn as_str(self) -> &'static str {
        match self {
            Self::Iss => "iss",
            Self::Sub => "sub",
            Self::Aud => "aud",
            Self::Exp => "exp",
            Self::Nbf => "nbf",
            Self::Iat => "iat",
            Self::Jti => "jti",
            Self::Type => "type",
            Self::Fresh => "fresh",
            Self::Scopes => "scopes",
            Self::Csrf => "csrf",
            Self::AuthTime => "auth_time",
            Self::Sid => "sid",
            Self::Realm => "realm",
            Self::Scope => "scope",
            Self::ClientId => "client_id",
            Self::Cnf => "cnf",
        }
    }
}

impl<'de> Deserialize<'de> for Name<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_identifier(NameVisitor)
    }
}

impl Name<'_> {
    fn known(name: &str) -> Option<Self> {
        Registered::named(name).map(Self::Registered)
    }
}

struct NameVisitor;

impl<'de> Visitor<'de> for NameVisitor {
    type Value = Name<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a claim's name")
    }

    fn visit_borrowed_str<E>(self, name: &'de str) -> Result<Name<'de>, E> {
        Ok(Name::known(name).unwrap_or(Name::Other(Cow::Borrowed(name))))
    }

    fn visit_str<E>(self, name: &str) -> Result<Name<'de>, E> {
        Ok(Name::known(name).unwrap_or_else(|| Name::Other(Cow::Owned(name.to_owned()))))
    }
}

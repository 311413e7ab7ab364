//! Writes a payload: the registered claims first, then the service's own beside them, in one pass and without a value in between.

use serde::{
    Serialize, Serializer,
    ser::{Error, Impossible, SerializeMap, SerializeStruct},
};
use serde_json::Value;

use super::{
    Claims, Freshness, Names, NumericDate, TokenKind,
    finite::FiniteValue,
    is_reserved,
    text::{PayloadText, TextObject},
};
use crate::scope::Granted;

/// All that a token is going to say.
pub(crate) struct Outgoing<'a, C> {
    pub(crate) iss: Option<&'a str>,
    pub(crate) sub: &'a str,
    pub(crate) aud: &'a [String],
    pub(crate) exp: NumericDate,
    pub(crate) nbf: Option<NumericDate>,
    pub(crate) iat: Option<NumericDate>,
    pub(crate) jti: Option<&'a str>,
    pub(crate) kind: TokenKind,
    pub(crate) fresh: Freshness,
    pub(crate) scopes: Granted<'a>,
    /// Whether the scopes are written as `scope`, in one string (RFC 9068 section 2.2.3), rather than as the list `scopes`.
    pub(crate) as_scope: bool,
    pub(crate) csrf: Option<&'a str>,
    pub(crate) auth_time: Option<NumericDate>,
    pub(crate) sid: Option<&'a str>,
    pub(crate) client_id: Option<&'a str>,
    pub(crate) realm: Option<&'a str>,
    /// Claims given by name; none of them reserved, none twice.
    pub(crate) untyped: &'a [(String, Value)],
    pub(crate) extra: &'a C,
    /// Claims for those that are not given otherwise; none of them reserved or untyped, none twice.
    pub(crate) defaults: &'a [(String, Value)],
}

impl<C: Claims> Serialize for Outgoing<'_, C> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = Any(serializer.serialize_map(None)?);
        self.write_registered(&mut map)?;
        self.write_own(&mut map)?;
        map.end()
    }
}

impl<C: Claims> Outgoing<'_, C> {
    /// Writes the text of a token's payload, and says where in it the service's own claims begin.
    pub(crate) fn write_text(&self, text: &mut PayloadText) -> Result<usize, serde_json::Error> {
        let mut object = TextObject::open(text);
        self.write_registered(&mut object)?;
        let registered = object.len();
        self.write_own(&mut object)?;
        object.end()?;
        Ok(registered)
    }

    fn write_registered<M: Members>(&self, map: &mut M) -> Result<(), M::Error> {
        text(map, name!("iss"), self.iss)?;
        map.text(name!("sub"), self.sub)?;
        match self.aud {
            [] => {}
            [one] => map.text(name!("aud"), one)?,
            several => map.member(name!("aud"), several)?,
        }
        map.member(name!("exp"), &self.exp)?;
        member(map, name!("nbf"), self.nbf.as_ref())?;
        member(map, name!("iat"), self.iat.as_ref())?;
        text(map, name!("jti"), self.jti)?;
        map.text(name!("type"), self.kind.as_str())?;
        // A refresh token opens nothing, so that its freshness has no meaning.
        if self.kind == TokenKind::Access {
            map.member(name!("fresh"), &self.fresh)?;
        }
        match (self.scopes, self.as_scope) {
            (scopes, _) if scopes.is_none() => {}
            (Granted::Words(words), true) => map.text(name!("scope"), words)?,
            (scopes, _) => map.scopes(name!("scopes"), scopes)?,
        }
        text(map, name!("csrf"), self.csrf)?;
        member(map, name!("auth_time"), self.auth_time.as_ref())?;
        text(map, name!("sid"), self.sid)?;
        text(map, name!("client_id"), self.client_id)?;
        text(map, name!("realm"), self.realm)
    }

    fn write_own<M: SerializeMap>(&self, map: &mut M) -> Result<(), M::Error> {
        const { C::NAMES };
        let mut defaults: Vec<&str> = self.defaults.iter().map(|(name, _)| name.as_str()).collect();
        let is_alone = self.untyped.is_empty() && defaults.is_empty();
        let (names, untyped) = (&C::NAMES, self.untyped);
        self.extra.serialize(Beside { map, is_alone, names, untyped, defaults: &mut defaults })?;
        if is_alone {
            return Ok(());
        }
        self.is_each_one_field::<M>()?;
        for (name, value) in self.untyped {
            map.serialize_entry(name, value)?;
        }
        for (name, value) in self.defaults.iter().filter(|(name, _)| defaults.contains(&name.as_str())) {
            map.serialize_entry(name, value)?;
        }
        Ok(())
    }
}

impl<C: Claims> Outgoing<'_, C> {
    /// Two claims given by name may be names of one field of the type that reads them.
    fn is_each_one_field<M: SerializeMap>(&self) -> Result<(), M::Error> {
        let given = self.untyped.iter().chain(self.defaults).map(|(name, _)| name.as_str());
        let mut names = given.filter(|name| C::NAMES.find(name).is_some());
        while let Some(name) = names.next() {
            if let Some(other) = names.clone().find(|other| C::NAMES.are_alike(name, other)) {
                return Err(given_as(name, other));
            }
        }
        Ok(())
    }
}

fn given_as<E: Error>(name: &str, other: &str) -> E {
    E::custom(format_args!("claim `{name}` is given twice: `{other}` is another name of its field"))
}

/// The name of a claim of ours, and how it stands in the text: as the first member, and as a further one.
#[derive(Clone, Copy)]
pub(super) struct Name {
    plain: &'static str,
    pub(super) first: &'static str,
    pub(super) next: &'static str,
}

macro_rules! name {
    ($name:literal) => {
        Name { plain: $name, first: concat!("\"", $name, "\":"), next: concat!(",\"", $name, "\":") }
    };
}
use name;

/// An object that is open, and may know a quicker way for claims of ours.
pub(super) trait Members: SerializeMap {
    fn text(&mut self, name: Name, text: &str) -> Result<(), Self::Error>;
    fn member<T: Serialize + ?Sized>(&mut self, name: Name, value: &T) -> Result<(), Self::Error>;
    fn scopes(&mut self, name: Name, scopes: Granted<'_>) -> Result<(), Self::Error>;
}

fn text<M: Members>(map: &mut M, name: Name, text: Option<&str>) -> Result<(), M::Error> {
    text.map_or(Ok(()), |text| map.text(name, text))
}

fn member<M: Members, T: Serialize>(map: &mut M, name: Name, value: Option<&T>) -> Result<(), M::Error> {
    value.map_or(Ok(()), |value| map.member(name, value))
}

/// An object of any serializer.
struct Any<M>(M);

impl<M: SerializeMap> Members for Any<M> {
    fn text(&mut self, name: Name, text: &str) -> Result<(), M::Error> {
        self.0.serialize_entry(name.plain, text)
    }

    fn member<T: Serialize + ?Sized>(&mut self, name: Name, value: &T) -> Result<(), M::Error> {
        self.0.serialize_entry(name.plain, value)
    }

    fn scopes(&mut self, name: Name, scopes: Granted<'_>) -> Result<(), M::Error> {
        self.0.serialize_entry(name.plain, &scopes)
    }
}

impl<M: SerializeMap> SerializeMap for Any<M> {
    type Ok = M::Ok;
    type Error = M::Error;

    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> Result<(), M::Error> {
        self.0.serialize_key(key)
    }

    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), M::Error> {
        self.0.serialize_value(value)
    }

    fn end(self) -> Result<M::Ok, M::Error> {
        self.0.end()
    }
}

/// A value by itself, with every float in it checked.
pub(crate) fn to_value<T: Serialize + ?Sized>(value: &T) -> Result<Value, serde_json::Error> {
    value.serialize(super::finite::Finite(serde_json::value::Serializer))
}

/// A serializer that writes the members of one object into another one that is open already.
struct Beside<'a, M> {
    map: &'a mut M,
    /// Whether nothing is given by name.
    is_alone: bool,
    names: &'a Names,
    untyped: &'a [(String, Value)],
    /// The names of the defaults that have not been written otherwise.
    defaults: &'a mut dyn Defaults,
}

/// Names that give way to others; a trait, so that its lifetime is not the serializer's.
trait Defaults {
    fn give_way(&mut self, name: &str);
    fn find(&self, is_it: &dyn Fn(&str) -> bool) -> Option<&str>;
}

impl Defaults for Vec<&str> {
    fn give_way(&mut self, name: &str) {
        self.retain(|default| *default != name);
    }

    fn find(&self, is_it: &dyn Fn(&str) -> bool) -> Option<&str> {
        self.iter().copied().find(|default| is_it(default))
    }
}

impl<M: SerializeMap> Beside<'_, M> {
    fn check(&mut self, name: &str) -> Result<(), M::Error> {
        if is_reserved(name) {
            Err(M::Error::custom(format_args!("claim `{name}` is reserved: it must not be an extra claim")))
        } else if self.is_alone {
            Ok(())
        } else if self.untyped.iter().any(|(other, _)| other == name) {
            Err(M::Error::custom(format_args!("claim `{name}` is given twice")))
        } else {
            self.defaults.give_way(name);
            // A default by another name does not give way: a refresh, which knows no type, would put it in again.
            let is_alike = |other: &str| self.names.are_alike(name, other);
            let given = self.untyped.iter().map(|(other, _)| other.as_str()).find(|other| is_alike(other));
            given.or_else(|| self.defaults.find(&is_alike)).map_or(Ok(()), |other| Err(given_as(name, other)))
        }
    }

    fn write<T: Serialize + ?Sized>(&mut self, name: &str, value: &T) -> Result<(), M::Error> {
        self.check(name)?;
        self.map.serialize_entry(name, &FiniteValue(value)).map_err(|error| in_claim(name, &error))
    }
}

/// Says in which claim an error arose.
fn in_claim<E: Error>(name: &str, error: &E) -> E {
    E::custom(format_args!("claim `{name}`: {error}"))
}

fn not_an_object<E: Error>() -> E {
    E::custom("extra claims must be written as a JSON object")
}

/// Refuses the methods of `Serializer` that write something else than an object.
macro_rules! refuse {
    ($($method:ident($($type:ty),*) -> $ok:ty;)*) => { $(
        fn $method(self, $(_: $type),*) -> Result<$ok, M::Error> {
            Err(not_an_object())
        }
    )* };
}

/// Refuses what is neither an object nor a name.
macro_rules! refuse_plain {
    () => {
        refuse! {
            serialize_bool(bool) -> ();
            serialize_i8(i8) -> ();
            serialize_i16(i16) -> ();
            serialize_i32(i32) -> ();
            serialize_i64(i64) -> ();
            serialize_u8(u8) -> ();
            serialize_u16(u16) -> ();
            serialize_u32(u32) -> ();
            serialize_u64(u64) -> ();
            serialize_f32(f32) -> ();
            serialize_f64(f64) -> ();
            serialize_char(char) -> ();
            serialize_bytes(&[u8]) -> ();
            serialize_none() -> ();
            serialize_seq(Option<usize>) -> Self::SerializeSeq;
            serialize_tuple(usize) -> Self::SerializeTuple;
            serialize_tuple_struct(&'static str, usize) -> Self::SerializeTupleStruct;
            serialize_tuple_variant(&'static str, u32, &'static str, usize) -> Self::SerializeTupleVariant;
            serialize_struct_variant(&'static str, u32, &'static str, usize) -> Self::SerializeStructVariant;
        }

        fn serialize_newtype_variant<T: Serialize + ?Sized>(
            self,
            _: &'static str,
            _: u32,
            _: &'static str,
            _: &T,
        ) -> Result<(), M::Error> {
            Err(not_an_object())
        }
    };
}

impl<M: SerializeMap> Serializer for Beside<'_, M> {
    type Ok = ();
    type Error = M::Error;
    type SerializeSeq = Impossible<(), M::Error>;
    type SerializeTuple = Impossible<(), M::Error>;
    type SerializeTupleStruct = Impossible<(), M::Error>;
    type SerializeTupleVariant = Impossible<(), M::Error>;
    type SerializeMap = Self;
    type SerializeStruct = Self;
    type SerializeStructVariant = Impossible<(), M::Error>;

    refuse_plain! {}
    refuse! {
        serialize_str(&str) -> ();
        serialize_unit_variant(&'static str, u32, &'static str) -> ();
    }

    fn serialize_unit(self) -> Result<(), M::Error> {
        Ok(())
    }

    fn serialize_unit_struct(self, _: &'static str) -> Result<(), M::Error> {
        Ok(())
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<(), M::Error> {
        value.serialize(self)
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(self, _: &'static str, value: &T) -> Result<(), M::Error> {
        value.serialize(self)
    }

    fn serialize_map(self, _: Option<usize>) -> Result<Self, M::Error> {
        Ok(self)
    }

    fn serialize_struct(self, _: &'static str, _: usize) -> Result<Self, M::Error> {
        Ok(self)
    }
}

impl<M: SerializeMap> SerializeStruct for Beside<'_, M> {
    type Ok = ();
    type Error = M::Error;

    fn serialize_field<T: Serialize + ?Sized>(&mut self, name: &'static str, value: &T) -> Result<(), M::Error> {
        self.write(name, value)
    }

    fn end(self) -> Result<(), M::Error> {
        Ok(())
    }
}

impl<M: SerializeMap> SerializeMap for Beside<'_, M> {
    type Ok = ();
    type Error = M::Error;

    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> Result<(), M::Error> {
        key.serialize(MemberName(self))
    }

    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), M::Error> {
        self.map.serialize_value(&FiniteValue(value))
    }

    fn end(self) -> Result<(), M::Error> {
        Ok(())
    }
}

/// A serializer of names: they must be strings, so that a reserved one is seen.
struct MemberName<'b, 'a, M>(&'b mut Beside<'a, M>);

impl<M: SerializeMap> Serializer for MemberName<'_, '_, M> {
    type Ok = ();
    type Error = M::Error;
    type SerializeSeq = Impossible<(), M::Error>;
    type SerializeTuple = Impossible<(), M::Error>;
    type SerializeTupleStruct = Impossible<(), M::Error>;
    type SerializeTupleVariant = Impossible<(), M::Error>;
    type SerializeMap = Impossible<(), M::Error>;
    type SerializeStruct = Impossible<(), M::Error>;
    type SerializeStructVariant = Impossible<(), M::Error>;

    fn serialize_str(self, name: &str) -> Result<(), M::Error> {
        self.0.check(name)?;
        self.0.map.serialize_key(name)
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(self, _: &'static str, name: &T) -> Result<(), M::Error> {
        name.serialize(self)
    }

    fn serialize_unit_variant(self, _: &'static str, _: u32, variant: &'static str) -> Result<(), M::Error> {
        self.serialize_str(variant)
    }

    refuse_plain! {}
    refuse! {
        serialize_unit() -> ();
        serialize_unit_struct(&'static str) -> ();
        serialize_map(Option<usize>) -> Self::SerializeMap;
        serialize_struct(&'static str, usize) -> Self::SerializeStruct;
    }

    fn serialize_some<T: Serialize + ?Sized>(self, name: &T) -> Result<(), M::Error> {
        name.serialize(self)
    }
}

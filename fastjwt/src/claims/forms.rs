//! The registered claims that have a form of their own: `aud`, `type` and `scope`.

use std::fmt;

use serde::{
    Deserialize, Deserializer,
    de::{IgnoredAny, MapAccess, SeqAccess, Visitor},
};

use super::TokenKind;

/// `aud`: one string or a list of them (RFC 7519 section 4.1.3).
pub(crate) struct Audience(pub(crate) Vec<String>);

impl<'de> Deserialize<'de> for Audience {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(AudienceVisitor)
    }
}

struct AudienceVisitor;

impl<'de> Visitor<'de> for AudienceVisitor {
    type Value = Audience;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a string or a list of strings")
    }

    fn visit_str<E>(self, one: &str) -> Result<Audience, E> {
        Ok(Audience(vec![one.to_owned()]))
    }

    fn visit_seq<S: SeqAccess<'de>>(self, seq: S) -> Result<Audience, S::Error> {
        Vec::deserialize(serde::de::value::SeqAccessDeserializer::new(seq)).map(Audience)
    }
}

/// `type`: a kind that is known, or another, which no road accepts.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Known(TokenKind),
    Other,
}

impl<'de> Deserialize<'de> for Kind {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_str(KindVisitor)
    }
}

struct KindVisitor;

impl Visitor<'_> for KindVisitor {
    type Value = Kind;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a kind of token")
    }

    fn visit_str<E>(self, kind: &str) -> Result<Kind, E> {
        Ok(match kind {
            "access" => Kind::Known(TokenKind::Access),
            "refresh" => Kind::Known(TokenKind::Refresh),
            _ => Kind::Other,
        })
    }
}

/// `scope`: words in one string (RFC 8693 section 4.2), or something that no issuer of ours writes.
pub(crate) enum Scope {
    Words(Vec<String>),
    /// As some issuers write it.
    List(Vec<String>),
    /// It means nothing; whether that matters depends on the issuer.
    Other,
}

impl<'de> Deserialize<'de> for Scope {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ScopeVisitor)
    }
}

struct ScopeVisitor;

impl<'de> Visitor<'de> for ScopeVisitor {
    type Value = Scope;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("scopes in one string")
    }

    fn visit_str<E>(self, words: &str) -> Result<Scope, E> {
        Ok(Scope::Words(words.split(' ').filter(|word| !word.is_empty()).map(str::to_owned).collect()))
    }

    fn visit_bool<E>(self, _: bool) -> Result<Scope, E> {
        Ok(Scope::Other)
    }

    fn visit_u64<E>(self, _: u64) -> Result<Scope, E> {
        Ok(Scope::Other)
    }

    fn visit_i64<E>(self, _: i64) -> Result<Scope, E> {
        Ok(Scope::Other)
    }

    fn visit_f64<E>(self, _: f64) -> Result<Scope, E> {
        Ok(Scope::Other)
    }

    fn visit_unit<E>(self) -> Result<Scope, E> {
        Ok(Scope::Other)
    }

    fn visit_seq<S: SeqAccess<'de>>(self, mut seq: S) -> Result<Scope, S::Error> {
        let mut words = Some(Vec::new());
        while let Some(element) = seq.next_element()? {
            match (&mut words, element) {
                (Some(words), Element::Scope(word)) => words.push(word),
                (_, Element::Empty) => {}
                // Nobody knows what it stands for.
                (_, Element::NoScope) | (None, _) => words = None,
            }
        }
        Ok(words.map_or(Scope::Other, Scope::List))
    }

    fn visit_map<M: MapAccess<'de>>(self, mut map: M) -> Result<Scope, M::Error> {
        while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(Scope::Other)
    }
}

/// An element of a list of scopes.
enum Element {
    Scope(String),
    Empty,
    NoScope,
}

impl<'de> Deserialize<'de> for Element {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let Scope::Words(mut words) = Scope::deserialize(deserializer)? else { return Ok(Self::NoScope) };
        Ok(match (words.pop(), words.is_empty()) {
            (Some(word), true) => Self::Scope(word),
            (Some(_), false) => Self::NoScope,
            (None, _) => Self::Empty,
        })
    }
}

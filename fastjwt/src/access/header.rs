//! Reads a token's header, strictly: what it names, nothing of what it would like.

use std::{borrow::Cow, fmt};

use serde::{
    Deserializer,
    de::{Error, IgnoredAny, MapAccess, Visitor},
};

use super::form::Form;
use crate::{
    error::HeaderFault,
    jws::{MOST_MEMBERS, Typ},
};

/// What a header says that matters here.
pub(super) struct Header {
    pub(super) alg: String,
    pub(super) kid: Option<String>,
    pub(super) typ: Typ,
}

/// Reads `json`, a decoded header segment.
///
/// Keys that a header brings along or points to (`jwk`, `jku`, `x5c`, `x5u`) are never used and never fetched; they only must
/// have their type.
pub(super) fn read(json: &[u8]) -> Result<Header, HeaderFault> {
    let text = std::str::from_utf8(json).map_err(|_| HeaderFault::NotAnObject)?;
    let mut fault = HeaderFault::NotAnObject;
    let mut deserializer = serde_json::Deserializer::from_str(text);
    let header = deserializer
        .deserialize_map(HeaderVisitor { fault: &mut fault })
        .and_then(|header| deserializer.end().map(|()| header));
    header.map_err(|_| fault)
}

struct HeaderVisitor<'f> {
    fault: &'f mut HeaderFault,
}

impl<'de> Visitor<'de> for HeaderVisitor<'_> {
    type Value = Header;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JOSE header")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Header, A::Error> {
        let mut refuse = |fault| {
            *self.fault = fault;
            A::Error::custom("refused")
        };
        let mut seen: Vec<Cow<'de, str>> = Vec::new();
        let (mut alg, mut kid, mut typ) = (None, None, Typ::Absent);
        while let Some(name) = map.next_key::<Cow<'de, str>>()? {
            let rule = Rule::of(&name);
            if seen.contains(&name) {
                return Err(refuse(HeaderFault::Repeated));
            }
            if seen.len() == MOST_MEMBERS {
                return Err(refuse(HeaderFault::TooManyMembers));
            }
            seen.push(name);
            match rule {
                Rule::Ignored => {
                    map.next_value::<IgnoredAny>()?;
                    continue;
                }
                Rule::Refused(fault) => return Err(refuse(fault)),
                _ => {}
            }
            match (rule, map.next_value()?) {
                (Rule::Algorithm, Form::Text(value)) => alg = Some(value.into_owned()),
                (Rule::KeyId, Form::Text(value)) => kid = Some(value.into_owned()),
                (Rule::Type, Form::Text(value)) => match Typ::read(&value) {
                    Some(read) => typ = read,
                    None => return Err(refuse(HeaderFault::WrongTyp)),
                },
                (Rule::Text, Form::Text(_)) | (Rule::Object, Form::Object) | (Rule::List, Form::Texts) => {}
                _ => return Err(refuse(HeaderFault::WrongType)),
            }
        }
        match alg {
            Some(alg) => Ok(Header { alg, kid, typ }),
            None => Err(refuse(HeaderFault::MissingAlgorithm)),
        }
    }
}

/// What is demanded of a member.
#[derive(Clone, Copy)]
enum Rule {
    Algorithm,
    KeyId,
    Type,
    Text,
    Object,
    List,
    Ignored,
    Refused(HeaderFault),
}

impl Rule {
    fn of(name: &str) -> Self {
        match name {
            "alg" => Self::Algorithm,
            "kid" => Self::KeyId,
            "typ" => Self::Type,
            "cty" | "jku" | "x5u" | "x5t" | "x5t#S256" => Self::Text,
            "jwk" => Self::Object,
            "x5c" => Self::List,
            // No extension is understood, so that every form of `crit` is refused (RFC 7515 section 4.1.11).
            "crit" => Self::Refused(HeaderFault::Critical),
            "enc" | "zip" | "b64" => Self::Refused(HeaderFault::Encrypted),
            _ => Self::Ignored,
        }
    }
}

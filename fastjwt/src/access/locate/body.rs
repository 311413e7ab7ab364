//! A token in a member of a JSON body.

use std::{borrow::Cow, fmt};

use serde::{
    Deserializer,
    de::{IgnoredAny, MapAccess, Visitor},
};

use crate::{RequestFault, access::form::Form, body::ReadBody};

/// The value of the member `key` of a JSON object. A body that is no JSON object has none; what is wrong with it, its reader
/// behind us says.
pub(super) fn find(key: &str, body: &ReadBody) -> Result<Option<String>, RequestFault> {
    let json = match body {
        ReadBody::Json(json) => json,
        ReadBody::LargeJson => return Err(RequestFault::BodyTooLarge),
        ReadBody::Form(_) | ReadBody::LargeForm | ReadBody::Unread => return Ok(None),
    };
    let Ok(text) = std::str::from_utf8(json) else { return Ok(None) };
    let mut deserializer = serde_json::Deserializer::from_str(text);
    let member = deserializer.deserialize_map(Members { key }).and_then(|member| deserializer.end().map(|()| member));
    match member {
        Ok(Member::Text(text)) => Ok(Some(text)),
        Ok(Member::Other) => Err(RequestFault::MalformedCredentials),
        Ok(Member::Repeated) => Err(RequestFault::SeveralTokens),
        Ok(Member::Missing) | Err(_) => Ok(None),
    }
}

enum Member {
    Missing,
    Text(String),
    /// It is there and no string.
    Other,
    Repeated,
}

struct Members<'k> {
    key: &'k str,
}

impl<'de> Visitor<'de> for Members<'_> {
    type Value = Member;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Member, A::Error> {
        let mut found = Member::Missing;
        while let Some(name) = map.next_key::<Cow<'de, str>>()? {
            if name != self.key {
                map.next_value::<IgnoredAny>()?;
                continue;
            }
            let value = match map.next_value::<Form<'de>>()? {
                Form::Text(text) => Member::Text(text.into_owned()),
                _ => Member::Other,
            };
            found = if matches!(found, Member::Missing) { value } else { Member::Repeated };
        }
        Ok(found)
    }
}

//! A value as a file or a variable gives it, before it is known what it is for.

use std::{
    borrow::Cow,
    fmt,
    time::{Duration, SystemTime},
};

use serde::{
    Deserialize, Deserializer,
    de::{MapAccess, SeqAccess, Visitor},
};
use zeroize::Zeroizing;

use super::{duration, moment};
use crate::shown;

/// A moment without quotes in TOML comes as a table with this one member, its text.
const TOML_MOMENT: &str = "$__toml_private_datetime";

/// What was given. Texts are wiped when they are dropped, since keys are among them.
#[derive(Clone, PartialEq)]
pub(super) enum Value {
    /// Nothing, as `null` is written: as if the option were not named.
    Nothing,
    Text(Zeroizing<String>),
    Flag(bool),
    Whole(u64),
    /// A number that is negative or has a fraction.
    Number(f64),
    List(Vec<Value>),
    Table(Vec<(String, Value)>),
}

impl Value {
    pub(super) fn text(&self) -> Result<&str, String> {
        match self {
            Self::Text(text) => Ok(text.as_str()),
            _ => Err(self.must_be("a text")),
        }
    }

    /// One key's text, or several. What is found in the place of one is not shown.
    pub(super) fn keys(&self) -> Result<Vec<&str>, String> {
        match self {
            Self::List(members) => members.iter().map(Self::key).collect(),
            _ => self.key().map(|text| vec![text]),
        }
    }

    pub(super) fn key(&self) -> Result<&str, String> {
        self.text().map_err(|_| "it must be a text".to_owned())
    }

    pub(super) fn moment(&self) -> Result<SystemTime, String> {
        let text = match self {
            Self::Whole(seconds) => Some(Cow::Owned(seconds.to_string())),
            Self::Text(text) => Some(Cow::Borrowed(text.as_str())),
            _ => None,
        };
        if text.as_deref().is_some_and(moment::is_too_far) {
            return Err(
                self.must_be("seconds since 1970, before the year 10000; milliseconds are a thousand times as many")
            );
        }
        let known = text.as_deref().and_then(moment::parse);
        known.ok_or_else(|| self.must_be("a moment such as 2027-01-31T12:00:00Z, or seconds since 1970"))
    }

    pub(super) fn flag(&self) -> Result<bool, String> {
        let known = match self {
            Self::Flag(flag) => Some(*flag),
            Self::Whole(number @ (0 | 1)) => Some(*number == 1),
            Self::Text(text) => match text.trim().to_ascii_lowercase().as_str() {
                "true" | "1" | "yes" | "on" => Some(true),
                "false" | "0" | "no" | "off" => Some(false),
                _ => None,
            },
            _ => None,
        };
        known.ok_or_else(|| self.must_be("true or false"))
    }

    pub(super) fn whole(&self) -> Result<usize, String> {
        let known = match self {
            Self::Whole(number) => usize::try_from(*number).ok(),
            Self::Text(text) => text.trim().parse().ok(),
            _ => None,
        };
        known.ok_or_else(|| self.must_be("a whole number"))
    }

    pub(super) fn duration(&self) -> Result<Duration, String> {
        let known = match self {
            Self::Whole(seconds) => Some(Duration::from_secs(*seconds)),
            Self::Number(seconds) => Duration::try_from_secs_f64(*seconds).ok(),
            Self::Text(text) => duration::parse(text),
            _ => None,
        };
        known.ok_or_else(|| self.must_be("a duration such as 15m, 20d or 1h30m, or a number of seconds"))
    }

    /// A list of texts, a text in which they stand with commas between them, or a JSON list in a text.
    pub(super) fn list(&self) -> Result<Vec<String>, String> {
        let wanted = "a list of texts, or one text with commas between them";
        match self {
            Self::Text(text) if text.trim_start().starts_with('[') => {
                serde_json::from_str(text).map_err(|_| self.must_be(wanted))
            }
            Self::Text(text) if text.trim().is_empty() => Ok(Vec::new()),
            Self::Text(text) => Ok(text.split(',').map(|member| member.trim().to_owned()).collect()),
            Self::List(members) => members
                .iter()
                .map(|member| member.text().map(str::to_owned).map_err(|_| member.must_be("a text, as every member")))
                .collect(),
            _ => Err(self.must_be(wanted)),
        }
    }

    /// What was found, and what is allowed.
    pub(super) fn must_be(&self, allowed: &str) -> String {
        format!("{self}: it must be {allowed}")
    }
}

/// What was found, as a message says it; no text that could be a key.
impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Nothing => f.write_str("nothing"),
            Self::Text(text) => f.write_str(&shown::text(text)),
            Self::Flag(flag) => flag.fmt(f),
            Self::Whole(number) => number.fmt(f),
            Self::Number(number) => number.fmt(f),
            Self::List(_) => f.write_str("a list"),
            Self::Table(_) => f.write_str("a table"),
        }
    }
}

impl<'de> Deserialize<'de> for Value {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ValueVisitor)
    }
}

struct ValueVisitor;

impl<'de> Visitor<'de> for ValueVisitor {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an option's value")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Nothing)
    }

    fn visit_none<E>(self) -> Result<Value, E> {
        Ok(Value::Nothing)
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }

    fn visit_newtype_struct<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }

    fn visit_bool<E>(self, flag: bool) -> Result<Value, E> {
        Ok(Value::Flag(flag))
    }

    fn visit_u64<E>(self, number: u64) -> Result<Value, E> {
        Ok(Value::Whole(number))
    }

    #[expect(clippy::cast_precision_loss, reason = "a negative number is refused whatever it is, and only shown")]
    fn visit_i64<E>(self, number: i64) -> Result<Value, E> {
        Ok(u64::try_from(number).map_or(Value::Number(number as f64), Value::Whole))
    }

    fn visit_f64<E>(self, number: f64) -> Result<Value, E> {
        Ok(Value::Number(number))
    }

    fn visit_str<E>(self, text: &str) -> Result<Value, E> {
        Ok(Value::Text(Zeroizing::new(text.to_owned())))
    }

    fn visit_string<E>(self, text: String) -> Result<Value, E> {
        Ok(Value::Text(Zeroizing::new(text)))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut members: A) -> Result<Value, A::Error> {
        let mut list = Vec::new();
        while let Some(member) = members.next_element()? {
            list.push(member);
        }
        Ok(Value::List(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Value, A::Error> {
        let mut table = Vec::new();
        while let Some(member) = members.next_entry::<String, Value>()? {
            table.push(member);
        }
        Ok(match table.as_slice() {
            [(name, text @ Value::Text(_))] if name == TOML_MOMENT => text.clone(),
            _ => Value::Table(table),
        })
    }
}

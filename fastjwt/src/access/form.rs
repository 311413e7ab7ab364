//! What a value of a JSON object is that nobody has signed for yet, as far as it matters.

use std::{borrow::Cow, fmt};

use serde::{
    Deserialize, Deserializer,
    de::{IgnoredAny, MapAccess, SeqAccess, Visitor},
};

/// What a value is. Nothing below it is kept, so that no value takes more memory than its text.
pub(super) enum Form<'de> {
    Text(Cow<'de, str>),
    Object,
    /// A list of texts.
    Texts,
    Other,
}

impl<'de: 'f, 'f> Deserialize<'de> for Form<'f> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(FormVisitor)
    }
}

struct FormVisitor;

impl<'de> Visitor<'de> for FormVisitor {
    type Value = Form<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }

    fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Form<'de>, E> {
        Ok(Form::Text(Cow::Borrowed(text)))
    }

    fn visit_str<E>(self, text: &str) -> Result<Form<'de>, E> {
        Ok(Form::Text(Cow::Owned(text.to_owned())))
    }

    fn visit_bool<E>(self, _: bool) -> Result<Form<'de>, E> {
        Ok(Form::Other)
    }

    fn visit_u64<E>(self, _: u64) -> Result<Form<'de>, E> {
        Ok(Form::Other)
    }

    fn visit_i64<E>(self, _: i64) -> Result<Form<'de>, E> {
        Ok(Form::Other)
    }

    fn visit_f64<E>(self, _: f64) -> Result<Form<'de>, E> {
        Ok(Form::Other)
    }

    fn visit_unit<E>(self) -> Result<Form<'de>, E> {
        Ok(Form::Other)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Form<'de>, A::Error> {
        while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(Form::Object)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Form<'de>, A::Error> {
        let mut form = Form::Texts;
        while let Some(member) = seq.next_element::<Form<'de>>()? {
            if !matches!(member, Form::Text(_)) {
                form = Form::Other;
            }
        }
        Ok(form)
    }
}

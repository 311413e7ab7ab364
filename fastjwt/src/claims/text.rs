//! The text of a payload on its way into a token: what is known of our own claims is not looked for anew.
//!
//! `serde_json` looks at every byte of every name and text. The names here are ours, and most texts need no escape, which eight bytes
//! at a time tell; whatever does, and every value of the service's own, is left to it.

use std::mem;

use serde::{Serialize, ser::SerializeMap};

use super::{
    scan::plain_length,
    write::{Members, Name},
};
use crate::{issue::ShortBytes, scope::Granted};

/// What most payloads stay below.
const USUAL: usize = 1024;

/// The text of a payload.
pub(crate) type PayloadText = ShortBytes<USUAL>;

/// An object that is open.
pub(crate) struct TextObject<'t> {
    text: &'t mut PayloadText,
    is_empty: bool,
}

impl<'t> TextObject<'t> {
    pub(crate) fn open(text: &'t mut PayloadText) -> Self {
        text.extend(b"{");
        Self { text, is_empty: true }
    }

    /// How many bytes are written.
    pub(crate) fn len(&self) -> usize {
        self.text.as_slice().len()
    }

    fn name(&mut self, name: Name) {
        let quoted = if mem::take(&mut self.is_empty) { name.first } else { name.next };
        self.text.extend(quoted.as_bytes());
    }

    fn string(&mut self, text: &str) -> Result<(), serde_json::Error> {
        if plain_length(text.as_bytes()) == text.len() {
            self.plain(text);
            return Ok(());
        }
        self.value(text)
    }

    /// A text that needs no escape.
    fn plain(&mut self, text: &str) {
        self.text.extend(b"\"");
        self.text.extend(text.as_bytes());
        self.text.extend(b"\"");
    }

    fn value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), serde_json::Error> {
        value.serialize(&mut serde_json::Serializer::new(&mut *self.text))
    }
}

impl Members for TextObject<'_> {
    fn text(&mut self, name: Name, text: &str) -> Result<(), serde_json::Error> {
        self.name(name);
        self.string(text)
    }

    fn member<T: Serialize + ?Sized>(&mut self, name: Name, value: &T) -> Result<(), serde_json::Error> {
        self.name(name);
        self.value(value)
    }

    fn scopes(&mut self, name: Name, scopes: Granted<'_>) -> Result<(), serde_json::Error> {
        let Granted::Words(text) = scopes else { return self.member(name, &scopes) };
        self.name(name);
        let mut before: &[u8] = b"[\"";
        // No scope has a quote or a backslash in it.
        for word in text.as_bytes().split(|byte| *byte == b' ') {
            self.text.extend(before);
            self.text.extend(word);
            before = b"\",\"";
        }
        self.text.extend(b"\"]");
        Ok(())
    }
}

impl SerializeMap for TextObject<'_> {
    type Ok = ();
    type Error = serde_json::Error;

    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> Result<(), serde_json::Error> {
        if !mem::take(&mut self.is_empty) {
            self.text.extend(b",");
        }
        self.value(key)?;
        self.text.extend(b":");
        Ok(())
    }

    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), serde_json::Error> {
        self.value(value)
    }

    fn end(self) -> Result<(), serde_json::Error> {
        self.text.extend(b"}");
        Ok(())
    }
}

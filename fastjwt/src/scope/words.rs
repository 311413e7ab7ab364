//! The scopes of a new token, in one text, as the standard's claim has them.

use serde::{Serialize, Serializer};

use super::is_scope;
use crate::issue::ShortText;

/// Scopes with a space between them (RFC 6749 section 3.3).
#[derive(Clone)]
pub(crate) struct Words {
    text: ShortText,
    count: usize,
    /// The first one that can't be a scope; it is told when the token is signed.
    wrong: Option<usize>,
}

impl Words {
    pub(crate) const NONE: Self = Self { text: ShortText::EMPTY, count: 0, wrong: None };

    /// The scopes in one text; none if one of them can't be a scope.
    pub(crate) fn as_str(&self) -> &str {
        if self.wrong.is_some() { "" } else { &self.text }
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &str> {
        words(self.as_str())
    }

    /// Which one can't be a scope, and of how many, counted from one.
    pub(crate) fn wrong(&self) -> Option<(usize, usize)> {
        self.wrong.map(|index| (index.saturating_add(1), self.count))
    }
}

impl<S: AsRef<str>> FromIterator<S> for Words {
    fn from_iter<I: IntoIterator<Item = S>>(scopes: I) -> Self {
        let mut words = Self::NONE;
        for scope in scopes {
            let scope = scope.as_ref();
            if !is_scope(scope) {
                words.wrong.get_or_insert(words.count);
            } else if words.wrong.is_none() {
                if words.count > 0 {
                    words.text.push_str(" ");
                }
                words.text.push_str(scope);
            }
            words.count = words.count.saturating_add(1);
        }
        words
    }
}

/// The scopes of a token that is written: as its claims own them, or with a space between them.
#[derive(Clone, Copy)]
pub(crate) enum Granted<'a> {
    List(&'a [String]),
    Words(&'a str),
}

impl Granted<'_> {
    pub(crate) fn is_none(self) -> bool {
        match self {
            Self::List(scopes) => scopes.is_empty(),
            Self::Words(words) => words.is_empty(),
        }
    }
}

/// A list of strings.
impl Serialize for Granted<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::List(scopes) => serializer.collect_seq(*scopes),
            Self::Words(text) => serializer.collect_seq(words(text)),
        }
    }
}

fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(' ').filter(|word| !word.is_empty())
}

//! Reads the inside of an attribute as comma-separated words, and takes words out of it.

use proc_macro2::{Delimiter, Ident, TokenStream, TokenTree};
use quote::{ToTokens, quote};
use syn::parse::Parser;
use syn::{Attribute, LitStr, Meta, Path};

/// One word of an attribute: `default`, `rename = "a"` or `rename(serialize = "a")`.
#[derive(Clone)]
pub(crate) struct Word {
    pub(crate) name: Ident,
    pub(crate) value: Value,
    tokens: TokenStream,
}

#[derive(Clone)]
pub(crate) enum Value {
    None,
    Is(TokenStream),
    List(Vec<Word>),
}

impl Word {
    pub(crate) fn is(&self, name: &str) -> bool {
        self.name == name
    }

    pub(crate) fn is_one_of(&self, names: &[&str]) -> bool {
        names.iter().any(|name| self.is(name))
    }

    /// Whether the word stands alone, with nothing behind it.
    pub(crate) fn is_bare(&self) -> bool {
        self.tokens.clone().into_iter().nth(1).is_none()
    }

    /// The string after `=`; `None` for anything else.
    pub(crate) fn string(&self) -> Option<LitStr> {
        match &self.value {
            Value::Is(tokens) => syn::parse2(tokens.clone()).ok(),
            Value::None | Value::List(_) => None,
        }
    }

    pub(crate) fn list(&self) -> &[Word] {
        match &self.value {
            Value::List(words) => words,
            Value::None | Value::Is(_) => &[],
        }
    }

    /// The tokens between the parentheses of `name(..)`.
    pub(crate) fn inner(&self) -> TokenStream {
        let group = |tree| match tree {
            TokenTree::Group(group) => Some(group.stream()),
            _ => None,
        };
        self.tokens.clone().into_iter().find_map(group).unwrap_or_default()
    }

    fn read(tokens: TokenStream) -> Option<Self> {
        let mut rest = tokens.clone().into_iter();
        let Some(TokenTree::Ident(name)) = rest.next() else { return None };
        let value = match rest.next() {
            Some(TokenTree::Punct(punct)) if punct.as_char() == '=' => Value::Is(rest.collect()),
            Some(TokenTree::Group(group)) if group.delimiter() == Delimiter::Parenthesis => {
                Value::List(words(group.stream()))
            }
            _ => Value::None,
        };
        Some(Self { name, value, tokens })
    }
}

impl ToTokens for Word {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        self.tokens.to_tokens(tokens);
    }
}

/// The words between the commas; what is no word is left out.
pub(crate) fn words(tokens: TokenStream) -> Vec<Word> {
    split(tokens).into_iter().filter_map(Word::read).collect()
}

/// Between the commas, the words, and what is no word.
pub(crate) fn parts(tokens: TokenStream) -> Vec<Result<Word, TokenStream>> {
    split(tokens).into_iter().map(|part| Word::read(part.clone()).ok_or(part)).collect()
}

/// The words of every visible `#[name(..)]` among `attrs`.
pub(crate) fn of(attrs: &[Attribute], name: &str) -> Vec<Word> {
    attrs.iter().filter_map(|attr| inside(attr, name)).flat_map(words).collect()
}

/// The words of every `name(..)` that stands inside a `cfg_attr`.
pub(crate) fn hidden(attrs: &[Attribute], name: &str) -> Vec<Word> {
    let mut found = Vec::new();
    for tokens in attrs.iter().filter_map(|attr| inside(attr, "cfg_attr")) {
        look_behind_predicate(tokens, name, &mut found);
    }
    found
}

/// Takes the words for which `drop` is true out of every visible `#[name(..)]`, and hands them back.
pub(crate) fn take(attrs: &mut Vec<Attribute>, name: &str, drop: impl Fn(&Word) -> bool) -> Vec<Word> {
    let mut taken = Vec::new();
    attrs.retain_mut(|attr| {
        let Some(tokens) = inside(attr, name) else { return true };
        let mut kept = Vec::new();
        let before = taken.len();
        for part in split(tokens) {
            match Word::read(part.clone()) {
                Some(word) if drop(&word) => taken.push(word),
                _ => kept.push(part),
            }
        }
        if taken.len() == before {
            return true;
        }
        if let Meta::List(list) = &mut attr.meta {
            list.tokens = quote!(#(#kept),*);
        }
        !kept.is_empty()
    });
    taken
}

/// Takes the paths whose last segment is one of `names` out of every visible `#[derive(..)]`.
pub(crate) fn take_derives(attrs: &mut Vec<Attribute>, names: &[&str]) -> Vec<Path> {
    let mut taken = Vec::new();
    attrs.retain_mut(|attr| {
        let Some(tokens) = inside(attr, "derive") else { return true };
        let mut kept = Vec::new();
        for part in split(tokens) {
            match Path::parse_mod_style.parse2(part.clone()) {
                Ok(path) if ends_with(&path, names) => taken.push(path),
                _ => kept.push(part),
            }
        }
        if let Meta::List(list) = &mut attr.meta {
            list.tokens = quote!(#(#kept),*);
        }
        !kept.is_empty()
    });
    taken
}

/// Whether the last segment of `path` is one of `names`.
pub(crate) fn ends_with(path: &Path, names: &[&str]) -> bool {
    path.segments.last().is_some_and(|last| names.iter().any(|name| last.ident == name))
}

/// The tokens in the parentheses of `#[name(..)]`.
pub(crate) fn inside(attr: &Attribute, name: &str) -> Option<TokenStream> {
    match &attr.meta {
        Meta::List(list) if list.path.is_ident(name) => Some(list.tokens.clone()),
        _ => None,
    }
}

fn look_behind_predicate(tokens: TokenStream, name: &str, found: &mut Vec<Word>) {
    for part in split(tokens).into_iter().skip(1) {
        let Some(word) = Word::read(part) else { continue };
        if word.is(name) {
            // Brackets and braces hold words as parentheses do.
            found.extend(words(word.inner()));
        } else if word.is("cfg_attr") {
            look_behind_predicate(word.inner(), name, found);
        }
    }
}

/// The tokens between the commas.
pub(crate) fn split(tokens: TokenStream) -> Vec<TokenStream> {
    let mut parts = Vec::new();
    let mut part = TokenStream::new();
    for tree in ungrouped(tokens) {
        match &tree {
            TokenTree::Punct(punct) if punct.as_char() == ',' => parts.push(std::mem::take(&mut part)),
            _ => part.extend([tree]),
        }
    }
    parts.push(part);
    parts.retain(|part| !part.is_empty());
    parts
}

/// The tokens without the invisible groups that fragments of a `macro_rules!` stand in: serde reads through them.
fn ungrouped(tokens: TokenStream) -> TokenStream {
    let open = |tree: TokenTree| match tree {
        TokenTree::Group(group) if group.delimiter() == Delimiter::None => ungrouped(group.stream()),
        other => other.into_token_stream(),
    };
    tokens.into_iter().flat_map(open).collect()
}

//! The words that serde knows, where each may stand and how it is written.
//!
//! Serde's derives leave an item without impls when they refuse a word, and rustc then tells it of every trait that asks for
//! them. So such a word is refused here, before serde sees it.

use proc_macro2::TokenStream;
use quote::ToTokens;
use syn::{Attribute, Data, DeriveInput, ExprPath, Fields, Meta, Type};

use super::serde_name::{self, both_ways};
use super::words::{self, Value, Word};
use crate::diag::Mistakes;
use crate::near;

/// Where a word stands.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    Struct,
    Tuple,
    Enum,
    Variant,
    Field,
    Element,
}

/// How a word is written.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Form {
    Bare,
    Text,
    Path,
    Type,
    /// `word` or `word = "path"`.
    MayHavePath,
    /// `word = "text"` or `word(serialize = "text", deserialize = "text")`.
    BothWays,
    /// As [`Form::BothWays`], with the name of a rule.
    Rule,
}

const CONTAINERS: &[Place] = &[Place::Struct, Place::Tuple, Place::Enum];
const STRUCTS: &[Place] = &[Place::Struct, Place::Tuple];
const FIELDS: &[Place] = &[Place::Field, Place::Element];
const PARTS: &[Place] = &[Place::Variant, Place::Field, Place::Element];
const ALL: &[Place] = &[Place::Struct, Place::Tuple, Place::Enum, Place::Variant, Place::Field, Place::Element];

/// Every word, but for those that stand beside words which are refused: `getter` beside `remote`, `borrow` on what borrows.
const KNOWN: &[(&str, Form, &[Place])] = &[
    ("alias", Form::Text, PARTS),
    ("bound", Form::BothWays, ALL),
    ("content", Form::Text, &[Place::Enum]),
    ("crate", Form::Path, CONTAINERS),
    ("default", Form::MayHavePath, &[Place::Struct, Place::Tuple, Place::Field, Place::Element]),
    ("deny_unknown_fields", Form::Bare, CONTAINERS),
    ("deserialize_with", Form::Path, PARTS),
    ("expecting", Form::Text, CONTAINERS),
    ("field_identifier", Form::Bare, CONTAINERS),
    ("flatten", Form::Bare, &[Place::Field]),
    ("from", Form::Type, CONTAINERS),
    ("into", Form::Type, CONTAINERS),
    ("other", Form::Bare, &[Place::Variant]),
    ("remote", Form::Path, CONTAINERS),
    ("rename", Form::BothWays, ALL),
    ("rename_all", Form::Rule, &[Place::Struct, Place::Tuple, Place::Enum, Place::Variant]),
    ("rename_all_fields", Form::Rule, &[Place::Enum]),
    ("serialize_with", Form::Path, PARTS),
    ("skip", Form::Bare, PARTS),
    ("skip_deserializing", Form::Bare, PARTS),
    ("skip_serializing", Form::Bare, PARTS),
    ("skip_serializing_if", Form::Path, FIELDS),
    ("tag", Form::Text, &[Place::Struct, Place::Enum]),
    ("transparent", Form::Bare, STRUCTS),
    ("try_from", Form::Type, CONTAINERS),
    ("untagged", Form::Bare, &[Place::Enum, Place::Variant]),
    ("variant_identifier", Form::Bare, CONTAINERS),
    ("with", Form::Path, PARTS),
];

impl Place {
    fn of(item: &DeriveInput) -> Option<Self> {
        match &item.data {
            Data::Struct(data) if matches!(data.fields, Fields::Named(_)) => Some(Self::Struct),
            Data::Struct(_) => Some(Self::Tuple),
            Data::Enum(_) => Some(Self::Enum),
            Data::Union(_) => None,
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::Struct => "a struct with named fields",
            Self::Tuple => "a tuple struct",
            Self::Enum => "an enum",
            Self::Variant => "a variant",
            Self::Field => "a field",
            Self::Element => "a field without a name",
        }
    }
}

impl Form {
    /// What is wrong in how the word is written.
    fn wrong(self, word: &Word) -> Option<String> {
        let name = &word.name;
        let text = word.string();
        let (right, form) = match self {
            Self::Bare => (word.is_bare(), format!("`{name}`, without a value")),
            Self::Text => (text.is_some(), format!("`{name} = \"...\"`")),
            Self::Path => (reads::<ExprPath>(word), format!("`{name} = \"path::in::quotes\"`")),
            Self::Type => (reads::<Type>(word), format!("`{name} = \"Type\"`, in quotes")),
            Self::MayHavePath => {
                (word.is_bare() || reads::<ExprPath>(word), format!("`{name}` or `{name} = \"path::in::quotes\"`"))
            }
            Self::BothWays | Self::Rule => (
                text.is_some() || is_both_ways(word),
                format!("`{name} = \"...\"` or `{name}(serialize = \"...\", deserialize = \"...\")`"),
            ),
        };
        (!right).then(|| format!("`{name}` must be written as serde reads it\nhelp: write {form}"))
    }
}

/// Notes every word of serde's that serde would give up on, and says whether there is one.
pub(crate) fn check(item: &DeriveInput, mistakes: &mut Mistakes) -> bool {
    let Some(place) = Place::of(item) else { return false };
    let mut check = Check { mistakes, found: false };
    check.attrs(&item.attrs, place);
    match &item.data {
        Data::Struct(data) => check.fields(&data.fields),
        Data::Enum(data) => {
            for variant in &data.variants {
                check.attrs(&variant.attrs, Place::Variant);
                check.fields(&variant.fields);
            }
        }
        Data::Union(_) => {}
    }
    check.found
}

struct Check<'a> {
    mistakes: &'a mut Mistakes,
    found: bool,
}

impl Check<'_> {
    fn fields(&mut self, fields: &Fields) {
        for field in fields {
            let place = if field.ident.is_some() { Place::Field } else { Place::Element };
            self.attrs(&field.attrs, place);
        }
    }

    fn attrs(&mut self, attrs: &[Attribute], place: Place) {
        // What is settled, and by which word.
        let mut seen: Vec<(String, String)> = Vec::new();
        for attr in attrs.iter().filter(|attr| attr.path().is_ident("serde")) {
            let Meta::List(list) = &attr.meta else {
                self.refuse(attr.path(), "`#[serde]` must hold its words in parentheses\nhelp: remove it".into());
                continue;
            };
            for part in words::parts(list.tokens.clone()) {
                match part {
                    Ok(word) => self.word(&word, place, &mut seen),
                    Err(tokens) => {
                        self.refuse(&tokens, format!("`{tokens}` must be a word that serde knows\nhelp: remove it"));
                    }
                }
            }
        }
    }

    fn word(&mut self, word: &Word, place: Place, seen: &mut Vec<(String, String)>) {
        let name = word.name.to_string();
        let Some((_, form, _)) = KNOWN.iter().find(|(known, _, places)| name == *known && places.contains(&place))
        else {
            return self.refuse(&word.name, stranger(&name, place));
        };
        if let Some(message) = form.wrong(word) {
            return self.refuse(word, message);
        }
        for slot in slots(word, *form, place) {
            let message = match seen.iter().find(|(taken, _)| *taken == slot) {
                Some((_, first)) if *first == name => {
                    let again = if word.list().is_empty() { &name } else { &slot };
                    format!("`{again}` must stand only once\nhelp: remove this one")
                }
                Some((_, first)) => {
                    format!("`{name}` must not stand beside `{first}`, which says the same\nhelp: remove one of them")
                }
                None => {
                    seen.push((slot, name.clone()));
                    continue;
                }
            };
            return self.refuse(&word.name, message);
        }
        if *form == Form::Rule {
            let (write, read) = both_ways(word);
            let unknown = |text: &syn::LitStr| !serde_name::RULES.iter().any(|(rule, _)| text.value() == *rule);
            if let Some(text) = write.into_iter().chain(read).find(unknown) {
                self.refuse(&text, no_rule(&text.value()));
            }
        }
    }

    fn refuse(&mut self, at: &impl ToTokens, message: String) {
        self.found = true;
        self.mistakes.at(at, message);
    }
}

/// What the word settles, each of which serde lets be settled once.
fn slots(word: &Word, form: Form, place: Place) -> Vec<String> {
    let name = word.name.to_string();
    match (name.as_str(), form) {
        ("alias", _) => Vec::new(),
        ("skip", _) => vec!["skip_serializing".into(), "skip_deserializing".into()],
        ("with", _) => vec!["serialize_with".into(), "deserialize_with".into()],
        (_, Form::BothWays | Form::Rule) => {
            // Serde takes a further name for reading as an alias.
            let several = name == "rename" && PARTS.contains(&place);
            let (write, read) = both_ways(word);
            let write = write.iter().map(|_| format!("{name}(serialize)"));
            let read = read.iter().filter(|_| !several).map(|_| format!("{name}(deserialize)"));
            write.chain(read).collect()
        }
        _ => vec![name],
    }
}

/// What to say of a word that serde does not know, or not there.
fn stranger(name: &str, place: Place) -> String {
    let here = format!("`{name}` must not stand in `#[serde(..)]` on {}", place.name());
    if name == "borrow" {
        return format!("{here}: the text of a token is gone before its payload is used\nhelp: remove it");
    }
    if let Some((_, _, places)) = KNOWN.iter().find(|(known, _, _)| name == *known) {
        let places: Vec<_> = places.iter().map(|place| place.name()).collect();
        return format!("{here}\nhelp: it belongs on {}", places.join(" or on "));
    }
    let fitting = KNOWN.iter().filter(|(_, _, places)| places.contains(&place)).map(|(known, _, _)| *known);
    match near::nearest(name, fitting) {
        Some(near) => format!("{here}: serde does not know it\nhelp: the nearest word is `{near}`"),
        None => format!("{here}: serde does not know it\nhelp: remove it"),
    }
}

fn no_rule(text: &str) -> String {
    let known = serde_name::RULES.iter().map(|(rule, _)| *rule);
    let alike = known.clone().find(|rule| plain(rule) == plain(text));
    let help = alike.or_else(|| near::nearest(text, known.clone())).map(|near| format!("help: write `{near}`\n"));
    let rules: Vec<_> = known.map(|rule| format!("`{rule}`")).collect();
    format!(
        "`{text}` must be a rule that serde knows\n{}note: the rules are {}",
        help.unwrap_or_default(),
        rules.join(", ")
    )
}

/// The letters alone, by which `camelcase` is `camelCase`.
fn plain(rule: &str) -> String {
    rule.replace(['-', '_'], "").to_lowercase()
}

fn reads<T: syn::parse::Parse>(word: &Word) -> bool {
    word.string().is_some_and(|text| text.parse::<T>().is_ok())
}

fn is_both_ways(word: &Word) -> bool {
    let Value::List(words) = &word.value else { return false };
    let inner: TokenStream = word.inner();
    words.len() == words::split(inner).len()
        && words.iter().all(|word| word.is_one_of(&["serialize", "deserialize"]) && word.string().is_some())
}

//! The names of one object in the JSON: each stands for one thing, is none that is reserved, and is read as it is written.

use proc_macro2::TokenStream;
use quote::ToTokens;
use syn::ext::IdentExt;
use syn::{Field, Fields, Ident};

use super::Mode;
use super::parse::{CARRIED, Facts};
use super::serde_name::{JsonName, Kind, Rules, json_names};
use super::types;
use super::words::{self, Value};
use crate::diag::Mistakes;
use crate::names::{PAYLOAD_FIELDS, RESERVED};

/// The names of an object, and what is flattened into it.
pub(crate) struct Object {
    pub(crate) names: Vec<String>,
    /// The names of each field that has several.
    pub(crate) alike: Vec<Vec<String>>,
    pub(crate) flattened: Vec<Flattened>,
}

/// A flattened field: its number among the proofs, and its type.
pub(crate) struct Flattened {
    pub(crate) index: TokenStream,
    pub(crate) ty: syn::Type,
}

/// Whose a name is.
pub(super) enum Owner {
    Tag,
    Field(String),
}

/// The names of one object, as they are found.
pub(super) struct Names<'a> {
    mode: Mode,
    pub(super) mistakes: &'a mut Mistakes,
    /// The name in the JSON, and whose it is.
    pub(super) taken: Vec<(String, Owner)>,
    flattened: Vec<Flattened>,
    /// Whether serde's derives write them and read them back.
    pub(super) both_ways: bool,
    /// Whether it was told that a rule is for one direction.
    pub(super) rule_told: bool,
    /// Whether serde refuses a name that it does not read.
    pub(super) denies: bool,
}

impl<'a> Names<'a> {
    pub(super) fn new(mode: Mode, mistakes: &'a mut Mistakes) -> Self {
        let (taken, flattened) = (Vec::new(), Vec::new());
        Self { mode, mistakes, taken, flattened, both_ways: true, rule_told: false, denies: false }
    }

    pub(super) fn into_object(self) -> Object {
        let mut alike: Vec<(&str, Vec<String>)> = Vec::new();
        for (name, owner) in &self.taken {
            let Owner::Field(owner) = owner else { continue };
            match alike.iter_mut().find(|(field, _)| field == owner) {
                Some((_, names)) => names.push(name.clone()),
                None => alike.push((owner, vec![name.clone()])),
            }
        }
        let alike = alike.into_iter().map(|(_, names)| names).filter(|names| names.len() > 1).collect();
        let names = self.taken.into_iter().map(|(name, _)| name).collect();
        Object { names, alike, flattened: self.flattened }
    }

    pub(super) fn all(&mut self, fields: &Fields, rules: Rules<'_>, defaults: bool) {
        let end = fields.iter().rposition(|field| !Facts::of(&field.attrs).skipped()).map_or(0, |last| last + 1);
        for (place, field) in fields.iter().enumerate() {
            let facts = Facts::of(&field.attrs);
            if facts.skipped() {
                // It has no name in the JSON, but the payload would hide it all the same.
                field.ident.iter().for_each(|ident| _ = self.shadowed(ident));
                continue;
            }
            let Some(ident) = &field.ident else {
                if place + 1 < end || end == 1 || facts.skips_reading {
                    self.moved_up(field);
                } else {
                    self.left_out(field, &facts, defaults);
                }
                continue;
            };
            self.left_out(field, &facts, defaults);
            self.denied(field, &facts);
            if facts.flatten {
                self.shadowed(ident);
                self.flattened.push(Flattened { index: carried_index(field), ty: field.ty.clone() });
            } else {
                self.each(ident, Kind::Field, &facts, rules);
            }
        }
    }

    /// Checks each name of one field or variant.
    pub(super) fn each(&mut self, ident: &Ident, kind: Kind, facts: &Facts, rules: Rules<'_>) {
        let shadowed = matches!(kind, Kind::Field) && self.shadowed(ident);
        let names = json_names(ident, kind, facts, rules);
        let mut fit = self.both_ways && !shadowed;
        for name in &names {
            let reserved = self.mode == Mode::Claims && RESERVED.contains(&name.text.as_str());
            fit &= !reserved;
            if reserved && !(shadowed && name.primary) {
                self.mistakes.at(
                    &name.at,
                    format!(
                        "claim `{}` is reserved: it must not be an extra claim\n\
                         help: rename the field, or give it another name in the JSON with `#[serde(rename = \"...\")]`",
                        name.text
                    ),
                );
            }
            // A reserved name that two fields share has been refused twice already.
            if !reserved {
                fit &= self.add(ident, name);
            }
        }
        if let Some(name) = names.iter().find(|name| fit && name.one_way) {
            self.one_way(&name.text, &name.at, facts, rules);
        }
    }

    /// A name that is written, and that nothing reads.
    fn one_way(&mut self, name: &str, at: &TokenStream, facts: &Facts, rules: Rules<'_>) {
        let by_rule = facts.written_as.is_none() && facts.read_as.is_empty();
        if let (true, Some(word), Some(meant)) = (by_rule, rules.word, rules.meant()) {
            // Once, however many fields there are.
            if !std::mem::replace(&mut self.rule_told, true) {
                let rule = &word.name;
                self.mistakes.at(
                    word,
                    format!(
                        "`{rule}` must be the same for both directions: a token with `{name}` could not be read back\n\
                         help: write `{rule} = \"{meant}\"`, or give each name an alias such as `#[serde(alias = \"{name}\")]`"
                    ),
                );
            }
            return;
        }
        let both = if facts.written_as.is_some() && facts.read_as.is_empty() {
            format!("write `rename = \"{name}\"`, or ")
        } else {
            String::new()
        };
        self.mistakes.at(
            at,
            format!(
                "`{name}` must be read as it is written: a token with it could not be read back\n\
                 help: {both}add `#[serde(alias = \"{name}\")]`"
            ),
        );
    }

    /// Says whether the name was free.
    fn add(&mut self, ident: &Ident, name: &JsonName) -> bool {
        let owner = ident.unraw().to_string();
        match self.taken.iter().find(|(taken, _)| *taken == name.text) {
            None => {
                self.taken.push((name.text.clone(), Owner::Field(owner)));
                return true;
            }
            Some((_, Owner::Field(first))) if *first == owner => return true,
            Some((_, Owner::Tag)) => self.mistakes.at(&name.at, is_the_tags(&name.text, "field", "rename")),
            Some((_, Owner::Field(first))) => self.mistakes.at(
                &name.at,
                format!(
                    "`{}` must not stand for two things in the JSON: it is the name of `{first}` already\n\
                     help: give one of them another name with `#[serde(rename = \"...\")]`",
                    name.text
                ),
            ),
        }
        false
    }

    /// A claim that the payload's own field of this name would hide.
    fn shadowed(&mut self, ident: &Ident) -> bool {
        let name = ident.unraw().to_string();
        if self.mode != Mode::Claims || !PAYLOAD_FIELDS.contains(&name.as_str()) {
            return false;
        }
        let json = if RESERVED.contains(&name.as_str()) {
            ""
        } else {
            ", and keep its name in the JSON with `#[serde(rename = \"...\")]`"
        };
        self.mistakes.at(
            ident,
            format!(
                "field `{name}` must not be named like a field of `TokenPayload`, which would hide it\n\
                 help: rename the field{json}"
            ),
        );
        true
    }

    /// An element has its place instead of a name, and must keep it.
    fn moved_up(&mut self, field: &Field) {
        const ONE_WAY: &[&str] = &["skip_serializing", "skip_deserializing", "skip_serializing_if"];
        if let Some(word) = words::of(&field.attrs, "serde").iter().find(|word| word.is_one_of(ONE_WAY)) {
            self.mistakes.at(
                word,
                format!(
                    "`{}` belongs on a field with a name: the elements behind this one would move up\n\
                     help: give the fields names, or write `#[serde(skip)]`, which leaves the element out both ways",
                    word.name
                ),
            );
        }
    }

    /// The only element of a tuple struct is the struct's JSON, and serde passes over what would leave it out.
    pub(super) fn written_all_the_same(&mut self, field: &Field) {
        const LEFT_OUT: &[&str] = &["skip", "skip_serializing", "skip_deserializing", "skip_serializing_if"];
        if let Some(word) = words::of(&field.attrs, "serde").iter().find(|word| word.is_one_of(LEFT_OUT)) {
            self.mistakes.at(
                word,
                format!(
                    "`{}` must not stand on the only element: serde writes it all the same\n\
                     help: give the element a name, or mark the field that holds the struct `#[serde(skip)]`",
                    word.name
                ),
            );
        }
    }

    /// A field that is written, and whose name is an unknown one when it is read.
    fn denied(&mut self, field: &Field, facts: &Facts) {
        if !self.denies || !self.both_ways || facts.skips_writing {
            return;
        }
        if let Some(word) = words::of(&field.attrs, "serde").iter().find(|word| word.is("skip_deserializing")) {
            self.mistakes.at(
                word,
                "`skip_deserializing` must not stand beside `deny_unknown_fields`: a token with the field could not be read back\n\
                 help: write `#[serde(skip)]`, or remove one of the two",
            );
        }
    }

    /// A field that may be missing from what is written must be readable without it.
    fn left_out(&mut self, field: &Field, facts: &Facts, defaults: bool) {
        let Some(word) = &facts.left_out else { return };
        // A missing element is `None` only by its `default`.
        let none = field.ident.is_some() && types::is_option(&field.ty) && !facts.reads_itself;
        if facts.skips_reading || none {
            return;
        }
        if facts.flatten {
            // Serde passes over the `default` of a flattened field.
            self.mistakes.at(
                word,
                format!(
                    "`{}` must stand on an `Option` where the field is flattened: a token without its claims could not be read back\n\
                     help: write `Option<{}>` and `skip_serializing_if = \"Option::is_none\"`, or remove it",
                    word.name,
                    field.ty.to_token_stream(),
                ),
            );
            return;
        }
        if facts.default || defaults {
            return;
        }
        self.mistakes.at(
            word,
            format!(
                "`{}` must stand beside `default`: a token without the claim could not be read back\n\
                 help: add `#[serde(default)]` to the field",
                word.name
            ),
        );
    }
}

pub(super) fn is_the_tags(name: &str, what: &str, word: &str) -> String {
    format!(
        "`{name}` must not stand for two things in the JSON: it is the name of the tag\n\
         help: give the {what} another name with `#[serde({word} = \"...\")]`, or the tag with `#[serde(tag = \"...\")]`"
    )
}

/// The number that the attribute gave to the field's proof.
fn carried_index(field: &Field) -> TokenStream {
    let claim = words::of(&field.attrs, "claim");
    let index = claim.into_iter().find(|word| word.is(CARRIED)).and_then(|word| match word.value {
        Value::Is(tokens) => Some(tokens),
        Value::None | Value::List(_) => None,
    });
    index.unwrap_or_default()
}

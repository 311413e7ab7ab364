//! What the hidden derive refuses: names that are reserved or taken, and words that would change a claim's shape.

use proc_macro2::TokenStream;
use quote::ToTokens;
use syn::ext::IdentExt;
use syn::{Data, DeriveInput, Field, Fields, FieldsUnnamed, Ident, Variant};

use super::Mode;
use super::parse::{CARRIED, Carried, DeriveTarget, Facts, has_named_fields};
use super::serde_name::{JsonName, Kind, Rules, json_names};
use super::serde_word;
use super::shape::{has_twin_fields, is_conditional};
use super::types;
use super::words::{self, Value, Word};
use crate::diag::Mistakes;
use crate::names::{PAYLOAD_FIELDS, RESERVED};

/// An item whose names are known; what was found wrong goes along as errors.
pub(crate) struct Named {
    pub(crate) mode: Mode,
    pub(crate) item: DeriveInput,
    pub(crate) carried: Carried,
    /// A struct that is an object with names of its own.
    pub(crate) object: Option<Object>,
    /// The objects that an enum's variants are.
    pub(crate) variants: Vec<Object>,
    /// The type as which a `transparent` struct is written.
    pub(crate) transparent: Option<syn::Type>,
    /// A word makes serde's derives write no impls.
    pub(crate) serde_gives_up: bool,
    pub(crate) errors: TokenStream,
}

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

pub(crate) fn check(target: DeriveTarget) -> Named {
    let DeriveTarget { mode, item, carried } = target;
    let mut mistakes = Mistakes::new();
    let container = Facts::of(&item.attrs);
    told(mode, &words::of(&item.attrs, "serde"), &mut mistakes);
    let (mut object, mut variants) = objects(mode, &item, &mut mistakes);
    for object in object.iter_mut().chain(&mut variants) {
        object.flattened.retain(|one| {
            let proven = !one.index.is_empty();
            if !proven && !carried.told {
                mistakes.at(
                    &one.ty,
                    "`flatten` must stand where the attribute can see it\nhelp: write `#[serde(flatten)]` without a condition",
                );
            }
            proven
        });
    }
    if carried.stub && !carried.told && mistakes.is_empty() && !has_twin_fields(&item) {
        // What stands in for the impls must never compile.
        mistakes
            .at(&item.ident, format!("`{}` must have the names that `#[{}]` has seen", item.ident, mode.attribute()));
    }
    let mut serde = Mistakes::new();
    let serde_gives_up = serde_word::check(&item, &mut serde);
    // Serde tells it itself.
    drop(serde.into_errors());
    Named {
        mode,
        transparent: container.transparent.then(|| only_field(&item.data)).flatten(),
        object,
        variants,
        serde_gives_up,
        item,
        carried,
        errors: mistakes.into_errors(),
    }
}

/// Whether the hidden derive will refuse a name for certain.
pub(crate) fn has_unfit_names(mode: Mode, item: &DeriveInput) -> bool {
    if !words::hidden(&item.attrs, "serde").is_empty() {
        return false;
    }
    let mut item = item.clone();
    match &mut item.data {
        Data::Struct(data) => keep_certain(&mut data.fields),
        Data::Enum(data) => {
            let variants = std::mem::take(&mut data.variants);
            data.variants = variants.into_iter().filter(|variant| !is_conditional(&variant.attrs)).collect();
            data.variants.iter_mut().for_each(|variant| keep_certain(&mut variant.fields));
        }
        Data::Union(_) => {}
    }
    let mut mistakes = Mistakes::new();
    _ = objects(mode, &item, &mut mistakes);
    let unfit = !mistakes.is_empty();
    drop(mistakes.into_errors());
    unfit
}

fn keep_certain(fields: &mut Fields) {
    let fields = match fields {
        Fields::Named(fields) => &mut fields.named,
        Fields::Unnamed(fields) => &mut fields.unnamed,
        Fields::Unit => return,
    };
    *fields = std::mem::take(fields).into_iter().filter(|field| !is_conditional(&field.attrs)).collect();
}

/// A struct that is an object with names of its own, and the objects of an enum's variants; notes all names that are taken
/// or reserved.
fn objects(mode: Mode, item: &DeriveInput, mistakes: &mut Mistakes) -> (Option<Object>, Vec<Object>) {
    let mut objects = Vec::new();
    let container = Facts::of(&item.attrs);
    let container_words = words::of(&item.attrs, "serde");
    let rules = Rules::among(&container_words, "rename_all");
    let itself = container.transparent || container.writes_itself || container.reads_itself;
    match &item.data {
        Data::Struct(data) if mode == Mode::Value || has_named_fields(item) => {
            let mut fields = Names::new(mode, mistakes);
            fields.taken.extend(container.tag.map(|tag| (tag.value(), Owner::Tag)));
            fields.both_ways = !itself;
            fields.all(&data.fields, rules, container.default);
            let object = matches!(data.fields, Fields::Named(_)) && !itself;
            return (object.then(|| fields.into_object()), objects);
        }
        Data::Enum(data) if mode == Mode::Value => {
            let content = container_words.iter().find(|word| word.is("content"));
            if let (Some(tag), Some(content)) = (&container.tag, content.and_then(Word::string))
                && tag.value() == content.value()
            {
                mistakes.at(&content, is_the_tags(&tag.value(), "content", "content"));
            }
            let inner = Rules::among(&container_words, "rename_all_fields");
            let mut variants = Names::new(mode, mistakes);
            variants.both_ways = !itself;
            for variant in &data.variants {
                let facts = Facts::of(&variant.attrs);
                if !facts.skipped() && !facts.untagged && !container.untagged {
                    variants.each(&variant.ident, Kind::Variant, &facts, rules);
                }
            }
            if let (Some(tag), None, false) = (&container.tag, content, container.writes_itself) {
                data.variants.iter().for_each(|variant| has_no_place_for(&tag.value(), variant, mistakes));
            }
            for variant in &data.variants {
                let facts = Facts::of(&variant.attrs);
                if facts.skipped() || facts.writes_itself && facts.reads_itself {
                    continue;
                }
                let own = Rules::among(&words::of(&variant.attrs, "serde"), "rename_all");
                let mut fields = Names::new(mode, mistakes);
                let as_derived = !facts.writes_itself && !facts.reads_itself;
                fields.both_ways = !itself && as_derived && !facts.skips_writing && !facts.skips_reading;
                let tag = container.tag.as_ref().filter(|_| content.is_none() && !facts.untagged);
                fields.taken.extend(tag.map(|tag| (tag.value(), Owner::Tag)));
                fields.all(&variant.fields, own.or(inner), false);
                objects.push(fields.into_object());
            }
        }
        Data::Struct(_) | Data::Enum(_) | Data::Union(_) => {}
    }
    (None, objects)
}

/// Why a word must not stand on the container, with the mend; `None` if it may.
pub(crate) fn refused_container_word(mode: Mode, word: &Word) -> Option<(&'static str, &'static str)> {
    let name = word.name.to_string();
    match (mode, name.as_str()) {
        (_, "remote") => {
            Some(("it derives for another type", "remove it, and mark fields of that type `#[claim(unchecked)]`"))
        }
        (_, "field_identifier" | "variant_identifier") => {
            Some(("it makes a helper for reading, which can't be written", "remove it"))
        }
        (Mode::Claims, "transparent") => Some((
            "claims are an object beside the registered ones",
            "remove it: the names of the fields are the names of the claims",
        )),
        (Mode::Claims, "tag" | "content" | "untagged") => {
            Some(("it adds or hides a name in the JSON", "remove it; a `#[claim_value]` enum in a field may be tagged"))
        }
        (Mode::Claims, "into" | "from" | "try_from") => Some((
            "the names of another type can't be checked",
            "put `#[jwt_claims]` on that type, and convert where the payload is used",
        )),
        (Mode::Claims, "deny_unknown_fields") => Some((
            "a token also carries registered claims, and tokens of other services carry more",
            "remove it: claims that are not asked for are passed over",
        )),
        _ => None,
    }
}

/// Notes every word that must not stand on the container; `content` belongs to its `tag`.
pub(crate) fn told(mode: Mode, container_words: &[Word], mistakes: &mut Mistakes) {
    let tagged = container_words.iter().any(|word| word.is("tag"));
    for word in container_words {
        if let Some((why, mend)) = refused_container_word(mode, word)
            && !(tagged && word.is("content"))
        {
            mistakes
                .at(word, format!("`{}` must not stand on `#[{}]`: {why}\nhelp: {mend}", word.name, mode.attribute()));
        }
    }
}

/// Whose a name is.
enum Owner {
    Tag,
    Field(String),
}

/// The names of one object, as they are found.
struct Names<'a> {
    mode: Mode,
    mistakes: &'a mut Mistakes,
    /// The name in the JSON, and whose it is.
    taken: Vec<(String, Owner)>,
    flattened: Vec<Flattened>,
    /// Whether serde's derives write them and read them back.
    both_ways: bool,
}

impl<'a> Names<'a> {
    fn new(mode: Mode, mistakes: &'a mut Mistakes) -> Self {
        Self { mode, mistakes, taken: Vec::new(), flattened: Vec::new(), both_ways: true }
    }

    fn into_object(self) -> Object {
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

    fn all(&mut self, fields: &Fields, rules: Rules, defaults: bool) {
        for field in fields {
            let facts = Facts::of(&field.attrs);
            if facts.skipped() {
                // It has no name in the JSON, but the payload would hide it all the same.
                field.ident.iter().for_each(|ident| _ = self.shadowed(ident));
                continue;
            }
            let Some(ident) = &field.ident else {
                self.moved_up(field);
                continue;
            };
            self.left_out(field, &facts, defaults);
            if facts.flatten {
                self.shadowed(ident);
                self.flattened.push(Flattened { index: carried_index(field), ty: field.ty.clone() });
            } else {
                self.each(ident, Kind::Field, &facts, rules);
            }
        }
    }

    /// Checks each name of one field or variant.
    fn each(&mut self, ident: &Ident, kind: Kind, facts: &Facts, rules: Rules) {
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
            self.mistakes.at(
                &name.at,
                format!(
                    "`{0}` must be read as it is written: a token with it could not be read back\n\
                     help: add `#[serde(alias = \"{0}\")]`",
                    name.text
                ),
            );
        }
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

    /// A field that may be missing from what is written must be readable without it.
    fn left_out(&mut self, field: &Field, facts: &Facts, defaults: bool) {
        let Some(word) = &facts.left_out else { return };
        let none = types::is_option(&field.ty) && !facts.reads_itself;
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

fn is_the_tags(name: &str, what: &str, word: &str) -> String {
    format!(
        "`{name}` must not stand for two things in the JSON: it is the name of the tag\n\
         help: give the {what} another name with `#[serde({word} = \"...\")]`, or the tag with `#[serde(tag = \"...\")]`"
    )
}

/// Serde writes a tag without `content` among the members of what the variant holds.
fn has_no_place_for(tag: &str, variant: &Variant, mistakes: &mut Mistakes) {
    let facts = Facts::of(&variant.attrs);
    let Fields::Unnamed(FieldsUnnamed { unnamed, .. }) = &variant.fields else { return };
    let (Some(field), 1) = (unnamed.first(), unnamed.len()) else { return };
    let held = Facts::of(&field.attrs);
    let elsewhere = facts.skips_writing || facts.writes_itself || facts.untagged;
    if !elsewhere && !held.skips_writing && !held.writes_itself && types::is_no_object(&field.ty) {
        mistakes.at(
            &field.ty,
            format!(
                "variant `{}` must hold an object: the tag `{tag}` stands among its members\n\
                 help: add `content = \"...\"` to `tag = \"{tag}\"`, or give the field a name",
                variant.ident,
            ),
        );
    }
}

/// The type of the field that a `transparent` struct is written as, if serde has to find only that one.
fn only_field(data: &Data) -> Option<syn::Type> {
    let Data::Struct(data) = data else { return None };
    let mut fields = data.fields.iter().filter(|field| !Facts::of(&field.attrs).skipped());
    let first = fields.next()?;
    let facts = Facts::of(&first.attrs);
    let plain = !facts.writes_itself && !facts.reads_itself && fields.next().is_none();
    plain.then(|| first.ty.clone())
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

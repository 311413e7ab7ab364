//! What the hidden derive refuses: names that are reserved or taken, and words that would change a claim's shape. `object.rs` judges the
//! names of one object.

use proc_macro2::TokenStream;
use syn::{Data, DeriveInput, Fields, FieldsUnnamed, Variant};

use super::Mode;
use super::object::{Names, Object, Owner, is_the_tags};
use super::parse::{Carried, DeriveTarget, Facts, has_named_fields};
use super::serde_name::{Kind, Rules};
use super::serde_word;
use super::shape::{has_twin_fields, is_conditional};
use super::types;
use super::untagged;
use super::words::{self, Word};
use crate::diag::Mistakes;

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

pub(crate) fn check(target: DeriveTarget) -> Named {
    let DeriveTarget { mode, item, carried } = target;
    let mut mistakes = Mistakes::new();
    let container = Facts::of(&item.attrs);
    told(mode, &words::of(&item.attrs, "serde"), &mut mistakes);
    let (mut object, mut variants) = objects(mode, &item, &mut mistakes);
    untagged::check(mode, &item, |_| true, &mut mistakes);
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
    let mut mistakes = Mistakes::new();
    // Of a variant that loses a part, others would seem to be alike.
    let is_certain = |variant: &Variant| {
        !is_conditional(&variant.attrs) && !variant.fields.iter().any(|field| is_conditional(&field.attrs))
    };
    untagged::check(mode, item, is_certain, &mut mistakes);
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
    let denies = container.denies && mode == Mode::Value;
    match &item.data {
        Data::Struct(data) if mode == Mode::Value || has_named_fields(item) => {
            if denies && !itself && container.tag.is_some() {
                denies_its_tag(&container_words, mistakes);
            }
            let mut fields = Names::new(mode, mistakes);
            fields.taken.extend(container.tag.map(|tag| (tag.value(), Owner::Tag)));
            fields.both_ways = !itself;
            fields.denies = denies;
            match &data.fields {
                Fields::Unnamed(elements) if !itself && elements.unnamed.len() == 1 => {
                    elements.unnamed.iter().for_each(|only| fields.written_all_the_same(only));
                }
                all => fields.all(all, rules, container.default),
            }
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
                if !itself && facts.skips_reading && !facts.skips_writing {
                    never_read(variant, variants.mistakes);
                } else if !facts.skipped() && !facts.untagged && !container.untagged {
                    variants.each(&variant.ident, Kind::Variant, &facts, rules);
                }
            }
            if let (Some(tag), None, false) = (&container.tag, content, container.writes_itself) {
                data.variants.iter().for_each(|variant| has_no_place_for(&tag.value(), variant, mistakes));
            }
            let mut inner_told = false;
            for variant in &data.variants {
                let facts = Facts::of(&variant.attrs);
                if facts.skipped() || facts.writes_itself && facts.reads_itself {
                    continue;
                }
                let variant_words = words::of(&variant.attrs, "serde");
                let own = Rules::among(&variant_words, "rename_all");
                let mut fields = Names::new(mode, mistakes);
                let as_derived = !facts.writes_itself && !facts.reads_itself;
                fields.both_ways = !itself && as_derived && !facts.skips_writing && !facts.skips_reading;
                fields.denies = denies;
                let tag = container.tag.as_ref().filter(|_| content.is_none() && !facts.untagged);
                fields.taken.extend(tag.map(|tag| (tag.value(), Owner::Tag)));
                fields.rule_told = inner_told && own.word.is_none();
                fields.all(&variant.fields, own.or(inner), false);
                inner_told |= fields.rule_told && own.word.is_none();
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

/// Serde writes the tag of a struct beside its fields, and reads it as a field that nobody knows.
fn denies_its_tag(container_words: &[Word], mistakes: &mut Mistakes) {
    if let Some(word) = container_words.iter().find(|word| word.is("deny_unknown_fields")) {
        mistakes.at(
            word,
            "`deny_unknown_fields` must not stand beside `tag` on a struct: serde refuses the tag that it writes\n\
             help: remove one of the two",
        );
    }
}

/// A variant that serde writes and never reads.
fn never_read(variant: &Variant, mistakes: &mut Mistakes) {
    let variant_words = words::of(&variant.attrs, "serde");
    if let Some(word) = variant_words.iter().find(|word| word.is("skip_deserializing")) {
        mistakes.at(
            word,
            "`skip_deserializing` must not stand on a variant that is written: a token with it could not be read back\n\
             help: write `#[serde(skip)]`, with which `sign` refuses it, or remove it",
        );
    }
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

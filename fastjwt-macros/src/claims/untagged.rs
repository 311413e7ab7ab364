//! Variants without a tag: serde reads them as the first variant that fits, which must be none but their own.

use quote::ToTokens;
use syn::{Data, DeriveInput, Fields, Ident, Type, Variant};

use super::Mode;
use super::parse::Facts;
use super::serde_name::{Kind, Rules, json_names};
use super::types;
use super::words;
use crate::diag::Mistakes;

/// What a variant is written as, as far as its text tells, and so which other ones its reader takes.
enum Shape {
    /// A unit.
    Null,
    One(String),
    List(Vec<String>),
    Object(Vec<Member>),
}

struct Member {
    written: String,
    read: Vec<String>,
    ty: String,
    /// Whether it is read where it is missing.
    is_optional: bool,
}

/// How one variant comes to read all that another one writes.
enum Likeness {
    /// Both are this.
    Same(&'static str),
    /// The one does this.
    Wider(String),
}

/// Notes each variant that is always read as an earlier one, of those that are here for certain.
pub(super) fn check(mode: Mode, item: &DeriveInput, is_certain: impl Fn(&Variant) -> bool, mistakes: &mut Mistakes) {
    let container = Facts::of(&item.attrs);
    let itself = container.transparent || container.writes_itself || container.reads_itself;
    let Data::Enum(data) = &item.data else { return };
    if mode != Mode::Value || itself {
        return;
    }
    let container_words = words::of(&item.attrs, "serde");
    let (denies, inner) = (container.denies, Rules::among(&container_words, "rename_all_fields"));
    let mut seen: Vec<(Shape, &Ident)> = Vec::new();
    for variant in data.variants.iter().filter(|variant| is_certain(variant)) {
        let facts = Facts::of(&variant.attrs);
        let has_no_tag = container.untagged || facts.untagged;
        let Some(shape) = Shape::of(variant, inner).filter(|_| facts.is_plain() && has_no_tag) else {
            continue;
        };
        let name = &variant.ident;
        let found = seen.iter().find_map(|(earlier, first)| Some((earlier.reads(&shape, denies)?, earlier, first)));
        match found {
            None => seen.push((shape, name)),
            Some((Likeness::Same(what), _, first)) => mistakes.at(
                name,
                format!(
                    "variant `{name}` must be told apart from `{first}`: both {what}, and are read as `{first}`\n\
                     help: remove one of them, or give the enum a `tag` instead of `untagged`"
                ),
            ),
            // The other way round, the first one would be read as this one.
            Some((Likeness::Wider(why), earlier, first)) if shape.reads(earlier, denies).is_some() => mistakes.at(
                name,
                format!(
                    "variant `{name}` must be told apart from `{first}`, which {why}: it is read as `{first}`\n\
                     help: give the enum a `tag` instead of `untagged`"
                ),
            ),
            Some((Likeness::Wider(why), _, first)) => mistakes.at(
                name,
                format!(
                    "variant `{name}` must stand before `{first}`, which {why}: it is read as `{first}`\n\
                     help: put it there, or give the enum a `tag` instead of `untagged`"
                ),
            ),
        }
    }
}

impl Shape {
    fn of(variant: &Variant, inner: Rules<'_>) -> Option<Self> {
        let all_plain = |fields: &Fields| {
            fields.iter().all(|field| {
                let facts = Facts::of(&field.attrs);
                facts.is_plain() && facts.left_out.is_none() && !facts.flatten
            })
        };
        let text = |ty: &Type| ty.to_token_stream().to_string();
        match &variant.fields {
            Fields::Unit => Some(Self::Null),
            Fields::Unnamed(fields) if fields.unnamed.len() == 1 => {
                let field = fields.unnamed.first().filter(|field| Facts::of(&field.attrs).is_plain())?;
                Some(Self::One(text(&field.ty)))
            }
            Fields::Unnamed(elements) => all_plain(&variant.fields)
                .then(|| Self::List(elements.unnamed.iter().map(|element| text(&element.ty)).collect())),
            Fields::Named(fields) => {
                let own = words::of(&variant.attrs, "serde");
                let rules = Rules::among(&own, "rename_all").or(inner);
                let member = |field: &syn::Field| {
                    let facts = Facts::of(&field.attrs);
                    let mut names = json_names(field.ident.as_ref()?, Kind::Field, &facts, rules).into_iter();
                    let written = names.next()?;
                    let also_read = names.map(|name| name.text);
                    let read = (!written.one_way).then(|| written.text.clone()).into_iter().chain(also_read).collect();
                    let is_optional = facts.default || types::is_option(&field.ty);
                    Some(Member { written: written.text, read, ty: text(&field.ty), is_optional })
                };
                let members =
                    fields.named.iter().map(member).collect::<Option<_>>().filter(|_| all_plain(&variant.fields));
                members.map(Self::Object)
            }
        }
    }

    /// Whether this reads whatever the other one writes. With `denies` it takes no member that it does not know.
    fn reads(&self, other: &Self, denies: bool) -> Option<Likeness> {
        match (self, other) {
            (Self::Null, Self::Null) => Some(Likeness::Same("are written as `null`")),
            (Self::One(own), Self::One(other)) if own == other => Some(Likeness::Same("hold the same type")),
            (Self::One(own), Self::One(other)) => {
                types::is_within(other, own).then(|| Likeness::Wider(format!("reads every `{other}` as its `{own}`")))
            }
            (Self::List(own), Self::List(other)) if own == other => Some(Likeness::Same("hold the same types")),
            (Self::List(own), Self::List(other)) => {
                let is_read = own.len() == other.len() && own.iter().zip(other).all(|(own, other)| takes(own, other));
                is_read.then(|| Likeness::Wider("reads all of its elements".to_owned()))
            }
            (Self::Object(own), Self::Object(other)) => {
                let is_read = |member: &Member| {
                    let mut found = other.iter().filter(|other| member.read.contains(&other.written));
                    match (found.next(), found.next()) {
                        (None, _) => member.is_optional,
                        (Some(one), None) => takes(&member.ty, &one.ty),
                        // Serde refuses two names of one field.
                        (Some(_), Some(_)) => false,
                    }
                };
                let is_known = |other: &Member| own.iter().any(|member| member.read.contains(&other.written));
                let all_known = other.iter().all(is_known);
                if !own.iter().all(is_read) || (denies && !all_known) {
                    return None;
                }
                let is_alike = |member: &Member| {
                    other.iter().any(|other| other.ty == member.ty && member.read.contains(&other.written))
                };
                let is_same = all_known && own.len() == other.len();
                Some(if is_same && own.iter().all(is_alike) {
                    Likeness::Same("have the same fields")
                } else if is_same {
                    Likeness::Wider("reads all of its fields".to_owned())
                } else if all_known {
                    Likeness::Wider("has fields that may be missing".to_owned())
                } else {
                    Likeness::Wider("passes over fields that it does not know".to_owned())
                })
            }
            _ => None,
        }
    }
}

/// Whether the reader of one type takes all that another one writes, both by their text.
fn takes(own: &str, other: &str) -> bool {
    own == other || types::is_within(other, own)
}

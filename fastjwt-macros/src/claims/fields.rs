//! What the attribute refuses on a field, and what it will put on it.

use proc_macro2::TokenStream;
use quote::ToTokens;
use syn::{Field, Fields, Ident, Type};

use super::Mode;
use super::parse::{CARRIED, Facts};
use super::types::{self, Refused};
use super::words::{self, Word};
use crate::diag::Mistakes;

/// What is proven of a field, and what is put on it.
#[derive(Clone, Copy, Default)]
#[expect(clippy::struct_excessive_bools, reason = "each is one attribute or item more in the expansion")]
pub(crate) struct Plan {
    pub(crate) proof: Proof,
    pub(crate) shims_writing: bool,
    pub(crate) shims_reading: bool,
    /// Serde would read the missing `Option` as `None`, but for the shim.
    pub(crate) adds_default: bool,
    /// The type must not turn out to be an `Option` under another name.
    pub(crate) denies_option: bool,
    /// The type must not turn out to be no `Option` for all its name.
    pub(crate) demands_option: bool,
}

#[derive(Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum Proof {
    /// The user answers for the field.
    #[default]
    Waived,
    /// The type is a JSON value.
    Value,
    /// The type is flattened, and knows its names.
    Names,
}

#[expect(clippy::struct_excessive_bools, reason = "each is a fact of the item's")]
pub(crate) struct FieldCheck {
    pub(crate) mode: Mode,
    /// The name of a struct.
    pub(crate) own: Option<Ident>,
    /// It has parameters of any kind, and type parameters among them.
    pub(crate) parameters: bool,
    pub(crate) generic: bool,
    pub(crate) lifetimes: bool,
    /// The item is of the wrong kind, so that its fields are not looked at.
    pub(crate) hopeless: bool,
    /// Set by a mistake after which serde's derives would only add errors.
    pub(crate) stub: bool,
    pub(crate) mistakes: Mistakes,
}

impl FieldCheck {
    /// `around` is what the container or the variant says.
    pub(crate) fn all(&mut self, fields: &mut Fields, around: &Facts, plans: &mut Vec<Plan>) {
        for (position, field) in fields.iter_mut().enumerate() {
            let name = field.ident.as_ref().map_or_else(|| position.to_string(), ToString::to_string);
            plans.push(self.one(field, &name, around));
        }
    }

    fn one(&mut self, field: &mut Field, name: &str, around: &Facts) -> Plan {
        let Some(unchecked) = self.unchecked(field) else { return Plan::default() };
        let mut facts = Facts::of(&field.attrs);
        facts.skips_writing |= around.skips_writing;
        facts.skips_reading |= around.skips_reading;
        let writes = !facts.skips_writing && !facts.writes_itself && !around.writes_itself;
        let reads = !facts.skips_reading && !facts.reads_itself && !around.reads_itself;
        let is_claim = !facts.skipped() && (facts.flatten || writes || reads);
        let refused = self.refuses_flatten(field, name, &facts) | self.refuses_type(field, name, is_claim);
        if refused || !is_claim || self.hopeless || (unchecked && !facts.flatten) {
            return Plan::default();
        }
        let proof = if facts.flatten { Proof::Names } else { Proof::Value };
        let shim = facts.flatten || !types::is_plain(&field.ty);
        let named = field.ident.is_some();
        // Whether serde reads the missing claim depends on whether its type is an `Option`.
        let by_type = reads && named && !facts.flatten && !facts.default && !around.default;
        let option = by_type && types::is_option(&field.ty);
        let left_out = facts.left_out.is_some();
        let plan = Plan {
            proof,
            shims_writing: shim && writes,
            shims_reading: shim && reads,
            adds_default: shim && option,
            denies_option: shim && by_type && !self.parameters && !left_out && types::may_hide_option(&field.ty),
            demands_option: option && !self.parameters && (shim || left_out),
        };
        if shim && self.clashes(field, name, &facts, plan) {
            return Plan::default();
        }
        plan
    }

    /// Whether the proof is waived; `None` if `#[claim(..)]` says something that it can't.
    fn unchecked(&mut self, field: &mut Field) -> Option<bool> {
        let before = self.stub;
        self.stub = false;
        let mut unchecked = false;
        for attr in field.attrs.iter().filter(|attr| attr.path().is_ident("claim")) {
            let parts = words::parts(words::inside(attr, "claim").unwrap_or_default());
            if parts.is_empty() {
                self.refuse(
                    attr.path(),
                    "`#[claim(..)]` must say in its parentheses what it does\nhelp: write `#[claim(unchecked)]`, or remove it"
                        .into(),
                );
            }
            for part in parts {
                match part {
                    Ok(word) if word.is("unchecked") && word.is_bare() => unchecked = true,
                    Ok(word) => self.refuse(&word, unknown_word(&word.to_token_stream())),
                    Err(tokens) => self.refuse(&tokens, unknown_word(&tokens)),
                }
            }
        }
        field.attrs.retain(|attr| !attr.path().is_ident("claim"));
        for word in words::hidden(&field.attrs, "claim") {
            self.refuse(
                &word,
                format!(
                    "`{}` must not stand in `cfg_attr`, where the attribute can't see it\n\
                     help: write `#[claim(unchecked)]` without a condition",
                    word.name
                ),
            );
        }
        let well = !self.stub;
        self.stub |= before;
        well.then_some(unchecked)
    }

    /// A flattened field whose names can't be told.
    fn refuses_flatten(&mut self, field: &Field, name: &str, facts: &Facts) -> bool {
        if self.hopeless || facts.skipped() {
            return false;
        }
        if let Some(word) = words::hidden(&field.attrs, "serde").into_iter().find(|word| word.is("flatten")) {
            self.refuse(&word, conditional(&word, name));
            return true;
        }
        if !facts.flatten {
            return false;
        }
        let beside = words::of(&field.attrs, "serde")
            .into_iter()
            .find(|word| word.is_one_of(&["with", "serialize_with", "deserialize_with"]));
        if let Some(word) = beside {
            self.refuse(
                &word,
                format!(
                    "`{0}` must not stand beside `flatten`: the names that it writes or reads can't be known\n\
                     help: remove `{0}`, or give the claim a name of its own by removing `flatten`",
                    word.name
                ),
            );
            return true;
        }
        let Some(own) = &self.own else {
            // The names of a variant are checked beside the item, where its parameters are not known.
            if self.parameters {
                self.refuse(
                    &field.ty,
                    format!(
                        "field `{name}` must not be flattened in an enum with parameters: its names can't be checked\n\
                         help: remove `flatten`, or the parameters"
                    ),
                );
            }
            return self.parameters;
        };
        let itself = types::is_itself(&field.ty, own);
        if itself {
            self.refuse(
                &field.ty,
                format!(
                    "field `{name}` must not be flattened into its own type: the names would never end\n\
                     help: give the claim a name of its own by removing `flatten`"
                ),
            );
        }
        itself
    }

    fn refuses_type(&mut self, field: &mut Field, name: &str, is_claim: bool) -> bool {
        // What is no claim may borrow and point, but its type must stand in a struct that is read.
        let refused = types::refused(&field.ty).filter(|refused| is_claim || refused.is_of_no_field());
        let Some(refused) = refused else { return false };
        let stand_in = types::stand_in(&field.ty, &refused);
        let (at, message) = match &refused {
            Refused::Borrow(reference) => {
                let elem = reference.elem.to_token_stream().to_string();
                let owned = if elem == "str" { "String" } else { "an owned type such as `String` or `Vec<T>`" };
                let owned = if elem == "str" { format!("`{owned}`") } else { owned.to_owned() };
                let message = format!(
                    "field `{name}` must not borrow: the text of a token is gone before its payload is used\n\
                     help: write {owned} instead"
                );
                (reference.to_token_stream(), message)
            }
            Refused::Pointer(pointer) => {
                let message = format!(
                    "field `{name}` must be a JSON value: a raw pointer means nothing to who reads the token\n\
                     help: hold the value itself, or mark the field `#[serde(skip)]`"
                );
                (pointer.to_token_stream(), message)
            }
            Refused::Object(object) => {
                let message = format!(
                    "field `{name}` must be a JSON value: a trait object can't be read back from a token\n\
                     help: hold a type that is known, or `serde_json::Value`"
                );
                (object.to_token_stream(), message)
            }
            Refused::Slice(slice) => {
                let elem = slice.elem.to_token_stream();
                let message = format!(
                    "field `{name}` must have a size: a slice has none of its own\n\
                     help: write `Vec<{elem}>` instead"
                );
                (slice.to_token_stream(), message)
            }
            Refused::Str(text) => {
                let message = format!(
                    "field `{name}` must have a size: `str` has none of its own\n\
                     help: write `String` instead"
                );
                (text.to_token_stream(), message)
            }
            Refused::Unnamed(part) => {
                let message = format!(
                    "field `{name}` must have a type that is written out: `{}` stands for one that is not known\n\
                     help: write the type itself",
                    part.to_token_stream()
                );
                (part.to_token_stream(), message)
            }
            Refused::Never(never) => {
                let message = format!(
                    "field `{name}` must be a JSON value: `!` has none\n\
                     help: remove the field"
                );
                (never.to_token_stream(), message)
            }
        };
        // With a lifetime of the struct's, the lifetime is the mistake.
        if self.lifetimes && matches!(refused, Refused::Borrow(_)) {
            return true;
        }
        self.refuse(&at, message);
        field.ty = Type::Verbatim(stand_in);
        true
    }

    /// What would meet the shim as a second attribute of one kind.
    fn clashes(&mut self, field: &Field, name: &str, facts: &Facts, plan: Plan) -> bool {
        const TAKEN: &[&str] =
            &["with", "serialize_with", "deserialize_with", "skip", "skip_serializing", "skip_deserializing"];
        let mut found = false;
        for word in words::hidden(&field.attrs, "serde") {
            if word.is_one_of(TAKEN) || (word.is("default") && plan.adds_default) || (word.is("bound") && self.generic)
            {
                found = true;
                self.refuse(&word, conditional(&word, name));
            }
        }
        if let Some(word) = facts.bound.as_ref().filter(|_| self.generic && (plan.shims_writing || plan.shims_reading))
        {
            found = true;
            self.refuse(
                word,
                format!(
                    "`bound` must not stand on field `{name}`: `#[{}]` asks of each type parameter that it is a claim value\n\
                     help: remove it, or put `#[serde(bound = \"..\")]` on the struct",
                    self.mode.attribute()
                ),
            );
        }
        found
    }

    /// Notes a mistake after which serde's derives would only add errors.
    fn refuse(&mut self, at: &impl ToTokens, message: String) {
        self.stub = true;
        self.mistakes.at(at, message);
    }
}

fn conditional(word: &Word, field: &str) -> String {
    format!(
        "`{}` must not stand in `cfg_attr` on field `{field}`, whose type is checked\n\
         help: write it without a condition, or put the condition on the whole field with `#[cfg(..)]`",
        word.name
    )
}

fn unknown_word(tokens: &TokenStream) -> String {
    if tokens.to_string().starts_with(CARRIED) {
        return format!("`{CARRIED}` must not be written by hand\nhelp: the only word is `unchecked`");
    }
    format!("`{tokens}` must not stand in `#[claim(..)]`\nhelp: the only word is `unchecked`")
}

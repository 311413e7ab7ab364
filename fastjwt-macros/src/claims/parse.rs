//! Reads the item and its attributes into what the checks work on; refuses nothing that can be read.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, quote};
use syn::parse::Parser;
use syn::{Attribute, Data, DeriveInput, LitStr, Path, WherePredicate};

use super::Mode;
use super::serde_name::both_ways;
use super::words::{self, Value, Word};
use crate::diag::Mistakes;

/// The word in `#[claim(..)]` by which the attribute talks to the hidden derive.
pub(crate) const CARRIED: &str = "__fastjwt";

/// What the attribute was given.
pub(crate) struct AttributeInput {
    pub(crate) mode: Mode,
    /// The user's path to fastjwt.
    pub(crate) krate: TokenStream,
    pub(crate) item: DeriveInput,
    pub(crate) mistakes: Mistakes,
}

/// What the hidden derive was given; `cfg_attr` and `cfg` are resolved here.
pub(crate) struct DeriveTarget {
    pub(crate) mode: Mode,
    pub(crate) item: DeriveInput,
    pub(crate) carried: Carried,
}

/// What the attribute tells the hidden derive.
pub(crate) struct Carried {
    pub(crate) krate: TokenStream,
    /// The item does not stand: report what is wrong with the names, and implement nothing.
    pub(crate) stub: bool,
    /// What is asked of the type parameters that stand for claims.
    pub(crate) bounds: Vec<WherePredicate>,
}

impl ToTokens for Carried {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        let (krate, bounds, carried) = (&self.krate, &self.bounds, Ident::new(CARRIED, Span::call_site()));
        let stub = self.stub.then(|| quote!(stub,));
        tokens.extend(quote!(#[claim(#carried(krate(#krate), #stub bounds(#(#bounds),*)))]));
    }
}

/// What the attributes of a field, a variant or a container say, as far as it matters here.
#[derive(Default, Clone)]
#[expect(clippy::struct_excessive_bools, reason = "each stands for a word of serde's, and any of them may go together")]
pub(crate) struct Facts {
    pub(crate) written_as: Option<LitStr>,
    pub(crate) read_as: Option<LitStr>,
    pub(crate) aliases: Vec<LitStr>,
    pub(crate) skips_writing: bool,
    pub(crate) skips_reading: bool,
    /// The word by which the field may be left out when it is written.
    pub(crate) left_out: Option<Word>,
    pub(crate) default: bool,
    pub(crate) flatten: bool,
    pub(crate) transparent: bool,
    pub(crate) untagged: bool,
    pub(crate) tag: Option<LitStr>,
    pub(crate) bound: Option<Word>,
    /// Writing, or reading, is done by something of the user's.
    pub(crate) writes_itself: bool,
    pub(crate) reads_itself: bool,
}

impl Facts {
    pub(crate) fn of(attrs: &[Attribute]) -> Self {
        let mut facts = Self::default();
        for word in words::of(attrs, "serde") {
            facts.note(word);
        }
        facts
    }

    /// Both directions are skipped: the field is no claim.
    pub(crate) fn skipped(&self) -> bool {
        self.skips_writing && self.skips_reading
    }

    fn note(&mut self, word: Word) {
        match word.name.to_string().as_str() {
            "rename" => {
                let (write, read) = both_ways(&word);
                self.written_as = write.or(self.written_as.take());
                self.read_as = read.or(self.read_as.take());
            }
            "alias" => self.aliases.extend(word.string()),
            "skip" => (self.skips_writing, self.skips_reading) = (true, true),
            "skip_serializing" => {
                self.skips_writing = true;
                self.left_out = Some(word);
            }
            "skip_serializing_if" => self.left_out = Some(word),
            "skip_deserializing" => self.skips_reading = true,
            "default" => self.default = true,
            "flatten" => self.flatten = true,
            "transparent" => self.transparent = true,
            "untagged" => self.untagged = true,
            "tag" => self.tag = word.string(),
            "bound" => self.bound = Some(word),
            "with" => (self.writes_itself, self.reads_itself) = (true, true),
            "serialize_with" => self.writes_itself |= !is_shim(&word),
            "deserialize_with" => self.reads_itself |= !is_shim(&word),
            "into" => self.writes_itself = true,
            "from" | "try_from" => self.reads_itself = true,
            _ => {}
        }
    }
}

/// Reads the arguments and the item; an item that is no type comes back as it was, with the error.
pub(crate) fn attribute(mode: Mode, args: TokenStream, item: &TokenStream) -> Result<AttributeInput, TokenStream> {
    let parsed: DeriveInput = syn::parse2(item.clone()).map_err(|_| {
        let mut mistakes = Mistakes::new();
        mistakes.at(item, belongs(mode));
        let errors = mistakes.into_errors();
        quote!(#item #errors)
    })?;
    let mut mistakes = Mistakes::new();
    let mut krate = quote!(::fastjwt);
    for part in words::parts(args) {
        match part {
            Ok(Word { name, value: Value::Is(tokens), .. }) if name == "crate" => {
                match Path::parse_mod_style.parse2(tokens.clone()) {
                    Ok(path) => krate = path.to_token_stream(),
                    Err(_) => mistakes.at(
                        name.into_token_stream().into_iter().chain(tokens).collect::<TokenStream>(),
                        "`crate` must be the path to fastjwt\nhelp: write it without quotes: `crate = some::path`",
                    ),
                }
            }
            Ok(word) => mistakes.at(&word, unknown_argument(mode, &word.name.to_string())),
            Err(tokens) => mistakes.at(&tokens, unknown_argument(mode, &tokens.to_string())),
        }
    }
    Ok(AttributeInput { mode, krate, item: parsed, mistakes })
}

/// Reads what the attribute emitted; the derive is hidden, so anything else is no business of users.
pub(crate) fn derive(mode: Mode, item: TokenStream) -> Result<DeriveTarget, TokenStream> {
    let item: DeriveInput = syn::parse2(item).map_err(|error| error.to_compile_error())?;
    let carried = words::of(&item.attrs, "claim");
    let Some(carried) = carried.iter().find(|word| word.is(CARRIED)) else {
        let message = format!(
            "the derive behind `#[{0}]` must not be used by itself\nhelp: put `#[{0}]` on the item instead",
            mode.attribute()
        );
        return Err(syn::Error::new(item.ident.span(), message).to_compile_error());
    };
    let inside = |name: &str| {
        let word = carried.list().iter().find(|word| word.is(name));
        word.map(Word::inner).unwrap_or_default()
    };
    let carried = Carried {
        krate: inside("krate"),
        stub: carried.list().iter().any(|word| word.is("stub")),
        bounds: words::split(inside("bounds")).into_iter().filter_map(|bound| syn::parse2(bound).ok()).collect(),
    };
    Ok(DeriveTarget { mode, item, carried })
}

/// Where the attribute may stand.
pub(crate) fn belongs(mode: Mode) -> String {
    match mode {
        Mode::Claims => "`#[jwt_claims]` belongs on a struct with named fields\n\
             help: `struct Profile { name: String }`; put `#[claim_value]` on the types that its fields hold"
            .to_owned(),
        Mode::Value => "`#[claim_value]` belongs on a struct with fields or on an enum\n\
             help: `struct Address { city: String }`, `struct Id(u64)` or `enum Role { Admin, User }`"
            .to_owned(),
    }
}

/// Whether the item is of the only kind that `#[jwt_claims]` accepts.
pub(crate) fn has_named_fields(item: &DeriveInput) -> bool {
    matches!(&item.data, Data::Struct(data) if matches!(data.fields, syn::Fields::Named(_)))
}

fn unknown_argument(mode: Mode, name: &str) -> String {
    format!(
        "`{name}` must not be an argument of `#[{}]`\nhelp: the only argument is `crate = some::path`",
        mode.attribute()
    )
}

/// Whether the path was written by the attribute, and not by the user.
fn is_shim(word: &Word) -> bool {
    word.string().is_some_and(|path| path.value().contains("::<__Fastjwt"))
}

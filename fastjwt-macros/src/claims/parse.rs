//! Reads the item and its attributes into what the checks work on; refuses nothing that can be read.

use proc_macro2::{Ident, Span, TokenStream, TokenTree};
use quote::{ToTokens, quote};
use syn::parse::Parser;
use syn::{Attribute, Data, DeriveInput, LitStr, Path, WherePredicate, parse_quote};

use super::Mode;
use super::serde_name::both_ways;
use super::words::{self, Value, Word};
use crate::diag::Mistakes;
use crate::names::RESERVED;

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

/// An item that is no type, or only half of one; rustc is left to say what it makes of it.
pub(crate) struct Unreadable {
    pub(crate) mode: Mode,
    pub(crate) krate: TokenStream,
    pub(crate) item: TokenStream,
    /// A type of the item's name, whose impls the item may have.
    pub(crate) stand_in: Option<Box<DeriveInput>>,
    pub(crate) errors: TokenStream,
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
    /// The attribute has said why.
    pub(crate) told: bool,
    /// What is asked of the type parameters that stand for claims.
    pub(crate) bounds: Vec<WherePredicate>,
}

impl ToTokens for Carried {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        let (krate, bounds, carried) = (&self.krate, &self.bounds, Ident::new(CARRIED, Span::call_site()));
        let (stub, told) = (self.stub.then(|| quote!(stub,)), self.told.then(|| quote!(told,)));
        tokens.extend(quote!(#[claim(#carried(krate(#krate), #stub #told bounds(#(#bounds),*)))]));
    }
}

/// What the attributes of a field, a variant or a container say, as far as it matters here.
#[derive(Default, Clone)]
#[expect(clippy::struct_excessive_bools, reason = "each stands for a word of serde's, and any of them may go together")]
pub(crate) struct Facts {
    pub(crate) written_as: Option<LitStr>,
    /// The name for reading, and behind it those that serde takes for aliases.
    pub(crate) read_as: Vec<LitStr>,
    pub(crate) aliases: Vec<LitStr>,
    pub(crate) skips_writing: bool,
    pub(crate) skips_reading: bool,
    /// The word by which the field may be left out when it is written.
    pub(crate) left_out: Option<Word>,
    pub(crate) default: bool,
    pub(crate) flatten: bool,
    pub(crate) transparent: bool,
    pub(crate) untagged: bool,
    pub(crate) other: bool,
    pub(crate) denies: bool,
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

    /// It is written and read as derived, and never left out.
    pub(crate) fn is_plain(&self) -> bool {
        let skips = self.skips_writing || self.skips_reading;
        !skips && !self.writes_itself && !self.reads_itself
    }

    fn note(&mut self, word: Word) {
        match word.name.to_string().as_str() {
            "rename" => {
                let (write, read) = both_ways(&word);
                self.written_as = self.written_as.take().or_else(|| write.into_iter().next());
                self.read_as.extend(read);
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
            "other" => self.other = true,
            "deny_unknown_fields" => self.denies = true,
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

/// Reads the arguments and the item.
pub(crate) fn attribute(mode: Mode, args: TokenStream, item: &TokenStream) -> Result<AttributeInput, Unreadable> {
    let mut mistakes = Mistakes::new();
    let krate = krate(mode, args, &mut mistakes);
    match syn::parse2(item.clone()) {
        Ok(item) => Ok(AttributeInput { mode, krate, item, mistakes }),
        Err(error) => {
            let half = half_written(mode, item);
            let keyword = half.as_ref().and_then(|_| keyword_as_a_field(&error, item));
            match &half {
                Some(_) if let Some(keyword) = keyword => {
                    mistakes.push(syn::Error::new(error.span(), no_name(mode, &keyword)));
                }
                Some(Half { kind, mend, .. }) => mistakes.push(syn::Error::new(
                    error.span(),
                    format!("`#[{}]` must find a whole {kind}: this one can't be read\nhelp: {mend}", mode.attribute()),
                )),
                None => mistakes.at(item, belongs(mode)),
            }
            let stand_in = half.and_then(|half| half.stand_in);
            Err(Unreadable { mode, krate, item: item.clone(), stand_in, errors: mistakes.into_errors() })
        }
    }
}

/// The user's path to fastjwt.
fn krate(mode: Mode, args: TokenStream, mistakes: &mut Mistakes) -> TokenStream {
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
    krate
}

struct Half {
    kind: &'static str,
    mend: &'static str,
    stand_in: Option<Box<DeriveInput>>,
}

/// A type that begins as one of the kind that is accepted.
fn half_written(mode: Mode, item: &TokenStream) -> Option<Half> {
    let mut trees = item.clone().into_iter().skip_while(|tree| match tree {
        TokenTree::Ident(ident) => ident == "pub",
        TokenTree::Punct(_) | TokenTree::Group(_) => true,
        TokenTree::Literal(_) => false,
    });
    let (kind, mend) = match trees.next()? {
        TokenTree::Ident(word) if word == "struct" => ("struct", "write each field as `name: Type`"),
        TokenTree::Ident(word) if word == "enum" && mode == Mode::Value => {
            ("enum", "write each variant as `Name`, `Name(Type)` or `Name { field: Type }`")
        }
        _ => return None,
    };
    let (name, body) = (trees.next(), trees.next());
    // Without parameters the item can be named, and rustc knows as much of it as it could read.
    let stand_in = match (name, body) {
        (Some(TokenTree::Ident(name)), Some(TokenTree::Group(_))) => Some(Box::new(parse_quote!(struct #name;))),
        _ => None,
    };
    Some(Half { kind, mend, stand_in })
}

/// The word of Rust's that a field has for its name, if that is what the parser stopped at.
fn keyword_as_a_field(error: &syn::Error, item: &TokenStream) -> Option<String> {
    let message = error.to_string();
    let keyword = message.strip_prefix("expected identifier, found keyword `")?.strip_suffix('`')?;
    names_a_field(item.clone(), keyword).then(|| keyword.to_owned())
}

/// Whether the word stands before a colon.
fn names_a_field(tokens: TokenStream, word: &str) -> bool {
    let mut trees = tokens.into_iter().peekable();
    while let Some(tree) = trees.next() {
        let found = match tree {
            TokenTree::Group(group) => names_a_field(group.stream(), word),
            TokenTree::Ident(ident) => {
                ident == word && matches!(trees.peek(), Some(TokenTree::Punct(next)) if next.as_char() == ':')
            }
            TokenTree::Punct(_) | TokenTree::Literal(_) => false,
        };
        if found {
            return true;
        }
    }
    false
}

fn no_name(mode: Mode, keyword: &str) -> String {
    let json = if mode == Mode::Claims && RESERVED.contains(&keyword) {
        "; a claim of that name is reserved, so that it must have another name in the JSON, too".to_owned()
    } else {
        format!(", and keep its name in the JSON with `#[serde(rename = \"{keyword}\")]`")
    };
    format!("field `{keyword}` must have another name: `{keyword}` is reserved by Rust\nhelp: rename the field{json}")
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
        told: carried.list().iter().any(|word| word.is("told")),
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

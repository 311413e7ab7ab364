//! Reads the enum and what `#[scope(..)]` says.

use proc_macro2::{Ident, TokenStream};
use syn::ext::IdentExt;
use syn::parse::ParseStream;
use syn::{Attribute, Data, DeriveInput, Generics, LitStr, Meta, Path, Token, Variant};

use crate::diag::Mistakes;

/// What the user wrote, and what could not be read of it.
pub(super) struct Input {
    pub(super) ident: Ident,
    pub(super) generics: Generics,
    /// `None` if it is no enum.
    pub(super) variants: Option<Vec<(Variant, Words)>>,
    pub(super) words: Words,
    pub(super) mistakes: Mistakes,
}

/// What the attributes of the enum or of a variant say.
#[derive(Default)]
pub(super) struct Words {
    pub(super) krate: Option<Path>,
    pub(super) prefix: Option<LitStr>,
    pub(super) name: Option<LitStr>,
}

/// The errors, if the item is no type at all.
pub(super) fn parse(item: TokenStream) -> Result<Input, TokenStream> {
    let DeriveInput { attrs, ident, generics, data, .. } =
        syn::parse2(item).map_err(|error| error.to_compile_error())?;
    let mut mistakes = Mistakes::new();
    let of_enum = words(&attrs, Place::Enum, &mut mistakes);
    let variants = match data {
        Data::Enum(data) => {
            let read = |variant: Variant| {
                let words = words(&variant.attrs, Place::Variant, &mut mistakes);
                (variant, words)
            };
            Some(data.variants.into_iter().map(read).collect())
        }
        Data::Struct(_) | Data::Union(_) => None,
    };
    Ok(Input { ident, generics, variants, words: of_enum, mistakes })
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    Enum,
    Variant,
}

impl Place {
    fn form(self) -> &'static str {
        match self {
            Self::Enum => "note: on an enum it says `prefix = \"orders\"` or `crate = path::to::fastjwt`",
            Self::Variant => "note: on a variant it says `name = \"orders:read\"`",
        }
    }
}

fn words(attrs: &[Attribute], place: Place, mistakes: &mut Mistakes) -> Words {
    let mut words = Words::default();
    for attr in attrs.iter().filter(|attr| attr.path().is_ident("scope")) {
        if !matches!(attr.meta, Meta::List(_)) {
            mistakes.at(&attr.meta, format_args!("`#[scope]` must have a word between parentheses\n{}", place.form()));
            continue;
        }
        let read = attr.parse_args_with(|input: ParseStream<'_>| {
            while !input.is_empty() {
                word(input, place, &mut words)?;
                if !input.is_empty() {
                    input.parse::<Token![,]>()?;
                }
            }
            Ok(())
        });
        if let Err(error) = read {
            mistakes.push(error);
        }
    }
    words
}

fn word(input: ParseStream<'_>, place: Place, words: &mut Words) -> syn::Result<()> {
    let form = place.form();
    let word = Ident::parse_any(input)?;
    let name = word.to_string();
    let is_known = match place {
        Place::Enum => name == "prefix" || name == "crate",
        Place::Variant => name == "name",
    };
    if !is_known {
        input.parse::<TokenStream>()?;
        return Err(syn::Error::new(
            word.span(),
            format!("`{name}` must be a word that `#[scope]` knows here\n{form}"),
        ));
    }
    let in_form = |_| syn::Error::new(word.span(), format!("`{name}` must have a value\n{form}"));
    input.parse::<Token![=]>().map_err(in_form)?;
    let is_repeated = match name.as_str() {
        "crate" => words.krate.replace(input.call(Path::parse_mod_style).map_err(in_form)?).is_some(),
        "prefix" => words.prefix.replace(input.parse().map_err(in_form)?).is_some(),
        _ => words.name.replace(input.parse().map_err(in_form)?).is_some(),
    };
    if is_repeated {
        return Err(syn::Error::new(word.span(), format!("`{name}` must stand only once\nhelp: remove this one")));
    }
    Ok(())
}

//! What the attribute refuses: the wrong kind of item, and words that can't stand where they stand.

use proc_macro2::{Ident, TokenStream};
use quote::{ToTokens, format_ident, quote};
use syn::ext::IdentExt;
use syn::{Attribute, Data, DeriveInput, Field, Fields, GenericParam, Type, WherePredicate, parse_quote};

use super::Mode;
use super::check::{has_unfit_names, refused_container_word, told};
use super::fields::{FieldCheck, Plan, Proof};
use super::parse::{AttributeInput, Carried, Facts, belongs, has_named_fields};
use super::serde_word;
use super::types;
use super::words::{self, Word};
use crate::diag::Mistakes;

/// An item whose expansion can't fail; what was found wrong goes along as errors.
pub(crate) struct Checked {
    pub(crate) mode: Mode,
    /// The item without the words that were refused.
    pub(crate) item: DeriveInput,
    /// One for each field, in the order of [`fields_mut`].
    pub(crate) plans: Vec<Plan>,
    /// The conversions of the container, whose types are claims like fields.
    pub(crate) through: Vec<Through>,
    /// The path that `carried.krate` must be made to name.
    pub(crate) import: Option<TokenStream>,
    pub(crate) carried: Carried,
    /// The user names serde's crate already.
    pub(crate) names_serde: bool,
    pub(crate) errors: TokenStream,
}

/// `into = "Type"`, `from = "Type"` or `try_from = "Type"`.
pub(crate) struct Through {
    pub(crate) way: Way,
    pub(crate) ty: Type,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Way {
    Into,
    From,
    TryFrom,
}

/// Every field of the item, those of variants too.
pub(crate) fn fields_mut(data: &mut Data) -> Vec<&mut Field> {
    match data {
        Data::Struct(data) => data.fields.iter_mut().collect(),
        Data::Enum(data) => data.variants.iter_mut().flat_map(|variant| variant.fields.iter_mut()).collect(),
        Data::Union(data) => data.fields.named.iter_mut().collect(),
    }
}

/// The item's type, with its parameters.
pub(crate) fn self_type(item: &DeriveInput) -> TokenStream {
    let ident = &item.ident;
    let (_, arguments, _) = item.generics.split_for_impl();
    quote!(#ident #arguments)
}

pub(crate) fn check(input: AttributeInput) -> Checked {
    let AttributeInput { mode, krate, mut item, mut mistakes } = input;
    let (krate, import) = nameable(krate, &item.ident);
    let mut stub = check_kind(mode, &item, &mut mistakes);
    check_container(mode, &mut item.attrs, &mut mistakes);
    check_conversions(&item.attrs, &mut mistakes);
    if let Data::Enum(data) = &mut item.data {
        for variant in &mut data.variants {
            take_stray_claims(&mut variant.attrs, &mut mistakes);
        }
    }
    let container = Facts::of(&item.attrs);
    let mut fields = FieldCheck {
        mode,
        own: matches!(item.data, Data::Struct(_)).then(|| item.ident.clone()),
        parameters: !item.generics.params.is_empty(),
        generic: item.generics.type_params().next().is_some(),
        lifetimes: item.generics.lifetimes().next().is_some(),
        hopeless: stub,
        stub,
        mistakes,
    };
    let mut plans = Vec::new();
    match &mut item.data {
        Data::Struct(data) => fields.all(&mut data.fields, &container, &mut plans),
        Data::Enum(data) => {
            for variant in &mut data.variants {
                let own = Facts::of(&variant.attrs);
                let around = Facts {
                    skips_writing: own.skips_writing,
                    skips_reading: own.skips_reading,
                    writes_itself: own.writes_itself || container.writes_itself,
                    reads_itself: own.reads_itself || container.reads_itself,
                    ..Facts::default()
                };
                fields.all(&mut variant.fields, &around, &mut plans);
            }
        }
        Data::Union(_) => plans.resize(fields_mut(&mut item.data).len(), Plan::default()),
    }
    let unknown = serde_word::check(&item, &mut fields.mistakes);
    // Serde would say or warn of the last two too.
    stub |= fields.stub || unknown || has_twin_fields(&item) || has_unfit_names(mode, &item);
    let through = if stub { Vec::new() } else { conversions(&words::of(&item.attrs, "serde")) };
    let bounds = bounds(&mut item, &plans, &through, &krate);
    Checked {
        mode,
        names_serde: words::of(&item.attrs, "serde").iter().any(|word| word.is("crate")),
        plans,
        through,
        import,
        carried: Carried { krate, stub, told: !fields.mistakes.is_empty(), bounds },
        item,
        errors: fields.mistakes.into_errors(),
    }
}

/// Says whether the item is of a kind that can't be expanded.
fn check_kind(mode: Mode, item: &DeriveInput, mistakes: &mut Mistakes) -> bool {
    let fits = match mode {
        Mode::Claims => has_named_fields(item),
        Mode::Value => match &item.data {
            Data::Struct(data) => !matches!(data.fields, Fields::Unit),
            Data::Enum(_) => true,
            Data::Union(_) => false,
        },
    };
    if !fits {
        mistakes.at(&item.ident, format!("`{}` is of the wrong kind: {}", item.ident, belongs(mode)));
    }
    let mut lifetimes = item.generics.lifetimes().peekable();
    if let Some(first) = lifetimes.peek() {
        mistakes.at(
            &first.lifetime,
            format!(
                "`{}` must not borrow: the text of a token is gone before its payload is used\n\
                 help: remove `{}`, and hold owned types such as `String` and `Vec<T>`",
                item.ident, first.lifetime
            ),
        );
        return true;
    }
    !fits
}

fn check_container(mode: Mode, attrs: &mut Vec<Attribute>, mistakes: &mut Mistakes) {
    take_stray_claims(attrs, mistakes);
    for path in words::take_derives(attrs, &["Serialize", "Deserialize"]) {
        let name = path.segments.last().map(|last| last.ident.to_string()).unwrap_or_default();
        mistakes.at(
            &path,
            format!(
                "`{name}` must not be derived again\n\
                 help: remove it: `#[{}]` derives `Serialize` and `Deserialize`",
                mode.attribute()
            ),
        );
    }
    attrs.retain(|attr| {
        let again = words::ends_with(attr.path(), &["jwt_claims", "claim_value"]);
        if again {
            mistakes.at(
                attr,
                format!(
                    "`#[{}]` must stand alone\nhelp: keep `#[jwt_claims]` for the claims of a token, which are a claim value too, or `#[claim_value]` for what they hold",
                    mode.attribute()
                ),
            );
        }
        !again
    });
    let refused = words::take(attrs, "serde", |word| refused_container_word(mode, word).is_some());
    told(mode, &refused, mistakes);
}

/// What is written as another type must be read from one: nothing says that the item itself looks like it.
fn check_conversions(attrs: &[Attribute], mistakes: &mut Mistakes) {
    let seen = words::of(attrs, "serde");
    let reads = |word: &Word| word.is_one_of(&["from", "try_from"]);
    let is_read = seen.iter().chain(&words::hidden(attrs, "serde")).any(reads);
    if let Some(word) = seen.iter().find(|word| word.is("into") && !is_read)
        && let Some(ty) = word.string()
    {
        let ty = ty.value();
        mistakes.at(
            word,
            format!(
                "`into` must stand beside `from` or `try_from`: a token with the value could not be read back\n\
                 help: add `from = \"{ty}\"` or `try_from = \"{ty}\"`"
            ),
        );
    }
}

/// `#[claim(..)]` anywhere but on a field.
fn take_stray_claims(attrs: &mut Vec<Attribute>, mistakes: &mut Mistakes) {
    attrs.retain(|attr| {
        let stray = attr.path().is_ident("claim");
        if stray {
            mistakes.at(
                attr,
                "`#[claim(..)]` belongs on a field\nhelp: put `#[claim(unchecked)]` on the field it is meant for",
            );
        }
        !stray
    });
}

/// The conversions of the container.
fn conversions(container_words: &[Word]) -> Vec<Through> {
    let read = |word: &Word| {
        let way = match word.name.to_string().as_str() {
            "into" => Way::Into,
            "from" => Way::From,
            "try_from" => Way::TryFrom,
            _ => return None,
        };
        Some(Through { way, ty: word.string()?.parse().ok()? })
    };
    container_words.iter().filter_map(read).collect()
}

/// What is asked of the type parameters that stand in types that are proven.
fn bounds(item: &mut DeriveInput, plans: &[Plan], through: &[Through], krate: &TokenStream) -> Vec<WherePredicate> {
    let params: Vec<Ident> = item.generics.type_params().map(|param| param.ident.clone()).collect();
    let written_out = self_type(item);
    let through = through.iter().map(|conversion| (Proof::Value, conversion.ty.to_token_stream()));
    let proven: Vec<(Proof, TokenStream)> = fields_mut(&mut item.data)
        .into_iter()
        .zip(plans)
        .filter(|(_, plan)| plan.proof != Proof::Waived)
        .map(|(field, plan)| (plan.proof, types::without_self(field.ty.to_token_stream(), &written_out)))
        .chain(through)
        .collect();
    let mut bounds = Vec::new();
    for param in params {
        // A parameter that is itself flattened must know its names; in any other place it is a value.
        let is_flattened = |(proof, ty): &&(Proof, TokenStream)| *proof == Proof::Names && param == ty.to_string();
        if proven.iter().any(|one| is_flattened(&one)) {
            bounds.push(parse_quote!(#param: #krate::__private::ClaimNames));
        }
        let others = proven.iter().filter(|one| !is_flattened(one));
        let places: Vec<_> = others.map(|(proof, ty)| (proof, ty, types::places(ty, &param))).collect();
        if places.iter().any(|(_, _, places)| places.itself) {
            bounds.push(parse_quote!(#param: #krate::__private::ClaimValue));
        }
        for (proof, ty, places) in places {
            for associated in places.associated.iter().map(ToTokens::to_token_stream) {
                let is_flattened = *proof == Proof::Names && associated.to_string() == ty.to_string();
                let asked = if is_flattened { quote!(ClaimNames) } else { quote!(ClaimValue) };
                bounds.push(parse_quote!(#associated: #krate::__private::#asked));
            }
        }
    }
    let mut known: Vec<String> = Vec::new();
    bounds.retain(|bound: &WherePredicate| {
        let text = bound.to_token_stream().to_string();
        let new = !known.contains(&text);
        known.push(text);
        new
    });
    bounds
}

/// A path that can be written into a string, as serde wants it: `$crate` can't, and is imported under a name.
fn nameable(krate: TokenStream, item: &Ident) -> (TokenStream, Option<TokenStream>) {
    let by_macro = krate.clone().into_iter().next().is_some_and(|first| first.to_string() == "$crate");
    if by_macro { (format_ident!("__fastjwt{}", item.unraw()).into_token_stream(), Some(krate)) } else { (krate, None) }
}

/// Two fields of one name, which the compiler tells of itself.
pub(crate) fn has_twin_fields(item: &DeriveInput) -> bool {
    let Data::Struct(data) = &item.data else { return false };
    let certain = data.fields.iter().filter(|field| !is_conditional(&field.attrs));
    let mut names = certain.filter_map(|field| field.ident.as_ref());
    let mut seen: Vec<&Ident> = Vec::new();
    names.any(|name| {
        let twin = seen.contains(&name);
        seen.push(name);
        twin
    })
}

/// Whether a `cfg` may take it away or change its names, which the attribute can't know.
pub(crate) fn is_conditional(attrs: &[Attribute]) -> bool {
    attrs.iter().any(|attr| attr.path().is_ident("cfg") || attr.path().is_ident("cfg_attr"))
}

/// The parameters of the item as arguments, with every lifetime `'static`.
pub(crate) fn static_type(item: &DeriveInput) -> TokenStream {
    let ident = &item.ident;
    let arguments = item.generics.params.iter().map(|param| match param {
        GenericParam::Lifetime(_) => quote!('static),
        GenericParam::Type(param) => param.ident.to_token_stream(),
        GenericParam::Const(param) => param.ident.to_token_stream(),
    });
    quote!(#ident <#(#arguments),*>)
}

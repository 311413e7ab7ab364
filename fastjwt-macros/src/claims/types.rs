//! What can be told about a field's type from how it is written.

use proc_macro2::{Group, Ident, Span, TokenStream, TokenTree};
use quote::{ToTokens, quote};
use syn::visit::{self, Visit};
use syn::{
    Expr, GenericArgument, Lifetime, PathArguments, Type, TypeFnPtr, TypeNever, TypePath, TypePtr, TypeReference,
    TypeSlice, TypeTraitObject,
};

const PLAIN: &[&str] =
    &["bool", "char", "u8", "u16", "u32", "u64", "usize", "i8", "i16", "i32", "i64", "isize", "f32", "f64", "String"];

/// The owners that may hold what has no size of its own; any other type is taken to hold none.
const SIZED: &[&str] = &["Option", "Vec", "VecDeque", "HashMap", "BTreeMap", "HashSet", "BTreeSet"];

/// A part of a type that can never be read back from a token.
pub(crate) enum Refused<'a> {
    Borrow(&'a TypeReference),
    Pointer(&'a TypePtr),
    Object(&'a TypeTraitObject),
    /// `[T]` and `str` where a size is needed.
    Slice(&'a TypeSlice),
    Str(&'a TypePath),
    /// `_` and `impl Trait`.
    Unnamed(&'a Type),
    Never(&'a TypeNever),
}

impl Refused<'_> {
    /// Whether no field may have the type, be it a claim or not.
    pub(crate) fn is_of_no_field(&self) -> bool {
        match self {
            Self::Borrow(_) | Self::Pointer(_) | Self::Object(_) => false,
            Self::Slice(_) | Self::Str(_) | Self::Unnamed(_) | Self::Never(_) => true,
        }
    }
}

/// Whether serde is known to handle the type, so that it needs no shim.
pub(crate) fn is_plain(ty: &Type) -> bool {
    match bare(ty) {
        Type::Tuple(tuple) => tuple.elems.is_empty(),
        Type::Path(path) if path.qself.is_none() => {
            let from_std = is_from_std(path);
            let Some(last) = path.path.segments.last() else { return false };
            let (name, args) = (&last.ident, &last.arguments);
            match args {
                PathArguments::None => from_std && PLAIN.iter().any(|plain| name == plain),
                PathArguments::AngleBracketed(args) if from_std && (name == "Option" || name == "Vec") => {
                    args.args.iter().all(|arg| matches!(arg, GenericArgument::Type(inner) if is_plain(inner)))
                }
                _ => false,
            }
        }
        _ => false,
    }
}

/// Whether a reader of `wide` is known to read all that `narrow` writes, both by their text.
pub(crate) fn is_within(narrow: &str, wide: &str) -> bool {
    let float = |ty| matches!(ty, "f32" | "f64");
    match (integer(narrow), integer(wide)) {
        (Some((is_signed, bits)), Some((wide_is_signed, wide_bits))) => match (is_signed, wide_is_signed) {
            (true, false) => false,
            (false, true) => bits < wide_bits,
            (true, true) | (false, false) => bits <= wide_bits,
        },
        (Some(_), None) => float(wide),
        (None, _) => float(narrow) && float(wide) || (narrow == "char" && wide == "String"),
    }
}

/// Whether an integer type has a sign, and its bits.
fn integer(ty: &str) -> Option<(bool, u32)> {
    let bits = ty.strip_prefix(['u', 'i'])?;
    let bits = if bits == "size" { 64 } else { bits.parse().ok().filter(|bits| matches!(bits, 8 | 16 | 32 | 64))? };
    Some((ty.starts_with('i'), bits))
}

/// Whether it is known that serde writes no object for the type, nor nothing at all; what is not known passes.
pub(crate) fn is_no_object(ty: &Type) -> bool {
    const NEVER: &[&str] = &["Option", "Vec", "VecDeque", "HashSet", "BTreeSet"];
    match bare(ty) {
        Type::Array(_) => true,
        Type::Tuple(tuple) => !tuple.elems.is_empty(),
        Type::Path(path) if path.qself.is_none() && is_from_std(path) => {
            let last = path.path.segments.last();
            is_plain(ty)
                || last.is_some_and(|last| NEVER.iter().any(|never| last.ident == never))
                || boxed(ty).is_some_and(is_no_object)
        }
        _ => false,
    }
}

/// What a `Box` holds.
pub(crate) fn boxed(ty: &Type) -> Option<&Type> {
    let Type::Path(path) = bare(ty) else { return None };
    let last = path.path.segments.last().filter(|last| last.ident == "Box")?;
    let PathArguments::AngleBracketed(args) = &last.arguments else { return None };
    match args.args.first() {
        Some(GenericArgument::Type(inner)) => Some(inner),
        _ => None,
    }
}

/// Whether a path could name a type of the standard library.
fn is_from_std(path: &TypePath) -> bool {
    path.path.segments.first().is_some_and(|first| {
        path.path.segments.len() == 1 || ["std", "core", "alloc"].iter().any(|name| first.ident == name)
    })
}

/// Whether serde reads the missing field as `None`, going by the name `Option`.
pub(crate) fn is_option(ty: &Type) -> bool {
    last_segment(ty).is_some_and(|name| name == "Option")
}

/// Whether the name could stand for an `Option`: only then is it worth an assertion.
pub(crate) fn may_hide_option(ty: &Type) -> bool {
    const NEVER: &[&str] =
        &["Option", "Vec", "HashMap", "BTreeMap", "HashSet", "BTreeSet", "Value", "Map", "NonZero", "Cow"];
    match bare(ty) {
        Type::Path(_) => last_segment(ty).is_none_or(|name| !NEVER.iter().any(|never| name == never)),
        Type::Macro(_) => true,
        _ => false,
    }
}

/// Whether it is the type `own` itself, in an `Option` or a `Box` too.
pub(crate) fn is_itself(ty: &Type, own: &Ident) -> bool {
    let Type::Path(TypePath { qself: None, path, .. }) = bare(ty) else { return false };
    let Some(last) = path.segments.last() else { return false };
    if path.segments.len() == 1 && (last.ident == "Self" || last.ident == *own) {
        return true;
    }
    let PathArguments::AngleBracketed(held) = &last.arguments else { return false };
    (last.ident == "Option" || last.ident == "Box")
        && held.args.iter().any(|arg| matches!(arg, GenericArgument::Type(inner) if is_itself(inner, own)))
}

/// The first part of the type that can never be a claim; function pointers are left to `ClaimValue`.
pub(crate) fn refused(ty: &Type) -> Option<Refused<'_>> {
    let mut search = Search { found: None, behind: false };
    search.visit_type(ty);
    search.found
}

/// Whether one of the tokens is `name`.
fn mentions(tokens: &TokenStream, name: &Ident) -> bool {
    tokens.clone().into_iter().any(|tree| match tree {
        TokenTree::Ident(ident) => ident == *name,
        TokenTree::Group(group) => mentions(&group.stream(), name),
        TokenTree::Punct(_) | TokenTree::Literal(_) => false,
    })
}

/// Where a type parameter stands in a type.
#[derive(Default)]
pub(crate) struct Places {
    /// By itself.
    pub(crate) itself: bool,
    /// In front of types that its traits name: `T::Id` and `<T as Trait>::Id`.
    pub(crate) associated: Vec<TypePath>,
}

pub(crate) fn places(tokens: &TokenStream, param: &Ident) -> Places {
    let mut search = SearchParam { param, found: Places::default() };
    if let Ok(ty) = syn::parse2::<Type>(tokens.clone()) {
        search.visit_type(&ty);
    }
    let mut found = search.found;
    // A macro in the type hides its place.
    found.itself |= found.associated.is_empty() && mentions(tokens, param);
    found
}

struct SearchParam<'p> {
    param: &'p Ident,
    found: Places,
}

impl SearchParam<'_> {
    fn is_param(&self, part: &TypePath) -> bool {
        part.qself.is_none() && part.path.is_ident(self.param)
    }

    fn is_associated(&self, part: &TypePath) -> bool {
        match part.qself.as_ref().map(|before| bare(&before.ty)) {
            Some(Type::Path(before)) => self.is_param(before) || self.is_associated(before),
            Some(_) => false,
            None => {
                let first = part.path.segments.first();
                part.path.segments.len() > 1 && first.is_some_and(|first| first.ident == *self.param)
            }
        }
    }
}

impl<'a> Visit<'a> for SearchParam<'_> {
    fn visit_type_path(&mut self, part: &'a TypePath) {
        if self.is_associated(part) {
            self.found.associated.push(part.clone());
        } else if self.is_param(part) {
            self.found.itself = true;
        } else {
            visit::visit_type_path(self, part);
        }
    }
}

/// The tokens with `Self` written out, for use outside the item.
pub(crate) fn without_self(tokens: TokenStream, written_out: &TokenStream) -> TokenStream {
    let replace = |tree: TokenTree| match tree {
        TokenTree::Ident(ident) if ident == "Self" => written_out.clone(),
        TokenTree::Group(group) => {
            let mut inner = Group::new(group.delimiter(), without_self(group.stream(), written_out));
            inner.set_span(group.span());
            TokenTree::Group(inner).into_token_stream()
        }
        other => other.into_token_stream(),
    };
    tokens.into_iter().flat_map(replace).collect()
}

/// The tokens, all at one place, so that an error in any part of them is shown there.
pub(crate) fn at(tokens: TokenStream, span: Span) -> TokenStream {
    let place = |mut tree: TokenTree| {
        if let TokenTree::Group(group) = &tree {
            tree = TokenTree::Group(Group::new(group.delimiter(), at(group.stream(), span)));
        }
        tree.set_span(span);
        tree
    };
    tokens.into_iter().map(place).collect()
}

/// A type that compiles where a refused one stood, so that nothing but the refusal is reported.
pub(crate) fn stand_in(ty: &Type, refused: &Refused<'_>) -> TokenStream {
    match refused {
        Refused::Borrow(_) => outlive(ty.to_token_stream()),
        Refused::Slice(slice) if matches!(bare(ty), Type::Slice(_)) => {
            let elem = &slice.elem;
            quote!(::std::vec::Vec<#elem>)
        }
        Refused::Str(_) if matches!(bare(ty), Type::Path(path) if path.path.is_ident("str")) => {
            quote!(::std::string::String)
        }
        Refused::Pointer(_)
        | Refused::Object(_)
        | Refused::Slice(_)
        | Refused::Str(_)
        | Refused::Unnamed(_)
        | Refused::Never(_) => quote!(()),
    }
}

/// Gives `'static` to every reference without a lifetime.
fn outlive(tokens: TokenStream) -> TokenStream {
    let mut trees = tokens.into_iter().peekable();
    let mut out = TokenStream::new();
    while let Some(tree) = trees.next() {
        match tree {
            TokenTree::Punct(punct) if punct.as_char() == '&' => {
                let lifetime = Lifetime::new("'static", punct.span());
                let named = matches!(trees.peek(), Some(TokenTree::Punct(next)) if next.as_char() == '\'');
                out.extend([TokenTree::Punct(punct)]);
                if !named {
                    lifetime.to_tokens(&mut out);
                }
            }
            TokenTree::Group(group) => {
                out.extend([TokenTree::Group(Group::new(group.delimiter(), outlive(group.stream())))]);
            }
            other => out.extend([other]),
        }
    }
    out
}

struct Search<'a> {
    found: Option<Refused<'a>>,
    /// Behind something like a `Box`, where a size is not needed.
    behind: bool,
}

impl<'a> Search<'a> {
    fn note(&mut self, part: Refused<'a>) {
        if self.found.is_none() {
            self.found = Some(part);
        }
    }
}

impl<'a> Visit<'a> for Search<'a> {
    fn visit_type_reference(&mut self, part: &'a TypeReference) {
        self.note(Refused::Borrow(part));
    }

    fn visit_type_ptr(&mut self, part: &'a TypePtr) {
        self.note(Refused::Pointer(part));
    }

    fn visit_type_trait_object(&mut self, part: &'a TypeTraitObject) {
        self.note(Refused::Object(part));
    }

    fn visit_type_fn_ptr(&mut self, _: &'a TypeFnPtr) {}

    fn visit_type_never(&mut self, part: &'a TypeNever) {
        self.note(Refused::Never(part));
    }

    fn visit_type_slice(&mut self, part: &'a TypeSlice) {
        if !self.behind {
            self.note(Refused::Slice(part));
        }
        self.behind = false;
        visit::visit_type_slice(self, part);
    }

    fn visit_type_path(&mut self, part: &'a TypePath) {
        if !self.behind && part.path.is_ident("str") {
            self.note(Refused::Str(part));
        }
        let last = part.path.segments.last();
        let before = self.behind;
        self.behind = last.is_some_and(|last| !SIZED.iter().any(|name| last.ident == name));
        visit::visit_type_path(self, part);
        self.behind = before;
    }

    fn visit_expr(&mut self, _: &'a Expr) {}

    fn visit_type(&mut self, part: &'a Type) {
        if matches!(part, Type::Infer(_) | Type::ImplTrait(_)) {
            self.note(Refused::Unnamed(part));
        } else {
            visit::visit_type(self, part);
        }
    }
}

fn last_segment(ty: &Type) -> Option<&Ident> {
    match bare(ty) {
        Type::Path(path) => path.path.segments.last().map(|last| &last.ident),
        _ => None,
    }
}

/// The type without parentheses and without the invisible group that a `macro_rules!` fragment stands in.
fn bare(ty: &Type) -> &Type {
    match ty {
        Type::Group(group) => bare(&group.elem),
        Type::Paren(paren) => bare(&paren.elem),
        other => other,
    }
}

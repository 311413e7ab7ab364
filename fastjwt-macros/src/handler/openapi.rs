//! What a guarded handler demands, told to the `#[utoipa::path]` below its attribute; above it, it would not hear of it.

use proc_macro2::{Delimiter, Group, Span, TokenStream, TokenTree};
use quote::{ToTokens, format_ident, quote};
use syn::parse::Parser;
use syn::spanned::Spanned;
use syn::{Attribute, GenericArgument, GenericParam, Meta, MetaList, PatType, Path, PathArguments, Type};

use super::check::{Handler, Kind, is_named, option_of, peel};
use super::expand;
use crate::tokens::split_at_commas;

/// The extension of the operation that holds what the handler demands; fastjwt knows it, too.
const EXTENSION: &str = "x-fastjwt";

/// Notes in the attribute below what the handler demands, and gives what has to stand beside the handler. Where there is no such
/// attribute, the handler's body begins with a proof that there is none above.
pub(super) fn document(handler: &mut Handler) -> TokenStream {
    let private = expand::private(handler);
    if !handler.function.attrs.iter().any(|attr| holds_path(&attr.meta)) {
        handler.proof = nothing_above(handler, &private);
        return TokenStream::new();
    }
    let note = match note(handler, &private) {
        Ok(note) => note,
        Err(error) => return error.to_compile_error(),
    };
    let ident = &handler.function.sig.ident;
    let mut beside = TokenStream::new();
    for Attribute { meta, .. } in &mut handler.function.attrs {
        if let Some(Place { condition, is_first, has_own_type }) = extend(meta, &note)
            && is_first
            && !has_own_type
        {
            let operation = operation(ident);
            let condition = condition.map(|condition| quote!(#[cfg(#condition)]));
            // What a handler of this name without such an attribute proves, it proves of this type as well.
            beside.extend(quote! {
                #condition
                #[doc(hidden)]
                impl #operation {
                    #[doc(hidden)]
                    pub const IS_SEEN: ::core::primitive::bool = true;
                }
            });
        }
    }
    beside
}

/// The type that utoipa makes for a handler.
fn operation(ident: &syn::Ident) -> syn::Ident {
    // With the attribute's span, so that no lint blames the user for it.
    format_ident!("__path_{}", ident, span = Span::call_site())
}

/// Where a note was put.
struct Place {
    /// Of the `cfg_attr` around the attribute.
    condition: Option<TokenStream>,
    /// Whether no other attribute of ours has left one there.
    is_first: bool,
    /// Whether utoipa is told to use a type of the user's.
    has_own_type: bool,
}

fn holds_path(meta: &Meta) -> bool {
    let Meta::List(list) = meta else { return false };
    is_path(&list.path) || conditional(list).is_some_and(|(_, metas)| metas.iter().any(holds_path))
}

/// By its usual name: alone, `path` would be the compiler's own.
fn is_path(path: &Path) -> bool {
    let mut names = path.segments.iter().rev().map(|segment| &segment.ident);
    names.next().is_some_and(|name| name == "path") && names.next().is_some_and(|name| name == "utoipa")
}

/// The condition of a `cfg_attr`, and its attributes.
fn conditional(list: &MetaList) -> Option<(TokenStream, Vec<Meta>)> {
    if !list.path.is_ident("cfg_attr") {
        return None;
    }
    let mut parts = split_at_commas(list.tokens.clone()).into_iter();
    let condition = parts.next()?;
    let metas = parts.map(|part| <Meta as syn::parse::Parse>::parse.parse2(part)).collect::<syn::Result<_>>().ok()?;
    Some((condition, metas))
}

fn extend(meta: &mut Meta, note: &Notes) -> Option<Place> {
    let Meta::List(list) = meta else { return None };
    if is_path(&list.path) {
        let noted = list.tokens.to_string().matches(&format!("\"{EXTENSION}")).count();
        let has_own_type = has_word(&list.tokens, "impl_for");
        list.tokens = with_extension(list.tokens.clone(), noted, note);
        return Some(Place { condition: None, is_first: noted == 0, has_own_type });
    }
    let (condition, mut metas) = conditional(list)?;
    let place = metas.iter_mut().find_map(|meta| extend(meta, note))?;
    list.tokens = quote!(#condition, #(#metas),*);
    let condition = match place.condition {
        Some(inner) => quote!(all(#condition, #inner)),
        None => condition,
    };
    Some(Place { condition: Some(condition), ..place })
}

/// The arguments with the note among their extensions; those that the user wrote stay.
fn with_extension(arguments: TokenStream, noted: usize, note: &Notes) -> TokenStream {
    let note = if noted == 0 { &note.first } else { &note.further };
    let name = if noted == 0 { EXTENSION.to_owned() } else { format!("{EXTENSION}-{}", noted + 1) };
    let entry = quote!((#name = json!(#note)));
    let mut arguments: Vec<TokenTree> = arguments.into_iter().collect();
    let found = (0..arguments.len()).find(|&at| {
        let begins = at.checked_sub(1).is_none_or(|before| is_comma(arguments.get(before)));
        begins && matches!(arguments.get(at), Some(TokenTree::Ident(word)) if word == "extensions")
    });
    if let Some(TokenTree::Group(group)) = found.and_then(|at| arguments.get_mut(at + 1)) {
        let span = group.span();
        let inside = joined(&group.stream(), &entry);
        *group = Group::new(Delimiter::Parenthesis, inside);
        group.set_span(span);
        return arguments.into_iter().collect();
    }
    joined(&arguments.into_iter().collect(), &quote!(extensions(#entry)))
}

fn joined(members: &TokenStream, entry: &TokenStream) -> TokenStream {
    let end = members.clone().into_iter().last();
    if end.is_none() || is_comma(end.as_ref()) { quote!(#members #entry) } else { quote!(#members, #entry) }
}

fn is_comma(token: Option<&TokenTree>) -> bool {
    matches!(token, Some(TokenTree::Punct(punct)) if punct.as_char() == ',')
}

fn has_word(tokens: &TokenStream, wanted: &str) -> bool {
    tokens.clone().into_iter().any(|token| matches!(token, TokenTree::Ident(word) if word == wanted))
}

/// What the handler demands, as an expression that the operation's document evaluates.
fn note(handler: &Handler, private: &TokenStream) -> syn::Result<Notes> {
    let realm = realm(handler, private)?;
    let policy = expand::policy(&handler.policy, private);
    let mut note = quote!(#private::Notes::of::<#realm, #policy>());
    if handler.payload.as_ref().is_some_and(|payload| payload.kind == Kind::Optional) {
        note.extend(quote!(.optional()));
    }
    let mut parameters = TokenStream::new();
    let mut is_websocket = false;
    for PatType { attrs, ty, .. } in &handler.others {
        let conditions = attrs.iter().filter(|attr| attr.path().is_ident("cfg"));
        let conditions = quote!(#(#conditions)*);
        for ty in extractors(ty) {
            // It is axum's, of whose features ours know nothing.
            is_websocket |= is_named(option_of(ty).unwrap_or(ty), "WebSocketUpgrade");
            if let Some(ty) = demanding(handler, ty)? {
                parameters.extend(quote!(#conditions #private::Beside::<#ty>::NOTE,));
            }
        }
    }
    let upgrade = is_websocket.then(|| quote!(.websocket()));
    let beside = (!parameters.is_empty()).then(|| quote!(.beside({ use #private::Undemanding as _; &[#parameters] })));
    Ok(Notes { first: quote!(#note #beside #upgrade), further: quote!(#note #upgrade) })
}

/// What an attribute notes. Where several stand on each other, all of them have the same parameters beside them.
struct Notes {
    first: TokenStream,
    further: TokenStream,
}

/// The extractors of a parameter: a tuple of them is one, too.
fn extractors(ty: &Type) -> Vec<&Type> {
    match peel(ty) {
        Type::Tuple(tuple) => tuple.elems.iter().flat_map(extractors).collect(),
        ty => vec![ty],
    }
}

/// A parameter's type as the document can name it, which knows nothing of the handler's generics; `None` for one that it can't.
fn demanding(handler: &Handler, ty: &Type) -> syn::Result<Option<Type>> {
    /// Ours, with the number of the argument that makes no difference to what is demanded: claims, or the user.
    const OURS: [(&str, usize); 6] = [
        ("TokenPayload", 0),
        ("FreshPayload", 0),
        ("RefreshPayload", 0),
        ("AnyPayload", 0),
        ("Required", 1),
        ("CurrentSubject", 0),
    ];
    let mut ty = ty.clone();
    let inner = option_of(&ty).unwrap_or(&ty);
    if let Some((_, place)) = OURS.into_iter().find(|(name, _)| is_named(inner, name)) {
        if known(handler, &ty, "demands").is_err()
            && let Some(argument) = argument_mut(&mut ty, place)
        {
            *argument = syn::parse_quote!(());
        }
        known(handler, &ty, "demands")?;
    }
    let generics = &handler.function.sig.generics.params;
    let unknown = generics.iter().map(|parameter| match parameter {
        GenericParam::Type(parameter) => parameter.ident.to_string(),
        GenericParam::Const(parameter) => parameter.ident.to_string(),
        GenericParam::Lifetime(parameter) => parameter.lifetime.ident.to_string(),
    });
    let words = words(&ty.to_token_stream());
    let is_unknown = unknown.chain(["impl".to_owned(), "Self".to_owned()]).any(|name| words.contains(&name));
    Ok((!is_unknown).then_some(ty))
}

/// A type argument of a type, or of the one in its `Option`.
fn argument_mut(ty: &mut Type, place: usize) -> Option<&mut Type> {
    let ty = match ty {
        Type::Group(group) => return argument_mut(&mut group.elem, place),
        Type::Paren(paren) => return argument_mut(&mut paren.elem, place),
        Type::Path(path) => path.path.segments.last_mut()?,
        _ => return None,
    };
    let is_option = ty.ident == "Option";
    let PathArguments::AngleBracketed(arguments) = &mut ty.arguments else { return None };
    let mut types = arguments.args.iter_mut().filter_map(|argument| match argument {
        GenericArgument::Type(ty) => Some(ty),
        _ => None,
    });
    if is_option { argument_mut(types.next()?, place) } else { types.nth(place) }
}

/// The realm, without the handler's type parameters, which the document does not know.
fn realm(handler: &Handler, private: &TokenStream) -> syn::Result<TokenStream> {
    if let Some(realm) = &handler.realm {
        return known(handler, realm, "realm").map(ToTokens::to_token_stream);
    }
    let Some(payload) = &handler.payload else { return Ok(quote!(#private::DefaultRealm)) };
    let ty = payload.ty();
    if known(handler, ty, "realm").is_ok() {
        return Ok(quote!(<#ty as #private::Payload>::Realm));
    }
    // The claims don't matter; the realm is the second argument, if there is one.
    match arguments(ty).as_deref() {
        Some([_, realm, ..]) => known(handler, realm, "realm").map(ToTokens::to_token_stream),
        Some(_) => Ok(quote!(#private::DefaultRealm)),
        None => known(handler, ty, "realm").map(ToTokens::to_token_stream),
    }
}

/// The type arguments of a `TokenPayload`; `None` for a type of another name.
fn arguments(ty: &Type) -> Option<Vec<&Type>> {
    let Type::Path(path) = peel(option_of(ty).unwrap_or(ty)) else { return None };
    let last = path.path.segments.last().filter(|last| last.ident == "TokenPayload")?;
    let PathArguments::AngleBracketed(arguments) = &last.arguments else { return Some(Vec::new()) };
    let types = arguments.args.iter().filter_map(|argument| match argument {
        GenericArgument::Type(ty) => Some(ty),
        _ => None,
    });
    Some(types.collect())
}

fn known<'t>(handler: &Handler, ty: &'t Type, subject: &str) -> syn::Result<&'t Type> {
    let mut parameters = handler.function.sig.generics.type_params().map(|parameter| parameter.ident.to_string());
    let words = words(&ty.to_token_stream());
    match parameters.find(|parameter| words.contains(parameter)) {
        None => Ok(ty),
        Some(parameter) => Err(syn::Error::new(
            ty.span(),
            format!(
                "`{parameter}` must not decide on the {subject} of a handler with `#[utoipa::path]`: its document is one for all of them\n\
                 help: write the {subject} out, or leave `#[utoipa::path]` out"
            ),
        )),
    }
}

fn words(tokens: &TokenStream) -> Vec<String> {
    let mut found = Vec::new();
    for token in tokens.clone() {
        match token {
            TokenTree::Ident(word) => found.push(word.to_string()),
            TokenTree::Group(group) => found.extend(words(&group.stream())),
            _ => {}
        }
    }
    found
}

/// Fails to compile if `#[utoipa::path]` stood above: it has left its type in the module then, and the inner glob finds that one
/// and not the type outside of it. One that a note was left for has a constant of its own, as has the one outside. What a glob of the
/// module brings is found, too: one namesake is told of, and two of two globs are ambiguous (E0659) and refused by rustc.
fn nothing_above(handler: &Handler, private: &TokenStream) -> TokenStream {
    let name = &handler.function.sig.ident;
    let operation = operation(name);
    let message = format!(
        "`#[utoipa::path]`, by this name, must stand below `#[{}]`, or the document does not say what the handler demands\n\
         note: it may be that of another handler named `{name}`, which a glob such as `use other::*` brings into scope\n\
         help: move `#[utoipa::path]` below, or rename one of the two handlers",
        handler.policy.demand.name()
    );
    quote! {
        const _: () = {
            struct #operation;
            impl #operation {
                const IS_SEEN: ::core::primitive::bool = true;
            }
            {
                use #private::Unseen as _;
                use self::*;
                ::core::assert!(#operation::IS_SEEN, #message);
            }
        };
    }
}

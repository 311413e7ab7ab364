//! Writes the guarded handler; nothing can go wrong here any more.

use proc_macro2::{Delimiter, Group, Span, TokenStream, TokenTree};
use quote::{ToTokens, format_ident, quote, quote_spanned};
use syn::spanned::Spanned;
use syn::{FnArg, Token, Type};

use super::arguments::Demands;
use super::check::{Handler, Kind, Payload, Policy, Refused, is_boxed, is_named, kind, option_of, peel};
use super::parse::{Body, Function, Item};
use super::places;

pub(super) fn expand(handler: &Handler) -> TokenStream {
    let private = private(handler);
    let Function { attrs, vis, defaultness, sig, body } = &handler.function;
    let (asyncness, fn_token, ident, output) = (sig.asyncness, sig.fn_token, &sig.ident, &sig.output);
    let (generics, where_clause) = (&sig.generics, where_clause(handler, &private));
    let receiver = handler.receiver.iter();
    let guard = guard(handler, &private);
    let others = &handler.others;
    let mut parameters = TokenStream::new();
    sig.paren_token.surround(&mut parameters, |tokens| quote!(#(#receiver,)* #guard #(, #others)*).to_tokens(tokens));
    let body = with_assertions(body, &assertions(handler, &private));
    quote! {
        #(#attrs)*
        #vis #defaultness #asyncness #fn_token #ident #generics #parameters #output #where_clause
        #body
    }
}

/// The path of what generated code may touch.
pub(super) fn private(handler: &Handler) -> TokenStream {
    let krate = handler.krate.as_ref().map_or_else(|| quote!(::fastjwt), ToTokens::to_token_stream);
    quote!(#krate::__private)
}

/// The errors, and the user's item without what only this attribute understands.
///
/// Where the mend is plain the item is emitted mended, so that the same mistake is not told again elsewhere.
pub(super) fn expand_refused(refused: Refused) -> TokenStream {
    let errors = refused.mistakes.into_errors();
    let function = match refused.item {
        Item::Function(function) => function,
        Item::Other(item) => return quote!(#errors #item),
    };
    let Function { attrs, vis, defaultness, mut sig, body } = *function;
    match body {
        Body::Missing(end) => quote!(#(#attrs)* #vis #defaultness #sig #end #errors),
        Body::Block { brace, inner_attrs, statements } => {
            sig.constness = None;
            // Another future around a boxed one would be a second error.
            if !is_boxed(&sig) {
                sig.asyncness = sig.asyncness.or(Some(Token![async](sig.fn_token.span)));
            }
            sig.variadic = None;
            for input in &mut sig.inputs {
                take_by_value(input);
            }
            let body = block(brace.span.join(), quote!(#inner_attrs #statements));
            quote!(#(#attrs)* #vis #defaultness #sig #body #errors)
        }
    }
}

fn take_by_value(input: &mut FnArg) {
    if let FnArg::Typed(parameter) = input
        && kind(&parameter.ty) == Some(Kind::Reference)
        && let Type::Reference(reference) = peel(&parameter.ty)
    {
        let value = reference.elem.clone();
        parameter.ty = value;
    }
}

/// The parameter that lets nobody in who has no token.
///
/// It has the attribute's own span, so that rustc points there if another macro counts the parameters.
fn guard(handler: &Handler, private: &TokenStream) -> TokenStream {
    let mut policy = policy(&handler.policy, private);
    if handler.others.is_empty() {
        policy = quote!(#private::Last<#policy>);
    }
    if let Some(Payload { parameter, .. }) = &handler.payload {
        let (attrs, pat, ty) = (&parameter.attrs, &parameter.pat, &parameter.ty);
        quote!(#(#attrs)* #private::Guard { 0: #pat, .. }: #private::Guard<#ty, #policy>)
    } else {
        let realm = handler.realm.iter();
        quote!(_: #private::Guard<#private::PutThisAttributeFirst #(<#realm>)*, #policy>)
    }
}

/// From the inside out: each demand is a type around the policy before it.
pub(super) fn policy(policy: &Policy, private: &TokenStream) -> TokenStream {
    let demand = format_ident!("{}", policy.demand.policy());
    let mut ty = quote!(#private::#demand);
    let Demands {
        subject_param,
        scopes,
        max_age,
        leeway,
        issuer,
        audience,
        locations,
        without_csrf,
        without_revocation,
    } = &policy.demands;
    if policy.or_expired {
        ty = quote!(#private::OptionalOrExpired<#ty>);
    }
    if !locations.is_empty() {
        let places = places::to_type(locations, private);
        ty = quote!(#private::At<#ty, #places>);
    }
    if without_csrf.is_some() {
        ty = quote!(#private::WithoutCsrf<#ty>);
    }
    if *without_revocation {
        ty = quote!(#private::WithoutRevocation<#ty>);
    }
    if let Some(name) = issuer {
        let name = name.to_type(private);
        ty = quote!(#private::Issuer<#ty, #name>);
    }
    if !audience.is_empty() {
        let names = audience.iter().map(|name| name.to_type(private));
        ty = quote!(#private::Audience<#ty, (#(#names,)*)>);
    }
    if let Some(seconds) = leeway {
        ty = quote!(#private::Leeway<#ty, #seconds>);
    }
    if let Some(seconds) = max_age {
        ty = quote!(#private::MaxAge<#ty, #seconds>);
    }
    if let Some(rule) = scopes {
        let rule = rule.to_type(private);
        ty = quote!(#private::Scopes<#ty, #rule>);
    }
    if let Some(name) = subject_param {
        let name = name.to_type(private);
        ty = quote!(#private::SubjectParam<#ty, #name>);
    }
    ty
}

/// The user's, and that the state holds what the guard needs.
fn where_clause(handler: &Handler, private: &TokenStream) -> TokenStream {
    let generics = &handler.function.sig.generics;
    let users = &generics.where_clause;
    let Some(state) = &handler.state else { return users.to_token_stream() };
    let is_parameter =
        matches!(state, Type::Path(ty) if generics.type_params().any(|parameter| ty.path.is_ident(&parameter.ident)));
    // Clippy compares texts, and would blame the user for a type parameter that is bound in two places.
    let place = if is_parameter { Span::call_site() } else { state.span() };
    let realm = match (&handler.realm, &handler.payload) {
        (Some(realm), _) => realm.to_token_stream(),
        (None, Some(payload)) => {
            let ty = payload.ty();
            quote!(<#ty as #private::Payload>::Realm)
        }
        (None, None) => quote!(#private::DefaultRealm),
    };
    let bounded = if is_parameter { at(place, &state.to_token_stream()) } else { state.to_token_stream() };
    let private = at(place, private);
    let subjects = handler.others.iter().map(|parameter| &*parameter.ty).filter(|ty| is_subject(ty));
    let predicate = quote_spanned! { place=>
        #bounded: #private::HasFastJwt<#realm>
        #(, #bounded: #private::LoadSubject<<#subjects as #private::SubjectExtractor>::User>)*
    };
    match users.as_ref().filter(|users| !users.predicates.is_empty()) {
        Some(users) if users.predicates.trailing_punct() => quote!(#users #predicate),
        Some(users) => quote!(#users, #predicate),
        None => quote!(where #predicate),
    }
}

/// What the state must be able to load.
fn is_subject(ty: &Type) -> bool {
    is_named(option_of(ty).unwrap_or(ty), "CurrentSubject")
}

/// A path at another place, which resolves as before: rustc points at all of a predicate.
fn at(place: Span, path: &TokenStream) -> TokenStream {
    let moved = path.clone().into_iter().map(|mut token| {
        token.set_span(token.span().located_at(place));
        token
    });
    moved.collect()
}

/// What only rustc can check, each pointed at the type that the user wrote.
fn assertions(handler: &Handler, private: &TokenStream) -> TokenStream {
    let mut assertions = handler.proof.clone();
    let Some(payload) = &handler.payload else {
        // With a state the `where` clause says it.
        let realm = handler.realm.iter().filter(|_| handler.state.is_none());
        assertions.extend(realm.map(
            |realm| quote_spanned!(Span::call_site().located_at(realm.span())=> let _ = #private::assert_realm::<#realm>;),
        ));
        return assertions;
    };
    let ty = payload.ty();
    let at = Span::call_site().located_at(ty.span());
    let assertion = match payload.kind {
        Kind::Optional => quote_spanned!(at=> assert_payload),
        // Behind an alias, whatever its name, an `Option` would let requests without a token in.
        Kind::Required | Kind::Alias | Kind::Reference => quote_spanned!(at=> assert_required_payload),
    };
    assertions.extend(quote_spanned!(at=> let _ = #private::#assertion::<#ty>;));
    if let Some(realm) = &handler.realm {
        assertions.extend(quote_spanned!(at=> let _ = #private::assert_payload_in_realm::<#ty, #realm>;));
    }
    assertions
}

/// A body that begins with items keeps its place and takes the attribute's context: clippy would blame the user for
/// items that now come after a statement. Every other body stays the user's own, and so do rustc's errors in it.
fn with_assertions(body: &Body, assertions: &TokenStream) -> TokenStream {
    match body {
        Body::Block { brace, inner_attrs, statements } => {
            let users = brace.span.join();
            let is_ours = !assertions.is_empty() && begins_with_item(statements);
            let at = if is_ours { Span::call_site().located_at(users) } else { users };
            block(at, quote!(#inner_attrs #assertions #statements))
        }
        Body::Missing(end) => end.clone(),
    }
}

/// Whether the first word can begin an item.
fn begins_with_item(statements: &TokenStream) -> bool {
    const WORDS: [&str; 15] = [
        "use", "const", "static", "fn", "async", "unsafe", "extern", "struct", "enum", "union", "type", "trait",
        "impl", "mod", "pub",
    ];
    match statements.clone().into_iter().next() {
        Some(TokenTree::Ident(word)) => WORDS.iter().any(|item| word == item),
        Some(TokenTree::Punct(punct)) => punct.as_char() == '#',
        _ => false,
    }
}

fn block(at: Span, content: TokenStream) -> TokenStream {
    let mut block = Group::new(Delimiter::Brace, content);
    block.set_span(at);
    block.into_token_stream()
}

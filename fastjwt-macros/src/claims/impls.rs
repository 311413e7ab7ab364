//! Writes the traits of fastjwt for an item, and stand-ins for them when the item does not stand.

use proc_macro2::{Span, TokenStream};
use quote::{ToTokens, quote};
use syn::spanned::Spanned;
use syn::{DeriveInput, Generics, Type, WherePredicate, parse_quote};

use super::Mode;
use super::check::Named;
use super::expand::{kept, prover_ident};
use super::object::{Flattened, Object};
use super::parse::Carried;
use super::shape::static_type;
use super::types;

pub(crate) fn derive(checked: &Named) -> TokenStream {
    let Named { mode, item, carried, object, variants, transparent, serde_gives_up, errors } = checked;
    if carried.stub {
        return errors.clone();
    }
    if *serde_gives_up {
        let stubs = stubs(*mode, item, &carried.krate);
        return quote!(#stubs #errors);
    }
    let krate = &carried.krate;
    let private = quote!(#krate::__private);
    let ident = &item.ident;
    let generics = bounded(&item.generics, &private, carried);
    let (parameters, arguments, bounds) = generics.split_for_impl();
    let kept = kept(&item.attrs);
    let claim_names = object.as_ref().map(|Object { names: own, alike, flattened }| {
        let flat = flattened.iter().map(|one| names_of(one, item, &private));
        let alike = (!alike.is_empty()).then(|| quote!(.alike(&[#(&[#(#alike),*]),*])));
        let fresh = quote!(#private::Names::new(&[#(#own),*], &[#(#flat),*])#alike);
        // Without parameters the checks stand beside the item, each at its type.
        let names = match (item.generics.params.is_empty() || flattened.is_empty(), mode) {
            (true, _) => fresh,
            (false, Mode::Claims) => quote!(#fresh.unreserved().disjoint()),
            (false, Mode::Value) => quote!(#fresh.disjoint()),
        };
        quote! {
            #(#kept)*
            #[automatically_derived]
            impl #parameters #private::ClaimNames for #ident #arguments #bounds {
                const NAMES: #private::Names = #names;
            }
        }
    });
    let nullable =
        transparent.as_ref().map(|ty| quote!(const NULLABLE: bool = <#ty as #private::ClaimValue>::NULLABLE;));
    let claims = (*mode == Mode::Claims).then(|| claims(item, &generics, carried, &private));
    let checks: TokenStream = object.iter().chain(variants).map(|one| flat_checks(checked, one, &private)).collect();
    quote! {
        #claim_names
        #(#kept)*
        #[automatically_derived]
        impl #parameters #private::ClaimValue for #ident #arguments #bounds {
            #nullable
        }
        #claims
        #checks
        #errors
    }
}

/// Enough impls that nothing which uses the item is wrong too.
pub(crate) fn stubs(mode: Mode, item: &DeriveInput, krate: &TokenStream) -> TokenStream {
    let private = quote!(#krate::__private);
    let ident = &item.ident;
    let (parameters, arguments, bounds) = item.generics.split_for_impl();
    let mut reading: Generics = item.generics.clone();
    reading.params.insert(0, parse_quote!('__fastjwt));
    let (reading, _, _) = reading.split_for_impl();
    let claims = (mode == Mode::Claims).then(|| {
        let mut generics = item.generics.clone();
        generics.params =
            generics.params.into_iter().filter(|param| !matches!(param, syn::GenericParam::Lifetime(_))).collect();
        for param in item.generics.type_params() {
            let param = &param.ident;
            generics
                .make_where_clause()
                .predicates
                .push(parse_quote!(#param: ::core::marker::Send + ::core::marker::Sync + 'static));
        }
        let (parameters, _, bounds) = generics.split_for_impl();
        let ty = static_type(item);
        quote!(#[automatically_derived] impl #parameters #private::Claims for #ty #bounds {})
    });
    quote! {
        #[automatically_derived]
        impl #parameters #private::serde::Serialize for #ident #arguments #bounds {
            fn serialize<__FastjwtS: #private::serde::Serializer>(
                &self,
                _: __FastjwtS,
            ) -> ::core::result::Result<__FastjwtS::Ok, __FastjwtS::Error> {
                ::core::unreachable!()
            }
        }
        #[automatically_derived]
        impl #reading #private::serde::Deserialize<'__fastjwt> for #ident #arguments #bounds {
            fn deserialize<__FastjwtD: #private::serde::Deserializer<'__fastjwt>>(
                _: __FastjwtD,
            ) -> ::core::result::Result<Self, __FastjwtD::Error> {
                ::core::unreachable!()
            }
        }
        #[automatically_derived]
        impl #parameters #private::ClaimNames for #ident #arguments #bounds {
            const NAMES: #private::Names = #private::Names::new(&[], &[]);
        }
        #[automatically_derived]
        impl #parameters #private::ClaimValue for #ident #arguments #bounds {}
        #claims
    }
}

/// The item's parameters, with what its serde impls ask of them.
fn bounded(generics: &Generics, private: &TokenStream, carried: &Carried) -> Generics {
    let mut generics = generics.clone();
    if generics.type_params().next().is_some() {
        let clause = generics.make_where_clause();
        clause.predicates.extend(carried.bounds.iter().cloned());
        clause.predicates.push(parse_quote!(Self: #private::serde::Serialize + #private::serde::de::DeserializeOwned));
    }
    generics
}

fn claims(item: &DeriveInput, bounded: &Generics, carried: &Carried, private: &TokenStream) -> TokenStream {
    let ident = &item.ident;
    let mut generics = bounded.clone();
    let params = item.generics.type_params().map(|param| param.ident.to_token_stream());
    // A parameter is asked once, as such; what its traits name of it is asked for itself.
    let proven = carried.bounds.iter().filter_map(|bound| match bound {
        WherePredicate::Type(bound) if !is_ident(&bound.bounded_ty) => Some(bound.bounded_ty.to_token_stream()),
        _ => None,
    });
    for held in params.chain(proven) {
        generics
            .make_where_clause()
            .predicates
            .push(parse_quote!(#held: ::core::marker::Send + ::core::marker::Sync + 'static));
    }
    let (parameters, arguments, bounds) = generics.split_for_impl();
    let kept = kept(&item.attrs);
    quote!(#(#kept)* #[automatically_derived] impl #parameters #private::Claims for #ident #arguments #bounds {})
}

fn is_ident(ty: &Type) -> bool {
    matches!(ty, Type::Path(path) if path.path.get_ident().is_some())
}

/// The names of a flattened type, by its proof, so that a type without names is one error.
fn names_of(one: &Flattened, item: &DeriveInput, private: &TokenStream) -> TokenStream {
    let (index, prover) = (&one.index, prover_ident(&item.ident));
    let (_, arguments, _) = item.generics.split_for_impl();
    quote!(<#prover #arguments as #private::Flat<#index>>::NAMES)
}

/// Each flattened type against the names of the object, and against the flattened ones before it.
fn flat_checks(checked: &Named, object: &Object, private: &TokenStream) -> TokenStream {
    if !checked.item.generics.params.is_empty() {
        return TokenStream::new();
    }
    let own = &object.names;
    let mut checks = TokenStream::new();
    let mut before: Vec<TokenStream> = Vec::new();
    for one in &object.flattened {
        let names = names_of(one, &checked.item, private);
        let span = one.ty.span().resolved_at(Span::mixed_site());
        let unreserved = (checked.mode == Mode::Claims).then(|| quote!(.unreserved()));
        let check = quote! {
            const _: () = {
                _ = #private::Names::new(&[#(#own),*], &[#names])#unreserved.disjoint();
                #(_ = #private::Names::new(&[], &[#before, #names]).disjoint();)*
            };
        };
        checks.extend(types::at(check, span));
        before.push(names);
    }
    checks
}

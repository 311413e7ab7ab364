//! Writes the item with serde's derives, the shims on its fields and the proofs beside it.

use proc_macro2::{Span, TokenStream};
use quote::{ToTokens, format_ident, quote, quote_spanned};
use syn::ext::IdentExt;
use syn::spanned::Spanned;
use syn::{Attribute, Data, DeriveInput, Field, Generics, Ident, LitStr, WherePredicate, parse_quote};

use super::Mode;
use super::fields::{Plan, Proof};
use super::impls;
use super::parse::Unreadable;
use super::shape::{Checked, Through, Way, fields_mut, self_type};
use super::{types, words};

pub(crate) fn attribute(checked: Checked) -> TokenStream {
    let Checked { mode, mut item, plans, through, import, carried, names_serde, errors } = checked;
    let krate = &carried.krate;
    let check = match mode {
        Mode::Claims => quote!(CheckClaims),
        Mode::Value => quote!(CheckClaimValue),
    };
    let is_derived = |word: bool| !through.iter().any(|conversion| (conversion.way == Way::Into) == word);
    let serialize = is_derived(true).then(|| quote!(#krate::__private::serde::Serialize,));
    let deserialize = is_derived(false).then(|| quote!(#krate::__private::serde::Deserialize,));
    let prover = Prover::new(&item, krate.clone(), &carried.bounds);
    let import = import.as_ref().map(|path| prover.import(path));
    let mut proofs = TokenStream::new();
    let mut index = 0_usize;
    let around = around_fields(&item.data);
    for ((field, plan), around) in fields_mut(&mut item.data).into_iter().zip(&plans).zip(around) {
        prover.field(index, field, *plan, around, &mut proofs);
        index += 1;
    }
    if plans.iter().any(|plan| plan.denies_option || plan.demands_option) {
        proofs.extend(prover.nullable());
    }
    if carried.stub {
        let stubs = impls::stubs(mode, &item, krate);
        let proofs = prover.finish(proofs);
        return quote! {
            #import
            #[derive(#krate::__private::#check)]
            #carried
            #item
            #proofs
            #stubs
            #errors
        };
    }
    if item.generics.type_params().next().is_none() {
        default_by_path(&mut item.attrs);
    }
    let conversions = prover.conversions(index, &through, &mut proofs);
    let proofs = prover.finish(proofs);
    let serde_path = quote!(#krate::__private::serde).to_string();
    let serde_crate = (!names_serde).then(|| quote!(#[serde(crate = #serde_path)]));
    quote! {
        #import
        #[derive(#serialize #deserialize #krate::__private::#check)]
        #serde_crate
        #carried
        #item
        #proofs
        #conversions
        #errors
    }
}

/// The item as it is, and what its name is asked for.
pub(crate) fn unreadable(unreadable: &Unreadable) -> TokenStream {
    let Unreadable { mode, krate, item, stand_in, errors } = unreadable;
    let stubs = stand_in.as_ref().map(|stand_in| impls::stubs(*mode, stand_in, krate));
    quote!(#item #stubs #errors)
}

/// The type that carries the proofs of an item. It is private, so that a public item may hold private types.
pub(crate) fn prover_ident(item: &Ident) -> Ident {
    format_ident!("__Fastjwt{}", item.unraw(), span = item.span().resolved_at(Span::mixed_site()))
}

struct Prover {
    krate: TokenStream,
    ident: Ident,
    written_out: TokenStream,
    /// The item's parameters, with the bounds that make its fields claims.
    generics: Generics,
    /// What holds for the item, and so for all that stands beside it.
    own: Vec<Attribute>,
    bound: Option<String>,
}

impl Prover {
    fn new(item: &DeriveInput, krate: TokenStream, asked: &[WherePredicate]) -> Self {
        let mut generics = item.generics.clone();
        generics.make_where_clause().predicates.extend(asked.iter().cloned());
        let bound = (!asked.is_empty()).then(|| quote!(#(#asked),*).to_string());
        Self {
            ident: prover_ident(&item.ident),
            written_out: self_type(item),
            generics,
            own: kept(&item.attrs),
            krate,
            bound,
        }
    }

    /// Brings the path into scope under the name that the item knows it by.
    fn import(&self, path: &TokenStream) -> TokenStream {
        let (krate, own) = (&self.krate, &self.own);
        quote!(#(#own)* use #path as #krate;)
    }

    /// Puts the shims on the field, and its proof into `proofs`.
    fn field(&self, index: usize, field: &mut Field, plan: Plan, around: Vec<Attribute>, proofs: &mut TokenStream) {
        if self.generics.type_params().next().is_none() {
            default_by_path(&mut field.attrs);
        }
        if plan.proof == Proof::Waived {
            return;
        }
        let mut cfgs = around;
        cfgs.extend(kept(&field.attrs));
        self.proof(index, &cfgs, plan.proof, &field.ty, proofs);
        // The shim makes a missing `Option` an error, and only the name tells the macro that it is one.
        if plan.denies_option {
            let written_out = if types::boxed(&field.ty).is_some_and(types::is_option) {
                "write `Option<Box<..>>`, so that a missing claim reads as `None`"
            } else {
                "write `Option<..>` out or add `#[serde(default)]`, so that a missing claim reads as `None`"
            };
            self.assertion(index, &cfgs, field, &quote!(!), written_out, proofs);
        }
        if plan.demands_option {
            let named = "`Option` must be the one of the standard library, since a claim is optional by that name; rename the other type";
            self.assertion(index, &cfgs, field, &TokenStream::new(), named, proofs);
        }
        let path = |shim: &str| {
            let (krate, ident) = (&self.krate, &self.ident);
            let (_, arguments, _) = self.generics.split_for_impl();
            let shim = format_ident!("{shim}");
            // Without a space before the name: by it the hidden derive knows the shims.
            let path = quote!(#krate::__private::#shim).to_string();
            let arguments = arguments.to_token_stream();
            format!("{path}::<{ident}{arguments}, {index}, _>")
        };
        let (write, read) = match plan.proof {
            Proof::Names => ("ser_flat", "de_flat"),
            Proof::Value | Proof::Waived => ("ser_field", "de_field"),
        };
        if plan.shims_writing {
            let path = path(write);
            field.attrs.push(parse_quote!(#[serde(serialize_with = #path)]));
        }
        if plan.shims_reading {
            let path = path(read);
            field.attrs.push(parse_quote!(#[serde(deserialize_with = #path)]));
        }
        if let Some(bound) = self.bound.as_ref().filter(|_| plan.shims_writing || plan.shims_reading) {
            field.attrs.push(parse_quote!(#[serde(bound = #bound)]));
        }
        if plan.adds_default {
            // By its path, because serde asks `T: Default` of `Option<T>` where it says `default` alone.
            field.attrs.push(parse_quote!(#[serde(default = "::core::default::Default::default")]));
        }
        if plan.proof == Proof::Names {
            field.attrs.push(parse_quote!(#[claim(__fastjwt = #index)]));
        }
    }

    /// The one place that can fail if the type is no claim, so that one mistake is one error.
    fn proof(&self, index: usize, cfgs: &[Attribute], proof: Proof, ty: &impl ToTokens, proofs: &mut TokenStream) {
        let (krate, ident, own) = (&self.krate, &self.ident, &self.own);
        let (parameters, arguments, bounds) = self.generics.split_for_impl();
        let ty = types::without_self(ty.to_token_stream(), &self.written_out);
        let which = match proof {
            Proof::Names => quote!(Flat),
            Proof::Value | Proof::Waived => quote!(Field),
        };
        proofs.extend(quote! {
            #(#own)* #(#cfgs)*
            #[automatically_derived]
            impl #parameters #krate::__private::#which<#index> for #ident #arguments #bounds {
                type T = #ty;
            }
        });
    }

    /// That the type is an `Option`, or with `not` that it is none.
    fn assertion(
        &self,
        index: usize,
        cfgs: &[Attribute],
        field: &Field,
        not: &TokenStream,
        message: &str,
        proofs: &mut TokenStream,
    ) {
        let (ident, own) = (&self.ident, &self.own);
        let span = field.ty.span().resolved_at(Span::mixed_site());
        proofs.extend(quote_spanned! {span=>
            #(#own)* #(#cfgs)*
            const _: () = ::core::assert!(
                #not #ident::__fastjwt_nullable::<#index>(),
                #message
            );
        });
    }

    /// Serde's conversions by our own hand: serde's would ask of the named type itself what its proof asks already.
    fn conversions(&self, first: usize, through: &[Through], proofs: &mut TokenStream) -> TokenStream {
        let (krate, prover, own, item) = (&self.krate, &self.ident, &self.own, &self.written_out);
        let (_, arguments, _) = self.generics.split_for_impl();
        let mut known: Vec<String> = Vec::new();
        let mut conversions = TokenStream::new();
        for Through { way, ty } in through {
            let text = ty.to_token_stream().to_string();
            let position = known.iter().position(|before| *before == text).unwrap_or_else(|| {
                self.proof(first.saturating_add(known.len()), &[], Proof::Value, ty, proofs);
                known.push(text);
                known.len().saturating_sub(1)
            });
            let index = first.saturating_add(position);
            let private = quote!(#krate::__private);
            let through = quote!(<#prover #arguments as #private::Field<#index>>::T);
            let read = quote!(#private::de_field::<#prover #arguments, #index, _>(__fastjwt_deserializer)?);
            let convert = match way {
                Way::Into => {
                    let (parameters, _, bounds) = self.generics.split_for_impl();
                    conversions.extend(quote! {
                        #(#own)*
                        #[automatically_derived]
                        impl #parameters #private::serde::Serialize for #item #bounds {
                            fn serialize<__FastjwtS: #private::serde::Serializer>(
                                &self,
                                __fastjwt_serializer: __FastjwtS,
                            ) -> ::core::result::Result<__FastjwtS::Ok, __FastjwtS::Error> {
                                let __fastjwt_through: #through =
                                    ::core::convert::Into::into(::core::clone::Clone::clone(self));
                                #private::ser_field::<#prover #arguments, #index, _>(
                                    &__fastjwt_through,
                                    __fastjwt_serializer,
                                )
                            }
                        }
                    });
                    continue;
                }
                Way::From => quote!(::core::result::Result::Ok(<Self as ::core::convert::From<#through>>::from(#read))),
                Way::TryFrom => quote! {
                    <Self as ::core::convert::TryFrom<#through>>::try_from(#read)
                        .map_err(#private::serde::de::Error::custom)
                },
            };
            let mut reading = self.generics.clone();
            reading.params.insert(0, parse_quote!('__fastjwt));
            let (parameters, _, bounds) = reading.split_for_impl();
            conversions.extend(quote! {
                #(#own)*
                #[automatically_derived]
                impl #parameters #private::serde::Deserialize<'__fastjwt> for #item #bounds {
                    fn deserialize<__FastjwtD: #private::serde::Deserializer<'__fastjwt>>(
                        __fastjwt_deserializer: __FastjwtD,
                    ) -> ::core::result::Result<Self, __FastjwtD::Error> {
                        #convert
                    }
                }
            });
        }
        conversions
    }

    /// Reads the constant through a bound, so that a type that is no claim is not reported here too.
    fn nullable(&self) -> TokenStream {
        let (krate, ident, own) = (&self.krate, &self.ident, &self.own);
        quote! {
            #(#own)*
            impl #ident {
                const fn __fastjwt_nullable<const N: usize>() -> bool
                where
                    Self: #krate::__private::Field<N>,
                {
                    <<Self as #krate::__private::Field<N>>::T as #krate::__private::ClaimValue>::NULLABLE
                }
            }
        }
    }

    fn finish(self, proofs: TokenStream) -> TokenStream {
        if proofs.is_empty() {
            return proofs;
        }
        let (ident, own) = (&self.ident, &self.own);
        let params = self.generics.params.iter().map(|param| match param {
            syn::GenericParam::Type(param) => {
                let ident = &param.ident;
                quote!(#ident: ?::core::marker::Sized)
            }
            syn::GenericParam::Const(param) => {
                let (ident, ty) = (&param.ident, &param.ty);
                quote!(const #ident: #ty)
            }
            syn::GenericParam::Lifetime(param) => param.to_token_stream(),
        });
        let held = self.generics.type_params().map(|param| {
            let ident = &param.ident;
            quote!(*const #ident)
        });
        let marker = if self.generics.params.is_empty() {
            quote!(struct #ident;)
        } else {
            quote!(struct #ident<#(#params),*>(#(::core::marker::PhantomData<#held>),*);)
        };
        quote! {
            #(#own)*
            #[doc(hidden)]
            #marker
            #proofs
        }
    }
}

/// `default` of the whole struct or of a field by its path: for the word alone serde asks `Default` of its impl, and a type without
/// it would be told once more by every trait that asks for the impl.
fn default_by_path(attrs: &mut Vec<Attribute>) {
    for word in words::take(attrs, "serde", |word| word.is("default") && word.is_bare()) {
        // Serde takes its span for a variable of its own, which a `macro_rules!` that hands the word on would hide.
        let span = word.name.span().resolved_at(Span::call_site());
        let path = LitStr::new("::core::default::Default::default", span);
        attrs.push(parse_quote!(#[serde(default = #path)]));
    }
}

/// For each field, what holds for the variant that it stands in.
fn around_fields(data: &Data) -> Vec<Vec<Attribute>> {
    match data {
        Data::Struct(data) => data.fields.iter().map(|_| Vec::new()).collect(),
        Data::Enum(data) => {
            data.variants.iter().flat_map(|variant| variant.fields.iter().map(|_| kept(&variant.attrs))).collect()
        }
        Data::Union(_) => Vec::new(),
    }
}

/// The attributes that hold for what is written beside the item or field, too: whether it is there, and what the user
/// allows in it.
pub(crate) fn kept(attrs: &[Attribute]) -> Vec<Attribute> {
    let keep = |attr: &Attribute| {
        let path = attr.path();
        if path.is_ident("cfg") {
            Some(attr.clone())
        } else if let Some(lints) = words::inside(attr, "allow").or_else(|| words::inside(attr, "expect")) {
            allowed(lints)
        } else if path.is_ident("deprecated") {
            Some(parse_quote!(#[allow(deprecated, reason = "the item itself is marked as such")]))
        } else {
            None
        }
    };
    attrs.iter().filter_map(keep).collect()
}

/// The lints, but for those of what is not used: an impl that may be dead keeps the item alive, and what the user expects
/// of it would not come true.
fn allowed(lints: TokenStream) -> Option<Attribute> {
    let mut parts = words::split(lints);
    parts.retain(|part| part.to_string() != "dead_code" && part.to_string() != "unused");
    let is_reason = |part: &TokenStream| words::words(part.clone()).iter().any(|word| word.is("reason"));
    parts.iter().any(|part| !is_reason(part)).then(|| parse_quote!(#[allow(#(#parts),*)]))
}

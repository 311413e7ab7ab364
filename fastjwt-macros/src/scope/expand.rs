//! Writes what makes an enum's variants scopes; nothing can go wrong here any more.

use proc_macro2::TokenStream;
use quote::{ToTokens, quote};
use syn::Path;

use super::check::{Refused, Scopes};

pub(super) fn expand(scopes: &Scopes) -> TokenStream {
    let private = private(scopes.krate.as_ref());
    let enumeration = &scopes.ident;
    let variants: Vec<_> = scopes.named.iter().map(|(variant, _)| variant).collect();
    let names: Vec<_> = scopes.named.iter().map(|(_, name)| name).collect();
    let places = 0..scopes.named.len();
    quote! {
        #[automatically_derived]
        impl #private::Scope for #enumeration {
            const ALL: &'static [Self] = &[#(Self::#variants),*];
            const NAMES: &'static [(::core::primitive::u128, &'static ::core::primitive::str)] =
                &[#((Self::#variants as ::core::primitive::u128, #names)),*];

            fn name(&self) -> &'static ::core::primitive::str {
                match self {
                    #(Self::#variants => #names,)*
                }
            }

            fn place(&self) -> ::core::primitive::usize {
                match self {
                    #(Self::#variants => #places,)*
                }
            }
        }

        #[automatically_derived]
        impl ::core::str::FromStr for #enumeration {
            type Err = #private::UnknownScope;

            fn from_str(name: &::core::primitive::str) -> ::core::result::Result<Self, #private::UnknownScope> {
                match name {
                    #(#names => ::core::result::Result::Ok(Self::#variants),)*
                    _ => ::core::result::Result::Err(#private::UnknownScope::new()),
                }
            }
        }

        #[automatically_derived]
        impl ::core::convert::AsRef<::core::primitive::str> for #enumeration {
            fn as_ref(&self) -> &::core::primitive::str {
                #private::Scope::name(self)
            }
        }

        #[automatically_derived]
        impl ::core::fmt::Display for #enumeration {
            fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                f.write_str(#private::Scope::name(self))
            }
        }

        #[automatically_derived]
        impl ::core::convert::From<#enumeration> for ::std::string::String {
            fn from(scope: #enumeration) -> Self {
                <Self as ::core::convert::From<&::core::primitive::str>>::from(#private::Scope::name(&scope))
            }
        }

        #[automatically_derived]
        impl ::core::convert::From<&#enumeration> for ::std::string::String {
            fn from(scope: &#enumeration) -> Self {
                <Self as ::core::convert::From<&::core::primitive::str>>::from(#private::Scope::name(scope))
            }
        }
    }
}

/// The errors, and the traits all the same, so that what uses the enum is no second mistake.
pub(super) fn expand_refused(refused: Refused) -> TokenStream {
    let Refused { krate, ident, generics, mistakes } = refused;
    let (private, errors) = (private(krate.as_ref()), mistakes.into_errors());
    if !generics.params.is_empty() {
        return errors;
    }
    quote! {
        #errors

        #[automatically_derived]
        impl #private::Scope for #ident {
            const ALL: &'static [Self] = &[];
            const NAMES: &'static [(::core::primitive::u128, &'static ::core::primitive::str)] = &[];

            fn name(&self) -> &'static ::core::primitive::str {
                ""
            }

            fn place(&self) -> ::core::primitive::usize {
                0
            }
        }

        #[automatically_derived]
        impl ::core::str::FromStr for #ident {
            type Err = #private::UnknownScope;

            fn from_str(_: &::core::primitive::str) -> ::core::result::Result<Self, #private::UnknownScope> {
                ::core::result::Result::Err(#private::UnknownScope::new())
            }
        }

        #[automatically_derived]
        impl ::core::convert::AsRef<::core::primitive::str> for #ident {
            fn as_ref(&self) -> &::core::primitive::str {
                #private::Scope::name(self)
            }
        }
    }
}

fn private(krate: Option<&Path>) -> TokenStream {
    let krate = krate.map_or_else(|| quote!(::fastjwt), ToTokens::to_token_stream);
    quote!(#krate::__private)
}

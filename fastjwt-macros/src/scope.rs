//! `#[derive(Scope)]`: an enum whose variants are scopes.

use proc_macro2::TokenStream as TokenStream2;

mod check;
mod expand;
mod parse;

pub(crate) fn derive(item: TokenStream2) -> TokenStream2 {
    match parse::parse(item) {
        Ok(input) => match check::check(input) {
            Ok(scopes) => expand::expand(&scopes),
            Err(refused) => expand::expand_refused(*refused),
        },
        Err(unreadable) => unreadable,
    }
}

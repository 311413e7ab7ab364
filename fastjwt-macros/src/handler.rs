//! The attributes that guard a handler: `#[access_token_required]` and its sisters.

use proc_macro2::TokenStream as TokenStream2;
use quote::quote;

mod arguments;
mod check;
mod expand;
mod meant;
mod openapi;
mod parse;
mod places;
mod values;

/// What the token of a request must be.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Demand {
    Access,
    Fresh,
    Refresh,
    Any,
}

/// With `documents`, the document that utoipa makes is told of the handler as well.
pub(crate) fn attribute(demand: Demand, documents: bool, args: TokenStream2, item: TokenStream2) -> TokenStream2 {
    let input = parse::parse(demand, args, item);
    match check::check(input) {
        Ok(mut handler) => {
            let beside = documents.then(|| openapi::document(&mut handler));
            let handler = expand::expand(&handler);
            quote!(#handler #beside)
        }
        Err(refused) => expand::expand_refused(refused),
    }
}

impl Demand {
    pub(crate) const ALL: [Self; 4] = [Self::Access, Self::Fresh, Self::Refresh, Self::Any];

    /// The attribute's name, as a user writes it.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Access => "access_token_required",
            Self::Fresh => "fresh_token_required",
            Self::Refresh => "refresh_token_required",
            Self::Any => "token_required",
        }
    }

    /// The policy in `fastjwt::__private` that stands for it.
    pub(crate) const fn policy(self) -> &'static str {
        match self {
            Self::Access => "AccessRequired",
            Self::Fresh => "FreshRequired",
            Self::Refresh => "RefreshRequired",
            Self::Any => "AnyRequired",
        }
    }

    /// Whether no token can meet both.
    pub(crate) fn contradicts(self, other: Self) -> bool {
        self != Self::Any && other != Self::Any && (self == Self::Refresh) != (other == Self::Refresh)
    }
}

//! `#[jwt_claims]` and `#[claim_value]`: the attribute checks the shape and emits serde's derives, the hidden derive
//! checks the names, because it alone sees through `cfg_attr`.

use proc_macro2::TokenStream as TokenStream2;

mod check;
mod expand;
mod fields;
mod impls;
mod object;
mod parse;
mod serde_name;
mod serde_word;
mod shape;
mod types;
mod untagged;
mod words;

/// Which of the two attributes is at work.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mode {
    /// `#[jwt_claims]`: the top level of a token's extra claims.
    Claims,
    /// `#[claim_value]`: a value below the top level, with names of its own.
    Value,
}

impl Mode {
    /// The attribute as the user writes it.
    fn attribute(self) -> &'static str {
        match self {
            Self::Claims => "jwt_claims",
            Self::Value => "claim_value",
        }
    }
}

#[expect(clippy::needless_pass_by_value, reason = "the compiler hands both over by value")]
pub(crate) fn attribute(mode: Mode, args: TokenStream2, item: TokenStream2) -> TokenStream2 {
    match parse::attribute(mode, args, &item) {
        Ok(parsed) => expand::attribute(shape::check(parsed)),
        Err(unreadable) => expand::unreadable(&unreadable),
    }
}

pub(crate) fn derive(mode: Mode, item: TokenStream2) -> TokenStream2 {
    match parse::derive(mode, item) {
        Ok(parsed) => impls::derive(&check::check(parsed)),
        Err(unreadable) => unreadable,
    }
}

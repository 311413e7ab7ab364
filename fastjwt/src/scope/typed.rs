//! `Scope`: an enum of scopes, so that a misspelt one does not compile.

use std::{error, fmt, str::FromStr};

/// An enum whose variants are scopes; [`#[derive(Scope)]`](derive@crate::Scope) writes it.
///
/// A scope of this kind displays as its name, is read from it, and goes wherever a scope's name goes: into
/// [`TokenBuilder::scopes`](crate::TokenBuilder::scopes), into the attributes' `scopes(..)` and into
/// [`scopes!`](crate::scopes).
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not an enum of scopes",
    label = "not a scope",
    note = "put `#[derive(fastjwt::Scope)]` on the enum, or write the scope's name in quotes"
)]
pub trait Scope: FromStr<Err = UnknownScope> + AsRef<str> + Sized + Send + Sync + 'static {
    /// Every scope of this kind, in the order of the enum.
    const ALL: &'static [Self];

    /// Every variant as a number, with its name. In the widest number no two variants are alike.
    #[doc(hidden)]
    const NAMES: &'static [(u128, &'static str)];

    /// The scope's name, as it stands in tokens.
    fn name(&self) -> &'static str;

    /// The place in [`ALL`](Self::ALL).
    #[doc(hidden)]
    fn place(&self) -> usize;
}

/// A text that is no scope of the kind that it was read as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct UnknownScope;

impl UnknownScope {
    /// For the derived `FromStr`.
    #[doc(hidden)]
    #[must_use]
    pub const fn new() -> Self {
        Self
    }
}

impl Default for UnknownScope {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Display for UnknownScope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("this is not a scope of this kind")
    }
}

impl error::Error for UnknownScope {}

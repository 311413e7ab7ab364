//! Collects every mistake of one item, so that the user sees all of them at once.

use proc_macro2::TokenStream;
use quote::ToTokens;
use syn::Error;

/// The mistakes found so far; it must be read with [`Mistakes::into_errors`], and panics if it is dropped unread.
pub(crate) struct Mistakes {
    found: Option<Vec<Error>>,
}

impl Mistakes {
    pub(crate) fn new() -> Self {
        Self { found: Some(Vec::new()) }
    }

    /// Notes a mistake at `at`; the second and later lines of `message` are `note:` or `help:` lines with the mend.
    pub(crate) fn at(&mut self, at: impl ToTokens, message: impl std::fmt::Display) {
        self.push(Error::new_spanned(at, message));
    }

    pub(crate) fn push(&mut self, error: Error) {
        if let Some(found) = &mut self.found {
            found.extend(error);
        }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.found.as_ref().is_none_or(Vec::is_empty)
    }

    /// The mistakes as `compile_error!` items, in the order in which they were found.
    pub(crate) fn into_errors(mut self) -> TokenStream {
        self.found.take().unwrap_or_default().iter().map(Error::to_compile_error).collect()
    }
}

impl Drop for Mistakes {
    fn drop(&mut self) {
        let read = self.found.is_none() || std::thread::panicking();
        assert!(read, "mistakes were collected and never read: a wrong item would compile");
    }
}

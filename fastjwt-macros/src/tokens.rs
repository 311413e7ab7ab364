//! Arguments as tokens: cut at their commas, and out of the invisible delimiters of `macro_rules`.

use proc_macro2::{Delimiter, Spacing, TokenStream, TokenTree};

/// Only at commas outside of `<..>`; the last one may be missing. A comma with nothing before it comes back itself.
pub(crate) fn split_at_commas(args: TokenStream) -> Vec<TokenStream> {
    let mut parts = Vec::new();
    let mut part = TokenStream::new();
    let mut depth = 0_usize;
    let mut arrow = false;
    for token in args {
        let mut ends = false;
        let mut begins_arrow = false;
        if let TokenTree::Punct(punct) = &token {
            match punct.as_char() {
                '<' => depth += 1,
                '>' if !arrow => depth = depth.saturating_sub(1),
                ',' => ends = depth == 0,
                '-' | '=' => begins_arrow = punct.spacing() == Spacing::Joint,
                _ => {}
            }
        }
        arrow = begins_arrow;
        if ends && !part.is_empty() {
            parts.push(std::mem::take(&mut part));
        } else if ends {
            parts.push(token.into());
        } else {
            part.extend([token]);
        }
    }
    if !part.is_empty() {
        parts.push(part);
    }
    parts
}

/// Takes off the invisible delimiters that a `macro_rules` fragment puts around itself.
pub(crate) fn ungroup(tokens: TokenStream) -> TokenStream {
    let mut trees = tokens.clone().into_iter();
    match (trees.next(), trees.next()) {
        (Some(TokenTree::Group(group)), None) if group.delimiter() == Delimiter::None => ungroup(group.stream()),
        _ => tokens,
    }
}

//! Where a route's token travels: the members of `locations(..)`.

use proc_macro2::{TokenStream, TokenTree};
use quote::{format_ident, quote};

use crate::diag::Mistakes;
use crate::near;
use crate::tokens::{split_at_commas, ungroup};

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    Headers,
    Cookies,
    Json,
    Query,
    WebSocket,
}

impl Place {
    pub(super) const ALL: [Self; 5] = [Self::Headers, Self::Cookies, Self::Json, Self::Query, Self::WebSocket];

    /// As a user writes it, in an attribute and in a configuration.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Headers => "headers",
            Self::Cookies => "cookies",
            Self::Json => "json",
            Self::Query => "query",
            Self::WebSocket => "websocket",
        }
    }

    /// The type in `fastjwt::__private` that stands for it.
    const fn ty(self) -> &'static str {
        match self {
            Self::Headers => "InHeaders",
            Self::Cookies => "InCookies",
            Self::Json => "InJson",
            Self::Query => "InQuery",
            Self::WebSocket => "InWebSocket",
        }
    }
}

/// The members between the parentheses, each once; none if there is a mistake in them.
pub(super) fn read(at: &TokenStream, members: TokenStream, mistakes: &mut Mistakes) -> Vec<Place> {
    let members = split_at_commas(members);
    if members.is_empty() {
        mistakes.at(
            at,
            format_args!(
                "`locations` must name a place: where no token can be, nobody comes in\n\
                 help: write `locations(headers)`, or leave it out for the configured places\n{}",
                note()
            ),
        );
        return Vec::new();
    }
    let number = members.len();
    let mut places = Vec::new();
    for tokens in members {
        let Some(place) = member(&tokens, mistakes) else { continue };
        if places.contains(&place) {
            let name = place.name();
            mistakes.at(&tokens, format_args!("`{name}` must stand only once in `locations`\nhelp: remove this one"));
        } else {
            places.push(place);
        }
    }
    if places.len() == number { places } else { Vec::new() }
}

fn member(tokens: &TokenStream, mistakes: &mut Mistakes) -> Option<Place> {
    let text = ungroup(tokens.clone()).to_string();
    let found = Place::ALL.into_iter().find(|place| place.name() == text);
    if found.is_none() {
        let meant = meant(tokens.clone()).map(|place| format!("help: write `{place}`\n")).unwrap_or_default();
        mistakes
            .at(tokens, format_args!("`{text}` must be a place where a token travels, a bare word\n{meant}{}", note()));
    }
    found
}

/// The place that was probably meant, also where it is written as text, as a path, or in another case.
fn meant(tokens: TokenStream) -> Option<&'static str> {
    let trees: Vec<TokenTree> = ungroup(tokens).into_iter().collect();
    let word = match trees.as_slice() {
        [TokenTree::Literal(literal)] => literal.to_string().trim_matches('"').to_owned(),
        [TokenTree::Ident(word)] => word.to_string(),
        [.., TokenTree::Punct(colon), TokenTree::Ident(word)] if colon.as_char() == ':' => word.to_string(),
        _ => return None,
    };
    near::nearest(&word.to_lowercase(), Place::ALL.into_iter().map(Place::name))
}

fn note() -> String {
    let names: Vec<_> = Place::ALL.into_iter().map(|place| format!("`{}`", place.name())).collect();
    format!("note: the places are {}", names.join(", "))
}

/// The places as a type: pairs of one and the rest.
pub(super) fn to_type(places: &[Place], private: &TokenStream) -> TokenStream {
    let mut types = places.iter().rev().map(|place| {
        let name = format_ident!("{}", place.ty());
        quote!(#private::#name)
    });
    let last = types.next().unwrap_or_default();
    types.fold(last, |rest, place| quote!((#place, #rest)))
}

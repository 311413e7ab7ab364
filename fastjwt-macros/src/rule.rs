//! A rule of scopes, as `scopes(..)` and `scopes!(..)` write it: parse, check, expand. Nothing of it is an expression of Rust's,
//! so that nothing can be read otherwise than it is written.

#[cfg(test)]
mod tests;

use proc_macro2::{Delimiter, Ident, Span, TokenStream, TokenTree};
use quote::{ToTokens, quote, quote_spanned};
use syn::parse::Parser;
use syn::spanned::Spanned;
use syn::{LitStr, Path};

use crate::const_str::ConstStr;
use crate::diag::Mistakes;
use crate::tokens::{split_at_commas, ungroup};

/// A rule without a mistake.
pub(crate) enum Rule {
    Named(ConstStr),
    /// A variant of an enum of scopes.
    Typed {
        scope: Path,
        variant: Ident,
    },
    /// At least one member.
    List(Join, Vec<Rule>),
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Join {
    All,
    Any,
}

const FORMS: &str =
    "note: a scope is a name in quotes or a variant of a `#[derive(Scope)]` enum; `all(..)` and `any(..)` join them";

/// The macro `scopes!`: the path of fastjwt, a semicolon, and the rule.
pub(crate) fn expression(tokens: TokenStream) -> TokenStream {
    let mut tokens = tokens.into_iter();
    let krate: TokenStream = tokens.by_ref().take_while(|token| !is_semicolon(token)).collect();
    let private = quote!(#krate::__private);
    let mut mistakes = Mistakes::new();
    let rule = read("scopes!", &Ident::new("scopes", Span::call_site()), tokens.collect(), &mut mistakes);
    let is_right = mistakes.is_empty();
    let errors = mistakes.into_errors();
    if let Some(rule) = rule.filter(|_| is_right) {
        let ty = rule.to_type(&private);
        quote!(<#ty as #private::ConstScopes>::RULE)
    } else {
        // A rule all the same, so that what is made of it is no second mistake.
        quote!({ #errors <#private::Named<#private::Str<0, 0, 0, 0, 0>> as #private::ConstScopes>::RULE })
    }
}

fn is_semicolon(token: &TokenTree) -> bool {
    matches!(token, TokenTree::Punct(punct) if punct.as_char() == ';')
}

/// Reads the members between the parentheses of `what`, all of which are needed; `at` is what is pointed at if there are none.
pub(crate) fn read(what: &str, at: &dyn ToTokens, members: TokenStream, mistakes: &mut Mistakes) -> Option<Rule> {
    list(Join::All, what, at, members, mistakes)
}

fn list(join: Join, what: &str, at: &dyn ToTokens, members: TokenStream, mistakes: &mut Mistakes) -> Option<Rule> {
    let members = split_at_commas(members);
    if members.is_empty() {
        mistakes.at(
            at.to_token_stream(),
            format_args!(
                "`{what}` must name a scope: what demands nothing is not written\n\
                 help: name one, `{what}(\"orders:read\")`, or remove it\n{FORMS}"
            ),
        );
        return None;
    }
    let mut seen: Vec<String> = Vec::new();
    let mut rules = Vec::new();
    let mut is_whole = true;
    for tokens in members {
        let text = ungroup(tokens.clone()).to_string();
        if seen.contains(&text) {
            mistakes.at(&tokens, format_args!("`{text}` must stand only once in a list\nhelp: remove this one"));
            is_whole = false;
            continue;
        }
        seen.push(text);
        match member(&ungroup(tokens), mistakes) {
            Some(rule) => rules.push(rule),
            None => is_whole = false,
        }
    }
    is_whole.then_some(Rule::List(join, rules))
}

fn member(tokens: &TokenStream, mistakes: &mut Mistakes) -> Option<Rule> {
    let trees: Vec<TokenTree> = tokens.clone().into_iter().collect();
    match trees.as_slice() {
        [TokenTree::Literal(_)] => match syn::parse2::<LitStr>(tokens.clone()) {
            Ok(name) => named(&name, mistakes),
            Err(_) => refuse(tokens, mistakes),
        },
        [TokenTree::Ident(word), TokenTree::Group(group)] if group.delimiter() == Delimiter::Parenthesis => {
            match word.to_string().as_str() {
                "all" => list(Join::All, "all", word, group.stream(), mistakes),
                "any" => list(Join::Any, "any", word, group.stream(), mistakes),
                other => {
                    mistakes.at(
                        word,
                        format_args!("`{other}` must be `all` or `any`: there is no other way to join scopes\n{FORMS}"),
                    );
                    None
                }
            }
        }
        [TokenTree::Ident(word)] if word == "all" || word == "any" => {
            mistakes.at(word, format_args!("`{word}` must have members\nhelp: write `{word}(\"a\", \"b\")`\n{FORMS}"));
            None
        }
        [TokenTree::Ident(word)] => {
            mistakes.at(
                word,
                format_args!(
                    "`{word}` must be written with its enum, or in quotes\n\
                     help: write `Scope::{word}` for a variant of an enum `Scope`, or `\"{word}\"` for a name\n{FORMS}"
                ),
            );
            None
        }
        _ => match Path::parse_mod_style.parse2(tokens.clone()) {
            Ok(path) => typed(path).or_else(|| refuse(tokens, mistakes)),
            Err(_) => refuse(tokens, mistakes),
        },
    }
}

fn refuse(tokens: &TokenStream, mistakes: &mut Mistakes) -> Option<Rule> {
    let help = match tokens.to_string() {
        text if text.contains("||") => "help: write `any(..)`\n",
        text if text.contains("&&") => "help: write `all(..)`\n",
        _ => "",
    };
    mistakes.at(tokens, format_args!("`{tokens}` must be a scope, not an expression\n{help}{FORMS}"));
    None
}

fn named(literal: &LitStr, mistakes: &mut Mistakes) -> Option<Rule> {
    let name = literal.value();
    if let Err(mistake) = check_name(&name) {
        mistakes.at(literal, mistake);
        return None;
    }
    if name.ends_with(":*") {
        mistakes.at(
            literal,
            format_args!(
                "`{name}` must not be demanded: a wildcard is granted to a token, and a route demands what it needs\n\
                 help: name the scopes that are needed"
            ),
        );
        return None;
    }
    let packed = ConstStr::new(&name);
    if packed.is_none() {
        let (capacity, length) = (ConstStr::CAPACITY, name.len());
        mistakes.at(literal, format_args!("a scope must be at most {capacity} bytes long, this is {length}"));
    }
    packed.map(Rule::Named)
}

/// Whether a name can be a scope (RFC 6749 section 3.3); if not, why.
pub(crate) fn check_name(name: &str) -> Result<(), String> {
    const RULE: &str = "note: a scope is printable ASCII without spaces, `\"` and `\\`";
    if name.is_empty() {
        return Err(format!("a scope must have a name\n{RULE}"));
    }
    if name.contains(' ') {
        let each: Vec<_> = name.split(' ').filter(|name| !name.is_empty()).map(|name| format!("{name:?}")).collect();
        return Err(format!("`{name}` must be one scope, without spaces\nhelp: write {}\n{RULE}", each.join(", ")));
    }
    let is_right = |byte| matches!(byte, 0x21 | 0x23..=0x5B | 0x5D..=0x7E);
    if !name.bytes().all(is_right) {
        return Err(format!("`{}` must be a scope\n{RULE}", name.escape_debug()));
    }
    Ok(())
}

/// A path of two segments or more: the enum, and its variant.
fn typed(path: Path) -> Option<Rule> {
    let mut scope = path;
    let variant = scope.segments.pop()?.ident;
    scope.segments.pop_punct();
    (!scope.segments.is_empty()).then_some(Rule::Typed { scope, variant })
}

impl Rule {
    /// The rule as a type; `private` is the path of `fastjwt::__private`.
    pub(crate) fn to_type(&self, private: &TokenStream) -> TokenStream {
        match self {
            Self::Named(name) => {
                let name = name.to_type(private);
                quote!(#private::Named<#name>)
            }
            Self::Typed { scope, variant } => {
                let name = typed_name(scope, variant, private);
                quote!(#private::Named<#name>)
            }
            Self::List(join, members) => {
                let members: Vec<TokenStream> = members.iter().map(|member| member.to_type(private)).collect();
                join.pairs(&members, private)
            }
        }
    }
}

/// The name of a variant as a `Str`, whose parts are looked up in the enum. The enum stands only in constants and not among the
/// types of the handler's signature, where one that is private would be blamed for it; and it is named alike in all of them, so
/// that rustc tells a mistake in it only once.
fn typed_name(scope: &Path, variant: &Ident, private: &TokenStream) -> TokenStream {
    let at = Span::call_site().located_at(variant.span());
    let whole = Span::call_site().located_at(scope.span());
    // With its type, so that nothing but a variant, a constant number for one, becomes a scope; and as the widest number, in which
    // no two variants are alike, whatever the enum's `repr`.
    let number = quote_spanned! { at=>
        let __fastjwt_scope: #scope = <#scope>::#variant;
        let __fastjwt_scope = __fastjwt_scope as ::core::primitive::u128;
    };
    let part = |part: usize| quote_spanned!(whole=> #private::scope_part::<#scope>(__fastjwt_scope, #part));
    let words = (0..4).map(part).map(|word| quote_spanned!(whole=> { #number #word }));
    let length = part(4);
    let length = quote_spanned!(whole=> { #number #length as ::core::primitive::usize });
    quote!(#private::Str<#length, #(#words),*>)
}

impl Join {
    /// Halves of halves: rustc follows types only so deep.
    fn pairs(self, members: &[TokenStream], private: &TokenStream) -> TokenStream {
        if let [] | [_] = members {
            return members.first().cloned().unwrap_or_default();
        }
        let (left, right) = members.split_at(members.len() / 2);
        let (left, right) = (self.pairs(left, private), self.pairs(right, private));
        match self {
            Self::All => quote!(#private::Both<#left, #right>),
            Self::Any => quote!(#private::Either<#left, #right>),
        }
    }
}

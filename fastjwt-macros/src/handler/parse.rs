//! Reads the attribute's arguments and the item below it, the signature only: a half-written body stays as it is.

use proc_macro2::{Delimiter, Group, Ident, TokenStream, TokenTree};
use quote::ToTokens;
use syn::ext::IdentExt;
use syn::parse::{Parse, ParseStream, Parser};
use syn::{Attribute, Signature, Token, Visibility, token};

use super::{Demand, meant};
use crate::diag::Mistakes;
use crate::tokens::{split_at_commas, ungroup};

/// What the user wrote, and what could not be read of it.
pub(super) struct Input {
    pub(super) demand: Demand,
    pub(super) arguments: Vec<Argument>,
    pub(super) item: Item,
    pub(super) mistakes: Mistakes,
}

/// One argument: `name`, `name = value` or `name(members)`.
pub(super) struct Argument {
    pub(super) name: Ident,
    pub(super) value: Value,
    /// All of it, to point at.
    pub(super) tokens: TokenStream,
}

pub(super) enum Value {
    Absent,
    Assigned(TokenStream),
    /// What stands between parentheses.
    List(TokenStream),
    /// Anything else behind the name.
    Other,
}

pub(super) enum Item {
    Function(Box<Function>),
    /// Something else, or a signature that could not be read: a mistake is noted already.
    Other(TokenStream),
}

pub(super) struct Function {
    pub(super) attrs: Vec<Attribute>,
    pub(super) vis: Visibility,
    pub(super) defaultness: Option<Ident>,
    pub(super) sig: Signature,
    pub(super) body: Body,
}

pub(super) enum Body {
    Block {
        brace: token::Brace,
        inner_attrs: TokenStream,
        statements: TokenStream,
    },
    /// The `;` of a trait's method.
    Missing(TokenStream),
}

pub(super) const SIGNATURE: &str = "note: the whole signature is \
    `async fn name(payload: TokenPayload<Claims>, ..extractors) -> impl IntoResponse`, with at most 16 parameters; \
    the payload may be left out, `self`, generics and `where` may be added";

pub(super) fn parse(demand: Demand, args: TokenStream, item: TokenStream) -> Input {
    let mut mistakes = Mistakes::new();
    let arguments = arguments(args, &mut mistakes);
    let item = ungroup(item);
    let item = match parse_item.parse2(item.clone()) {
        Ok(Some(function)) => Item::Function(Box::new(function)),
        Ok(None) => {
            not_a_function(demand, &item, &mut mistakes);
            Item::Other(item)
        }
        Err(error) => {
            // rustc may have said so already, but without an error of ours it might take the handler unguarded.
            let name = demand.name();
            let message = format!("`#[{name}]` must find a whole signature: {error}\n{SIGNATURE}");
            mistakes.push(syn::Error::new(error.span(), message));
            Item::Other(item)
        }
    };
    Input { demand, arguments, item, mistakes }
}

/// Splits at the commas, so that one unreadable argument leaves the others readable.
fn arguments(args: TokenStream, mistakes: &mut Mistakes) -> Vec<Argument> {
    let mut arguments = Vec::new();
    for tokens in split_at_commas(args) {
        if let Ok((name, value)) = argument.parse2(tokens.clone()) {
            arguments.push(Argument { name, value, tokens });
        } else {
            let instead = meant::instead_of_text(&tokens);
            let instead = instead.as_deref().unwrap_or("write `name` or `name = value`");
            mistakes.at(&tokens, format_args!("`{tokens}` must be a named argument\nhelp: {instead}"));
        }
    }
    arguments
}

fn argument(input: ParseStream<'_>) -> syn::Result<(Ident, Value)> {
    let name = Ident::parse_any(input)?;
    let value = if input.is_empty() {
        Value::Absent
    } else if input.parse::<Option<Token![=]>>()?.is_some() {
        Value::Assigned(input.parse()?)
    } else {
        let rest: Vec<TokenTree> = input.parse::<TokenStream>()?.into_iter().collect();
        match rest.as_slice() {
            [TokenTree::Group(group)] if group.delimiter() == Delimiter::Parenthesis => Value::List(group.stream()),
            _ => Value::Other,
        }
    };
    Ok((name, value))
}

/// A function, or `None` if the item is something else.
fn parse_item(input: ParseStream<'_>) -> syn::Result<Option<Function>> {
    let attrs = input.call(Attribute::parse_outer)?;
    let vis = input.parse()?;
    if !is_function(&input.fork()) {
        input.parse::<TokenStream>()?;
        return Ok(None);
    }
    let is_default = input.fork().call(Ident::parse_any)? == "default";
    let defaultness = if is_default { Some(input.call(Ident::parse_any)?) } else { None };
    let sig = input.parse()?;
    let body = ungroup(input.parse()?);
    let body =
        if body.is_empty() || body.to_string() == ";" { Body::Missing(body) } else { parse_body.parse2(body)? };
    Ok(Some(Function { attrs, vis, defaultness, sig, body }))
}

/// Whether `fn` comes next, after its qualifiers.
fn is_function(input: ParseStream<'_>) -> bool {
    const QUALIFIERS: [&str; 7] = ["default", "const", "async", "gen", "safe", "unsafe", "extern"];
    loop {
        if input.peek(Token![fn]) {
            return true;
        }
        let skipped = match input.parse() {
            Ok(TokenTree::Ident(word)) => QUALIFIERS.iter().any(|qualifier| word == qualifier),
            Ok(TokenTree::Literal(_)) => true,
            _ => false,
        };
        if !skipped {
            return false;
        }
    }
}

fn parse_body(input: ParseStream<'_>) -> syn::Result<Body> {
    let content;
    let brace = syn::braced!(content in input);
    let mut inner_attrs = TokenStream::new();
    while content.peek(Token![#]) && content.peek2(Token![!]) && content.peek3(token::Bracket) {
        content.parse::<Token![#]>()?.to_tokens(&mut inner_attrs);
        content.parse::<Token![!]>()?.to_tokens(&mut inner_attrs);
        Group::parse(&content)?.to_tokens(&mut inner_attrs);
    }
    Ok(Body::Block { brace, inner_attrs, statements: content.parse()? })
}

fn not_a_function(demand: Demand, item: &TokenStream, mistakes: &mut Mistakes) {
    const KINDS: [(&str, &str); 12] = [
        ("struct", "a `struct`"),
        ("enum", "an `enum`"),
        ("union", "a `union`"),
        ("trait", "a `trait`"),
        ("impl", "an `impl`"),
        ("mod", "a `mod`"),
        ("type", "a `type`"),
        ("const", "a `const`"),
        ("static", "a `static`"),
        ("use", "a `use`"),
        ("extern", "an `extern`"),
        ("macro_rules", "a macro"),
    ];
    let found = item.clone().into_iter().find_map(|token| {
        let TokenTree::Ident(word) = token else { return None };
        let (name, kind) = KINDS.iter().find(|(name, _)| word == name)?;
        Some((word, *name, *kind))
    });
    let name = demand.name();
    match found {
        Some((word, "impl" | "trait" | "mod", kind)) => mistakes.at(
            word,
            format_args!(
                "`#[{name}]` belongs on an `async fn`, not on {kind}\nhelp: put it on each handler inside\n{SIGNATURE}"
            ),
        ),
        Some((word, _, kind)) => {
            mistakes.at(word, format_args!("`#[{name}]` belongs on an `async fn`, not on {kind}\n{SIGNATURE}"));
        }
        None => mistakes.at(item, format_args!("`#[{name}]` belongs on an `async fn`\n{SIGNATURE}")),
    }
}

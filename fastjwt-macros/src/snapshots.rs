//! The expansions of typical inputs, printed as a person would write them: tests/expand/*.in.rs against *.out.rs.
//!
//! They are written anew with `SNAPSHOTS=overwrite cargo test -p fastjwt-macros`, and read before they are kept.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test may panic")]

use std::{
    env, fs,
    path::{Path, PathBuf},
};

use proc_macro2::TokenStream;
use quote::{ToTokens, quote};
use syn::{Attribute, File, Item, Meta};

use crate::{
    claims::{self, Mode},
    handler::{self, Demand},
    scope,
};

#[test]
fn expansions_are_as_they_were_read() {
    let inputs = files(".in.rs");
    assert!(inputs.len() >= 8, "there are inputs to expand");
    let overwrite = env::var_os("SNAPSHOTS").is_some_and(|value| value == "overwrite");
    let mut changed = Vec::new();
    for input in inputs {
        let expansion = expand_file(&fs::read_to_string(&input).unwrap());
        let output = PathBuf::from(input.to_string_lossy().replace(".in.rs", ".out.rs"));
        if overwrite {
            fs::write(&output, &expansion).unwrap();
        } else if fs::read_to_string(&output).ok().as_ref() != Some(&expansion) {
            changed.push(format!("{} would be:\n{expansion}", output.display()));
        }
    }
    assert!(changed.is_empty(), "{}", changed.join("\n"));
}

#[test]
fn every_expansion_has_an_input() {
    for output in files(".out.rs") {
        let input = output.to_string_lossy().replace(".out.rs", ".in.rs");
        assert!(Path::new(&input).exists(), "{} has no input", output.display());
    }
}

fn files(ending: &str) -> Vec<PathBuf> {
    let room = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/expand");
    let paths = fs::read_dir(room).unwrap().map(|entry| entry.unwrap().path());
    let mut files: Vec<PathBuf> = paths.filter(|path| path.to_string_lossy().ends_with(ending)).collect();
    files.sort();
    files
}

fn expand_file(text: &str) -> String {
    let items: TokenStream = syn::parse_file(text).unwrap().items.into_iter().map(expand_item).collect();
    let file: File = syn::parse2(items.clone()).unwrap_or_else(|error| panic!("{error} in {items}"));
    prettyplease::unparse(&file)
}

/// What rustc makes of an item: our attribute's expansion, and behind it that of the hidden derive.
fn expand_item(mut item: Item) -> TokenStream {
    if take(&mut item, &|attr| attr.meta.to_token_stream().to_string() == "derive (Scope)").is_some() {
        let derived = scope::derive(item.to_token_stream());
        return quote!(#item #derived);
    }
    let Some(attr) = take(&mut item, &is_ours) else { return item.into_token_stream() };
    let args = match &attr.meta {
        Meta::List(list) => list.tokens.clone(),
        Meta::Path(_) | Meta::NameValue(_) => TokenStream::new(),
    };
    let name = last(&attr);
    let Some(mode) = [Mode::Claims, Mode::Value].into_iter().find(|mode| name == mode_name(*mode)) else {
        let demand = Demand::ALL.into_iter().find(|demand| name == demand.name()).unwrap();
        // As fastjwt's feature `utoipa` has it, where an input is about that.
        let documents = item.to_token_stream().to_string().contains("utoipa");
        return handler::attribute(demand, documents, args, item.into_token_stream());
    };
    let expanded = claims::attribute(mode, args, item.into_token_stream());
    let file: File = syn::parse2(expanded).unwrap();
    let derived = file.items.iter().cloned().find_map(|mut item| {
        take(&mut item, &|attr| {
            attr.path().is_ident("derive") && attr.meta.to_token_stream().to_string().contains("Check")
        })?;
        Some(claims::derive(mode, item.into_token_stream()))
    });
    quote!(#file #derived)
}

fn mode_name(mode: Mode) -> &'static str {
    match mode {
        Mode::Claims => "jwt_claims",
        Mode::Value => "claim_value",
    }
}

fn is_ours(attr: &Attribute) -> bool {
    let name = last(attr);
    Demand::ALL.iter().any(|demand| name == demand.name()) || name == "jwt_claims" || name == "claim_value"
}

fn last(attr: &Attribute) -> String {
    attr.path().segments.last().map(|segment| segment.ident.to_string()).unwrap_or_default()
}

/// Takes the first attribute that is wanted off an item.
fn take(item: &mut Item, wanted: &dyn Fn(&Attribute) -> bool) -> Option<Attribute> {
    let attrs = match item {
        Item::Fn(item) => &mut item.attrs,
        Item::Struct(item) => &mut item.attrs,
        Item::Enum(item) => &mut item.attrs,
        _ => return None,
    };
    let place = attrs.iter().position(wanted)?;
    Some(attrs.remove(place))
}

//! What becomes of an expression's text: the type that it is lowered to, read again, is true for the same scopes as the text.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test may panic")]

use std::collections::BTreeSet;

use proc_macro2::{Ident, Span, TokenStream};
use proptest::{prelude::*, sample::subsequence, test_runner::TestRunner};
use quote::{ToTokens, quote};
use syn::{Expr, GenericArgument, Lit, PathArguments, Type};

use super::read;
use crate::diag::Mistakes;

const NAMES: [&str; 6] = ["orders:read", "orders:write", "admin", "a", "b", "Admin"];

/// An expression as it is written, and as it is meant.
#[derive(Debug, Clone)]
enum Plain {
    One(&'static str),
    All(Vec<Plain>),
    Any(Vec<Plain>),
}

fn expression() -> impl Strategy<Value = Plain> {
    proptest::sample::select(NAMES.as_slice()).prop_map(Plain::One).prop_recursive(6, 40, 5, |inner| {
        let members = proptest::collection::vec(inner, 1..=5);
        prop_oneof![members.clone().prop_map(Plain::All), members.prop_map(Plain::Any)]
    })
}

impl Plain {
    /// Members that stand twice in a list are left out: they are a mistake.
    fn text(&self) -> String {
        let list = |members: &[Self]| {
            let mut texts: Vec<String> = Vec::new();
            for text in members.iter().map(Self::text) {
                if !texts.contains(&text) {
                    texts.push(text);
                }
            }
            texts.join(", ")
        };
        match self {
            Self::One(name) => format!("{name:?}"),
            Self::All(members) => format!("all({})", list(members)),
            Self::Any(members) => format!("any({})", list(members)),
        }
    }

    fn is_true(&self, granted: &BTreeSet<&str>) -> bool {
        match self {
            Self::One(name) => granted.contains(name),
            Self::All(members) => members.iter().all(|member| member.is_true(granted)),
            Self::Any(members) => members.iter().any(|member| member.is_true(granted)),
        }
    }
}

fn lower(members: &str) -> TokenStream {
    let mut mistakes = Mistakes::new();
    let at = Ident::new("scopes", Span::call_site());
    let rule = read("scopes", &at, members.parse().unwrap(), &mut mistakes);
    let errors = mistakes.into_errors();
    assert!(errors.is_empty(), "{members}: {errors}");
    rule.unwrap().to_type(&quote!(private))
}

/// Whether the type is true, as the runtime reads it.
fn evaluate(ty: &Type, granted: &BTreeSet<&str>) -> bool {
    let Type::Path(path) = ty else { panic!("{} is no path", ty.to_token_stream()) };
    let last = path.path.segments.last().unwrap();
    let PathArguments::AngleBracketed(arguments) = &last.arguments else { panic!("no arguments") };
    let mut types = arguments.args.iter().filter_map(|argument| match argument {
        GenericArgument::Type(ty) => Some(ty),
        _ => None,
    });
    match last.ident.to_string().as_str() {
        "Both" => types.all(|ty| evaluate(ty, granted)),
        "Either" => types.any(|ty| evaluate(ty, granted)),
        "Named" => granted.contains(text(types.next().unwrap()).as_str()),
        other => panic!("{other}"),
    }
}

/// The text of a `Str<..>`.
fn text(ty: &Type) -> String {
    let Type::Path(path) = ty else { panic!("no path") };
    let PathArguments::AngleBracketed(arguments) = &path.path.segments.last().unwrap().arguments else { panic!() };
    let numbers: Vec<u128> = arguments
        .args
        .iter()
        .map(|argument| match argument {
            GenericArgument::Const(Expr::Lit(literal)) => match &literal.lit {
                Lit::Int(number) => number.base10_parse().unwrap(),
                _ => panic!("no number"),
            },
            _ => panic!("no const"),
        })
        .collect();
    let (length, words) = numbers.split_first().unwrap();
    let bytes = words.iter().flat_map(|word| word.to_be_bytes()).take(usize::try_from(*length).unwrap()).collect();
    String::from_utf8(bytes).unwrap()
}

fn cases() -> u32 {
    if std::env::var_os("FASTJWT_LONG").is_some() { 10_000 } else { 500 }
}

#[test]
fn r_94_an_expression_becomes_a_type_that_is_true_for_the_same_scopes() {
    let mut runner =
        TestRunner::new(ProptestConfig { cases: cases(), failure_persistence: None, ..Default::default() });
    let members = proptest::collection::vec(expression(), 1..=4);
    let outcome = runner.run(&(members, subsequence(NAMES.as_slice(), 0..=NAMES.len())), |(members, granted)| {
        let granted: BTreeSet<&str> = granted.into_iter().collect();
        let whole = Plain::All(members);
        let text = whole.text();
        let written = text.strip_prefix("all(").and_then(|text| text.strip_suffix(')')).unwrap();
        let ty: Type = syn::parse2(lower(written)).unwrap();
        prop_assert_eq!(evaluate(&ty, &granted), whole.is_true(&granted), "{} with {:?}", written, granted);
        Ok(())
    });
    outcome.unwrap();
}

#[test]
fn a_long_list_is_no_deep_type() {
    let names: Vec<String> = (0..1000).map(|number| format!("\"scope:{number}\"")).collect();
    let ty: Type = syn::parse2(lower(&format!("any({})", names.join(", ")))).unwrap();
    assert!(evaluate(&ty, &BTreeSet::from(["scope:999"])));
    assert!(!evaluate(&ty, &BTreeSet::from(["scope:1000"])));
    let (mut depth, mut deepest) = (0, 0);
    for letter in ty.to_token_stream().to_string().chars() {
        depth += match letter {
            '<' => 1,
            '>' => -1,
            _ => 0,
        };
        deepest = deepest.max(depth);
    }
    assert!(deepest <= 13, "{deepest}");
}

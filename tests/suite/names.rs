//! The reserved names, which the macros and the runtime each have in a list of their own.

use std::collections::BTreeSet;

use fastjwt::RESERVED_NAMES;

#[path = "../../fastjwt-macros/src/names.rs"]
mod of_the_macros;

#[test]
fn r_41_macros_and_runtime_reserve_the_same_names() {
    assert_eq!(of_the_macros::RESERVED, RESERVED_NAMES);
    let once: BTreeSet<_> = RESERVED_NAMES.iter().collect();
    assert_eq!(once.len(), RESERVED_NAMES.len(), "each name stands once");
}

/// A claim of such a name would be hidden by the payload's own field.
#[test]
fn r_41_macros_know_every_field_of_the_payload() {
    let source = include_str!("../../fastjwt/src/claims.rs");
    let (_, behind) = source.split_once("pub struct RegisteredClaims<C = NoClaims> {").expect("the struct is there");
    let (body, _) = behind.split_once("\n}").expect("the struct has an end");
    let fields: Vec<&str> = body
        .lines()
        .filter_map(|line| line.trim().strip_prefix("pub ")?.split_once(':'))
        .map(|(name, _)| name)
        .collect();
    assert_eq!(of_the_macros::PAYLOAD_FIELDS, fields);
}

//! The one rule of scopes: a table of names, and a truth table against an evaluator that knows nothing of it.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::collections::HashSet;

use proptest::{prelude::*, sample::subsequence, test_runner::TestRunner};

use super::{
    Matching::{self, Exact, Wildcard},
    ScopeRule,
};

/// The names that the expressions below are made of; some are one another's beginning.
const NAMES: [&str; 8] = ["a", "ab", "A", "a:", "a:b", "a:b:c", "b:*", "b:c"];

/// What may be granted beside them.
const GRANTED: [&str; 14] = ["a", "ab", "A", "a:", "a:b", "a:b:c", "b:*", "b:c", "a:*", "A:*", "a:b:*", "*", ":*", "b"];

/// An expression, as a person reads it.
#[derive(Debug, Clone)]
enum Plain {
    One(&'static str),
    All(Vec<Plain>),
    Any(Vec<Plain>),
}

fn expression() -> impl Strategy<Value = Plain> {
    let name = proptest::sample::select(NAMES.as_slice()).prop_map(Plain::One);
    name.prop_recursive(6, 40, 5, |inner| {
        let members = proptest::collection::vec(inner, 1..=5);
        prop_oneof![members.clone().prop_map(Plain::All), members.prop_map(Plain::Any)]
    })
}

impl Plain {
    /// The rule that the macros would build; it is leaked, as theirs are constants.
    fn to_rule(&self) -> ScopeRule {
        let rules = |members: &[Self]| members.iter().map(Self::to_rule).collect::<Vec<_>>().leak() as &'static [_];
        match self {
            Self::One(name) => ScopeRule::one(name),
            Self::All(members) => ScopeRule::all(rules(members)),
            Self::Any(members) => ScopeRule::any(rules(members)),
        }
    }

    /// By counting, over every name that the grants cover.
    fn is_true(&self, held: &HashSet<&str>) -> bool {
        match self {
            Self::One(name) => held.contains(name),
            Self::All(members) => members.iter().filter(|member| member.is_true(held)).count() == members.len(),
            Self::Any(members) => members.iter().filter(|member| member.is_true(held)).count() > 0,
        }
    }
}

/// The names that are held, worked out name by name.
fn held<'n>(granted: &[&'n str], matching: Matching) -> HashSet<&'n str> {
    let mut held: HashSet<&str> = granted.iter().copied().collect();
    if matching == Wildcard {
        for name in NAMES {
            // Every colon in the name that has something before and behind it may end a prefix.
            let prefixes = name.match_indices(':').map(|(at, _)| (&name[..at], &name[at + 1..]));
            let mut covering = prefixes.filter(|(before, behind)| !before.is_empty() && !behind.is_empty());
            if covering.any(|(before, _)| granted.contains(&format!("{before}:*").as_str())) {
                held.insert(name);
            }
        }
    }
    held
}

fn cases() -> u32 {
    if std::env::var_os("FASTJWT_LONG").is_some() { 10_000 } else { 1_000 }
}

#[test]
fn r_94_an_expression_means_what_its_truth_table_says() {
    let mut runner =
        TestRunner::new(ProptestConfig { cases: cases(), failure_persistence: None, ..Default::default() });
    let granted = subsequence(GRANTED.as_slice(), 0..=GRANTED.len()).prop_shuffle();
    let outcome = runner.run(&(expression(), granted), |(plain, granted)| {
        let (rule, owned) = (plain.to_rule(), granted.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>());
        for matching in [Exact, Wildcard] {
            let expected = plain.is_true(&held(&granted, matching));
            prop_assert_eq!(rule.is_met_by(&owned, matching), expected, "{} with {:?}, {:?}", rule, granted, matching);
        }
        // Whoever has every name of it, fulfils it.
        let all: Vec<String> = rule.names().into_iter().map(str::to_owned).collect();
        prop_assert!(rule.is_met_by(&all, Exact), "{}", rule);
        // Without a scope nothing is fulfilled.
        prop_assert!(!rule.is_met_by(&[], Wildcard), "{}", rule);
        Ok(())
    });
    outcome.unwrap();
}

#[test]
fn a_list_in_a_list_of_its_kind_is_shown_as_one() {
    let one = |name| ScopeRule::one(name);
    let any = ScopeRule::any(vec![one("b"), ScopeRule::any(vec![one("c"), one("b")].leak())].leak());
    let all = ScopeRule::all(vec![ScopeRule::all(vec![one("a"), any].leak()), one("d")].leak());
    assert_eq!(all.to_string(), r#"all("a", any("b", "c", "b"), "d")"#);
    assert_eq!(format!("{all:?}"), all.to_string());
    assert_eq!(all.names(), ["a", "b", "c", "d"]);
}

#[test]
fn a_list_in_a_list_of_the_other_kind_is_shown_as_it_is() {
    let one = |name| ScopeRule::one(name);
    let all = ScopeRule::all(vec![one("b"), ScopeRule::any(vec![one("c"), one("d")].leak())].leak());
    let any = ScopeRule::any(vec![one("a"), all].leak());
    assert_eq!(any.to_string(), r#"any("a", all("b", any("c", "d")))"#);
    assert_eq!(any.names(), ["a", "b", "c", "d"]);
}

#[test]
fn r_94_equal_and_nothing_less() {
    let table = [
        ("orders:read", "orders:read", true, true),
        ("orders:read", "Orders:read", false, false),
        ("orders:read", "orders:rea", false, false),
        ("orders:rea", "orders:read", false, false),
        ("read", "readwrite", false, false),
        ("orders:*", "orders:read", false, true),
        ("orders:*", "orders:read:all", false, true),
        ("orders:*", "orders:*", true, true),
        ("orders:*", "orders:", false, false),
        ("orders:*", "orders", false, false),
        ("orders:*", "ordersx:read", false, false),
        ("orders:*", "Orders:read", false, false),
        ("orders:read", "orders:*", false, false),
        ("orders:*:read", "orders:x:read", false, false),
        ("orders*", "orders:read", false, false),
        (":*", ":read", false, false),
        ("*", "orders:read", false, false),
        ("*", "*", true, true),
        ("", "orders:read", false, false),
    ];
    for (granted, wanted, exact, wildcard) in table {
        assert_eq!(Exact.grants(granted, wanted), exact, "{granted} {wanted}");
        assert_eq!(Wildcard.grants(granted, wanted), wildcard, "{granted} {wanted}, with wildcards");
    }
}

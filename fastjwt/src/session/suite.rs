//! What every store must do, as tests that any store can be run through (feature `testing`).
//!
//! ```
//! use fastjwt::session::{MemoryStore, suite};
//!
//! # tokio::runtime::Runtime::new().expect("a runtime").block_on(async {
//! assert_eq!(suite::run(&MemoryStore::default()).await, Ok(()));
//! # });
//! ```
//!
//! The store must be empty, or at least have forgotten nothing yet: the rules call [`purge`](super::SessionStore::purge), each with
//! later times than the one before, beginning with the year 2026, and what an earlier run let a store forget stays refused.

mod case;
mod ending;
mod rotation;
mod standing;

use std::{fmt, pin::Pin};

use self::case::Case;
use super::SessionStore;

type Outcome<'a> = Pin<Box<dyn Future<Output = Result<(), String>> + Send + 'a>>;

/// One thing that a store must do.
pub struct Rule {
    name: &'static str,
    hold: for<'a> fn(&'a Case<'a>) -> Outcome<'a>,
}

/// A rule that a store breaks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Broken {
    /// The rule.
    pub rule: &'static str,
    /// What the store did.
    pub found: String,
}

impl Rule {
    const fn new(name: &'static str, hold: for<'a> fn(&'a Case<'a>) -> Outcome<'a>) -> Self {
        Self { name, hold }
    }

    /// The rule, in words.
    #[must_use]
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// Whether `store` keeps to it.
    ///
    /// # Errors
    /// What the store did instead.
    pub async fn check(&self, store: &dyn SessionStore) -> Result<(), Broken> {
        let broken = |found| Broken { rule: self.name, found };
        let number = rules().take_while(|rule| rule.name != self.name).count() as u64;
        let case = Case::new(store, number).map_err(broken)?;
        (self.hold)(&case).await.map_err(broken)
    }
}

/// All rules.
pub fn rules() -> impl Iterator<Item = &'static Rule> {
    rotation::RULES.iter().chain(standing::RULES).chain(ending::RULES)
}

/// Runs a store through all rules.
///
/// # Errors
/// Every rule that it breaks.
pub async fn run(store: &dyn SessionStore) -> Result<(), Vec<Broken>> {
    let mut broken = Vec::new();
    for rule in rules() {
        broken.extend(rule.check(store).await.err());
    }
    if broken.is_empty() { Ok(()) } else { Err(broken) }
}

impl fmt::Debug for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Rule").field(&self.name).finish()
    }
}

impl fmt::Display for Broken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.rule, self.found)
    }
}

impl std::error::Error for Broken {}

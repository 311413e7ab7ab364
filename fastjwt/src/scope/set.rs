//! `ScopeSet`: some of an enum's scopes.

use std::{fmt, marker::PhantomData, str::FromStr};

use super::{Scope, UnknownScope};
use crate::TokenPayload;

/// Some of the scopes of an enum with [`#[derive(Scope)]`](derive@crate::Scope).
///
/// It is read from and written as names with spaces between them, as OAuth's parameter `scope` (RFC 6749 section 3.3), in the
/// order of the enum.
///
/// ```
/// use fastjwt::{Scope, ScopeSet};
///
/// #[derive(Scope, Debug, PartialEq)]
/// enum Orders { Read, Write, Cancel }
///
/// # fn main() -> Result<(), fastjwt::UnknownScope> {
/// let asked: ScopeSet<Orders> = "orders:write orders:read".parse()?;
/// assert!(asked.contains(&Orders::Read));
/// assert_eq!(asked.to_string(), "orders:read orders:write");
///
/// let allowed: ScopeSet<Orders> = [Orders::Read, Orders::Cancel].into_iter().collect();
/// assert!(!asked.is_subset(&allowed));
/// assert!(asked.intersection(&allowed).iter().eq([&Orders::Read]));
///
/// assert!("orders:delete".parse::<ScopeSet<Orders>>().is_err());
/// # Ok(())
/// # }
/// ```
pub struct ScopeSet<S> {
    /// A bit for each place in `S::ALL`; the derive refuses enums with more than 128 variants.
    places: u128,
    scope: PhantomData<fn() -> S>,
}

impl<S: Scope> ScopeSet<S> {
    /// The scopes of this kind that a token grants; with wildcards in the configuration `orders:*` grants all of `orders:`.
    #[must_use]
    pub fn of<C, R>(payload: &TokenPayload<C, R>) -> Self {
        Self::new(places::<S>(|scope| payload.grants(scope.name())))
    }

    /// Every scope of this kind.
    #[must_use]
    pub fn all() -> Self {
        Self::new(places::<S>(|_| true))
    }

    /// Whether it has this scope.
    #[must_use]
    pub fn contains(&self, scope: &S) -> bool {
        self.places & bit(scope.place()) != 0
    }

    /// Puts a scope in.
    pub fn insert(&mut self, scope: &S) {
        self.places |= bit(scope.place());
    }

    /// Takes a scope out.
    pub fn remove(&mut self, scope: &S) {
        self.places &= !bit(scope.place());
    }

    /// The scopes that are in both.
    #[must_use]
    pub fn intersection(&self, other: &Self) -> Self {
        Self::new(self.places & other.places)
    }

    /// Whether the other set has every scope of this one: what a refresh may ask for.
    #[must_use]
    pub fn is_subset(&self, other: &Self) -> bool {
        self.places & !other.places == 0
    }

    /// Whether there is none in it.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.places == 0
    }

    /// The scopes, in the order of the enum.
    pub fn iter(&self) -> impl Iterator<Item = &'static S> + use<S> {
        let set = *self;
        S::ALL.iter().filter(move |scope| set.contains(scope))
    }
}

impl<S> ScopeSet<S> {
    fn new(places: u128) -> Self {
        Self { places, scope: PhantomData }
    }
}

fn bit(place: usize) -> u128 {
    u32::try_from(place).ok().and_then(|place| 1_u128.checked_shl(place)).unwrap_or_default()
}

fn places<S: Scope>(wanted: impl Fn(&S) -> bool) -> u128 {
    S::ALL.iter().filter(|scope| wanted(scope)).fold(0, |places, scope| places | bit(scope.place()))
}

/// Every scope must be one of this kind.
impl<S: Scope> FromStr for ScopeSet<S> {
    type Err = UnknownScope;

    fn from_str(text: &str) -> Result<Self, UnknownScope> {
        text.split(' ').filter(|name| !name.is_empty()).map(S::from_str).collect()
    }
}

impl<S: Scope> FromIterator<S> for ScopeSet<S> {
    fn from_iter<I: IntoIterator<Item = S>>(scopes: I) -> Self {
        let mut set = Self::default();
        scopes.into_iter().for_each(|scope| set.insert(&scope));
        set
    }
}

/// The names, for [`TokenBuilder::scopes`](crate::TokenBuilder::scopes).
impl<S: Scope> IntoIterator for ScopeSet<S> {
    type Item = &'static str;
    type IntoIter = std::vec::IntoIter<&'static str>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter().map(Scope::name).collect::<Vec<_>>().into_iter()
    }
}

impl<S: Scope> fmt::Display for ScopeSet<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, name) in self.into_iter().enumerate() {
            if index > 0 {
                f.write_str(" ")?;
            }
            f.write_str(name)?;
        }
        Ok(())
    }
}

impl<S: Scope> fmt::Debug for ScopeSet<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(*self).finish()
    }
}

impl<S> Clone for ScopeSet<S> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<S> Copy for ScopeSet<S> {}

impl<S> PartialEq for ScopeSet<S> {
    fn eq(&self, other: &Self) -> bool {
        self.places == other.places
    }
}

impl<S> Eq for ScopeSet<S> {}

/// No scope.
impl<S> Default for ScopeSet<S> {
    fn default() -> Self {
        Self::new(0)
    }
}

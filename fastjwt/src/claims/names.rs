//! The names of claims: which are reserved, and which a type of extra claims has.

/// The names that extra claims must not have at the top level of a token; nested objects may use them.
///
/// They are the registered claims of RFC 7519 and OpenID Connect that this crate writes or reads, and those that it keeps
/// for itself. The list is complete from the start, since each later addition would break a build.
pub const RESERVED_NAMES: &[&str] = &[
    "iss",
    "sub",
    "aud",
    "exp",
    "nbf",
    "iat",
    "jti",
    "type",
    "fresh",
    "csrf",
    "scopes",
    "scope",
    "auth_time",
    "sid",
    "realm",
    "cnf",
    "client_id",
];

/// The names that a type of extra claims has in the JSON, aliases included.
///
/// `#[jwt_claims]` and `#[claim_value]` write it: [`ClaimNames::NAMES`](crate::ClaimNames::NAMES).
#[derive(Debug, Clone, Copy)]
pub struct Names {
    own: &'static [&'static str],
    flattened: &'static [Names],
    open: bool,
}

impl Names {
    /// The names of a type whose fields are all known.
    #[doc(hidden)]
    #[must_use]
    pub const fn new(own: &'static [&'static str], flattened: &'static [Names]) -> Self {
        Self { own, flattened, open: false }
    }

    /// The names of a type that takes any name, like [`ClaimMap`](crate::ClaimMap).
    #[must_use]
    pub const fn open() -> Self {
        Self { own: &[], flattened: &[], open: true }
    }

    /// Whether the type takes names that are not listed here.
    #[must_use]
    pub const fn is_open(&self) -> bool {
        self.open
    }

    /// The names, in the order in which they were written; those of a flattened field come last.
    pub fn iter(&self) -> impl Iterator<Item = &'static str> {
        let mut all = self.own.to_vec();
        let mut nested: Vec<Names> = self.flattened.to_vec();
        while let Some(names) = nested.pop() {
            all.extend_from_slice(names.own);
            nested.extend_from_slice(names.flattened);
        }
        all.into_iter()
    }

    /// The listed name that equals `name`.
    pub(crate) fn find(&self, name: &str) -> Option<&'static str> {
        let own = self.own.iter().find(|own| **own == name).copied();
        own.or_else(|| self.flattened.iter().find_map(|nested| nested.find(name)))
    }

    /// Checks that no name stands twice, a flattened type's included.
    ///
    /// # Panics
    /// At compile time, with the mend.
    #[doc(hidden)]
    #[must_use]
    pub const fn disjoint(self) -> Self {
        // While loops and indices, since a const fn has no iterators.
        let mut outer = 0;
        while outer < self.flattened.len() {
            let nested = self.flattened[outer];
            assert!(
                !nested.open,
                "`#[serde(flatten)]` belongs on a type that knows its names: a map could hold a name that this type has, too"
            );
            let mut inner = 0;
            while inner < self.own.len() {
                assert!(
                    !nested.contains(self.own[inner]),
                    "a flattened field has a claim of the same name as a field beside it; rename one of them"
                );
                inner += 1;
            }
            let mut other = outer + 1;
            while other < self.flattened.len() {
                assert!(
                    !nested.shares_a_name_with(self.flattened[other]),
                    "two flattened fields have a claim of the same name; rename one of them"
                );
                other += 1;
            }
            outer += 1;
        }
        self
    }

    /// Checks that no name is reserved, a flattened type's included.
    ///
    /// # Panics
    /// At compile time, with the mend.
    #[doc(hidden)]
    #[must_use]
    pub const fn unreserved(self) -> Self {
        let mut index = 0;
        while index < RESERVED_NAMES.len() {
            assert!(
                !self.contains(RESERVED_NAMES[index]),
                "a flattened field has a claim with a reserved name (`fastjwt::RESERVED_NAMES`); rename it there"
            );
            index += 1;
        }
        self
    }

    const fn contains(&self, name: &str) -> bool {
        let mut index = 0;
        while index < self.own.len() {
            if equal(self.own[index], name) {
                return true;
            }
            index += 1;
        }
        index = 0;
        while index < self.flattened.len() {
            if self.flattened[index].contains(name) {
                return true;
            }
            index += 1;
        }
        false
    }

    const fn shares_a_name_with(&self, other: Self) -> bool {
        let mut index = 0;
        while index < self.own.len() {
            if other.contains(self.own[index]) {
                return true;
            }
            index += 1;
        }
        index = 0;
        while index < self.flattened.len() {
            if self.flattened[index].shares_a_name_with(other) {
                return true;
            }
            index += 1;
        }
        false
    }
}

const fn equal(left: &str, right: &str) -> bool {
    let (left, right) = (left.as_bytes(), right.as_bytes());
    if left.len() != right.len() {
        return false;
    }
    let mut index = 0;
    while index < left.len() {
        if left[index] != right[index] {
            return false;
        }
        index += 1;
    }
    true
}

pub(crate) fn is_reserved(name: &str) -> bool {
    RESERVED_NAMES.contains(&name)
}

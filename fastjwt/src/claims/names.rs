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
    /// The names of each field that has several; they stand among `own`, too.
    alike: &'static [&'static [&'static str]],
    open: bool,
}

impl Names {
    /// The names of a type whose fields are all known.
    #[doc(hidden)]
    #[must_use]
    pub const fn new(own: &'static [&'static str], flattened: &'static [Names]) -> Self {
        Self { own, flattened, alike: &[], open: false }
    }

    /// The same, of which these stand for one field each.
    #[doc(hidden)]
    #[must_use]
    pub const fn alike(self, alike: &'static [&'static [&'static str]]) -> Self {
        Self { alike, ..self }
    }

    /// The names of a type that takes any name, like [`ClaimMap`](crate::ClaimMap).
    #[must_use]
    pub const fn open() -> Self {
        Self { own: &[], flattened: &[], alike: &[], open: true }
    }

    /// Whether the type takes names that are not listed here.
    #[must_use]
    pub const fn is_open(&self) -> bool {
        self.open
    }

    /// Whether a field of the type is flattened, so that serde reads it like a map.
    pub(crate) const fn has_flattened(&self) -> bool {
        !self.flattened.is_empty()
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

    /// The names that the type takes for its own, and for none of its flattened fields'.
    pub(crate) const fn own(&self) -> &'static [&'static str] {
        self.own
    }

    /// Whether both are names of one field, and not the same.
    pub(crate) fn are_alike(&self, name: &str, other: &str) -> bool {
        name != other
            && (self.alike.iter().any(|names| names.contains(&name) && names.contains(&other))
                || self.flattened.iter().any(|nested| nested.are_alike(name, other)))
    }

    /// Checks that no name stands twice, a flattened type's included.
    ///
    /// # Panics
    /// At compile time, with the mend.
    #[doc(hidden)]
    #[must_use]
    pub const fn disjoint(self) -> Self {
        // Slice patterns all along, since a const fn has no iterators.
        let mut flattened = self.flattened;
        while let [nested, others @ ..] = flattened {
            assert!(
                !nested.open,
                "`#[serde(flatten)]` belongs on a type that knows its names: a map could hold a name that this type has, too"
            );
            assert!(
                !nested.has_one_of(self.own),
                "a flattened field has a claim of the same name as a field beside it; rename one of them"
            );
            let mut rest = others;
            while let [other, further @ ..] = rest {
                assert!(
                    !nested.shares_a_name_with(*other),
                    "two flattened fields have a claim of the same name; rename one of them"
                );
                rest = further;
            }
            flattened = others;
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
        assert!(
            !self.has_one_of(RESERVED_NAMES),
            "a flattened field has a claim with a reserved name (`fastjwt::RESERVED_NAMES`); rename it there"
        );
        self
    }

    const fn has_one_of(&self, mut names: &[&str]) -> bool {
        while let [name, others @ ..] = names {
            if self.contains(name) {
                return true;
            }
            names = others;
        }
        false
    }

    const fn contains(&self, name: &str) -> bool {
        let mut own = self.own;
        while let [first, others @ ..] = own {
            if equal(first.as_bytes(), name.as_bytes()) {
                return true;
            }
            own = others;
        }
        let mut flattened = self.flattened;
        while let [nested, others @ ..] = flattened {
            if nested.contains(name) {
                return true;
            }
            flattened = others;
        }
        false
    }

    const fn shares_a_name_with(&self, other: Self) -> bool {
        if other.has_one_of(self.own) {
            return true;
        }
        let mut flattened = self.flattened;
        while let [nested, others @ ..] = flattened {
            if nested.shares_a_name_with(other) {
                return true;
            }
            flattened = others;
        }
        false
    }
}

/// `==`, for a const fn.
const fn equal(mut left: &[u8], mut right: &[u8]) -> bool {
    while let ([first, left_rest @ ..], [second, right_rest @ ..]) = (left, right) {
        if *first != *second {
            return false;
        }
        (left, right) = (left_rest, right_rest);
    }
    left.is_empty() && right.is_empty()
}

pub(crate) fn is_reserved(name: &str) -> bool {
    RESERVED_NAMES.contains(&name)
}

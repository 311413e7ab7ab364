//! Scopes: what a token allows, what a route demands, and the one rule by which they are compared.

#[cfg(feature = "utoipa")]
pub(crate) mod alternatives;
mod set;
#[cfg(test)]
mod tests;
mod typed;
mod words;

use std::fmt::{self, Write as _};

pub(crate) use self::words::{Granted, Words};
pub use self::{
    set::ScopeSet,
    typed::{Scope, UnknownScope},
};

/// Which scopes a route demands: names, joined by `all` and `any` as deep as needed.
///
/// [`scopes!`](crate::scopes) makes one, at compile time; the attributes' argument `scopes(..)` is the same expression. It is
/// judged as it is written: what stands inside of an `all` or `any` never gets out of it.
///
/// ```
/// use fastjwt::{Policy, ScopeRule, scopes};
///
/// const RULE: ScopeRule = scopes!(all("orders:read", "orders:write"), any("admin", "support"));
/// const POLICY: Policy = Policy::access().scopes(RULE);
///
/// assert_eq!(RULE.to_string(), r#"all("orders:read", "orders:write", any("admin", "support"))"#);
/// assert_eq!(RULE.names(), ["orders:read", "orders:write", "admin", "support"]);
/// ```
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct ScopeRule(Node);

/// A list has two members or more, so that there is none that demands nothing.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Node {
    One(&'static str),
    All(&'static [ScopeRule]),
    Any(&'static [ScopeRule]),
}

impl ScopeRule {
    pub(crate) const fn one(name: &'static str) -> Self {
        Self(Node::One(name))
    }

    pub(crate) const fn all(parts: &'static [Self]) -> Self {
        Self(Node::All(parts))
    }

    pub(crate) const fn any(parts: &'static [Self]) -> Self {
        Self(Node::Any(parts))
    }

    /// Every name in it, once, in the order in which they are written; a token with all of them fulfils the rule.
    #[must_use]
    pub fn names(&self) -> Vec<&'static str> {
        let mut names = Vec::new();
        self.collect(&mut names);
        names
    }

    fn collect(&self, names: &mut Vec<&'static str>) {
        match self.0 {
            Node::One(name) if names.contains(&name) => {}
            Node::One(name) => names.push(name),
            Node::All(parts) | Node::Any(parts) => parts.iter().for_each(|part| part.collect(names)),
        }
    }

    /// Whether a token with these scopes fulfils it. This is the only place that says so.
    pub(crate) fn is_met_by(&self, granted: &[String], matching: Matching) -> bool {
        match self.0 {
            Node::One(name) => matching.has(granted, name),
            Node::All(parts) => parts.iter().all(|part| part.is_met_by(granted, matching)),
            Node::Any(parts) => parts.iter().any(|part| part.is_met_by(granted, matching)),
        }
    }

    /// Writes the members of a list; those of a list of the same kind inside of it stand beside them.
    fn write_members(parts: &[Self], is_same: fn(&Node) -> Option<&'static [Self]>, text: &mut String) -> fmt::Result {
        for (index, part) in parts.iter().enumerate() {
            if index > 0 {
                text.push_str(", ");
            }
            match is_same(&part.0) {
                Some(inner) => Self::write_members(inner, is_same, text)?,
                None => write!(text, "{part}")?,
            }
        }
        Ok(())
    }
}

/// As it stands in the source: `all("orders:read", any("admin", "support"))`.
impl fmt::Display for ScopeRule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut members = String::new();
        match self.0 {
            Node::One(name) => write!(f, "{name:?}"),
            Node::All(parts) => {
                let is_same = |node: &Node| if let Node::All(inner) = node { Some(*inner) } else { None };
                Self::write_members(parts, is_same, &mut members)?;
                write!(f, "all({members})")
            }
            Node::Any(parts) => {
                let is_same = |node: &Node| if let Node::Any(inner) = node { Some(*inner) } else { None };
                Self::write_members(parts, is_same, &mut members)?;
                write!(f, "any({members})")
            }
        }
    }
}

impl fmt::Debug for ScopeRule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// How a scope that is granted is compared with one that is wanted; the configuration chooses, for every door.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Matching {
    /// Equal, case included (RFC 6749 section 3.3).
    #[default]
    Exact,
    /// Equal, or granted as `orders:*` and wanted as `orders:` with more behind it.
    Wildcard,
}

impl Matching {
    /// Whether one of these grants the wanted one.
    pub(crate) fn has(self, granted: &[String], wanted: &str) -> bool {
        granted.iter().any(|granted| self.grants(granted, wanted))
    }

    /// The wanted one is never a pattern: `orders:read` does not grant `orders:*`.
    fn grants(self, granted: &str, wanted: &str) -> bool {
        if granted == wanted {
            return true;
        }
        let prefix = match self {
            Self::Exact => None,
            Self::Wildcard => granted.strip_suffix('*').filter(|prefix| prefix.len() > 1 && prefix.ends_with(':')),
        };
        prefix.and_then(|prefix| wanted.strip_prefix(prefix)).is_some_and(|rest| !rest.is_empty())
    }
}

/// Whether a name can be a scope (RFC 6749 section 3.3).
pub(crate) fn is_scope(name: &str) -> bool {
    !name.is_empty() && name.bytes().all(|byte| matches!(byte, 0x21 | 0x23..=0x5B | 0x5D..=0x7E))
}

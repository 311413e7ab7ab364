//! A rule of scopes as an OpenAPI document can say it: sets of scopes of which any one will do.

use super::{Node, ScopeRule};

impl ScopeRule {
    /// The sets of which any one fulfils the rule, and none of which holds another; `None` if there are more than `most`.
    pub(crate) fn alternatives(&self, most: usize) -> Option<Vec<Vec<&'static str>>> {
        let sets = match self.0 {
            Node::One(name) => vec![vec![name]],
            Node::Any(parts) => {
                let mut sets = Vec::new();
                for part in parts {
                    sets.extend(part.alternatives(most)?);
                }
                sets
            }
            Node::All(parts) => {
                let mut sets = vec![Vec::new()];
                for part in parts {
                    sets = smallest(product(&sets, &part.alternatives(most)?));
                    if sets.len() > most {
                        return None;
                    }
                }
                sets
            }
        };
        let sets = smallest(sets);
        (sets.len() <= most).then_some(sets)
    }
}

/// Every set of the one with every set of the other.
pub(crate) fn product<T: Clone + PartialEq>(left: &[Vec<T>], right: &[Vec<T>]) -> Vec<Vec<T>> {
    let both = |one: &Vec<T>, other: &Vec<T>| {
        let more = other.iter().filter(|name| !one.contains(name));
        one.iter().chain(more).cloned().collect()
    };
    left.iter().flat_map(|one| right.iter().map(move |other| both(one, other))).collect()
}

/// Leaves out what holds all of another set, and so demands more than it must.
pub(crate) fn smallest<T: PartialEq>(sets: Vec<Vec<T>>) -> Vec<Vec<T>> {
    let mut kept: Vec<Vec<T>> = Vec::new();
    let holds = |set: &[T], other: &[T]| other.iter().all(|name| set.contains(name));
    for set in sets {
        if !kept.iter().any(|other| holds(&set, other)) {
            kept.retain(|other| !holds(other, &set));
            kept.push(set);
        }
    }
    kept
}

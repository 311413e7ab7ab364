//! What is told of an operation: what the guards of each realm demand, put together. A handler may have guards of several realms,
//! whose instances complete the document one after another.

use std::collections::{BTreeMap, BTreeSet};

use http::StatusCode;
use serde::{Deserialize, Serialize};
use utoipa::openapi::{RefOr, path::Operation, security::SecurityRequirement};

use super::{answers::Group, note};

/// The extension that says what instances have told of an operation, while there are notes for another one. No note can be
/// read from it.
const NAME: &str = "x-fastjwt-told";

/// A way in: schemes with scopes, all of which are needed.
pub(super) type Way = BTreeMap<String, Vec<String>>;

/// What the guards of one realm make of an operation.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Demand {
    /// Each alone will do.
    pub(super) ways: Vec<Way>,
    /// What is answered to who does not fulfil it, by its status.
    pub(super) answers: BTreeMap<u16, Group>,
}

#[derive(Debug, Default, Serialize, Deserialize)]
pub(super) struct Told {
    /// By the realm's name, so that it makes no difference which instance is asked first.
    demands: BTreeMap<String, Demand>,
    /// Whether the ways in are ours; else the user has written some.
    has_ways: bool,
    /// The responses that are ours.
    statuses: BTreeSet<u16>,
}

impl Told {
    /// Tells what one more realm demands: its guards and all others must be passed.
    pub(super) fn add(realm: &str, demand: Demand, operation: &mut Operation) {
        let mut told = Self::take(operation);
        told.demands.insert(realm.to_owned(), demand);
        told.write(operation);
        if note::is_left(operation)
            && let Ok(value) = serde_json::to_value(told)
        {
            operation.extensions.get_or_insert_default().insert(NAME.to_owned(), value);
        }
    }

    fn take(operation: &mut Operation) -> Self {
        let told = operation.extensions.as_mut().and_then(|extensions| extensions.remove(NAME));
        if operation.extensions.as_ref().is_some_and(|extensions| extensions.is_empty()) {
            operation.extensions = None;
        }
        told.and_then(|told| serde_json::from_value(told).ok()).unwrap_or_default()
    }

    fn write(&mut self, operation: &mut Operation) {
        let ways = self.ways();
        // An empty list would say that the handler demands nothing.
        if !ways.is_empty() && (self.has_ways || operation.security.is_none()) {
            self.has_ways = true;
            operation.security = Some(ways.into_iter().map(requirement).collect());
        }
        let mut answers: BTreeMap<u16, Group> = BTreeMap::new();
        for (status, group) in self.demands.values().flat_map(|demand| &demand.answers) {
            answers.entry(*status).and_modify(|known| known.join(group)).or_insert_with(|| group.clone());
        }
        for (status, group) in answers {
            let Ok(code) = StatusCode::from_u16(status) else { continue };
            let responses = &mut operation.responses.responses;
            if self.statuses.contains(&status) || !responses.contains_key(code.as_str()) {
                self.statuses.insert(status);
                responses.insert(code.as_str().to_owned(), RefOr::T(group.response(code)));
            }
        }
    }

    /// A way of each realm, whichever; a realm whose ways no scheme can say adds none.
    fn ways(&self) -> Vec<Way> {
        let each = self.demands.values().map(|demand| demand.ways.clone()).filter(|ways| !ways.is_empty());
        each.reduce(|left, right| {
            let with_each = |one: &Way| right.iter().map(|other| both(one, other)).collect::<Vec<_>>();
            left.iter().flat_map(with_each).collect()
        })
        .unwrap_or_default()
    }
}

fn both(one: &Way, other: &Way) -> Way {
    let mut all = one.clone();
    all.extend(other.clone());
    all
}

fn requirement(way: Way) -> SecurityRequirement {
    way.into_iter().fold(SecurityRequirement::default(), |all, (name, scopes)| all.add(name, scopes))
}

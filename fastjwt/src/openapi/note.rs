//! The note: what an attribute leaves in the document about its handler, as an extension of the operation.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::openapi::path::Operation;

use super::beside::Demanded;
use crate::{
    ConstPolicy, Location, Locations, Policy, Realm, TokenKind,
    config::Settings,
    scope::alternatives::{product, smallest},
};

/// What the names of the extensions begin with; the macros know it, too.
const NAME: &str = "x-fastjwt";

/// Rules of scopes with more alternatives than these are told by their names alone.
const MOST_ALTERNATIVES: usize = 16;

/// What an attribute leaves in the document: its own note, and one of each parameter beside it that demands something, too.
#[derive(Debug, Serialize, Deserialize)]
pub struct Notes {
    notes: Vec<Note>,
}

impl Notes {
    /// The note of a handler with this policy.
    #[must_use]
    pub fn of<R: Realm, P: ConstPolicy>() -> Self {
        Self { notes: vec![Note::of::<R, P>()] }
    }

    /// The same of a handler whose payload is an `Option`.
    #[must_use]
    pub fn optional(self) -> Self {
        Self { notes: self.notes.into_iter().map(Note::optional).collect() }
    }

    /// The same with what these parameters demand.
    #[must_use]
    pub fn beside(mut self, parameters: &[Demanded]) -> Self {
        self.notes.extend(parameters.iter().flatten().map(|note| note()));
        self
    }

    /// The same of a handler that opens a WebSocket.
    #[must_use]
    pub fn websocket(self) -> Self {
        Self { notes: self.notes.into_iter().map(Note::websocket).collect() }
    }
}

/// What a guarded handler demands, whatever the configuration.
#[derive(Debug, Serialize, Deserialize)]
#[expect(clippy::struct_excessive_bools, reason = "each is a demand of its own")]
pub struct Note {
    realm: String,
    access: bool,
    refresh: bool,
    pub(super) optional: bool,
    /// Whether an expired token counts as none.
    pub(super) or_expired: bool,
    pub(super) fresh: bool,
    /// In seconds.
    pub(super) max_age: Option<u64>,
    /// The rule of scopes, as it is written.
    pub(super) rule: Option<String>,
    /// Sets of scopes of which any one will do.
    pub(super) scopes: Vec<Vec<String>>,
    pub(super) own_subject: bool,
    /// Whether the store of sessions is asked.
    pub(super) revocation: bool,
    /// For each attribute the places of its own, in place of the configured ones.
    locations: Vec<Option<u8>>,
    pub(super) csrf: bool,
    /// Whether it opens a WebSocket, which no method makes safe.
    pub(super) websocket: bool,
    /// Whether it loads the application's user.
    pub(super) subject: bool,
    /// Whether it takes the token that another guard has let in, where there is one.
    follows: bool,
}

impl Note {
    /// The note of a door with this policy.
    pub(super) fn of<R: Realm, P: ConstPolicy>() -> Self {
        Self::new(R::NAME, &P::POLICY)
    }

    fn new(realm: &str, policy: &Policy) -> Self {
        let takes = |kind| policy.kind.is_none_or(|wanted| wanted == kind);
        let names = |set: Vec<&'static str>| set.into_iter().map(str::to_owned).collect();
        let scopes = policy.scopes.map_or_else(
            || vec![Vec::new()],
            |rule| rule.alternatives(MOST_ALTERNATIVES).unwrap_or_else(|| vec![rule.names()]),
        );
        Self {
            realm: realm.to_owned(),
            access: takes(TokenKind::Access),
            refresh: takes(TokenKind::Refresh),
            optional: policy.passes_without_token(),
            or_expired: policy.passes_expired(),
            fresh: policy.fresh || policy.max_age.is_some(),
            max_age: policy.max_age.map(|age| age.as_secs()),
            rule: policy.scopes.map(|rule| rule.to_string()),
            scopes: scopes.into_iter().map(names).collect(),
            own_subject: policy.subject_param.is_some(),
            revocation: policy.revocation,
            locations: vec![policy.locations.map(Locations::bits)],
            csrf: policy.csrf,
            websocket: false,
            subject: false,
            follows: false,
        }
    }

    /// The same of a door that lets requests without a token in.
    pub(super) fn optional(self) -> Self {
        Self { optional: true, ..self }
    }

    /// The same in front of a WebSocket.
    fn websocket(self) -> Self {
        Self { websocket: true, ..self }
    }

    /// The same of what loads the application's user, whose token may be any that is let in.
    pub(super) fn subject(self) -> Self {
        Self { subject: true, follows: true, ..self }
    }

    /// Takes the notes of a realm out of an operation. There are several where attributes stand on each other, or demanding
    /// parameters beside them: all of them must be fulfilled.
    pub(super) fn take<R: Realm>(operation: &mut Operation) -> Option<Self> {
        let extensions = operation.extensions.as_mut()?;
        let mut found: Vec<(String, Notes)> = extensions
            .iter()
            .filter(|(name, _)| name.starts_with(NAME))
            .filter_map(|(name, value)| Some((name.clone(), Notes::deserialize(value).ok()?)))
            .collect();
        found.sort_by(|(one, _), (other, _)| one.cmp(other));
        let mut ours = Vec::new();
        for (name, Notes { notes }) in found {
            let (taken, left): (Vec<Self>, _) = notes.into_iter().partition(|note| note.realm == R::NAME);
            ours.extend(taken);
            match serde_json::to_value(Notes { notes: left }) {
                Ok(value) if is_note(&value) => extensions.insert(name, value),
                _ => extensions.remove(&name),
            };
        }
        if extensions.is_empty() {
            operation.extensions = None;
        }
        ours.into_iter().reduce(Self::and)
    }

    fn and(self, other: Self) -> Self {
        if other.follows {
            let optional = self.optional && other.optional;
            return Self { optional, or_expired: self.or_expired && optional, subject: true, ..self };
        }
        if self.follows {
            return other.and(self);
        }
        Self {
            realm: self.realm,
            access: self.access && other.access,
            refresh: self.refresh && other.refresh,
            optional: self.optional && other.optional,
            or_expired: self.or_expired && other.or_expired,
            fresh: self.fresh || other.fresh,
            max_age: self.max_age.into_iter().chain(other.max_age).min(),
            rule: match (self.rule, other.rule) {
                (Some(one), Some(other)) => Some(format!("all({one}, {other})")),
                (one, other) => one.or(other),
            },
            scopes: smallest(product(&self.scopes, &other.scopes)),
            own_subject: self.own_subject || other.own_subject,
            revocation: self.revocation || other.revocation,
            locations: self.locations.into_iter().chain(other.locations).collect(),
            csrf: self.csrf || other.csrf,
            websocket: self.websocket || other.websocket,
            subject: self.subject || other.subject,
            follows: false,
        }
    }

    /// The kinds that are taken, and where each is looked for.
    pub(super) fn places(&self, config: &Settings) -> impl Iterator<Item = (TokenKind, Location)> {
        let travel = &config.travel;
        let kinds = [(TokenKind::Access, self.access), (TokenKind::Refresh, self.refresh)];
        let places = kinds.into_iter().filter(|(_, is_taken)| *is_taken).map(|(kind, _)| {
            let configured = travel.of(kind).locations;
            // Where all attributes look; what only one of them finds is no token to the others.
            let each = self.locations.iter().map(|own| own.map_or(configured, Locations::from_bits));
            let wanted = each.reduce(Locations::within).unwrap_or(configured);
            // As the road does it: tokens without a csrf value are not looked for in cookies.
            (kind, if configured.contains(Location::Cookie) { wanted } else { wanted.without(Locations::COOKIES) })
        });
        places.flat_map(|(kind, places)| places.iter().map(move |place| (kind, place)))
    }
}

/// Whether an operation has notes for another realm's instance.
pub(super) fn is_left(operation: &Operation) -> bool {
    let notes = operation.extensions.iter().flat_map(|extensions| extensions.iter());
    notes.filter(|(name, _)| name.starts_with(NAME)).any(|(_, value)| is_note(value))
}

fn is_note(value: &Value) -> bool {
    Notes::deserialize(value).is_ok_and(|Notes { notes }| !notes.is_empty())
}

/// Every type: an operation about which no attribute has left a note. One that has is told apart by a constant of its own, which
/// comes before this one.
pub trait Unseen {
    /// Whether one has.
    const IS_SEEN: bool = false;
}

impl<T> Unseen for T {}

//! The answers to who does not fulfil what a handler demands: those that can occur, and no others.

use std::{collections::BTreeMap, time::Duration};

use http::StatusCode;
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::openapi::{
    Content, Object, Ref, RefOr, Response, ResponseBuilder, Schema,
    example::ExampleBuilder,
    header::HeaderBuilder,
    schema::{ObjectBuilder, Type},
};

use super::note::Note;
use crate::{
    ErrorKind, Location, MachineFault, RequestFault, ScopeRule, TokenFault,
    config::Settings,
    respond::{Usual, usual},
};

/// The schema of every refusal's body.
const SCHEMA: &str = "FastJwtRefusal";

/// Its name, and itself.
pub(super) fn schema() -> (&'static str, RefOr<Schema>) {
    let text =
        |description: &str| ObjectBuilder::new().schema_type(Type::String).description(Some(description)).build();
    let object = ObjectBuilder::new()
        .description(Some("Why a request was refused."))
        .property("error", text("A stable code."))
        .required("error")
        .property("message", text("What happened, for people."))
        .required("message");
    (SCHEMA, object.into())
}

/// The answers of one status.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Group {
    sentences: Vec<String>,
    /// Codes and their messages, each code once.
    examples: Vec<(String, String)>,
    challenges: bool,
    /// Whether they have the usual form; what a service's own responder makes of them, nobody knows.
    is_usual: bool,
}

impl Group {
    fn new(is_usual: bool) -> Self {
        Self { sentences: Vec::new(), examples: Vec::new(), challenges: false, is_usual }
    }

    fn say(&mut self, sentence: &str) {
        if !self.sentences.iter().any(|known| known == sentence) {
            self.sentences.push(sentence.to_owned());
        }
    }

    fn exemplify(&mut self, code: &str, message: &str) {
        if !self.examples.iter().any(|(known, _)| known == code) {
            self.examples.push((code.to_owned(), message.to_owned()));
        }
    }

    /// Adds the answers of another realm's guard.
    pub(super) fn join(&mut self, other: &Self) {
        other.sentences.iter().for_each(|sentence| self.say(sentence));
        other.examples.iter().for_each(|(code, message)| self.exemplify(code, message));
        self.challenges |= other.challenges;
        self.is_usual &= other.is_usual;
    }

    pub(super) fn response(&self, status: StatusCode) -> Response {
        let mut response = ResponseBuilder::new().description(self.sentences.join(" "));
        let header = |description: &str| {
            HeaderBuilder::new().schema(Some(Object::with_type(Type::String))).description(Some(description)).build()
        };
        if !self.is_usual {
            return response.build();
        }
        if self.challenges {
            response = response.header("WWW-Authenticate", header("The challenge (RFC 6750, RFC 9470)."));
        }
        if status == StatusCode::SERVICE_UNAVAILABLE {
            response = response.header("Retry-After", header("When to try again, in seconds."));
        }
        let examples = self.examples.iter().map(|(code, message)| {
            let value = json!({ "error": code, "message": message });
            (code.as_str(), ExampleBuilder::new().value(Some(value)).build())
        });
        let content = Content::builder().schema(Some(Ref::from_schema_name(SCHEMA))).examples_from_iter(examples);
        response.content("application/json", content.build()).build()
    }
}

/// Every answer of a guard with this note, by its status.
pub(super) fn possible(config: &Settings, note: &Note, is_safe: bool) -> BTreeMap<u16, Group> {
    let mut groups: BTreeMap<u16, Group> = BTreeMap::new();
    let new = || Group::new(config.answers.are_usual());
    for kind in faults(config, note, is_safe) {
        // The one mapping says what becomes of it.
        let Usual { status, code, message, is_challenge } = usual(&kind);
        let group = groups.entry(status.as_u16()).or_insert_with(new);
        group.challenges |= is_challenge;
        group.say(&match &kind {
            ErrorKind::Token(TokenFault::MissingScope { .. }) => {
                format!("{message}: {} is needed.", note.rule.as_deref().unwrap_or_default())
            }
            ErrorKind::Token(TokenFault::NotFresh { max_age }) if !max_age.is_zero() => {
                format!("{message}: the login must be no longer ago than {} seconds.", max_age.as_secs())
            }
            _ => format!("{message}."),
        });
        group.exemplify(code, message);
    }
    if !config.hooks.checks.is_empty() {
        for (status, challenges) in [(StatusCode::UNAUTHORIZED, true), (StatusCode::FORBIDDEN, false)] {
            let group = groups.entry(status.as_u16()).or_insert_with(new);
            group.challenges |= challenges;
            group.say("Or a check of the service's own refuses it, with a code of its own.");
        }
    }
    groups
}

/// What can be wrong; of faults with one and the same answer, one.
fn faults(config: &Settings, note: &Note, is_safe: bool) -> Vec<ErrorKind> {
    let travel = &config.travel;
    let places: Vec<Location> = note.places(config).map(|(_, place)| place).collect();
    let is_in = |wanted: &[Location]| places.iter().any(|place| wanted.contains(place));
    let csrf = travel.csrf && note.csrf && is_in(&[Location::Cookie]) && !is_safe;
    let origin = travel.same_origin && is_in(&[Location::Cookie, Location::Query, Location::Json]) && !is_safe;
    let is_store_needed = note.revocation && config.sessions.as_ref().is_some_and(|sessions| !sessions.fail_open);
    let possible: [(bool, ErrorKind); 17] = [
        (!note.optional, RequestFault::MissingToken.into()),
        (true, RequestFault::SeveralTokens.into()),
        (true, RequestFault::MalformedCredentials.into()),
        (is_in(&[Location::Header, Location::Cookie, Location::WebSocket]), RequestFault::TokenTooLarge.into()),
        (is_in(&[Location::Query]), RequestFault::QueryTooLarge.into()),
        (is_in(&[Location::Json]) || (csrf && travel.csrf_form), RequestFault::BodyTooLarge.into()),
        (origin, RequestFault::CrossOrigin.into()),
        (true, TokenFault::Malformed.into()),
        (!note.or_expired, TokenFault::Expired { at: crate::NumericDate::MAX }.into()),
        (csrf, RequestFault::MissingCsrf.into()),
        (csrf, RequestFault::WrongCsrf.into()),
        (note.subject, TokenFault::SubjectGone.into()),
        (note.fresh, TokenFault::NotFresh { max_age: Duration::from_secs(note.max_age.unwrap_or_default()) }.into()),
        (note.rule.is_some(), TokenFault::MissingScope { needed: ScopeRule::one("") }.into()),
        (note.own_subject, TokenFault::OtherSubject.into()),
        // Whatever is waited for may be out of reach.
        (config.awaits_others() || is_store_needed, MachineFault::Unavailable.into()),
        (note.subject, MachineFault::Unavailable.into()),
    ];
    possible.into_iter().filter(|(is_possible, _)| *is_possible).map(|(_, kind)| kind).collect()
}

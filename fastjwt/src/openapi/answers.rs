//! The answers to who does not fulfil what a handler demands: those that can occur, and no others.

use std::{collections::BTreeMap, time::Duration};

use http::StatusCode;
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
#[derive(Default)]
struct Group {
    sentences: Vec<String>,
    /// Codes and their messages, each code once.
    examples: Vec<(&'static str, &'static str)>,
    challenges: bool,
}

impl Group {
    fn say(&mut self, sentence: String) {
        if !self.sentences.contains(&sentence) {
            self.sentences.push(sentence);
        }
    }
}

/// Every answer of a guard with this note, by its status.
pub(super) fn possible(config: &Settings, note: &Note, is_safe: bool) -> impl Iterator<Item = (StatusCode, Response)> {
    let mut groups: BTreeMap<StatusCode, Group> = BTreeMap::new();
    for kind in faults(config, note, is_safe) {
        // The one mapping says what becomes of it.
        let Usual { status, code, message, is_challenge } = usual(&kind);
        let group = groups.entry(status).or_default();
        group.challenges |= is_challenge;
        group.say(match &kind {
            ErrorKind::Token(TokenFault::MissingScope { .. }) => {
                format!("{message}: {} is needed.", note.rule.as_deref().unwrap_or_default())
            }
            ErrorKind::Token(TokenFault::NotFresh { max_age }) if !max_age.is_zero() => {
                format!("{message}: the login must be no longer ago than {} seconds.", max_age.as_secs())
            }
            _ => format!("{message}."),
        });
        if !group.examples.iter().any(|(known, _)| *known == code) {
            group.examples.push((code, message));
        }
    }
    if !config.hooks.checks.is_empty() {
        for (status, challenges) in [(StatusCode::UNAUTHORIZED, true), (StatusCode::FORBIDDEN, false)] {
            let group = groups.entry(status).or_default();
            group.challenges |= challenges;
            group.say("Or a check of the service's own refuses it, with a code of its own.".to_owned());
        }
    }
    let is_usual = config.answers.are_usual();
    groups.into_iter().map(move |(status, group)| (status, response(status, &group, is_usual)))
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

fn response(status: StatusCode, group: &Group, is_usual: bool) -> Response {
    let mut response = ResponseBuilder::new().description(group.sentences.join(" "));
    let header = |description: &str| {
        HeaderBuilder::new().schema(Some(Object::with_type(Type::String))).description(Some(description)).build()
    };
    if !is_usual {
        // What the service's own responder makes of it, nobody knows.
        return response.build();
    }
    if group.challenges {
        response = response.header("WWW-Authenticate", header("The challenge (RFC 6750, RFC 9470)."));
    }
    if status == StatusCode::SERVICE_UNAVAILABLE {
        response = response.header("Retry-After", header("When to try again, in seconds."));
    }
    let examples = group.examples.iter().map(|(code, message)| {
        let value = json!({ "error": code, "message": message });
        (*code, ExampleBuilder::new().value(Some(value)).build())
    });
    let content = Content::builder().schema(Some(Ref::from_schema_name(SCHEMA))).examples_from_iter(examples);
    response.content("application/json", content.build()).build()
}

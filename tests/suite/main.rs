//! Everything that must hold, from the outside in: one binary, a module a subject.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod allocations;
mod any_input;
mod claims;
mod config;
mod counting;
mod danger;
mod doors;
mod edges;
mod extra_names;
mod findings;
mod floats;
mod format;
mod given_keys;
mod handlers;
mod header;
mod hostile;
mod http;
mod issuing;
mod keys;
mod layer;
mod logs;
mod members;
mod mixes;
mod names;
mod responder;
mod secrets;
mod size;
mod subject_param;
mod support;
mod test_keys;
mod times;

//! Everything that must hold, from the outside in: one binary, a module a subject.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod support;
mod counting;
mod format;
mod members;
mod size;
mod test_keys;
mod header;
mod claims;
mod times;
mod issuing;
mod extra_names;
mod config;
mod http;
mod hostile;
mod responder;
mod doors;
mod mixes;
mod layer;
mod subject_param;
mod handlers;
mod floats;
mod allocations;
mod any_input;
mod danger;
mod given_keys;
mod keys;
mod secrets;
mod names;
mod logs;

//! Everything that must hold, from the outside in: one binary, a module a subject.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod algorithms;
mod allocations;
mod any_input;
mod claims;
mod config;
mod counting;
mod danger;
mod differential;
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
mod jwk;
mod key_forms;
mod keys;
mod layer;
mod logs;
mod macro_holes;
mod members;
mod mixes;
mod mutant_values;
mod mutants;
mod names;
mod reasons;
mod responder;
mod rfc_vectors;
mod secrets;
mod signers;
mod size;
mod subject_param;
mod support;
mod test_keys;
mod times;

//! Everything that must hold, from the outside in: one binary, a module a subject.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod support;

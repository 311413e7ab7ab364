//! Everything that must hold, from the outside in: one binary, a module a subject.

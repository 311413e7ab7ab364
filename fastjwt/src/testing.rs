//! For the tests of services: payloads, tokens and a clock that stands still.

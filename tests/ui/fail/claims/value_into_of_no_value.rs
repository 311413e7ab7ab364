use std::time::Instant;

use fastjwt::claim_value;

impl From<Visit> for Instant {
    fn from(_: Visit) -> Self {
        loop {}
    }
}

impl From<Instant> for Visit {
    fn from(_: Instant) -> Self {
        Self { at: 0 }
    }
}

#[claim_value]
#[derive(Clone)]
#[serde(into = "Instant", from = "Instant")]
struct Visit {
    at: u8,
}

fn main() {}

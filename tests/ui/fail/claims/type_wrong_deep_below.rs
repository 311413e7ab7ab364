use std::time::Instant;

use fastjwt::{claim_value, jwt_claims};

#[claim_value]
struct Leaf {
    since: Instant,
}

#[claim_value]
struct Branch {
    leaves: Vec<Leaf>,
}

#[jwt_claims]
struct Profile {
    branch: Branch,
}

fn main() {}

//! What the item expects comes true, and not of what is generated beside it.

#![deny(warnings, clippy::all, clippy::pedantic, missing_docs)]

use fastjwt::{claim_value, jwt_claims};

#[jwt_claims]
#[expect(dead_code, reason = "only ever read by other services")]
struct Profile {
    name: String,
    roles: Vec<Vec<Role>>,
}

#[claim_value]
enum Role {
    Admin,
    Member(u8),
}

#[claim_value]
#[expect(unused, clippy::struct_excessive_bools, reason = "as another service has it")]
struct Flags {
    a: bool,
    b: bool,
    c: bool,
    d: bool,
}

#[jwt_claims]
#[allow(dead_code, reason = "only sometimes used")]
struct Allowed {
    roles: Vec<Option<u8>>,
}

fn main() {
    let _ = [Role::Admin, Role::Member(1)];
}

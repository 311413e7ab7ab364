//! The crate under another name, as a crate of a service's own might re-export it; the name itself is taken.

mod fastjwt {}

mod platform {
    pub mod tokens {
        pub use ::fastjwt::*;
    }
}

use crate::platform::tokens::{ClaimNames, claim_value, jwt_claims};

#[claim_value(crate = crate::platform::tokens)]
enum Role {
    Admin,
    User { name: String },
}

#[jwt_claims(crate = crate::platform::tokens)]
struct Profile<T> {
    role: Vec<Role>,
    other: T,
    #[serde(flatten)]
    place: Place,
}

#[claim_value(crate = platform::tokens)]
struct Place {
    city: Option<String>,
}

#[jwt_claims(crate = ::fastjwt,)]
struct Absolute {
    name: Option<String>,
}

fn main() {
    assert!(Absolute::NAMES.iter().eq(["name"]));
    assert!(Profile::<u8>::NAMES.iter().eq(["role", "other", "city"]));
    let _ = Role::User { name: String::new() };
    let _ = Role::Admin;
}

//! The libraries that are compared, each as two closures: one verifies a token, the other signs one.

mod axum_jwt_auth;
mod fastjwt;
mod floor;
mod jsonwebtoken;
mod jwt_compact;
mod map;

pub use self::{
    axum_jwt_auth::decoder as axum_jwt_auth_decoder,
    fastjwt::{ours, ours_built, resigned},
    floor::{Floor, floor},
    map::Map,
};
use crate::keys::Key;

/// Verifies a token with everything that the library checks, and says whether it is accepted.
pub type Verify = Box<dyn Fn(&str) -> bool + Send + Sync>;

/// Signs the payload of all measurements, and gives the token.
pub type Sign = Box<dyn Fn() -> String + Send + Sync>;

/// A library, with its key.
pub struct Contender {
    /// What it is called in the tables.
    pub name: &'static str,
    /// Verifying.
    pub verify: Verify,
    /// Signing, if the library does it.
    pub sign: Option<Sign>,
}

/// The floor, ours, then the others.
#[must_use]
pub fn all(key: &Key) -> Vec<Contender> {
    vec![
        floor(key),
        ours(key),
        jsonwebtoken::eleven(key),
        jsonwebtoken::nine(key),
        jwt_compact::contender(key),
        axum_jwt_auth::contender(key),
    ]
}

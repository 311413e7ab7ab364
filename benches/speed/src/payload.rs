//! The payload of all measurements: 403 bytes, what a service with scopes, groups and csrf values writes.

use std::time::{SystemTime, UNIX_EPOCH};

use fastjwt::jwt_claims;
use serde::{Deserialize, Serialize};

/// The issuer that everybody demands.
pub const ISSUER: &str = "https://auth.example.com";
/// The audience that everybody demands.
pub const AUDIENCE: &str = "api.example.com";
/// The subject.
pub const SUBJECT: &str = "5f0c7a3e-8a4b-4c57-9d0c-2b1f6e3d9a71";
const JTI: &str = "0b9d7c52-3f61-4e0a-8f2d-6c1a9e4b7d35";
const CSRF: &str = "e2a4c6f8-1b3d-4f5a-9c7e-8d0b2f4a6c8e";
/// The scopes.
pub const SCOPES: [&str; 3] = ["read", "write", "admin"];

/// The payload in one struct, as a service writes it by hand.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the claims say what they are")]
pub struct Flat {
    pub iss: String,
    pub sub: String,
    pub aud: String,
    pub exp: u64,
    pub nbf: u64,
    pub iat: u64,
    pub jti: String,
    #[serde(rename = "type")]
    pub kind: String,
    pub fresh: bool,
    pub scopes: Vec<String>,
    pub csrf: String,
    pub tenant: String,
    pub level: u32,
    pub groups: Vec<String>,
}

/// The same without the registered claims, for fastjwt.
#[jwt_claims]
#[derive(Debug, Clone)]
#[expect(missing_docs, reason = "the claims say what they are")]
pub struct Extra {
    pub tenant: String,
    pub level: u32,
    pub groups: Vec<String>,
}

/// What is measured, valid from now for two hours.
#[must_use]
pub fn flat() -> Flat {
    let now = now();
    Flat {
        iss: ISSUER.to_owned(),
        sub: SUBJECT.to_owned(),
        aud: AUDIENCE.to_owned(),
        exp: now + 7200,
        nbf: now,
        iat: now,
        jti: JTI.to_owned(),
        kind: "access".to_owned(),
        fresh: true,
        scopes: SCOPES.map(str::to_owned).to_vec(),
        csrf: CSRF.to_owned(),
        tenant: "acme".to_owned(),
        level: 3,
        groups: ["ops", "dev", "sales"].map(str::to_owned).to_vec(),
    }
}

/// The extra claims of [`flat`].
#[must_use]
pub fn extra() -> Extra {
    let Flat { tenant, level, groups, .. } = flat();
    Extra { tenant, level, groups }
}

/// Seconds since the epoch.
#[must_use]
#[expect(clippy::missing_panics_doc, reason = "no clock is that wrong")]
#[expect(clippy::disallowed_methods, reason = "the others look at the system's clock, too")]
pub fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).expect("the clock shows a year after 1970").as_secs()
}

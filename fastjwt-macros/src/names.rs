//! The names that extra claims must not have; a test of the runtime includes this file and holds both lists equal.

/// The names in the JSON that belong to the registered claims and to fastjwt.
pub(crate) const RESERVED: &[&str] = &[
    "iss",
    "sub",
    "aud",
    "exp",
    "nbf",
    "iat",
    "jti",
    "type",
    "fresh",
    "csrf",
    "scopes",
    "scope",
    "auth_time",
    "sid",
    "realm",
    "cnf",
    "client_id",
];

/// The Rust fields of `TokenPayload` itself, which would shadow a claim of the same name.
pub(crate) const PAYLOAD_FIELDS: &[&str] = &[
    "iss",
    "sub",
    "aud",
    "exp",
    "nbf",
    "iat",
    "jti",
    "kind",
    "fresh",
    "scopes",
    "csrf",
    "auth_time",
    "sid",
    "client_id",
    "extra",
];

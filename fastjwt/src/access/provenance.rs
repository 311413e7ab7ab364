//! Where a token comes from: the key that its header names, and the terms of that key's issuer.

use std::sync::Arc;

use super::header::{self, Header};
use crate::{
    ErrorKind, NumericDate, TokenFault, VerifyingKey,
    config::{Config, IssuerTerms},
    jws::{self, Segments, Typ},
    key::ring::{Choice, KeySet},
};

/// A token's key and what is demanded of its issuer's tokens. Nothing is verified yet.
pub(super) struct Provenance {
    pub(super) key: VerifyingKey,
    pub(super) basis: Basis,
}

/// What a signed payload is judged by.
#[derive(Clone)]
pub(super) struct Basis {
    pub(super) issuer: Arc<IssuerTerms>,
    pub(super) typ: Typ,
}

/// Finds the key that the header names. The header never chooses an algorithm: it must name the key's (RFC 8725 section 3.1).
#[expect(clippy::unused_async, reason = "keys that have to be fetched are awaited here")]
pub(super) async fn find(config: &Config, segments: &Segments<'_>, now: NumericDate) -> Result<Provenance, ErrorKind> {
    let (key, typ) = find_in(&config.keys.load(), segments.header, now)?;
    Ok(Provenance { key, basis: Basis { issuer: Arc::clone(&config.terms), typ } })
}

fn find_in(keys: &KeySet, segment: &str, now: NumericDate) -> Result<(VerifyingKey, Typ), TokenFault> {
    // A header that a key's tokens carry needs no parsing; any other is parsed in full.
    if let Some((key, typ)) = keys.by_header(segment, now) {
        return Ok((key.clone(), typ));
    }
    let json = jws::decode(segment).ok_or(TokenFault::Malformed)?;
    let Header { alg, kid, typ } = header::read(&json)?;
    match keys.choose(&alg, kid.as_deref(), now) {
        Choice::Key(key) => Ok((key.clone(), typ)),
        Choice::Unknown => Err(TokenFault::UnknownKey),
        Choice::WrongAlgorithm => Err(TokenFault::WrongAlgorithm),
    }
}

//! Reads a fetched JWK set: a key that is odd, or is no public key, is left out and spoils nothing.

use crate::key::{
    Algorithm, KeyError, VerifyingKey,
    jwk::Jwk,
    set::{Texts, has_repeated_id},
};

/// What a fetched set holds.
pub(super) struct Foreign {
    /// The keys that verify.
    pub(super) keys: Vec<VerifyingKey>,
    pub(super) skipped: Vec<Skipped>,
}

/// A key of a fetched set that is not used.
pub(super) struct Skipped {
    /// Its place in the set, from 1.
    pub(super) place: usize,
    pub(super) reason: KeyError,
    /// Whether it is a secret, or a private key: whoever can read the set can sign with it.
    pub(super) is_exposed: bool,
}

/// Why a fetched set is refused as a whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum SetFault {
    NotASet,
    /// Two different keys that could both be used have one id: which of them is meant would be a guess.
    RepeatedId,
}

/// Reads a set that somebody else has written: a key that is not understood, is for something else, is a secret or a private
/// key, is left out, and the others are good all the same. The algorithms are asymmetric.
pub(super) fn read(set: &[u8], algorithms: &[Algorithm]) -> Result<Foreign, SetFault> {
    let texts = std::str::from_utf8(set).ok().and_then(Texts::of).ok_or(SetFault::NotASet)?;
    let (mut keys, mut skipped) = (Vec::new(), Vec::new());
    for (place, text) in (1..).zip(&texts.keys) {
        match public_key(text.get(), algorithms) {
            // Some issuers list one key twice: which is meant is no question then.
            Ok(key) if keys.iter().any(|known: &VerifyingKey| known.is_like(&key)) => {}
            Ok(key) => keys.push(key),
            Err((reason, is_exposed)) => skipped.push(Skipped { place, reason, is_exposed }),
        }
    }
    if has_repeated_id(&keys, VerifyingKey::id) {
        return Err(SetFault::RepeatedId);
    }
    Ok(Foreign { keys, skipped })
}

/// The key, or why there is none and whether it is exposed.
fn public_key(text: &str, algorithms: &[Algorithm]) -> Result<VerifyingKey, (KeyError, bool)> {
    let jwk = Jwk::parse(text).map_err(|error| (error, false))?;
    // Said before anything else: that the key is unusable for another reason, too, does not make this better.
    if jwk.is_private() {
        return Err((KeyError::new("it is a secret or a private key, which everybody can read there"), true));
    }
    let algorithm = jwk.algorithm_among(algorithms);
    algorithm.and_then(|algorithm| VerifyingKey::from_jwk(algorithm, text)).map_err(|error| (error, false))
}

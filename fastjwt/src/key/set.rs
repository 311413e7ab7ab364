//! Reads JWK sets (RFC 7517 section 5): here those of one's own, in which everything must be right.

use std::collections::HashSet;

use serde::Deserialize;
use serde_json::value::RawValue;

use super::{Algorithm, KeyError, SigningKey, VerifyingKey, jwk::Jwk};

/// The texts of the keys, each still to be read.
#[derive(Deserialize)]
pub(super) struct Texts<'s> {
    #[serde(borrow)]
    pub(super) keys: Vec<&'s RawValue>,
}

impl<'s> Texts<'s> {
    pub(super) fn of(set: &'s str) -> Option<Self> {
        // serde reads a struct from a list, too.
        set.trim_ascii_start().starts_with('{').then(|| serde_json::from_str(set).ok()).flatten()
    }
}

impl SigningKey {
    /// The secret and private keys of a JWK set (RFC 7517 section 5), in its order.
    ///
    /// Each gets the one of these algorithms that its `alg` names; one without `alg` the only one that fits its `kty` and `crv`.
    ///
    /// ```
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// use fastjwt::{Algorithm, SigningKey};
    ///
    /// let set = r#"{ "keys": [{ "kty": "OKP", "crv": "Ed25519", "kid": "2026-01",
    ///     "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo", "d": "nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A" }] }"#;
    /// let keys = SigningKey::from_jwk_set(&[Algorithm::EdDSA], set)?;
    /// assert_eq!((keys.len(), keys[0].id()), (1, "2026-01"));
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// If the text is no JWK set, or holds two keys with one id; and every key that is not one for signing with one of these
    /// algorithms, all of them at once, by their place in the set.
    pub fn from_jwk_set(algorithms: &[Algorithm], set: impl AsRef<str>) -> Result<Vec<Self>, KeyError> {
        own(set.as_ref(), |jwk| Self::from_jwk(Jwk::parse(jwk)?.algorithm_among(algorithms)?, jwk), Self::id)
    }
}

impl VerifyingKey {
    /// The public keys of a JWK set (RFC 7517 section 5), in its order; for an HMAC algorithm, secrets.
    ///
    /// Each gets the one of these algorithms that its `alg` names; one without `alg` the only one that fits its `kty` and `crv`.
    ///
    /// # Errors
    /// If the text is no JWK set, or holds two keys with one id; and every key that is not one for verifying with one of these
    /// algorithms, or is a private one, all of them at once, by their place in the set.
    pub fn from_jwk_set(algorithms: &[Algorithm], set: impl AsRef<str>) -> Result<Vec<Self>, KeyError> {
        own(set.as_ref(), |jwk| Self::from_jwk(Jwk::parse(jwk)?.algorithm_among(algorithms)?, jwk), Self::id)
    }
}

/// Reads a set that its owner has written, so that what is odd in it is a mistake.
fn own<K>(set: &str, read: impl Fn(&str) -> Result<K, KeyError>, id: impl Fn(&K) -> &str) -> Result<Vec<K>, KeyError> {
    let texts = Texts::of(set).ok_or_else(|| {
        KeyError::new("the text is no JWK set: it must be one JSON object with `keys`, a list, and no second one")
    })?;
    if texts.keys.is_empty() {
        return Err(KeyError::new("the JWK set is empty: it must hold a key"));
    }
    let (mut keys, mut faults) = (Vec::new(), Vec::new());
    for (place, text) in (1..).zip(&texts.keys) {
        match read(text.get()) {
            Ok(key) => keys.push(key),
            Err(error) => faults.push(format!("key {place} of the set: {error}")),
        }
    }
    if has_repeated_id(&keys, id) {
        faults.push("two keys of the set have the same id: every `kid` must be there once".to_owned());
    }
    if faults.is_empty() { Ok(keys) } else { Err(KeyError::new(faults.join("; "))) }
}

/// Whether an id names two keys, so that one of them would be taken for the other.
pub(crate) fn has_repeated_id<K>(keys: &[K], id: impl Fn(&K) -> &str) -> bool {
    let mut seen = HashSet::new();
    !keys.iter().all(|key| seen.insert(id(key)))
}

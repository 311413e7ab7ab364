//! The ring in the hands of a service: what is there, and how it changes.

use std::{fmt, sync::Arc, time::SystemTime};

use super::{KeyInfo, RingError};
use crate::{NumericDate, SigningKey, VerifyingKey, config::Settings};

/// The keys of a running [`FastJwt`](crate::FastJwt): which there are, and how one takes the place of another.
///
/// A rotation has two steps, which may be days apart. [`publish`](Self::publish) puts the new key into the ring and the JWK set;
/// [`activate`](Self::activate) makes it the one that signs, once every verifier has had the time to fetch it, and the key
/// before it verifies on until the last of its tokens has ended everywhere. Each change is one step for all threads: no token
/// that is valid is refused in between.
///
/// ```
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// use std::time::Duration;
/// use fastjwt::{Algorithm, FastJwt, KeyState, NoClaims, RingError, SigningKey};
///
/// let jwt = FastJwt::builder()
///     .key(SigningKey::generate(Algorithm::ES256)?)
///     .next_key(SigningKey::generate(Algorithm::EdDSA)?)
///     .jwks_max_age(Duration::ZERO) // in this example, nobody fetches the keys
///     .jwks_cooldown(Duration::ZERO)
///     .build()?;
/// let token = jwt.create_access_token("USER_ID").sign()?;
///
/// let next = jwt.keys().list().into_iter().find(|key| key.state == KeyState::Next).expect("it was given");
/// jwt.keys().activate(&next.id)?;
/// assert!(jwt.verify_access_token::<NoClaims>(token.as_str()).is_ok());
/// # Ok(())
/// # }
/// ```
///
/// A retired key stays in the JWK set for `max_token_lifetime`, five minutes and `jwks_max_age`. Verifiers with this library read a
/// set of at most 50 KiB, some 250 keys of elliptic curves or 60 of RSA with 4096 bits: with tokens that may live for the usual 30
/// days, a rotation every two hours comes to more than that, and a shorter
/// [`max_token_lifetime`](crate::Builder::max_token_lifetime) to less. The [event](crate::events) `key_set_large` tells when the set
/// has grown to half of it. No change of the keys is refused for it.
///
/// The ring lives in this process. In a fleet, every process is given the same keys, by the configuration or by these methods.
/// The steps need not be taken at one moment, but each in all processes before the next one is: a key, a secret above all, must
/// verify everywhere before it signs anywhere, and the processes activate it within `jwks_max_age` of one another, since by so
/// much a retired key outlives its last token.
#[derive(Clone)]
pub struct KeyRing(Arc<Settings>);

impl KeyRing {
    pub(crate) fn new(config: Arc<Settings>) -> Self {
        Self(config)
    }

    /// The keys that are there, the active one and all others that verify.
    #[must_use]
    pub fn list(&self) -> Vec<KeyInfo> {
        self.0.keys.list(NumericDate::from(self.0.clock.now()))
    }

    /// Puts a key into the ring and the JWK set that will sign later.
    ///
    /// # Errors
    /// [`RingError::Repeated`] if the id is taken, [`RingError::VerifiesOnly`] if the service issues nothing.
    pub fn publish(&self, key: SigningKey) -> Result<(), RingError> {
        self.0.keys.publish(key, &self.0.clock)
    }

    /// Makes a published key the one that signs; the one before it verifies until its last token has ended.
    ///
    /// A public key must have been published for `jwks_max_age` and `jwks_cooldown`, so that every verifier has it. Activating
    /// the active key changes nothing.
    ///
    /// # Errors
    /// [`RingError::TooEarly`] names the earliest moment; [`RingError::Unknown`], [`RingError::NotNext`].
    pub fn activate(&self, id: &str) -> Result<(), RingError> {
        self.0.keys.activate(id, &self.0.clock)
    }

    /// Makes a key sign at once that no verifier has fetched, for an emergency; the key before it verifies on.
    ///
    /// Verifiers that come upon the unknown key fetch the set, at most once per their cooldown: until then they may refuse its
    /// tokens. When the old key is in other hands, [`remove`](Self::remove) it first.
    ///
    /// # Errors
    /// [`RingError::Repeated`] if the id is that of a key that has signed already, or of another key that waits;
    /// [`RingError::VerifiesOnly`] if the service issues nothing.
    pub fn activate_unpublished(&self, key: SigningKey) -> Result<(), RingError> {
        self.0.keys.activate_unpublished(key, &self.0.clock)
    }

    /// Puts a key into the ring that verifies until a moment: one that another process has retired.
    ///
    /// # Errors
    /// [`RingError::Repeated`] if the id is taken, [`RingError::AlreadyEnded`] if the moment has passed.
    pub fn add_passive(&self, key: VerifyingKey, until: SystemTime) -> Result<(), RingError> {
        self.0.keys.add_passive(key, until.into(), &self.0.clock)
    }

    /// Takes a key out at once, whatever it does: none of its tokens is accepted here from now on, and elsewhere after the next
    /// fetch of the key set.
    ///
    /// Without the active key no token can be issued, until [`activate_unpublished`](Self::activate_unpublished) or
    /// [`activate`](Self::activate) makes another one active.
    ///
    /// # Errors
    /// [`RingError::Unknown`].
    pub fn remove(&self, id: &str) -> Result<(), RingError> {
        self.0.keys.remove(id, &self.0.clock)
    }
}

/// Shows ids, algorithms and states.
impl fmt::Debug for KeyRing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("KeyRing").field(&self.list()).finish()
    }
}

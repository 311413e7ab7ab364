//! Keeps what one door verified for the next door of the same request.

use std::{any::Any, marker::PhantomData, sync::Arc};

use http::{Extensions, HeaderValue};

use super::{
    Policy,
    locate::Located,
    terms::Terms,
    verify::{self, Verified},
};
use crate::{Claims, Realm, RegisteredClaims, TokenFault, config::Config};

/// What a door of the realm `R` has verified in this request.
///
/// It is good only for the very token and the very instance that it came from, and says nothing about what the token is good
/// for: every door judges that by itself.
struct Remembered<R> {
    verification: Arc<Verification>,
    /// The policy of the door that let the token in last.
    let_in_by: Option<Policy>,
    realm: PhantomData<fn() -> R>,
}

pub(super) struct Verification {
    instance: u64,
    source: HeaderValue,
    /// The payload as it was signed, for a door that reads another type.
    pub(super) json: Vec<u8>,
    /// The `Arc<RegisteredClaims<C>>` of the door that verified.
    claims: Arc<dyn Any + Send + Sync>,
}

impl Verification {
    fn is_of(&self, config: &Config, located: &Located<'_>) -> bool {
        self.instance == config.instance && self.source == located.source()
    }
}

impl<R> Clone for Remembered<R> {
    fn clone(&self) -> Self {
        Self { verification: Arc::clone(&self.verification), let_in_by: self.let_in_by, realm: PhantomData }
    }
}

/// What an earlier door verified, read as `C` and judged on this door's terms; `None` if there was none, or it was another
/// token.
pub(super) fn recall<C: Claims, R: Realm>(
    terms: Terms<'_>,
    extensions: &Extensions,
    located: &Located<'_>,
) -> Result<Option<(Verified<C, R>, Arc<Verification>)>, TokenFault> {
    let Some(Remembered { verification, .. }) = extensions.get::<Remembered<R>>() else { return Ok(None) };
    if !verification.is_of(terms.config, located) {
        return Ok(None);
    }
    let verified = match Arc::clone(&verification.claims).downcast::<RegisteredClaims<C>>() {
        Ok(claims) => {
            terms.judge(&claims)?;
            Verified::again(terms.config, claims)
        }
        Err(_) => verify::judge_claims(terms, &verification.json)?,
    };
    Ok(Some((verified, Arc::clone(verification))))
}

/// Notes that a door has let the remembered token in.
pub(super) fn let_in<R: Realm>(extensions: &mut Extensions, policy: &Policy) {
    if let Some(remembered) = extensions.get_mut::<Remembered<R>>() {
        remembered.let_in_by = Some(*policy);
    }
}

/// The policy of the door that let this very token in, for one who only wants to know whose it is.
pub(super) fn let_in_by<R: Realm>(config: &Config, extensions: &Extensions, located: &Located<'_>) -> Option<Policy> {
    let Remembered { verification, let_in_by, .. } = extensions.get::<Remembered<R>>()?;
    let_in_by.filter(|_| verification.is_of(config, located))
}

/// A request with an expired token, which a door let in without it.
struct LetInExpired<R> {
    instance: u64,
    source: HeaderValue,
    realm: PhantomData<fn() -> R>,
}

impl<R> Clone for LetInExpired<R> {
    fn clone(&self) -> Self {
        Self { instance: self.instance, source: self.source.clone(), realm: PhantomData }
    }
}

pub(super) fn let_in_expired<R: Realm>(config: &Config, extensions: &mut Extensions, located: &Located<'_>) {
    let source = located.source().clone();
    extensions.insert(LetInExpired::<R> { instance: config.instance, source, realm: PhantomData });
}

pub(super) fn was_let_in_expired<R: Realm>(config: &Config, extensions: &Extensions, located: &Located<'_>) -> bool {
    extensions
        .get::<LetInExpired<R>>()
        .is_some_and(|expired| expired.instance == config.instance && expired.source == located.source())
}

/// Leaves what was verified for the doors behind.
pub(super) fn remember<C: Claims, R: Realm>(
    config: &Config,
    extensions: &mut Extensions,
    located: &Located<'_>,
    json: Vec<u8>,
    verified: &Verified<C, R>,
) -> Arc<Verification> {
    let verification = Arc::new(Verification {
        instance: config.instance,
        source: located.source().clone(),
        json,
        claims: verified.shared(),
    });
    let remembered =
        Remembered::<R> { verification: Arc::clone(&verification), let_in_by: None, realm: PhantomData };
    extensions.insert(remembered);
    verification
}

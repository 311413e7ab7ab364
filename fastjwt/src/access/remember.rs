//! Keeps what one door verified for the next door of the same request.

use std::{any::Any, marker::PhantomData, sync::Arc};

use http::{Extensions, HeaderValue};

use super::{
    locate::Located,
    verify::{self, Signed, Verified},
};
use crate::{Claims, NumericDate, Realm, RegisteredClaims, TokenFault, config::Config};

/// What a door of the realm `R` has verified in this request.
///
/// It is good only for the very token and the very instance that it came from, and says nothing about what the token is good
/// for: every door judges that by itself.
struct Remembered<R> {
    verification: Arc<Verification>,
    realm: PhantomData<fn() -> R>,
}

struct Verification {
    instance: u64,
    source: HeaderValue,
    /// For a door that reads another type.
    signed: Signed,
    /// The `Arc<RegisteredClaims<C>>` of the door that verified.
    claims: Arc<dyn Any + Send + Sync>,
}

impl<R> Clone for Remembered<R> {
    fn clone(&self) -> Self {
        Self { verification: Arc::clone(&self.verification), realm: PhantomData }
    }
}

/// What an earlier door verified, read as `C`; `None` if there was none, or it was another token.
pub(super) fn recall<C: Claims, R: Realm>(
    config: &Config,
    extensions: &Extensions,
    located: &Located<'_>,
) -> Result<Option<Verified<C, R>>, TokenFault> {
    let Some(Remembered { verification, .. }) = extensions.get::<Remembered<R>>() else { return Ok(None) };
    if verification.instance != config.instance || verification.source != located.source() {
        return Ok(None);
    }
    if let Ok(claims) = Arc::clone(&verification.claims).downcast::<RegisteredClaims<C>>() {
        return Ok(Some(Verified::again(config, claims)));
    }
    let now = NumericDate::from(config.clock.now());
    verify::judge_claims(config, &verification.signed, now).map(Some)
}

/// Leaves what was verified for the doors behind.
pub(super) fn remember<C: Claims, R: Realm>(
    config: &Config,
    extensions: &mut Extensions,
    located: &Located<'_>,
    signed: Signed,
    verified: &Verified<C, R>,
) {
    let verification =
        Verification { instance: config.instance, source: located.source().clone(), signed, claims: verified.shared() };
    extensions.insert(Remembered::<R> { verification: Arc::new(verification), realm: PhantomData });
}

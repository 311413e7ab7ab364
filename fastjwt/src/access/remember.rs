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
/// for, nor where it was found: every door judges that by itself.
struct Remembered<R> {
    verification: Arc<Verification>,
    realm: PhantomData<fn() -> R>,
}

struct Verification {
    instance: u64,
    source: Source,
    /// For a door that reads another type.
    signed: Signed,
    /// The `Arc<RegisteredClaims<C>>` of the door that verified.
    claims: Arc<dyn Any + Send + Sync>,
}

/// What tells a token from others: a header that holds nothing else costs no copy.
enum Source {
    Header(HeaderValue),
    Text(String),
}

impl Source {
    fn new(located: &Located<'_>) -> Self {
        match located.source() {
            Some(header) => Self::Header(header.clone()),
            None => Self::Text(located.token().to_owned()),
        }
    }

    fn is(&self, located: &Located<'_>) -> bool {
        match (self, located.source()) {
            (Self::Header(remembered), Some(header)) => remembered == header,
            (Self::Text(remembered), None) => remembered == located.token(),
            // The same token in two places is verified twice, which nobody does but by mistake.
            _ => false,
        }
    }
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
    if verification.instance != config.instance || !verification.source.is(located) {
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
        Verification { instance: config.instance, source: Source::new(located), signed, claims: verified.shared() };
    extensions.insert(Remembered::<R> { verification: Arc::new(verification), realm: PhantomData });
}

//! What the road has learned of a token: for the steps that ask for more than its claims, and the one event that tells how it ended.

use std::sync::Arc;

use serde::Deserialize;

use super::{cache::Entry, provenance::Basis, standing::Good, verify::Signed};
use crate::{
    Error, ErrorKind, FastJwt, Realm, RegisteredClaims, TokenKind, VerifyingKey,
    config::Settings,
    event::{self, About},
    session::refresh::Refreshable,
};
#[cfg(feature = "axum")]
use {
    super::{locate::Located, remember::Verification, terms::Terms, verify::Verified},
    crate::{Claims, Location, TokenFault},
};

#[derive(Default)]
pub(super) struct Trail {
    /// Where the token was, and as which kind, whatever becomes of it.
    #[cfg(feature = "axum")]
    pub(super) found: Option<(Location, TokenKind)>,
    /// The key that the token names, and whose signature it is not.
    stranger: Option<VerifyingKey>,
    /// What a key has signed, whatever its claims are.
    known: Option<Known>,
}

/// What is known of a token that is well signed.
enum Known {
    /// To this door alone, so far.
    ForOne(Signed),
    /// To all doors of a request.
    #[cfg(feature = "axum")]
    ForAll(Arc<Verification>),
}

impl Known {
    #[inline]
    fn signed(&self) -> &Signed {
        match self {
            Self::ForOne(signed) => signed,
            #[cfg(feature = "axum")]
            Self::ForAll(verification) => &verification.signed,
        }
    }
}

impl Trail {
    /// There is a token.
    #[cfg(feature = "axum")]
    #[inline]
    pub(super) fn is_found(&mut self, located: &Located<'_>) -> (Location, TokenKind) {
        *self.found.insert((located.location(), located.kind()))
    }

    /// The token is not this key's.
    pub(super) fn is_not_of(&mut self, key: VerifyingKey) {
        self.stranger = Some(key);
    }

    /// The token is well signed.
    #[inline]
    pub(super) fn is_signed(&mut self, signed: Signed) -> &Signed {
        self.known.insert(Known::ForOne(signed)).signed()
    }

    /// What an earlier door of the request verified, on the terms of this one.
    #[cfg(feature = "axum")]
    pub(super) fn recall<C: Claims, R: Realm>(
        &mut self,
        terms: &Terms<'_>,
        verification: Arc<Verification>,
    ) -> Result<Verified<C, R>, TokenFault> {
        let verified = verification.recall(terms);
        self.known = Some(Known::ForAll(verification));
        verified
    }

    /// From now on the cache has what was signed.
    pub(super) fn keep(&mut self, keep: impl FnOnce(Vec<u8>, Basis) -> Arc<Entry>) {
        self.known = match self.known.take() {
            Some(Known::ForOne(Signed::Now { json, basis })) => Some(Known::ForOne(Signed::Before(keep(json, basis)))),
            known => known,
        };
    }

    /// From now on all doors of the request have what was signed.
    #[cfg(feature = "axum")]
    pub(super) fn share(&mut self, share: impl FnOnce(Signed) -> Arc<Verification>) {
        self.known = match self.known.take() {
            Some(Known::ForOne(signed)) => Some(Known::ForAll(share(signed))),
            known => known,
        };
    }

    /// What all doors of the request know, if they do.
    #[cfg(feature = "axum")]
    #[inline]
    pub(super) fn shared(&self) -> Option<&Arc<Verification>> {
        match &self.known {
            Some(Known::ForAll(verification)) => Some(verification),
            _ => None,
        }
    }

    /// What the payload of a refresh token keeps, where there are sessions.
    #[inline]
    pub(super) fn refreshable<C>(
        &self,
        config: &Settings,
        claims: &RegisteredClaims<C>,
        good: Option<Good>,
    ) -> Option<Refreshable> {
        self.signed().and_then(|signed| signed.refreshable(config, claims, good))
    }

    /// Tells that the road ended here, and makes the error of it.
    pub(super) fn refuse<R: Realm>(&self, jwt: &FastJwt<R>, kind: ErrorKind) -> Error {
        if !event::is_heard() {
            return jwt.error(kind).told();
        }
        let identity = self.signed().and_then(Signed::identity::<Identity<'_>>).unwrap_or_default();
        let key = self.stranger.clone().or_else(|| self.key(jwt.config()));
        let about = About {
            location: self.location(),
            kid: key.as_ref().map(VerifyingKey::id),
            jti: identity.jti,
            sub: identity.sub,
            kind: TokenKind::BOTH.map(TokenKind::as_str).into_iter().find(|kind| identity.kind == Some(kind)),
            ..About::default()
        };
        jwt.refuse(kind, about)
    }

    /// Tells that the road came to its end.
    #[inline]
    pub(super) fn accept<C, R: Realm>(&self, jwt: &FastJwt<R>, claims: &RegisteredClaims<C>) {
        if !event::is_acceptance_heard() {
            return;
        }
        let key = self.key(jwt.config());
        event::accepted(About {
            realm: Some(R::NAME),
            location: self.location(),
            kid: key.as_ref().map(VerifyingKey::id),
            ..About::claims(claims)
        });
    }

    pub(super) fn signed(&self) -> Option<&Signed> {
        self.known.as_ref().map(Known::signed)
    }

    /// Whether the key is another issuer's; a token that nobody has signed is asked about as one's own, which demands more.
    pub(super) fn is_foreign(&self, config: &Settings) -> bool {
        self.signed().is_some_and(|signed| signed.basis().issuer(config).foreign)
    }

    fn key(&self, config: &Settings) -> Option<VerifyingKey> {
        self.signed().and_then(|signed| signed.key(config))
    }

    #[cfg(feature = "axum")]
    fn location(&self) -> Option<&'static str> {
        self.found.map(|(location, _)| location.as_str())
    }

    /// The kind of the cookie that the token came from, if it did.
    #[cfg(feature = "axum")]
    pub(super) fn cookie(&self) -> Option<TokenKind> {
        self.found.filter(|(location, _)| *location == Location::Cookie).map(|(_, kind)| kind)
    }

    #[cfg(not(feature = "axum"))]
    fn location(&self) -> Option<&'static str> {
        let _ = self;
        None
    }
}

/// What names a token, read again from its signed payload: the claims as a whole may be refused.
#[derive(Deserialize, Default)]
struct Identity<'p> {
    jti: Option<&'p str>,
    sub: Option<&'p str>,
    #[serde(rename = "type")]
    kind: Option<&'p str>,
}

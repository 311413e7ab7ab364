//! What the road has learned of a token: for the steps that ask for more than its claims, and the one event that tells how it ended.

use std::sync::Arc;

use serde::Deserialize;

use super::{
    form::Form,
    held::{AnyHeld, Signed, Verified},
};
use crate::{
    Claims, Error, ErrorKind, FastJwt, Realm, TokenFault, TokenKind, VerifyingKey,
    config::Settings,
    event::{self, About},
};
#[cfg(feature = "axum")]
use {
    super::{locate::Located, remember::Verification, terms::Terms},
    crate::Location,
};

#[derive(Default)]
pub(super) struct Trail {
    /// Where the token was, and as which kind, whatever becomes of it.
    #[cfg(feature = "axum")]
    pub(super) found: Option<(Location, TokenKind)>,
    /// The key that the token names, and whose signature it is not.
    stranger: Option<VerifyingKey>,
    /// A token that is well signed, and refused.
    refused: Option<Refused>,
    /// What all doors of the request know of it.
    #[cfg(feature = "axum")]
    pub(super) shared: Option<Arc<Verification>>,
}

enum Refused {
    /// For its claims.
    Signed(Signed),
    /// For what it is to be good for.
    Held(Arc<dyn AnyHeld>),
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

    /// Why a token is refused that is well signed.
    #[cold]
    pub(super) fn of_signed(&mut self, signed: Signed, fault: TokenFault) -> ErrorKind {
        self.refused = Some(Refused::Signed(signed));
        fault.into()
    }

    /// Why a token is refused whose claims are known.
    #[cold]
    pub(super) fn of_held(&mut self, held: Arc<dyn AnyHeld>, kind: ErrorKind) -> ErrorKind {
        self.refused = Some(Refused::Held(held));
        kind
    }

    /// Goes on with what was verified, if the door takes it.
    #[inline]
    pub(super) fn go_on<C: Claims, R, T>(
        &mut self,
        verified: Verified<C, R>,
        judged: Result<T, ErrorKind>,
    ) -> Result<(Verified<C, R>, T), ErrorKind> {
        match judged {
            Ok(judged) => Ok((verified, judged)),
            Err(kind) => Err(self.of_held(verified.into_held(), kind)),
        }
    }

    /// What an earlier door of the request verified, on the terms of this one.
    #[cfg(feature = "axum")]
    pub(super) fn recall<C: Claims, R: Realm>(
        &mut self,
        terms: &Terms<'_>,
        verification: Arc<Verification>,
    ) -> Result<Verified<C, R>, TokenFault> {
        let verified = verification.recall(terms);
        self.shared = Some(verification);
        verified
    }

    /// Tells that the road ended here, and makes the error of it.
    pub(super) fn refuse<R: Realm>(&self, jwt: &FastJwt<R>, kind: ErrorKind) -> Error {
        if !event::is_heard() {
            return jwt.error(kind).told();
        }
        let identity = self.signed().and_then(Signed::identity::<Identity<'_>>).unwrap_or_default();
        let key = self.stranger.clone().or_else(|| self.signed().and_then(|signed| signed.key(jwt.config())));
        let about = About {
            location: self.location(),
            kid: key.as_ref().map(VerifyingKey::id),
            jti: text(identity.jti.as_ref()),
            sub: text(identity.sub.as_ref()),
            kind: TokenKind::BOTH
                .map(TokenKind::as_str)
                .into_iter()
                .find(|kind| text(identity.kind.as_ref()) == Some(kind)),
            ..About::default()
        };
        jwt.refuse(kind, about)
    }

    /// Tells that the road came to its end.
    #[inline]
    pub(super) fn accept<C, R: Realm>(&self, config: &Settings, verified: &Verified<C, R>) {
        accept(config, self.location(), verified);
    }

    /// What was signed, of a token that is refused.
    fn signed(&self) -> Option<&Signed> {
        #[cfg(feature = "axum")]
        let shared = self.shared.as_ref().map(|verification| verification.held.signed());
        #[cfg(not(feature = "axum"))]
        let shared = None;
        match &self.refused {
            Some(Refused::Signed(signed)) => Some(signed),
            Some(Refused::Held(held)) => Some(held.signed()),
            None => shared,
        }
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

/// Tells that a token was let in that was found there.
#[inline]
pub(super) fn accept<C, R: Realm>(config: &Settings, location: Option<&'static str>, verified: &Verified<C, R>) {
    if event::is_acceptance_heard() {
        tell_acceptance(config, location, verified);
    }
}

#[cold]
fn tell_acceptance<C, R: Realm>(config: &Settings, location: Option<&'static str>, verified: &Verified<C, R>) {
    let key = verified.signed().key(config);
    event::accepted(About {
        realm: Some(R::NAME),
        location,
        kid: key.as_ref().map(VerifyingKey::id),
        ..About::claims(verified.claims())
    });
}

/// What names a token, read again from its signed payload: the claims as a whole may be refused.
#[derive(Deserialize, Default)]
struct Identity<'p> {
    #[serde(borrow)]
    jti: Option<Form<'p>>,
    #[serde(borrow)]
    sub: Option<Form<'p>>,
    #[serde(borrow, rename = "type")]
    kind: Option<Form<'p>>,
}

/// A claim of another type names nothing.
fn text<'f>(claim: Option<&'f Form<'_>>) -> Option<&'f str> {
    match claim {
        Some(Form::Text(text)) => Some(text),
        Some(_) | None => None,
    }
}

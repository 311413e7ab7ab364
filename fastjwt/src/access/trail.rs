//! What the road has learned of a token, for the one event that tells how it ended.

use serde::Deserialize;

use super::verify::Signed;
use crate::{
    Error, ErrorKind, FastJwt, Realm, RegisteredClaims, TokenKind, VerifyingKey,
    event::{self, About},
};
#[cfg(feature = "axum")]
use {super::Known, super::remember::Verification, crate::Location, std::sync::Arc};

#[derive(Default)]
pub(super) struct Trail {
    /// Where the token was, and as which kind, whatever becomes of it.
    #[cfg(feature = "axum")]
    pub(super) found: Option<(Location, TokenKind)>,
    learned: Learned,
}

#[derive(Default)]
enum Learned {
    #[default]
    Nothing,
    /// Whose signature it is not.
    Key(VerifyingKey),
    /// The key's, whatever its claims are.
    Payload(Signed),
    #[cfg(feature = "axum")]
    Verified(Arc<Verification>),
}

impl Trail {
    /// The token is not this key's.
    pub(super) fn is_not_of(&mut self, key: VerifyingKey) {
        self.learned = Learned::Key(key);
    }

    /// The token is well signed.
    pub(super) fn is_signed(&mut self, signed: Signed) {
        self.learned = Learned::Payload(signed);
    }

    /// The token is well signed, and remembered for other doors.
    #[cfg(feature = "axum")]
    pub(super) fn is_verified(&mut self, verification: &Arc<Verification>) {
        self.learned = Learned::Verified(Arc::clone(verification));
    }

    /// The token is well signed, whoever else may ask about it.
    #[cfg(feature = "axum")]
    pub(super) fn learn(&mut self, known: Known) {
        self.learned = match known {
            Known::ForAll(verification) => Learned::Verified(verification),
            Known::ForOne(signed) => Learned::Payload(signed),
        };
    }

    /// Tells that the road ended here, and makes the error of it.
    pub(super) fn refuse<R: Realm>(&self, jwt: &FastJwt<R>, kind: ErrorKind) -> Error {
        if !event::is_heard() {
            return jwt.error(kind).told();
        }
        let identity = self.signed().and_then(Signed::identity::<Identity<'_>>).unwrap_or_default();
        let key = match &self.learned {
            Learned::Key(key) => Some(key.clone()),
            _ => self.signed().and_then(|signed| signed.key(jwt.config())),
        };
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
    pub(super) fn accept<C, R: Realm>(&self, jwt: &FastJwt<R>, signed: &Signed, claims: &RegisteredClaims<C>) {
        if !event::is_acceptance_heard() {
            return;
        }
        let key = signed.key(jwt.config());
        event::accepted(About {
            realm: Some(R::NAME),
            location: self.location(),
            kid: key.as_ref().map(VerifyingKey::id),
            ..About::claims(claims)
        });
    }

    fn signed(&self) -> Option<&Signed> {
        match &self.learned {
            Learned::Nothing | Learned::Key(_) => None,
            Learned::Payload(signed) => Some(signed),
            #[cfg(feature = "axum")]
            Learned::Verified(verification) => Some(&verification.signed),
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

/// What names a token, read again from its signed payload: the claims as a whole may be refused.
#[derive(Deserialize, Default)]
struct Identity<'p> {
    jti: Option<&'p str>,
    sub: Option<&'p str>,
    #[serde(rename = "type")]
    kind: Option<&'p str>,
}

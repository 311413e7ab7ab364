//! The terms on which a door takes a token: the configuration's times, issuer and audience, or what the policy has in their place.

use std::time::Duration;

use super::policy::{Expired, Policy};
use crate::{
    NumericDate, RegisteredClaims, TokenFault,
    config::{IssuerTerms, Settings},
    scope::Matching,
};

#[derive(Clone, Copy)]
pub(crate) struct Terms<'a> {
    pub(super) config: &'a Settings,
    pub(super) policy: &'a Policy,
    /// When the token is judged, the same for everything that is judged, and for every door of a request.
    now: NumericDate,
}

impl<'a> Terms<'a> {
    pub(super) fn new(config: &'a Settings, policy: &'a Policy, now: NumericDate) -> Self {
        Self { config, policy, now }
    }

    pub(super) fn now(&self) -> NumericDate {
        self.now
    }

    pub(super) fn leeway(&self) -> Duration {
        self.policy.leeway.unwrap_or(self.config.leeway)
    }

    pub(super) fn matching(&self) -> Matching {
        self.config.hooks.matching
    }

    /// Judges claims that another door, or another request, has verified, on terms of its own. Whether they are as configured may be
    /// known.
    pub(super) fn judge<C>(
        &self,
        issuer: &IssuerTerms,
        claims: &RegisteredClaims<C>,
        is_as_configured: bool,
    ) -> Result<(), TokenFault> {
        self.check_times(claims.exp, claims.nbf, claims.iat)?;
        if is_as_configured && self.policy.issuer.is_none() && self.policy.audience.is_none() {
            return Ok(());
        }
        self.check_issuer(issuer, claims.iss.as_deref())?;
        self.check_audience(issuer, named(claims))
    }

    /// Whether issuer and audience are those that are configured, as which a door that has none of its own judges them.
    pub(super) fn is_as_configured<C>(&self, issuer: &IssuerTerms, claims: &RegisteredClaims<C>) -> bool {
        let policy = Policy::any();
        let configured = Terms { config: self.config, policy: &policy, now: self.now };
        configured.check_issuer(issuer, claims.iss.as_deref()).is_ok()
            && configured.check_audience(issuer, named(claims)).is_ok()
    }

    /// Only the end is judged to the fraction of a second, since `iat` and `nbf` of other issuers may be ahead of a clock that
    /// counts whole seconds.
    pub(super) fn check_times(
        &self,
        exp: NumericDate,
        nbf: Option<NumericDate>,
        iat: Option<NumericDate>,
    ) -> Result<(), TokenFault> {
        let (now, leeway) = (self.now(), self.leeway());
        // "The current date/time MUST be before the expiration" (RFC 7519 section 4.1.4): equal is too late.
        if now >= exp.saturating_add(leeway) && self.policy.expired == Expired::Refused {
            return Err(TokenFault::Expired { at: exp });
        }
        let latest = now.saturating_add(leeway);
        if let Some(at) = nbf
            && at.floor() > latest
        {
            return Err(TokenFault::NotYetValid { at });
        }
        if iat.is_some_and(|iat| iat.floor() > latest) {
            return Err(TokenFault::IssuedInFuture);
        }
        Ok(())
    }

    /// An issuer that is expected must be there, exactly. A door may demand one of its own; of another service's tokens the one
    /// whose key it is, besides.
    pub(super) fn check_issuer(&self, issuer: &IssuerTerms, iss: Option<&str>) -> Result<(), TokenFault> {
        let configured = issuer.issuer.as_deref();
        let accepted = match self.policy.issuer {
            Some(demanded) => iss == Some(demanded) && (!issuer.foreign || iss == configured),
            None => configured.is_none() || iss == configured,
        };
        if accepted { Ok(()) } else { Err(TokenFault::WrongIssuer) }
    }

    /// An audience that is expected must be named, and a token for somebody must not be taken by nobody in particular (RFC 7519
    /// section 4.1.3).
    pub(super) fn check_audience(&self, issuer: &IssuerTerms, aud: Option<&[String]>) -> Result<(), TokenFault> {
        let is_expected = |named: &String| match self.policy.audience {
            Some(expected) => expected.contains(&named.as_str()),
            None => issuer.audience.contains(named),
        };
        let accepted = match aud {
            None => self.policy.audience.is_none() && issuer.audience.is_empty(),
            Some(named) => named.iter().any(is_expected),
        };
        if accepted { Ok(()) } else { Err(TokenFault::WrongAudience) }
    }
}

/// The audience of a token that was verified once: an empty list is not among its claims.
fn named<C>(claims: &RegisteredClaims<C>) -> Option<&[String]> {
    (!claims.aud.is_empty()).then_some(claims.aud.as_slice())
}

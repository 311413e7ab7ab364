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

    #[inline]
    pub(super) fn leeway(&self) -> Duration {
        self.policy.leeway_of(self.config)
    }

    pub(super) fn matching(&self) -> Matching {
        self.config.hooks.matching
    }

    /// Judges claims that another door, or another request, has verified, on terms of its own. Whether they are as configured may be
    /// known.
    #[inline]
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
    #[inline]
    pub(super) fn check_times(
        &self,
        exp: NumericDate,
        nbf: Option<NumericDate>,
        iat: Option<NumericDate>,
    ) -> Result<(), TokenFault> {
        let (now, leeway) = (self.now(), self.leeway());
        // The moment itself is compared first: only if it does not decide, leeway and fraction do.
        let is_over = |exp: NumericDate| now >= exp && now >= exp.saturating_add(leeway);
        let is_ahead = |at: &NumericDate| *at > now && at.floor() > now.saturating_add(leeway);
        // "The current date/time MUST be before the expiration" (RFC 7519 section 4.1.4): equal is too late.
        if is_over(exp) && self.policy.expired == Expired::Refused {
            return Err(TokenFault::Expired { at: exp });
        }
        if let Some(at) = nbf.filter(is_ahead) {
            return Err(TokenFault::NotYetValid { at });
        }
        if iat.is_some_and(|iat| is_ahead(&iat)) {
            return Err(TokenFault::IssuedInFuture);
        }
        Ok(())
    }

    /// An issuer that is expected must be there, exactly. A door may demand one of its own; of another service's tokens the one
    /// whose key it is, besides.
    ///
    /// That its key was looked up by the `iss` of the payload says nothing here: the payload was read by another reader then, and
    /// nobody had verified it. A difference between the two readers would let one issuer speak for another. None is known, so that
    /// no token from outside gets as far as this with another name.
    pub(super) fn check_issuer(&self, issuer: &IssuerTerms, iss: Option<&str>) -> Result<(), TokenFault> {
        let configured = issuer.issuer.as_deref();
        let is_demanded = self.policy.issuer.is_none_or(|demanded| iss == Some(demanded));
        let is_its_keys = match configured {
            Some(_) if issuer.foreign || self.policy.issuer.is_none() => iss == configured,
            _ => true,
        };
        if is_demanded && is_its_keys { Ok(()) } else { Err(TokenFault::WrongIssuer) }
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

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may panic")]

    use super::Terms;
    use crate::{FastJwt, NumericDate, Policy, TokenFault, config::IssuerTerms};

    /// No token from outside gets here with another `iss` than that of its key's issuer, whose keys were found by it.
    #[test]
    fn r_17_whose_key_it_is_must_be_the_issuer_whatever_a_door_demands() {
        const THEIRS: &str = "https://issuer.example";
        const PARTNERS: &str = "https://partner.example";
        let jwt = FastJwt::builder().secret(b"uJ7rZ0vQ2mXc9LwTn4YbKe6HsGd1PfAa").build().unwrap();
        for foreign in [true, false] {
            let issuer = IssuerTerms { issuer: Some(THEIRS.to_owned()), foreign, ..IssuerTerms::default() };
            let is_taken = |policy: Policy, iss| {
                let taken = Terms::new(jwt.config(), &policy, NumericDate::MAX).check_issuer(&issuer, iss);
                assert!(matches!(taken, Ok(()) | Err(TokenFault::WrongIssuer)));
                taken.is_ok()
            };
            for (iss, usually) in [(Some(THEIRS), true), (Some(PARTNERS), false), (None, false)] {
                assert_eq!(is_taken(Policy::access(), iss), usually, "{iss:?}");
                assert_eq!(is_taken(Policy::access().issuer(THEIRS), iss), usually, "{iss:?}");
                // One's own keys may sign for an issuer that a door demands, another service's only for itself.
                let as_partner = iss == Some(PARTNERS) && !foreign;
                assert_eq!(is_taken(Policy::access().issuer(PARTNERS), iss), as_partner, "{iss:?}");
            }
        }
    }
}

//! What a door demands of a token.

use std::time::Duration;

use super::terms::Terms;
#[cfg(feature = "axum")]
use crate::extract::{self, RouteParameter};
use crate::{
    ErrorKind, NumericDate, RegisteredClaims, ScopeRule, TokenFault, TokenKind,
    config::{MOST_LEEWAY, Settings},
};

/// What is demanded of a token: its kind, its freshness, its scopes, its subject, whom it is for.
///
/// The attributes build theirs at compile time; [`FastJwt::require`](crate::FastJwt::require) and
/// [`FastJwt::verify`](crate::FastJwt::verify) take one as a value, and [`Required`](crate::Required) takes one as a type. A
/// method that is called twice replaces what it said before.
///
/// ```
/// use std::time::Duration;
/// use fastjwt::{Policy, scopes};
///
/// const CLOSE_ACCOUNT: Policy =
///     Policy::fresh().max_age(Duration::from_secs(300)).scopes(scopes!(any("account:owner", "admin")));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[must_use]
pub struct Policy {
    /// `None` for any.
    pub(crate) kind: Option<TokenKind>,
    pub(crate) fresh: bool,
    pub(crate) max_age: Option<Duration>,
    optional: Optional,
    pub(crate) scopes: Option<ScopeRule>,
    pub(super) issuer: Option<&'static str>,
    pub(super) audience: Option<&'static [&'static str]>,
    pub(super) leeway: Option<Duration>,
    pub(crate) subject_param: Option<&'static str>,
    /// Whether a store is asked.
    pub(crate) revocation: bool,
    pub(super) expired: Expired,
    #[cfg(feature = "axum")]
    pub(crate) locations: Option<crate::Locations>,
    #[cfg(feature = "axum")]
    pub(crate) csrf: bool,
    #[cfg(feature = "axum")]
    pub(super) followers: Followers,
}

/// Which requests pass without a payload.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Optional {
    None,
    WithoutToken,
    WithoutTokenOrExpired,
}

/// Who may ask about the same token behind a door.
#[cfg(feature = "axum")]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Followers {
    Possible,
    Nobody,
}

/// What becomes of a token that has ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Expired {
    Refused,
    /// Its end makes no difference. No door that hands out a payload says so.
    Overlooked,
}

impl Policy {
    /// An access token.
    pub const fn access() -> Self {
        Self {
            kind: Some(TokenKind::Access),
            fresh: false,
            max_age: None,
            optional: Optional::None,
            scopes: None,
            issuer: None,
            audience: None,
            leeway: None,
            subject_param: None,
            revocation: true,
            expired: Expired::Refused,
            #[cfg(feature = "axum")]
            locations: None,
            #[cfg(feature = "axum")]
            csrf: true,
            #[cfg(feature = "axum")]
            followers: Followers::Possible,
        }
    }

    /// An access token for which the subject proved who they are, rather than refreshing.
    pub const fn fresh() -> Self {
        Self { fresh: true, ..Self::access() }
    }

    /// A refresh token.
    pub const fn refresh() -> Self {
        Self { kind: Some(TokenKind::Refresh), ..Self::access() }
    }

    /// A token of any kind; for a route such as the one that logs out.
    pub const fn any() -> Self {
        Self { kind: None, ..Self::access() }
    }

    /// A token of any kind that is well signed, whatever its end.
    pub(super) const fn leaving() -> Self {
        Self { revocation: false, expired: Expired::Overlooked, ..Self::any() }
    }

    /// The same, and the subject proved who they are no longer ago than this: the token's `auth_time`, which a token without
    /// one does not fulfil.
    ///
    /// The challenge names it (RFC 9470 section 4). With [`fresh`](Self::fresh) the token itself must come from that login;
    /// without, one that was refreshed since and kept its `auth_time` will do.
    pub const fn max_age(self, max_age: Duration) -> Self {
        Self { max_age: Some(max_age), ..self }
    }

    /// The same, with scopes that fulfil this rule; [`scopes!`](crate::scopes) makes one.
    pub const fn scopes(self, rule: ScopeRule) -> Self {
        Self { scopes: Some(rule), ..self }
    }

    /// The same, with exactly this issuer in place of the configured one.
    pub const fn issuer(self, issuer: &'static str) -> Self {
        Self { issuer: Some(issuer), ..self }
    }

    /// The same, for one of this audience in place of the configured one; no token fulfils an empty list.
    pub const fn audience(self, audience: &'static [&'static str]) -> Self {
        Self { audience: Some(audience), ..self }
    }

    /// The same, with another leeway than the configured one; more than five minutes count as five.
    pub const fn leeway(self, leeway: Duration) -> Self {
        let leeway = if leeway.as_secs() >= MOST_LEEWAY.as_secs() { MOST_LEEWAY } else { leeway };
        Self { leeway: Some(leeway), ..self }
    }

    /// The same, with the subject equal to the route's parameter `name`: `user_id` for `/user/{user_id}`.
    pub const fn subject_param(self, name: &'static str) -> Self {
        Self { subject_param: Some(name), ..self }
    }

    /// The same; with `false`, the store is not asked whether the token is revoked or its session has ended.
    ///
    /// For a route on which a round trip costs more than letting a person in who logged out, for as long as an access token
    /// lives. Without a [`session_store`](crate::Builder::session_store) it makes no difference.
    pub const fn revocation(self, checked: bool) -> Self {
        Self { revocation: checked, ..self }
    }

    /// The same, and a request without a token passes; one with a token that is not valid does not.
    pub const fn optional(self) -> Self {
        Self { optional: Optional::WithoutToken, ..self }
    }

    /// The same, with the token looked for in these places, in place of the configured ones.
    ///
    /// It is one token a request: a door behind this one that looks elsewhere, as a handler's `TokenPayload` does, refuses a request with
    /// another token of the same kind there (400).
    ///
    /// Cookies must be among the configured ones, since else the tokens have no csrf value, and [`Locations::JSON`] needs the
    /// layer [`body_tokens`](crate::FastJwt::body_tokens): a route that lacks one answers 500.
    ///
    /// [`Locations::JSON`]: crate::Locations::JSON
    #[cfg(feature = "axum")]
    pub const fn locations(self, locations: crate::Locations) -> Self {
        Self { locations: Some(locations), ..self }
    }

    /// The same; with `false`, a token from a cookie needs no csrf value.
    ///
    /// That a page of another origin may not send the request is checked all the same.
    #[cfg(feature = "axum")]
    pub const fn csrf(self, demanded: bool) -> Self {
        Self { csrf: demanded, ..self }
    }

    /// The same for the last door of a request, which leaves what it has verified to nobody.
    #[cfg(feature = "axum")]
    pub(crate) const fn last(self) -> Self {
        Self { followers: Followers::Nobody, ..self }
    }

    /// The same, and a request without a token passes, or with one that is well signed and has expired; whatever else is wrong
    /// with a token is an error.
    pub const fn optional_or_expired(self) -> Self {
        Self { optional: Optional::WithoutTokenOrExpired, ..self }
    }

    /// The same for a door that knows what to do without a payload.
    #[cfg(feature = "axum")]
    pub(crate) const fn at_least_optional(self) -> Self {
        if self.passes_without_token() { self } else { self.optional() }
    }

    #[cfg(feature = "axum")]
    pub(crate) const fn passes_without_token(&self) -> bool {
        !matches!(self.optional, Optional::None)
    }

    #[cfg(feature = "axum")]
    pub(crate) const fn passes_expired(&self) -> bool {
        matches!(self.optional, Optional::WithoutTokenOrExpired)
    }

    /// The kind that is demanded, if nothing else is of the token itself.
    #[inline]
    pub(super) fn only_kind(&self) -> Option<TokenKind> {
        let Self { kind, fresh, max_age, scopes, issuer, audience, subject_param, .. } = self;
        // With these a door takes more than without them, or a store is asked.
        let Self { optional: _, leeway: _, revocation: _, expired: _, .. } = self;
        // Where the token is looked for, what must prove it there, and who comes behind.
        #[cfg(feature = "axum")]
        let Self { locations: _, csrf: _, followers: _, .. } = self;
        let is_more = *fresh
            || max_age.is_some()
            || scopes.is_some()
            || issuer.is_some()
            || audience.is_some()
            || subject_param.is_some();
        if is_more { None } else { *kind }
    }

    /// By how much a clock may be off at this door.
    #[inline]
    pub(super) fn leeway_of(&self, config: &Settings) -> Duration {
        self.leeway.unwrap_or(config.leeway)
    }

    /// Judges the kind, which comes before everything that is asked of a store.
    #[inline]
    pub(super) fn judge_kind<C>(&self, claims: &RegisteredClaims<C>) -> Result<(), ErrorKind> {
        match self.kind {
            Some(expected) if claims.kind != expected => Err(TokenFault::WrongKind { expected }.into()),
            _ => Ok(()),
        }
    }

    /// Judges freshness, then scopes.
    #[inline]
    pub(super) fn judge_reach<C>(&self, claims: &RegisteredClaims<C>, terms: &Terms<'_>) -> Result<(), ErrorKind> {
        if !self.is_fresh_enough(claims, terms) {
            return Err(TokenFault::NotFresh { max_age: self.max_age.unwrap_or_default() }.into());
        }
        match self.scopes {
            Some(needed) if !needed.is_met_by(&claims.scopes, terms.matching()) => {
                Err(TokenFault::MissingScope { needed }.into())
            }
            _ => Ok(()),
        }
    }

    #[inline]
    fn is_fresh_enough<C>(&self, claims: &RegisteredClaims<C>, terms: &Terms<'_>) -> bool {
        if self.fresh && !claims.fresh.holds(terms.now(), terms.leeway()) {
            return false;
        }
        let Some(max_age) = self.max_age else { return true };
        let (now, leeway) = (terms.now(), terms.leeway());
        // A login that lies ahead says nothing about how long ago it was.
        claims.auth_time.is_some_and(|auth_time: NumericDate| {
            auth_time.floor() <= now.saturating_add(leeway)
                && now <= auth_time.saturating_add(max_age).saturating_add(leeway)
        })
    }

    /// Judges a token against the route that the request took.
    #[cfg(feature = "axum")]
    #[inline]
    pub(super) fn judge_route<C>(
        &self,
        claims: &RegisteredClaims<C>,
        parts: &mut http::request::Parts,
    ) -> Result<(), ErrorKind> {
        let Some(name) = self.subject_param else { return Ok(()) };
        match extract::compare_route_parameter(parts, name, &claims.sub) {
            RouteParameter::Equal(true) => Ok(()),
            RouteParameter::Equal(false) => Err(TokenFault::OtherSubject.into()),
            RouteParameter::Missing => Err(crate::UsageFault::MissingRouteParameter(name).into()),
        }
    }
}

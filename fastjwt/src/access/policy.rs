//! What a door demands of a verified token.

use super::verify::Verified;
#[cfg(feature = "axum")]
use crate::extract::{self, RouteParameter};
use crate::{ErrorKind, TokenFault, TokenKind};

/// What is demanded of a token beyond being valid: its kind, its freshness, its subject.
///
/// The attributes build theirs at compile time; [`FastJwt::require`](crate::FastJwt::require) and
/// [`FastJwt::verify`](crate::FastJwt::verify) take one as a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[must_use]
pub struct Policy {
    pub(super) kind: TokenKind,
    pub(super) fresh: bool,
    pub(super) optional: bool,
    pub(super) subject_param: Option<&'static str>,
    #[cfg(feature = "axum")]
    pub(super) locations: Option<crate::Locations>,
    #[cfg(feature = "axum")]
    pub(super) csrf: bool,
}

impl Policy {
    /// An access token.
    pub const fn access() -> Self {
        Self {
            kind: TokenKind::Access,
            fresh: false,
            optional: false,
            subject_param: None,
            #[cfg(feature = "axum")]
            locations: None,
            #[cfg(feature = "axum")]
            csrf: true,
        }
    }

    /// An access token for which the subject proved who they are, rather than refreshing.
    pub const fn fresh() -> Self {
        Self { fresh: true, ..Self::access() }
    }

    /// A refresh token.
    pub const fn refresh() -> Self {
        Self { kind: TokenKind::Refresh, ..Self::access() }
    }

    /// The same, with the subject equal to the route's parameter `name`: `user_id` for `/user/{user_id}`.
    pub const fn subject_param(self, name: &'static str) -> Self {
        Self { subject_param: Some(name), ..self }
    }

    /// The same, and a request without a token passes; one with a token that is not valid does not.
    pub const fn optional(self) -> Self {
        Self { optional: true, ..self }
    }

    /// The same, with the token looked for in these places, in place of the configured ones.
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

    /// Judges what a token is for. It comes first: all that is demanded further has its meaning for a kind.
    pub(super) fn judge_kind<C, R>(&self, verified: &Verified<C, R>) -> Result<(), ErrorKind> {
        if verified.claims().kind == self.kind {
            Ok(())
        } else {
            Err(TokenFault::WrongKind { expected: self.kind }.into())
        }
    }

    /// Judges what else a token says about itself.
    pub(super) fn judge<C, R>(&self, verified: &Verified<C, R>) -> Result<(), ErrorKind> {
        if self.fresh && !verified.claims().fresh {
            return Err(TokenFault::NotFresh.into());
        }
        Ok(())
    }

    /// Judges a token against the route that the request took.
    #[cfg(feature = "axum")]
    pub(super) fn judge_route<C, R>(
        &self,
        verified: &Verified<C, R>,
        parts: &mut http::request::Parts,
    ) -> Result<(), ErrorKind> {
        let Some(name) = self.subject_param else { return Ok(()) };
        match extract::compare_route_parameter(parts, name, &verified.claims().sub) {
            RouteParameter::Equal(true) => Ok(()),
            RouteParameter::Equal(false) => Err(TokenFault::OtherSubject.into()),
            RouteParameter::Missing => Err(crate::UsageFault::MissingRouteParameter(name).into()),
        }
    }
}

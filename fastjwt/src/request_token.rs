//! `RequestToken`: the text of a request's token as it came, for those who need it; nothing of it is read.

use std::{fmt, marker::PhantomData};

use axum::extract::{FromRequestParts, OptionalFromRequestParts};
use http::request::Parts;

use crate::{
    DefaultRealm, Error, ErrorKind, FastJwt, HasFastJwt, Location, Policy, Realm, RequestFault, TokenKind,
    access::locate::locate,
};

/// The token of a request that nobody verified: its text, where it was found, and of which kind it should be.
///
/// To hand it on to another service, for one. It says nothing about who sent the request: that is what
/// [`TokenPayload`](crate::TokenPayload) is for. As an extractor it looks for an access token where the configuration says that
/// one travels; [`FastJwt::request_token`] looks for others.
///
/// It prints no token.
///
/// ```
/// use axum::{Router, routing::get};
/// use fastjwt::{FastJwt, RequestToken};
///
/// async fn length(token: RequestToken) -> String {
///     format!("{} bytes in {:?}", token.as_str().len(), token.location())
/// }
///
/// fn app(jwt: FastJwt) -> Router {
///     Router::new().route("/length", get(length)).with_state(jwt)
/// }
/// ```
pub struct RequestToken<R = DefaultRealm> {
    text: String,
    location: Location,
    kind: TokenKind,
    realm: PhantomData<fn() -> R>,
}

impl<R> RequestToken<R> {
    /// The text as it came.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The text by value.
    #[must_use]
    pub fn into_string(self) -> String {
        self.text
    }

    /// Where it was found.
    #[must_use]
    pub fn location(&self) -> Location {
        self.location
    }

    /// The kind that was looked for; what the token says of itself was not read.
    #[must_use]
    pub fn kind(&self) -> TokenKind {
        self.kind
    }
}

impl<R: Realm> FastJwt<R> {
    /// The token that a policy would have verified, with nothing of it read: of the policy only the kind and the locations
    /// count.
    ///
    /// # Errors
    /// [`ErrorKind::Request`] if there is none, if there are several or if it is malformed or too large; [`ErrorKind::Usage`] if
    /// a location lacks its layer or configuration.
    pub fn request_token(&self, parts: &Parts, policy: &Policy) -> Result<RequestToken<R>, Error> {
        let located = locate(self.config(), policy, &parts.headers, &parts.uri, &parts.extensions);
        let located = located.map_err(|kind| self.error(kind))?;
        Ok(RequestToken {
            location: located.location(),
            kind: located.kind(),
            text: located.into_token(),
            realm: PhantomData,
        })
    }
}

impl<S, R> FromRequestParts<S> for RequestToken<R>
where
    S: HasFastJwt<R> + Sync,
    R: Realm,
{
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Error> {
        state.fastjwt().request_token(parts, &Policy::access())
    }
}

/// A request without a token passes as `None`; one with several, or a malformed one, does not pass.
impl<S, R> OptionalFromRequestParts<S> for RequestToken<R>
where
    S: HasFastJwt<R> + Sync,
    R: Realm,
{
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Option<Self>, Error> {
        match state.fastjwt().request_token(parts, &Policy::access()) {
            Ok(token) => Ok(Some(token)),
            Err(error) if *error.kind() == ErrorKind::Request(RequestFault::MissingToken) => Ok(None),
            Err(error) => Err(error),
        }
    }
}

impl<R> fmt::Debug for RequestToken<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RequestToken")
            .field("location", &self.location)
            .field("kind", &self.kind)
            .finish_non_exhaustive()
    }
}

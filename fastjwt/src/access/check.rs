//! A service's own checks: asked last, and only about tokens that every other check has passed.

use std::{fmt, marker::PhantomData, pin::Pin, sync::Arc};

use super::{
    held::{AnyHeld, Held, Verified},
    terms::Terms,
    verify,
};
#[cfg(feature = "axum")]
use crate::Location;
use crate::{Claims, DefaultRealm, ErrorKind, NoClaims, Realm, TokenPayload, config::Settings};

/// A check of the service's own, which sees a verified token and the request that brought it.
///
/// [`Builder::check`](crate::Builder::check) puts it in. It is asked at every door (attribute, extractor, layer) after
/// everything else, so that no one can reach it with a token that is not valid; what it refuses, every door refuses with the
/// same answer. `C` is the type as which it reads the extra claims: a token that they don't fit is not valid.
///
/// ```
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// use fastjwt::{Algorithm, Check, CheckedRequest, Denied, FastJwt, SigningKey, TokenPayload, jwt_claims};
///
/// #[jwt_claims]
/// struct Tenancy { tenant: String }
///
/// struct TenantIsOpen;
///
/// impl Check<Tenancy> for TenantIsOpen {
///     async fn check(&self, payload: &TokenPayload<Tenancy>, _: CheckedRequest<'_>) -> Result<(), Denied> {
///         // Something that may have to be waited for.
///         match payload.tenant.as_str() {
///             "closed" => Err(Denied::forbidden("tenant_closed", "This tenant is closed")),
///             _ => Ok(()),
///         }
///     }
/// }
///
/// let jwt = FastJwt::builder().key(SigningKey::generate(Algorithm::ES256)?).check(TenantIsOpen).build()?;
/// # Ok(())
/// # }
/// ```
///
/// Where a request passes several doors, it is asked several times; a request that an optional door lets in without a token is
/// not asked about.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a check of tokens with the claims `{C}` in the realm `{R}`",
    label = "not a check",
    note = "write `impl fastjwt::Check<{C}, {R}> for {Self}`"
)]
pub trait Check<C = NoClaims, R = DefaultRealm>: Send + Sync + 'static {
    /// Whether the request may go on.
    ///
    /// # Errors
    /// What the request is answered. A type of the service's own goes through `?` if it is [`Into`] a [`Denied`].
    fn check(
        &self,
        payload: &TokenPayload<C, R>,
        request: CheckedRequest<'_>,
    ) -> impl Future<Output = Result<(), Denied>> + Send;
}

/// The request that brought a token, if it came with one.
#[derive(Clone, Copy)]
pub struct CheckedRequest<'a> {
    #[cfg(feature = "axum")]
    parts: Option<&'a http::request::Parts>,
    lifetime: PhantomData<&'a ()>,
}

impl CheckedRequest<'_> {
    pub(crate) fn none() -> Self {
        Self {
            #[cfg(feature = "axum")]
            parts: None,
            lifetime: PhantomData,
        }
    }
}

#[cfg(feature = "axum")]
impl<'a> CheckedRequest<'a> {
    /// Method, URI, headers and extensions; `None` if the token was given as text, to
    /// [`authenticate`](crate::FastJwt::authenticate).
    #[must_use]
    pub fn parts(&self) -> Option<&'a http::request::Parts> {
        self.parts
    }

    pub(super) fn of(parts: &'a http::request::Parts) -> Self {
        Self { parts: Some(parts), lifetime: PhantomData }
    }
}

/// Shows the method alone: in the address and in the headers stands the token.
impl fmt::Debug for CheckedRequest<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = f.debug_struct("CheckedRequest");
        #[cfg(feature = "axum")]
        shown.field("method", &self.parts.map(|parts| &parts.method));
        shown.finish_non_exhaustive()
    }
}

/// What a [`Check`] refuses a request with.
///
/// The answer has the usual form, with this code and message; both are for the client and must not tell more than it may know.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Denied(pub(crate) Denial);

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Denial {
    Forbidden { code: &'static str, message: &'static str },
    Unauthorized { code: &'static str, message: &'static str },
    Unavailable,
}

impl Denied {
    /// 403: the token is good, and does not reach this far.
    #[must_use]
    pub const fn forbidden(code: &'static str, message: &'static str) -> Self {
        Self(Denial::Forbidden { code, message })
    }

    /// 401, with the challenge of a token that is not valid: another one might do.
    #[must_use]
    pub const fn unauthorized(code: &'static str, message: &'static str) -> Self {
        Self(Denial::Unauthorized { code, message })
    }

    /// The code of a refusal; `None` if it could not be told.
    pub(crate) fn code(&self) -> Option<&'static str> {
        match self.0 {
            Denial::Forbidden { code, .. } | Denial::Unauthorized { code, .. } => Some(code),
            Denial::Unavailable => None,
        }
    }

    /// 503, the usual answer when a store is out of reach: it can't be told at the moment whether the request may go on.
    #[must_use]
    pub const fn unavailable() -> Self {
        Self(Denial::Unavailable)
    }
}

impl fmt::Display for Denied {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Denial::Forbidden { code, .. } | Denial::Unauthorized { code, .. } => {
                write!(f, "a check of the service's own refused the token: {code}")
            }
            Denial::Unavailable => f.write_str("a check of the service's own could not be made"),
        }
    }
}

impl std::error::Error for Denied {}

/// A token that has passed every other check.
pub(crate) struct Evidence<'a> {
    terms: &'a Terms<'a>,
    /// Its claims, as the door read them.
    held: Arc<dyn AnyHeld>,
    /// Where it was, if it came in a request.
    #[cfg(feature = "axum")]
    location: Option<Location>,
}

impl<'a> Evidence<'a> {
    pub(super) fn of<C: Claims, R>(terms: &'a Terms<'a>, verified: &Verified<C, R>) -> Self {
        Self {
            terms,
            held: Arc::<Held<C>>::clone(verified.held()),
            #[cfg(feature = "axum")]
            location: None,
        }
    }

    /// The same, of a token that was found in a request.
    #[cfg(feature = "axum")]
    pub(super) fn found_in(self, location: Location) -> Self {
        Self { location: Some(location), ..self }
    }

    fn payload<C: Claims, R: Realm>(&self) -> Result<TokenPayload<C, R>, ErrorKind> {
        let verified = match Arc::clone(&self.held).read_as::<Held<C>>() {
            Some(held) => Verified::<C, R>::new(held),
            None => verify::judge_again(self.terms, &self.held)?,
        };
        let payload = verified.into_payload(self.terms.config, self.terms.policy);
        #[cfg(feature = "axum")]
        let payload = match self.location {
            Some(location) => payload.found_in(location),
            None => payload,
        };
        Ok(payload)
    }
}

type Asked<'a> = Pin<Box<dyn Future<Output = Result<(), ErrorKind>> + Send + 'a>>;

/// A [`Check`], whatever the claims that it reads.
pub(crate) trait AnyCheck: Send + Sync {
    fn ask<'a>(&'a self, evidence: &'a Evidence<'a>, request: CheckedRequest<'a>) -> Asked<'a>;
}

/// The claims and the realm that a check reads.
pub(crate) struct Reading<K, C, R> {
    check: K,
    reads: PhantomData<fn() -> (C, R)>,
}

impl<K, C, R> Reading<K, C, R> {
    pub(crate) fn new(check: K) -> Self {
        Self { check, reads: PhantomData }
    }
}

impl<K: Check<C, R>, C: Claims, R: Realm> AnyCheck for Reading<K, C, R> {
    fn ask<'a>(&'a self, evidence: &'a Evidence<'a>, request: CheckedRequest<'a>) -> Asked<'a> {
        Box::pin(async move {
            let payload = evidence.payload::<C, R>()?;
            self.check.check(&payload, request).await.map_err(ErrorKind::Denied)
        })
    }
}

/// Whether there is a check to ask: where there is none, nobody waits.
pub(super) fn is_there_one(config: &Settings) -> bool {
    !config.hooks.checks.is_empty()
}

/// Asks every check, in the order in which they were configured; the first refusal counts.
pub(super) async fn run(evidence: Evidence<'_>, request: CheckedRequest<'_>) -> Result<(), ErrorKind> {
    for check in &evidence.terms.config.hooks.checks {
        check.ask(&evidence, request).await?;
    }
    Ok(())
}

//! The configuration, checked: what both roads read and nothing changes but the ring of keys.

mod build;
mod builder;
mod cache;
#[cfg(feature = "axum")]
mod cookies;
mod fault;
pub(crate) mod hooks;
#[cfg(feature = "axum")]
mod implicit_refresh;
mod keys;
mod loaded;
mod sessions;
mod terms;
#[cfg(feature = "axum")]
mod travel;
#[cfg(feature = "jwks")]
mod trust;
#[cfg(feature = "jwks")]
mod trusted;

#[cfg(feature = "axum")]
use std::sync::Arc;
use std::time::Duration;

use crate::{TokenKind, clock::ClockChoice, entropy::EntropyChoice, key::ring::Ring};

pub(crate) use self::build::MOST_LEEWAY;
#[cfg(feature = "axum")]
pub(crate) use self::build::is_quotable;
#[cfg(feature = "utoipa")]
pub(crate) use self::cookies::name_word;
#[cfg(feature = "jwks")]
pub(crate) use self::trust::{Trust, Trusted};
#[cfg(feature = "jwks")]
pub use self::trusted::TrustedIssuer;
pub use self::{
    builder::Builder,
    fault::{ConfigError, ConfigFault},
    loaded::Config,
};
#[cfg(feature = "axum")]
pub(crate) use self::{
    cookies::{Cookie, KindCookies},
    travel::Travel,
};
#[cfg(feature = "axum")]
pub use self::{
    cookies::{CookieLifetime, CookieOptions, SameSite},
    implicit_refresh::ImplicitRefreshOptions,
};
pub(crate) use self::{sessions::Sessions, terms::IssuerTerms};

/// The checked configuration; everything on both roads reads it and nothing changes it.
///
/// What every request asks for stands first and together, in five lines of memory.
#[repr(C)]
pub(crate) struct Settings {
    #[cfg(feature = "axum")]
    pub(crate) header_name: http::HeaderName,
    /// Checked all the same, so that a configuration is good or bad whatever the features.
    #[cfg(not(feature = "axum"))]
    pub(crate) header_name: String,
    #[cfg(feature = "axum")]
    pub(crate) header_scheme: String,
    #[cfg(feature = "axum")]
    pub(crate) travel: Arc<Travel>,
    pub(crate) max_token_size: usize,
    /// What is known of tokens that were verified before, if that is kept.
    pub(crate) cache: Option<crate::access::cache::Cache>,
    pub(crate) clock: ClockChoice,
    pub(crate) leeway: Duration,
    pub(crate) hooks: hooks::Hooks,
    pub(crate) keys: Ring,
    pub(crate) sessions: Option<Sessions>,
    /// Whose tokens are accepted beside this service's own.
    #[cfg(feature = "jwks")]
    pub(crate) trusted: Trusted,
    /// What is demanded of this service's own tokens, and written into them.
    pub(crate) terms: IssuerTerms,
    /// Tells instances apart, so that what one verified is never taken for another's.
    #[cfg(feature = "axum")]
    pub(crate) instance: u64,
    pub(crate) client_id: Option<String>,
    /// How long verifiers may keep the served key set.
    #[cfg(feature = "axum")]
    pub(crate) jwks_max_age: Duration,
    pub(crate) access_token_expires_in: Duration,
    pub(crate) refresh_token_expires_in: Duration,
    pub(crate) max_token_lifetime: Duration,
    pub(crate) not_before: bool,
    #[cfg(feature = "axum")]
    pub(crate) resource: Option<crate::ProtectedResource>,
    #[cfg(feature = "axum")]
    pub(crate) implicit_refresh: Arc<crate::implicit_refresh::rules::Rules>,
    #[cfg(feature = "axum")]
    pub(crate) answers: Arc<crate::respond::Answers>,
    pub(crate) entropy: EntropyChoice,
}

/// A configuration by which neither keys are fetched nor a store or a check is asked: the road that leaves these steps out is walked by
/// one alone.
#[derive(Clone, Copy)]
pub(crate) struct AwaitsNothing<'c>(&'c Settings);

impl<'c> AwaitsNothing<'c> {
    #[inline]
    pub(crate) fn settings(self) -> &'c Settings {
        self.0
    }
}

impl Settings {
    /// Whether a check may have to wait: for keys that are fetched, for a store, for the service's own checks.
    #[inline]
    pub(crate) fn awaits(&self) -> bool {
        self.awaits_others() || self.sessions.is_some()
    }

    /// The configuration as one that waits for nothing, if it is one.
    #[inline]
    pub(crate) fn awaits_nothing(&self) -> Option<AwaitsNothing<'_>> {
        (!self.awaits()).then_some(AwaitsNothing(self))
    }

    /// Whether it may have to wait for something else than the store of sessions.
    #[inline]
    pub(crate) fn awaits_others(&self) -> bool {
        #[cfg(feature = "jwks")]
        if !self.trusted.is_empty() {
            return true;
        }
        self.hooks.await_something()
    }

    /// How long a token of this kind lives, unless it is told otherwise.
    pub(crate) fn token_expires_in(&self, kind: TokenKind) -> Duration {
        match kind {
            TokenKind::Access => self.access_token_expires_in,
            TokenKind::Refresh => self.refresh_token_expires_in,
        }
    }

    /// Whether a verified token that names this issuer is a trusted issuer's, rather than this service's own.
    #[cfg(feature = "jwks")]
    pub(crate) fn is_foreign(&self, issuer: Option<&str>) -> bool {
        issuer.is_some_and(|issuer| self.trusted.get(issuer).is_some())
    }

    /// Without trusted issuers, every verified token is this service's own.
    #[cfg(not(feature = "jwks"))]
    #[expect(clippy::unused_self, reason = "the same call, whatever the features")]
    pub(crate) fn is_foreign(&self, _: Option<&str>) -> bool {
        false
    }
}

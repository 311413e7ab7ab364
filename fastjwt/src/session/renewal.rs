//! What a service may say about a refresh: no, or what the new tokens are to claim.

use std::{fmt, marker::PhantomData, pin::Pin, sync::Arc, time::Duration};

use serde::Serialize;
use serde_json::Value;

use crate::{
    Claims, DefaultRealm, Denied, ErrorKind, NoClaims, Realm, RegisteredClaims, TokenFault, TokenPayload,
    access::held::Held,
    claims::read::{self, Found},
    config::Settings,
    issue::{Draft, Lifetime},
};

/// A service's word on every refresh, before the token is spent, and on every
/// [implicit refresh](crate::FastJwt::implicit_refresh).
///
/// [`Builder::on_refresh`](crate::Builder::on_refresh) puts it in. It sees the claims of the refresh token, read as `C`, or of the
/// access token that is to be renewed, as its `kind` says: a token that they don't fit is not valid. What it refuses leaves the session and the token as they are, so that the client may come
/// again; [`end_session`](crate::FastJwt::end_session) is for a person who shall not.
///
/// ```
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// use fastjwt::{Algorithm, Denied, FastJwt, OnRefresh, Renewal, SigningKey, TokenPayload, session::MemoryStore};
///
/// struct Users;
///
/// impl OnRefresh for Users {
///     async fn on_refresh(&self, payload: &TokenPayload, renewal: &mut Renewal) -> Result<(), Denied> {
///         // Something that may have to be waited for.
///         match payload.sub.as_str() {
///             "DISABLED" => return Err(Denied::unauthorized("user_disabled", "This account is disabled")),
///             "DEMOTED" => renewal.retain_scopes(|scope| scope != "admin"),
///             _ => renewal.set_claim("plan", "free"),
///         }
///         Ok(())
///     }
/// }
///
/// let jwt = FastJwt::builder()
///     .key(SigningKey::generate(Algorithm::ES256)?)
///     .session_store(MemoryStore::default())
///     .on_refresh(Users)
///     .build()?;
/// # Ok(())
/// # }
/// ```
///
/// It is asked about a token that comes again within the grace, too: its answer should not depend on how often it is asked.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not asked about refreshes of tokens with the claims `{C}` in the realm `{R}`",
    label = "does not implement `OnRefresh`",
    note = "write `impl fastjwt::OnRefresh<{C}, {R}> for {Self}`"
)]
pub trait OnRefresh<C = NoClaims, R = DefaultRealm>: Send + Sync + 'static {
    /// Whether the session may be refreshed, and what the new tokens are to claim.
    ///
    /// # Errors
    /// What the request is answered. A type of the service's own goes through `?` if it is [`Into`] a [`Denied`].
    fn on_refresh(
        &self,
        payload: &TokenPayload<C, R>,
        renewal: &mut Renewal,
    ) -> impl Future<Output = Result<(), Denied>> + Send;
}

/// What the tokens of a refresh are going to say: at first, what the token says that is refreshed.
///
/// Extra claims may change. Scopes may become fewer and never more, and what is taken away stays away, since the next refresh
/// token has no more than this one; subject, audience and session stay (RFC 9700 section 2.2.2).
pub struct Renewal {
    draft: Draft,
    scopes: Vec<String>,
    pub(crate) access_lifetime: Lifetime,
}

impl Renewal {
    pub(crate) fn new(draft: Draft, scopes: &[String]) -> Self {
        Self { draft, scopes: scopes.to_vec(), access_lifetime: Lifetime::Configured }
    }

    /// What the new tokens are going to say but for their lifetimes.
    pub(crate) fn into_draft(self) -> Draft {
        Draft { scopes: self.scopes.iter().collect(), ..self.draft }
    }

    /// How long the access token of this refresh lives, in place of the configured lifetime; never beyond the session's end. An
    /// implicit refresh heeds it where it is shorter.
    pub fn access_expires_in(&mut self, lifetime: Duration) {
        self.access_lifetime = Lifetime::For(lifetime);
    }

    /// The scopes that the new tokens have.
    #[must_use]
    pub fn scopes(&self) -> &[String] {
        &self.scopes
    }

    /// Takes the scopes away for which `keep` says no.
    pub fn retain_scopes(&mut self, mut keep: impl FnMut(&str) -> bool) {
        self.scopes.retain(|scope| keep(scope));
    }

    /// An extra claim, if the new tokens have it.
    #[must_use]
    pub fn claim(&self, name: &str) -> Option<&Value> {
        self.draft.untyped.iter().find(|(given, _)| given == name).map(|(_, value)| value)
    }

    /// Puts an extra claim in, in the place of one with this name.
    ///
    /// A reserved name ([`RESERVED_NAMES`](crate::RESERVED_NAMES)), or a value that is not JSON, makes the refresh fail.
    pub fn set_claim(&mut self, name: impl Into<String>, value: impl Serialize) {
        let name = name.into();
        self.remove_claim(&name);
        self.draft.claim(name, value);
    }

    /// Takes an extra claim away.
    pub fn remove_claim(&mut self, name: &str) {
        self.draft.untyped.retain(|(given, _)| given != name);
    }

    /// Puts these extra claims in, in the place of all that there are.
    pub fn set_claims<D: Claims>(&mut self, claims: &D) {
        self.draft.replace_claims(claims);
    }
}

/// Shows the scopes, and the names of the claims.
impl fmt::Debug for Renewal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<&String> = self.draft.untyped.iter().map(|(name, _)| name).collect();
        f.debug_struct("Renewal").field("scopes", &self.scopes).field("claims", &names).finish_non_exhaustive()
    }
}

/// A token that is to be followed by another, for hooks that read it as a type of their own.
pub(crate) struct Presented<'a> {
    pub(crate) config: &'a Settings,
    pub(crate) claims: &'a RegisteredClaims,
    /// The payload as it was signed.
    pub(crate) json: &'a [u8],
    /// Where it was found, if it came in a request.
    #[cfg(feature = "axum")]
    pub(crate) location: Option<crate::Location>,
}

impl Presented<'_> {
    /// Asks every hook, in the order in which they were configured; the first refusal counts.
    pub(crate) async fn ask(&self, hooks: &[Arc<dyn AnyHook>], renewal: &mut Renewal) -> Result<(), ErrorKind> {
        for hook in hooks {
            hook.ask(self, renewal).await?;
        }
        Ok(())
    }
}

type Asked<'a> = Pin<Box<dyn Future<Output = Result<(), ErrorKind>> + Send + 'a>>;

/// An [`OnRefresh`], whatever the claims that it reads.
pub(crate) trait AnyHook: Send + Sync {
    fn ask<'a>(&'a self, presented: &'a Presented<'a>, renewal: &'a mut Renewal) -> Asked<'a>;
}

/// The claims and the realm that a hook reads.
pub(crate) struct Reading<K, C, R> {
    hook: K,
    reads: PhantomData<fn() -> (C, R)>,
}

impl<K, C, R> Reading<K, C, R> {
    pub(crate) fn new(hook: K) -> Self {
        Self { hook, reads: PhantomData }
    }
}

impl<K: OnRefresh<C, R>, C: Claims, R: Realm> AnyHook for Reading<K, C, R> {
    fn ask<'a>(&'a self, presented: &'a Presented<'a>, renewal: &'a mut Renewal) -> Asked<'a> {
        Box::pin(async move {
            let extra = read::read::<C>(presented.json, &mut Found::default()).map_err(TokenFault::from)?;
            let held = Arc::new(Held::of_no_token(presented.claims.with_extra(extra)));
            let config = presented.config;
            let payload = TokenPayload::<C, R>::new(held, config.clock.clone(), config.hooks.matching);
            #[cfg(feature = "axum")]
            let payload = match presented.location {
                Some(location) => payload.found_in(location),
                None => payload,
            };
            self.hook.on_refresh(&payload, renewal).await.map_err(ErrorKind::Denied)
        })
    }
}

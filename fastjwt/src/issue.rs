//! Road 1, from claims to a signed token: collect, check, write, sign.

pub(crate) mod defaults;
mod draft;
mod fresh;
mod short;

use std::{
    fmt::Display,
    marker::PhantomData,
    time::{Duration, SystemTime},
};

use serde::Serialize;

pub use self::defaults::NewToken;
#[cfg(feature = "axum")]
pub(crate) use self::draft::{Members, members_of};
pub(crate) use self::{
    draft::{Draft, Lifetime, writes_csrf},
    fresh::Fresh,
    short::{ShortBytes, ShortText},
};
use crate::{Claims, DefaultRealm, Error, FastJwt, NoClaims, Realm, token::Token};

/// The longest subject, in bytes (OpenID Connect Core 1.0 section 2).
pub(crate) const MAX_SUBJECT: usize = 255;

/// Collects what a token is going to say; [`sign`](Self::sign) checks it and makes the token.
///
/// [`FastJwt::create_access_token`] and [`FastJwt::create_refresh_token`] start one. Everything that is not set comes from
/// the configuration.
#[must_use = "no token is made until `sign` is called"]
pub struct TokenBuilder<'a, T, C = NoClaims, R = DefaultRealm> {
    jwt: &'a FastJwt<R>,
    draft: Draft,
    extra: &'a C,
    token: PhantomData<fn() -> T>,
}

impl<'a, T, R> TokenBuilder<'a, T, NoClaims, R> {
    pub(crate) fn new(jwt: &'a FastJwt<R>, subject: &dyn Display) -> Self {
        Self { jwt, draft: Draft::new(subject), extra: &NoClaims {}, token: PhantomData }
    }
}

impl<'a, T: Token, C: Claims, R: Realm> TokenBuilder<'a, T, C, R> {
    /// Puts the service's own claims in, in place of any given before.
    pub fn claims<D: Claims>(self, claims: &'a D) -> TokenBuilder<'a, T, D, R> {
        TokenBuilder { jwt: self.jwt, draft: self.draft, extra: claims, token: PhantomData }
    }

    /// Puts one claim in by name, for services that have no type for it.
    ///
    /// A reserved name ([`RESERVED_NAMES`](crate::RESERVED_NAMES)), one that stands in the token already, an alias of such a one
    /// in the type of its claims, or a value that is not JSON is an error at [`sign`](Self::sign).
    pub fn claim(mut self, name: impl Into<String>, value: impl Serialize) -> Self {
        self.draft.claim(name.into(), value);
        self
    }

    /// How long the token lives, in place of the configured lifetime: at least a second, at most the configured
    /// `max_token_lifetime`.
    pub fn expires_in(mut self, lifetime: Duration) -> Self {
        self.draft.lifetime = Lifetime::For(lifetime);
        self
    }

    /// When the token ends, at the full second; at most the configured `max_token_lifetime` from now.
    pub fn expires_at(mut self, moment: SystemTime) -> Self {
        self.draft.lifetime = Lifetime::Until(moment);
        self
    }

    /// Whom the token is for, in place of the configured audience; an empty list for a token that does not say.
    ///
    /// This service's own verification still demands the configured audience.
    pub fn audience(mut self, audience: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.draft.audience = Some(audience.into_iter().map(Into::into).collect());
        self
    }

    /// From when on the token is valid, at the full second; before its end.
    pub fn not_before(mut self, moment: SystemTime) -> Self {
        self.draft.not_before = Some(moment);
        self
    }

    /// What the token allows: words of printable ASCII without space, `"` and `\` (RFC 6749 section 3.3).
    pub fn scopes(mut self, scopes: impl IntoIterator<Item = impl AsRef<str>>) -> Self {
        self.draft.scopes = scopes.into_iter().collect();
        self
    }

    /// When the subject proved who they are, if it was not just now. A moment that is ahead by no more than the configured leeway,
    /// as another machine's clock may be, becomes now; a later one is an error at [`sign`](Self::sign).
    pub fn auth_time(mut self, moment: SystemTime) -> Self {
        self.draft.auth_time = Some(moment.into());
        self
    }

    /// The client that the token is issued to, in place of the configured one (`client_id`, RFC 8693 section 4.3).
    pub fn client_id(mut self, client_id: impl Into<String>) -> Self {
        self.draft.client_id = Some(client_id.into());
        self
    }

    /// Gives the token this csrf value in place of one of its own; `None` leaves it its own.
    ///
    /// All tokens of a session should have one value: with another one, every page that is open would fail. So the refresh
    /// token takes the access token's at the login, and what a refresh makes takes the refresh token's:
    ///
    /// ```
    /// use fastjwt::{Error, FastJwt, NoClaims, SetCookies};
    ///
    /// fn login(jwt: &FastJwt) -> Result<(SetCookies, SetCookies), Error> {
    ///     let access = jwt.create_access_token("USER_ID").fresh().sign()?;
    ///     let refresh = jwt.create_refresh_token("USER_ID").csrf(access.csrf()).sign()?;
    ///     Ok((jwt.access_cookies(&access)?, jwt.refresh_cookies(&refresh)?))
    /// }
    ///
    /// fn refresh(jwt: &FastJwt, refresh: fastjwt::TokenPayload) -> Result<SetCookies, Error> {
    ///     let access = jwt.create_access_token(&refresh.sub).csrf(refresh.csrf.as_deref()).sign()?;
    ///     jwt.access_cookies(&access)
    /// }
    /// ```
    ///
    /// A value that is given must be 22 to 128 characters of base64url, as those of other tokens are; else
    /// [`sign`](Self::sign) fails. Tokens whose kind may travel in a cookie have one of their own, of 128 random bits.
    pub fn csrf(mut self, value: Option<&str>) -> Self {
        self.draft.csrf = value.map(str::to_owned);
        self
    }

    /// Puts a member into the token's header (RFC 7515 section 4.3).
    ///
    /// The members that the standard gives a meaning are not for this, and more than 29 are not read: an error at
    /// [`sign`](Self::sign).
    pub fn header(mut self, name: impl Into<String>, value: impl Serialize) -> Self {
        self.draft.header(name.into(), value);
        self
    }

    /// Signs the token.
    ///
    /// # Errors
    /// [`ErrorKind::Usage`](crate::ErrorKind::Usage) if the token can't be what was asked for, and says why;
    /// [`ErrorKind::Machine`](crate::ErrorKind::Machine) if randomness or the signature failed.
    pub fn sign(mut self) -> Result<T, Error> {
        self.draft.sign::<T, C, R>(self.jwt.config(), self.extra).map_err(|kind| self.jwt.error(kind))
    }
}

//! `TokenPair`: the access and the refresh token of a session, signed together.

use std::fmt;

use super::RefreshRecord;
use crate::{
    AccessToken, Claims, ErrorKind, NumericDate, Realm, RefreshToken, TokenKind, TokenResponse, UsageFault,
    config::Settings,
    entropy::RandomId,
    issue::{Draft, writes_csrf},
};

/// The access and the refresh token of a session.
///
/// [`FastJwt::create_token_pair`](crate::FastJwt::create_token_pair) opens a session and gives the first pair,
/// [`FastJwt::refresh`](crate::FastJwt::refresh) each one after it. It becomes a [`TokenResponse`] with
/// [`into`](TokenResponse#impl-From<TokenPair>-for-TokenResponse), or the cookies of both kinds with
/// [`pair_cookies`](crate::FastJwt::pair_cookies). It does not print.
#[must_use = "the client needs both tokens"]
pub struct TokenPair {
    pub(super) access: AccessToken,
    pub(super) refresh: RefreshToken,
    pub(super) session_id: String,
}

impl TokenPair {
    /// The access token.
    #[must_use]
    pub fn access(&self) -> &AccessToken {
        &self.access
    }

    /// The refresh token.
    #[must_use]
    pub fn refresh(&self) -> &RefreshToken {
        &self.refresh
    }

    /// The session's id, the claim `sid` of both; it is no secret.
    #[must_use]
    pub fn session_id(&self) -> &str {
        &self.session_id
    }

    /// Both tokens by value.
    #[must_use]
    pub fn into_tokens(self) -> (AccessToken, RefreshToken) {
        (self.access, self.refresh)
    }
}

/// Shows the session's id and when the tokens end.
impl fmt::Debug for TokenPair {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TokenPair")
            .field("session_id", &self.session_id)
            .field("access", &self.access)
            .field("refresh", &self.refresh)
            .finish()
    }
}

impl From<TokenPair> for TokenResponse {
    fn from(pair: TokenPair) -> Self {
        Self::new(pair.access).with_refresh_token(pair.refresh)
    }
}

/// What a pair is made of, and when.
pub(super) struct PairDraft<'a, C> {
    pub(super) access: Draft,
    pub(super) refresh: Draft,
    pub(super) extra: &'a C,
}

/// A pair that is signed, and what the store is told of it.
pub(super) struct SignedPair {
    pub(super) access: AccessToken,
    pub(super) refresh: RefreshToken,
    pub(super) record: RefreshRecord,
    /// The key that signed.
    pub(super) kid: String,
}

#[cfg(feature = "axum")]
impl SignedPair {
    /// Whether browsers would keep the cookies of both.
    pub(super) fn check_cookies(&self, config: &Settings) -> Result<(), UsageFault> {
        crate::cookie::check_size(config, TokenKind::Access, self.access.as_str())?;
        crate::cookie::check_size(config, TokenKind::Refresh, self.refresh.as_str())
    }
}

impl<C: Claims> PairDraft<'_, C> {
    /// Binds both to a session and a moment, with a new id each, and with the csrf value `kept`, if they need one.
    pub(super) fn bind(
        &mut self,
        config: &Settings,
        sid: &str,
        now: NumericDate,
        latest_end: NumericDate,
        kept: Option<String>,
    ) -> Result<(), ErrorKind> {
        for draft in [&mut self.access, &mut self.refresh] {
            draft.session.sid = Some(sid.to_owned());
            draft.session.jti = Some(new_id(config)?);
            draft.session.issued_at = Some(now);
            draft.session.latest_end = Some(latest_end);
        }
        let (in_access, in_refresh) = (writes_csrf(TokenKind::Access, config), writes_csrf(TokenKind::Refresh, config));
        if in_access || in_refresh {
            // The refresh token hands it on, so that the access tokens of a session have one value.
            let csrf = kept.map_or_else(|| new_id(config), Ok)?;
            self.access.csrf = in_access.then(|| csrf.clone());
            self.refresh.csrf = Some(csrf);
        }
        Ok(())
    }

    /// Signs both with one key.
    pub(super) fn sign<R: Realm>(self, config: &Settings) -> Result<SignedPair, ErrorKind> {
        let Self { mut access, mut refresh, extra } = self;
        // The times first: a key that is retired in between still knows of these tokens.
        let access_times = access.times(TokenKind::Access, config)?;
        let refresh_times = refresh.times(TokenKind::Refresh, config)?;
        let keys = config.keys.load();
        let key = keys.signing().ok_or(UsageFault::NoSigningKey)?;
        let jti = refresh.session.jti.clone().unwrap_or_default();
        Ok(SignedPair {
            record: RefreshRecord::new(jti, refresh_times.iat, refresh_times.exp),
            access: access.sign_with::<_, C, R>(config, key, access_times, extra)?,
            refresh: refresh.sign_with::<_, C, R>(config, key, refresh_times, extra)?,
            kid: key.id().to_owned(),
        })
    }
}

pub(crate) fn new_id(config: &Settings) -> Result<String, ErrorKind> {
    Ok(RandomId::new(&*config.entropy.0)?.as_str().to_owned())
}

//! What a new access token says of the login that it comes from.

use std::time::{Duration, SystemTime};

use super::TokenBuilder;
use crate::{AccessToken, Claims, Freshness, NumericDate, Realm};

/// How long a token is going to be fresh.
#[derive(Clone, Copy, Default)]
pub(crate) enum Fresh {
    #[default]
    Not,
    WhileValid,
    /// After the login.
    For(Duration),
    Until(SystemTime),
}

impl Fresh {
    /// Whether the token comes from a login.
    pub(crate) fn is_said(self) -> bool {
        !matches!(self, Self::Not)
    }

    /// The claim, at the full second, for a login at `auth_time`.
    pub(super) fn after(self, auth_time: NumericDate) -> Freshness {
        match self {
            Self::Not => Freshness::Stale,
            Self::WhileValid => Freshness::Fresh,
            Self::For(duration) => Freshness::Until(auth_time.saturating_add(duration).floor()),
            Self::Until(moment) => Freshness::Until(NumericDate::from(moment).floor()),
        }
    }
}

impl<C: Claims, R: Realm> TokenBuilder<'_, AccessToken, C, R> {
    /// Marks the token as fresh: the subject has just proved who they are, with a password for example.
    ///
    /// `auth_time` becomes now, unless it is set. A refresh never gives a fresh token. The last of this,
    /// [`fresh_for`](Self::fresh_for) and [`fresh_until`](Self::fresh_until) counts.
    pub fn fresh(mut self) -> Self {
        self.draft.fresh = Fresh::WhileValid;
        self
    }

    /// Marks the token as fresh for this long after the login, which is `auth_time`, or now unless it is set; at the full second.
    ///
    /// After that it goes on as a token that is not fresh. Leeway is added, as to its end.
    ///
    /// ```
    /// use std::time::Duration;
    /// use fastjwt::{AccessToken, Error, FastJwt};
    ///
    /// fn login(jwt: &FastJwt) -> Result<AccessToken, Error> {
    ///     jwt.create_access_token("USER_ID").fresh_for(Duration::from_secs(5 * 60)).sign()
    /// }
    /// ```
    pub fn fresh_for(mut self, duration: Duration) -> Self {
        self.draft.fresh = Fresh::For(duration);
        self
    }

    /// Marks the token as fresh before a moment, at the full second; `auth_time` becomes now, unless it is set.
    ///
    /// After that it goes on as a token that is not fresh. Leeway is added, as to its end.
    pub fn fresh_until(mut self, moment: SystemTime) -> Self {
        self.draft.fresh = Fresh::Until(moment);
        self
    }
}

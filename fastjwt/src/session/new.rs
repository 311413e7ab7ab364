//! What a login asks of the session that it opens, and the setters that say it in both places where a login is written.

use std::{fmt::Display, time::Duration};

use crate::issue::{Draft, Fresh, Lifetime};

/// How much is kept of what a service calls a device, in bytes.
const MOST_DEVICE: usize = 256;

/// What is asked of a session that is to be opened, and of its first tokens.
#[derive(Clone)]
pub(crate) struct NewSession {
    pub(crate) draft: Draft,
    pub(crate) fresh: Fresh,
    pub(crate) access_lifetime: Lifetime,
    pub(crate) refresh_lifetime: Lifetime,
    pub(crate) session_lifetime: Option<Duration>,
    pub(crate) device: String,
}

impl NewSession {
    /// A login of just now, of which nothing else is asked.
    pub(crate) fn of(sub: &dyn Display) -> Self {
        Self {
            draft: Draft::new(sub),
            fresh: Fresh::WhileValid,
            access_lifetime: Lifetime::Configured,
            refresh_lifetime: Lifetime::Configured,
            session_lifetime: None,
            device: String::new(),
        }
    }

    pub(crate) fn call_device(&mut self, mut device: String) {
        truncate(&mut device, MOST_DEVICE);
        self.device = device;
    }
}

/// The beginning of a text, up to so many bytes.
fn truncate(text: &mut String, most: usize) {
    let end = (0..=most.min(text.len())).rev().find(|end| text.is_char_boundary(*end));
    text.truncate(end.unwrap_or_default());
}

/// The setters of a builder whose field `new` is a [`NewSession`].
macro_rules! new_session_setters {
    () => {
        /// Puts one claim in by name, as [`TokenBuilder::claim`](crate::TokenBuilder::claim) does.
        pub fn claim(mut self, name: impl Into<String>, value: impl serde::Serialize) -> Self {
            self.new.draft.claim(name.into(), value);
            self
        }

        /// What the tokens allow, in this session for good: a refresh never adds to it.
        pub fn scopes(mut self, scopes: impl IntoIterator<Item = impl AsRef<str>>) -> Self {
            self.new.draft.scopes = scopes.into_iter().collect();
            self
        }

        /// Whom the tokens are for, in place of the configured audience; an empty list for tokens that do not say.
        ///
        /// This service's own verification, of refresh tokens too, still demands the configured audience.
        pub fn audience(mut self, audience: impl IntoIterator<Item = impl Into<String>>) -> Self {
            self.new.draft.audience = Some(audience.into_iter().map(Into::into).collect());
            self
        }

        /// The client that the tokens are issued to, in place of the configured one (`client_id`, RFC 8693 section 4.3).
        pub fn client_id(mut self, client_id: impl Into<String>) -> Self {
            self.new.draft.client_id = Some(client_id.into());
            self
        }

        /// When the subject proved who they are, if it was not just now. A moment that is ahead by no more than the configured
        /// leeway, as another machine's clock may be, becomes now; a later one is an error.
        pub fn auth_time(mut self, moment: std::time::SystemTime) -> Self {
            self.new.draft.auth_time = Some(moment.into());
            self
        }

        /// Whether the access token is fresh, as it is unless this says otherwise: not if the subject did not prove who they are
        /// just now, such as on a device that is remembered. `auth_time` is then left out, unless it is set.
        pub fn fresh(mut self, fresh: bool) -> Self {
            self.new.fresh = if fresh { crate::issue::Fresh::WhileValid } else { crate::issue::Fresh::Not };
            self
        }

        /// How long after the login the access token is fresh, as
        /// [`TokenBuilder::fresh_for`](crate::TokenBuilder::fresh_for) says it; it goes on as one that is not.
        pub fn fresh_for(mut self, duration: std::time::Duration) -> Self {
            self.new.fresh = crate::issue::Fresh::For(duration);
            self
        }

        /// Before which moment the access token is fresh; it goes on as one that is not.
        pub fn fresh_until(mut self, moment: std::time::SystemTime) -> Self {
            self.new.fresh = crate::issue::Fresh::Until(moment);
            self
        }

        /// What the session is called in the list of sessions, such as "Firefox on Linux"; the first 256 bytes are kept.
        pub fn device(mut self, device: impl Into<String>) -> Self {
            self.new.call_device(device.into());
            self
        }

        /// How long the first access token lives, in place of the configured lifetime.
        ///
        /// Those of the session's refreshes have the configured one again, since no token and no store keeps this:
        /// [`Renewal::access_expires_in`](crate::Renewal::access_expires_in) says it for them.
        pub fn access_expires_in(mut self, lifetime: std::time::Duration) -> Self {
            self.new.access_lifetime = crate::issue::Lifetime::For(lifetime);
            self
        }

        /// How long each refresh token of this session lives, in place of the configured lifetime.
        pub fn refresh_expires_in(mut self, lifetime: std::time::Duration) -> Self {
            self.new.refresh_lifetime = crate::issue::Lifetime::For(lifetime);
            self
        }

        /// How long the session lives, however often it is refreshed, in place of the configured
        /// [`session_lifetime`](crate::Builder::session_lifetime); not longer than that.
        pub fn session_lifetime(mut self, lifetime: std::time::Duration) -> Self {
            self.new.session_lifetime = Some(lifetime);
            self
        }
    };
}

pub(crate) use new_session_setters;

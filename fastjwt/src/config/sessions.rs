//! The options of sessions, and what both roads read of them once they are checked.

use std::{ops::RangeInclusive, sync::Arc, time::Duration};

use super::{Builder, ConfigFault, build::MOST_LIFETIME};
use crate::{
    Claims, OnRefresh, Realm,
    session::{
        Patient, SessionStore,
        purge::Purge,
        renewal::{AnyHook, Reading},
        unanswered::Unanswered,
    },
};

const LIFETIME: Duration = Duration::from_secs(30 * 24 * 60 * 60);
const GRACE: Duration = Duration::from_secs(10);
const MOST_GRACE: Duration = Duration::from_secs(60);
const TIMEOUT: Duration = Duration::from_millis(250);
const TIMEOUTS: RangeInclusive<Duration> = Duration::from_millis(1)..=Duration::from_secs(30);
const ATTEMPTS: RangeInclusive<u32> = 1..=10;
const MOST: RangeInclusive<u32> = 1..=1000;

/// What was given; nothing but a store switches sessions on.
#[derive(Default)]
pub(super) struct SessionOptions {
    store: Option<Arc<dyn SessionStore>>,
    timeout: Option<Duration>,
    attempts: Option<u32>,
    lifetime: Option<Duration>,
    idle_timeout: Option<Duration>,
    most: Option<u32>,
    grace: Option<Duration>,
    fail_open: Option<bool>,
    hooks: Vec<Arc<dyn AnyHook>>,
}

/// A store, and the rules of the sessions in it.
pub(crate) struct Sessions {
    pub(crate) store: Arc<Patient<Arc<dyn SessionStore>>>,
    /// From the login to the end that nothing moves.
    pub(crate) lifetime: Duration,
    /// How long a session may do without a refresh; as long as its refresh token lives, if it is not given.
    pub(crate) idle_timeout: Option<Duration>,
    /// How many sessions a subject may have.
    pub(crate) most: Option<u32>,
    pub(crate) grace: Duration,
    /// How long a call that found a reuse may take, on a machine whose clock is right, to tell it and to have it forgotten.
    pub(crate) alarm_wait: Duration,
    /// Whether a token that the store can't tell about is let in.
    pub(crate) fail_open: bool,
    pub(crate) hooks: Vec<Arc<dyn AnyHook>>,
    pub(crate) purge: Purge,
    pub(crate) unanswered: Unanswered,
}

/// Sessions: logins that can be ended, refresh tokens that work once, tokens that can be revoked.
impl<R: Realm> Builder<R> {
    /// Keeps sessions and revocations in this store: [`session`](crate::session) says which there are. Several instances may
    /// share one, in an [`Arc`]; their realms stay apart.
    ///
    /// Every door then asks it about the token, in one round trip, unless its policy says
    /// [`revocation(false)`](crate::Policy::revocation); [`verify`](crate::FastJwt::verify) and its kin can't wait for it and
    /// are an error, [`authenticate`](crate::FastJwt::authenticate) takes their place.
    ///
    /// ```
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// use fastjwt::{Algorithm, FastJwt, SigningKey, session::MemoryStore};
    ///
    /// let jwt = FastJwt::builder()
    ///     .key(SigningKey::generate(Algorithm::ES256)?)
    ///     .session_store(MemoryStore::default())
    ///     .build()?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn session_store(mut self, store: impl SessionStore + 'static) -> Self {
        self.sessions.store = Some(Arc::new(store));
        self
    }

    /// How long a request waits for the store, all attempts together, 1 millisecond to 30 seconds.
    pub fn store_timeout(mut self, timeout: Duration) -> Self {
        self.sessions.timeout = Some(timeout);
        self
    }

    /// How often the store is asked that is out of reach or does not answer, 1 to 10 times; the time is divided among them. One that
    /// does not answer to a login is not asked again, but waited for.
    pub fn store_attempts(mut self, attempts: u32) -> Self {
        self.sessions.attempts = Some(attempts);
        self
    }

    /// How long a session lives from its login on, however often it is refreshed; 1 second to ten years.
    pub fn session_lifetime(mut self, lifetime: Duration) -> Self {
        self.sessions.lifetime = Some(lifetime);
        self
    }

    /// When a session ends that is not refreshed, 1 second to [`session_lifetime`](Self::session_lifetime).
    pub fn session_idle_timeout(mut self, timeout: Duration) -> Self {
        self.sessions.idle_timeout = Some(timeout);
        self
    }

    /// How many sessions a subject may have at once, 1 to 1,000: a login beyond that ends those whose login is the longest ago.
    ///
    /// Without it there may be any number of them, as far as the store has room, and a login asks the store for one thing less. Of two
    /// logins at the same time one may find no session too many; the next one finds it.
    pub fn max_sessions(mut self, sessions: u32) -> Self {
        self.sessions.most = Some(sessions);
        self
    }

    /// How long a refresh token that is spent may come again and is given the same successor, at most 60 seconds from when it
    /// was spent.
    ///
    /// It is for two tabs that refresh at once, and for an answer that was lost. With zero, either of them ends the session, as
    /// a thief's does.
    pub fn refresh_grace(mut self, grace: Duration) -> Self {
        self.sessions.grace = Some(grace);
        self
    }

    /// Whether a token is let in that the store can't tell about, because it is out of reach: it may be revoked, and its
    /// session may have ended.
    ///
    /// Each time is an event, `store_bypassed`. Logins, refreshes and revocations need the store all the same. By default such a
    /// request is answered with 503.
    pub fn store_fail_open(mut self, passes: bool) -> Self {
        self.sessions.fail_open = Some(passes);
        self
    }

    /// Asks this before each refresh; several are asked in their order. It can refuse, change the extra claims, and take scopes
    /// away.
    pub fn on_refresh<C: Claims>(mut self, hook: impl OnRefresh<C, R>) -> Self {
        self.sessions.hooks.push(Arc::new(Reading::<_, C, R>::new(hook)));
        self
    }
}

impl SessionOptions {
    /// The options that were given, by name.
    fn given(&self) -> impl Iterator<Item = &'static str> {
        [
            ("store_timeout", self.timeout.is_some()),
            ("store_attempts", self.attempts.is_some()),
            ("session_lifetime", self.lifetime.is_some()),
            ("session_idle_timeout", self.idle_timeout.is_some()),
            ("max_sessions", self.most.is_some()),
            ("refresh_grace", self.grace.is_some()),
            ("store_fail_open", self.fail_open.is_some()),
            ("on_refresh", !self.hooks.is_empty()),
        ]
        .into_iter()
        .filter_map(|(option, is_given)| is_given.then_some(option))
    }

    /// Checks the options; `None` if there are no sessions.
    pub(super) fn check(self, faults: &mut Vec<ConfigFault>) -> Option<Sessions> {
        if self.store.is_none() {
            for option in self.given() {
                faults.push(ConfigFault::new(option, "it needs a `session_store`: without one there are no sessions"));
            }
        }
        let second = Duration::from_secs(1);
        let lifetime = self.lifetime.unwrap_or(LIFETIME);
        if !(second..=MOST_LIFETIME).contains(&lifetime) {
            faults
                .push(ConfigFault::new("session_lifetime", format!("{lifetime:?}: it must be 1 second to 3650 days")));
        }
        if let Some(idle) = self.idle_timeout.filter(|idle| !(second..=lifetime).contains(idle)) {
            faults.push(ConfigFault::new(
                "session_idle_timeout",
                format!("{idle:?}: it must be 1 second to `session_lifetime`, which is {lifetime:?}"),
            ));
        }
        if let Some(most) = self.most.filter(|most| !MOST.contains(most)) {
            let (least, most_of_all) = (MOST.start(), MOST.end());
            faults.push(ConfigFault::new("max_sessions", format!("{most}: it must be {least} to {most_of_all}")));
        }
        let grace = self.grace.unwrap_or(GRACE);
        if grace > MOST_GRACE {
            faults.push(ConfigFault::new("refresh_grace", format!("{grace:?}: it must be at most {MOST_GRACE:?}")));
        }
        let timeout = self.timeout.unwrap_or(TIMEOUT);
        if !TIMEOUTS.contains(&timeout) {
            let (least, most) = (TIMEOUTS.start(), TIMEOUTS.end());
            faults.push(ConfigFault::new("store_timeout", format!("{timeout:?}: it must be {least:?} to {most:?}")));
        }
        let attempts = self.attempts.unwrap_or(2);
        if !ATTEMPTS.contains(&attempts) {
            let (least, most) = (ATTEMPTS.start(), ATTEMPTS.end());
            faults.push(ConfigFault::new("store_attempts", format!("{attempts}: it must be {least} to {most}")));
        }
        Some(Sessions {
            store: Arc::new(Patient::new(self.store?).timeout(timeout).attempts(attempts)),
            lifetime,
            idle_timeout: self.idle_timeout,
            most: self.most,
            grace,
            alarm_wait: timeout.saturating_mul(2),
            fail_open: self.fail_open.unwrap_or(false),
            hooks: self.hooks,
            purge: Purge::default(),
            unanswered: Unanswered::default(),
        })
    }
}

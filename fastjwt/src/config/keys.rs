//! The keys of a configuration: collected as they are given, checked together, and put into a ring.

use std::{
    collections::HashSet,
    time::{Duration, SystemTime},
};

use super::ConfigFault;
use crate::{
    NumericDate, Realm, SigningKey, VerifyingKey,
    key::{
        KeyError, KeyState,
        ring::{Entry, Periods, Ring},
    },
};

/// The longest time for which verifiers may be told to keep the key set.
const MOST_MAX_AGE: Duration = Duration::from_secs(24 * 60 * 60);
/// How far ahead the end of a passive key may be, ten years of 366 days: what lies beyond was given in milliseconds, or by mistake.
const MOST_PASSIVE: Duration = Duration::from_secs(3660 * 24 * 60 * 60);
/// The longest gap between two fetches of a verifier that may be reckoned with.
const MOST_COOLDOWN: Duration = Duration::from_secs(60 * 60);

/// The keys as they were given, with what was wrong with them.
pub(super) struct GivenKeys {
    given: Vec<Result<GivenKey, KeyError>>,
    /// What the keys that sign are called in files and the environment, if they came from there.
    pub(super) names: Vec<String>,
    pub(super) max_age: Duration,
    pub(super) cooldown: Duration,
}

pub(super) enum GivenKey {
    Signing(SigningKey),
    Next(SigningKey, Option<SystemTime>),
    Passive(VerifyingKey, SystemTime),
    Verifying(VerifyingKey),
}

impl GivenKeys {
    pub(super) fn new() -> Self {
        let (max_age, cooldown) = (Duration::from_secs(10 * 60), Duration::from_secs(30));
        Self { given: Vec::new(), names: Vec::new(), max_age, cooldown }
    }

    pub(super) fn push(&mut self, key: Result<GivenKey, KeyError>) {
        self.given.push(key);
    }

    /// Checks the keys, each for itself and all together, and makes them a ring.
    ///
    /// A key that is retired verifies until a token that it signed at the last moment has ended for the slowest clock, and until
    /// nobody holds a key set in which it is missing.
    pub(super) fn into_ring<R: Realm>(
        self,
        longest_token: Duration,
        (now, leeway): (NumericDate, Duration),
        faults: &mut Vec<ConfigFault>,
    ) -> Ring {
        self.check_periods(faults);
        let periods = Periods {
            publication: self.max_age.saturating_add(self.cooldown),
            retirement: longest_token.saturating_add(self.max_age),
        };
        // Only a secret can be given that is none: it was meant to sign.
        let unusable = self.given.iter().filter(|key| key.is_err()).count();
        let keys: Vec<GivenKey> = self
            .given
            .into_iter()
            .filter_map(|key| key.map_err(|error| faults.push(ConfigFault::new("key", error.to_string()))).ok())
            .collect();
        check_parts(&keys, &self.names, unusable, faults);
        let latest = now.saturating_add(leeway);
        let entries: Vec<Entry> = keys.into_iter().filter_map(|key| entry::<R>(key, now, latest, faults)).collect();
        let mut ids = HashSet::new();
        for id in entries.iter().map(|entry| entry.verifying.id()) {
            if !ids.insert(id) {
                faults.push(ConfigFault::new(
                    "key",
                    format!("two keys have the id `{id}`: ids must differ, `with_id` gives a key another"),
                ));
            }
        }
        Ring::new(entries, periods, R::NAME)
    }

    fn check_periods(&self, faults: &mut Vec<ConfigFault>) {
        let periods = [("jwks_max_age", self.max_age, MOST_MAX_AGE), ("jwks_cooldown", self.cooldown, MOST_COOLDOWN)];
        for (option, given, most) in periods {
            if given > most {
                faults.push(ConfigFault::new(option, format!("{given:?}: it must be at most {most:?}")));
            }
        }
    }
}

/// What the keys are for must fit together.
fn check_parts(keys: &[GivenKey], names: &[String], unusable: usize, faults: &mut Vec<ConfigFault>) {
    let count = |is: fn(&GivenKey) -> bool| keys.iter().filter(|key| is(key)).count();
    let signing = unusable + count(|key| matches!(key, GivenKey::Signing(_)));
    let next = count(|key| matches!(key, GivenKey::Next(..)));
    let verifying = count(|key| matches!(key, GivenKey::Verifying(_)));
    let mut refuse = |message: String| faults.push(ConfigFault::new("key", message));
    if signing > 1 {
        // Without backticks, in which a name would be told as the last source calls it.
        let whence = match names {
            [] => String::new(),
            names => format!(" (by a file or the environment: {})", names.join(" and ")),
        };
        refuse(format!(
            "{signing} were given to sign with{whence}: give one with `secret` or `key`, and others with `next_key` or `passive_key`"
        ));
    }
    if signing == 0 && next > 0 {
        refuse("there is a `next_key`, but none before it: give the one that signs now with `secret` or `key`".into());
    }
    if signing + next > 0 && verifying > 0 {
        refuse(
            "`verifying_key` is for a service that issues nothing: beside a key that signs, give others with `passive_key`"
                .into(),
        );
    }
}

/// The key's place in the ring, if it has one. `latest` is what the clocks of other machines may say now.
fn entry<R: Realm>(
    key: GivenKey,
    now: NumericDate,
    latest: NumericDate,
    faults: &mut Vec<ConfigFault>,
) -> Option<Entry> {
    match key {
        GivenKey::Signing(key) => Some(Entry::signing(key, KeyState::Active, now)),
        GivenKey::Verifying(key) => Some(Entry::verifying(key, now)),
        GivenKey::Next(key, published) => {
            let since = published.map_or(now, NumericDate::from);
            if since > latest {
                let message = format!("the key `{}` can't have been published in the future", key.id());
                faults.push(ConfigFault::new("next_key", message));
            }
            Some(Entry::signing(key, KeyState::Next, since))
        }
        GivenKey::Passive(key, until) => {
            let until = NumericDate::from(until);
            if until <= now {
                // A running ring lets go of it at that moment, too; no machine shall fail to start for it.
                tracing::warn!(
                    target: "fastjwt", event = "passive_key_ended", realm = R::NAME, kid = key.id(),
                    "the end of a passive key has passed: it is not used, and can be left out of the configuration"
                );
                return None;
            }
            if until > now.saturating_add(MOST_PASSIVE) {
                let message =
                    format!("the end of the key `{}` is too far ahead: it must be at most 3660 days", key.id());
                faults.push(ConfigFault::new("passive_key", message));
                return None;
            }
            Some(Entry::passive(key, now, until))
        }
    }
}

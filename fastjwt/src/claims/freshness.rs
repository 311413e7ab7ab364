//! `Freshness`: until when a token counts as the outcome of a login.

use std::time::Duration;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};
use serde_json::Value;

use super::NumericDate;

/// Until when a token is fresh: the claim `fresh`.
///
/// A fresh token comes from a proof of who the subject is, with a password for example, and not from a refresh.
/// [`TokenBuilder::fresh`](crate::TokenBuilder::fresh), [`fresh_for`](crate::TokenBuilder::fresh_for) and
/// [`fresh_until`](crate::TokenBuilder::fresh_until) say it of a new one.
///
/// ```
/// use std::time::{Duration, SystemTime};
/// use fastjwt::{Freshness, NumericDate};
///
/// let login = SystemTime::UNIX_EPOCH + Duration::from_secs(1_767_225_600);
/// let freshness = Freshness::Until((login + Duration::from_secs(300)).into());
/// assert!(freshness.is_fresh_at(login));
/// assert!(!freshness.is_fresh_at(login + Duration::from_secs(300)));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Freshness {
    /// It is not, as after a refresh. `false` in the JSON, or no claim.
    #[default]
    Stale,
    /// As long as it is valid. `true` in the JSON.
    Fresh,
    /// Before this moment, and no longer at it. A number in the JSON, as of the other dates (RFC 7519 section 2).
    Until(NumericDate),
}

impl Freshness {
    /// Whether a token that is valid is fresh at a moment.
    ///
    /// That is without leeway; the doors add theirs to the end, as to the token's own.
    #[must_use]
    pub fn is_fresh_at(self, moment: impl Into<NumericDate>) -> bool {
        self.holds(moment.into(), Duration::ZERO)
    }

    /// "The current date/time MUST be before": equal is too late, as for the token's end (RFC 7519 section 4.1.4).
    pub(crate) fn holds(self, now: NumericDate, leeway: Duration) -> bool {
        match self {
            Self::Stale => false,
            Self::Fresh => true,
            Self::Until(end) => now < end.saturating_add(leeway),
        }
    }
}

impl Serialize for Freshness {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Stale => serializer.serialize_bool(false),
            Self::Fresh => serializer.serialize_bool(true),
            Self::Until(end) => end.serialize(serializer),
        }
    }
}

impl<'de> Deserialize<'de> for Freshness {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        // A value, since it may be either: where some crate switched serde_json's `arbitrary_precision` on, a number that was not
        // asked for as one would come as a map of its own.
        match Value::deserialize(deserializer)? {
            Value::Bool(true) => Ok(Self::Fresh),
            Value::Bool(false) => Ok(Self::Stale),
            other => NumericDate::deserialize(other).map(Self::Until).map_err(D::Error::custom),
        }
    }
}

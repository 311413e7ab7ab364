//! `NumericDate`: a moment as a token writes it, in seconds since the epoch.

use std::{
    fmt,
    time::{Duration, SystemTime},
};

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// A moment in seconds since 1970-01-01T00:00:00Z, leap seconds ignored (RFC 7519 section 2).
///
/// It may have a fraction. Its range is the epoch to the end of the year 9999: a claim outside of it is refused, so that
/// every value converts into a [`SystemTime`] and no arithmetic overflows.
///
/// ```
/// use std::time::{Duration, SystemTime};
/// use fastjwt::NumericDate;
///
/// let date = NumericDate::from(SystemTime::UNIX_EPOCH + Duration::from_secs(1_300_819_380));
/// assert_eq!(date.as_secs(), 1_300_819_380);
/// assert_eq!(date.to_string(), "1300819380");
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NumericDate(Duration);

impl NumericDate {
    /// The end of the year 9999, the last second that a token may name.
    pub const MAX: Self = Self(Duration::from_secs(253_402_300_799));

    /// The moment `seconds` after the epoch, or `None` beyond [`NumericDate::MAX`].
    #[must_use]
    pub fn from_secs(seconds: u64) -> Option<Self> {
        Self::from_epoch(Duration::from_secs(seconds))
    }

    /// The moment `milliseconds` after the epoch, or `None` beyond [`NumericDate::MAX`].
    #[must_use]
    pub fn from_millis(milliseconds: u64) -> Option<Self> {
        Self::from_epoch(Duration::from_millis(milliseconds))
    }

    /// Whole milliseconds since the epoch; a fraction is cut off. It fits an `i64`, and an `f64` holds it exactly.
    #[must_use]
    pub fn as_millis(self) -> u64 {
        u64::try_from(self.0.as_millis()).unwrap_or(u64::MAX)
    }

    /// Whole seconds since the epoch; a fraction is cut off.
    #[must_use]
    pub fn as_secs(self) -> u64 {
        self.0.as_secs()
    }

    /// The time from `earlier` to this moment; zero if it is not earlier.
    #[must_use]
    pub fn saturating_duration_since(self, earlier: Self) -> Duration {
        self.0.saturating_sub(earlier.0)
    }

    #[inline]
    pub(crate) fn saturating_add(self, duration: Duration) -> Self {
        Self(self.0.saturating_add(duration).min(Self::MAX.0))
    }

    pub(crate) fn saturating_sub(self, duration: Duration) -> Self {
        Self(self.0.saturating_sub(duration))
    }

    /// The same moment without its fraction.
    pub(crate) fn floor(self) -> Self {
        Self(Duration::from_secs(self.0.as_secs()))
    }

    fn from_epoch(since_epoch: Duration) -> Option<Self> {
        (since_epoch <= Self::MAX.0).then_some(Self(since_epoch))
    }
}

/// A time before the epoch becomes the epoch, one after the year 9999 its end.
impl From<SystemTime> for NumericDate {
    #[inline]
    fn from(time: SystemTime) -> Self {
        let since_epoch = time.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
        Self(since_epoch.min(Self::MAX.0))
    }
}

impl From<NumericDate> for SystemTime {
    fn from(date: NumericDate) -> Self {
        // No platform's range ends before the year 9999; the fallback is there so that nothing can panic.
        Self::UNIX_EPOCH.checked_add(date.0).unwrap_or(Self::UNIX_EPOCH)
    }
}

impl fmt::Display for NumericDate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.subsec_nanos() == 0 {
            write!(f, "{}", self.0.as_secs())
        } else {
            write!(f, "{}", self.0.as_secs_f64())
        }
    }
}

impl fmt::Debug for NumericDate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "NumericDate({self})")
    }
}

/// Whole seconds are written as an integer.
impl Serialize for NumericDate {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if self.0.subsec_nanos() == 0 {
            serializer.serialize_u64(self.0.as_secs())
        } else {
            serializer.serialize_f64(self.0.as_secs_f64())
        }
    }
}

impl<'de> Deserialize<'de> for NumericDate {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        // Asked for a number of any kind: where some crate switched serde_json's `arbitrary_precision` on, a fraction would else
        // come as a map of its own.
        deserializer.deserialize_f64(NumericDateVisitor)
    }
}

struct NumericDateVisitor;

impl de::Visitor<'_> for NumericDateVisitor {
    type Value = NumericDate;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("seconds since the epoch, up to the year 9999")
    }

    fn visit_u64<E: de::Error>(self, seconds: u64) -> Result<NumericDate, E> {
        NumericDate::from_secs(seconds).ok_or_else(|| E::invalid_value(de::Unexpected::Other("a later date"), &self))
    }

    fn visit_i64<E: de::Error>(self, seconds: i64) -> Result<NumericDate, E> {
        match u64::try_from(seconds) {
            Ok(seconds) => self.visit_u64(seconds),
            Err(_) => Err(E::invalid_value(de::Unexpected::Other("an earlier date"), &self)),
        }
    }

    fn visit_f64<E: de::Error>(self, seconds: f64) -> Result<NumericDate, E> {
        Duration::try_from_secs_f64(seconds)
            .ok()
            .and_then(NumericDate::from_epoch)
            .ok_or_else(|| E::invalid_value(de::Unexpected::Other("another number"), &self))
    }
}

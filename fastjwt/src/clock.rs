//! Where the time comes from: a value of the configuration, so that a test can stop it.

use std::{
    fmt,
    sync::Arc,
    time::{Duration, SystemTime},
};

/// A source of the current time.
///
/// Give one to [`Builder::clock`](crate::Builder::clock) where the system's does not do; nothing in this crate reads the time
/// from elsewhere. Any `Fn() -> SystemTime` is one.
pub trait Clock: Send + Sync {
    /// The time now.
    fn now(&self) -> SystemTime;
}

impl<F: Fn() -> SystemTime + Send + Sync> Clock for F {
    fn now(&self) -> SystemTime {
        self()
    }
}

/// The configured clock, held by value so that the usual one costs neither a pointer nor a count. One that is given stands behind two
/// pointers, since every payload carries this and is moved: one word is less than two.
#[derive(Clone, Default)]
pub(crate) enum ClockChoice {
    #[default]
    System,
    Given(Arc<Box<dyn Clock>>),
}

impl ClockChoice {
    pub(crate) fn given(clock: impl Clock + 'static) -> Self {
        Self::Given(Arc::new(Box::new(clock)))
    }

    #[inline]
    pub(crate) fn now(&self) -> SystemTime {
        match self {
            #[expect(clippy::disallowed_methods, reason = "the one place that reads the system's clock")]
            Self::System => SystemTime::now(),
            Self::Given(clock) => clock.now(),
        }
    }
}

/// So far or more [`ClockChoice::lately`] is never behind: a second for the fraction that it leaves out, and one for the last tick, which
/// was 10 milliseconds ago at most.
pub(crate) const LAG: Duration = Duration::from_secs(2);

impl ClockChoice {
    /// A moment that is not after [`now`](Self::now), and by less than [`LAG`] before it: the second of the system's last tick, which takes a
    /// quarter of the time to read. `None` where there is no such clock.
    #[inline]
    pub(crate) fn lately(&self) -> Option<SystemTime> {
        match self {
            #[cfg(target_os = "linux")]
            Self::System => {
                let tick = nix::time::clock_gettime(nix::time::ClockId::CLOCK_REALTIME_COARSE).ok()?;
                SystemTime::UNIX_EPOCH.checked_add(Duration::from_secs(tick.tv_sec().try_into().ok()?))
            }
            #[cfg(not(target_os = "linux"))]
            Self::System => None,
            Self::Given(_) => None,
        }
    }
}

impl fmt::Debug for ClockChoice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::System => "System",
            Self::Given(_) => "Given",
        })
    }
}

#[cfg(test)]
mod tests {
    use std::time::SystemTime;

    use super::{ClockChoice, LAG};

    #[test]
    fn the_last_tick_is_not_after_now_and_not_long_before() {
        let system = ClockChoice::System;
        for _ in 0..100_000 {
            // However long the thread is kept waiting between one and the other.
            let (before, lately, after) = (system.now(), system.lately(), system.now());
            assert_eq!(lately.is_some(), cfg!(target_os = "linux"));
            if let Some(lately) = lately {
                assert!(lately <= after && before < lately + LAG, "{before:?} {lately:?} {after:?}");
            }
        }
        assert_eq!(ClockChoice::given(|| SystemTime::UNIX_EPOCH).lately(), None);
    }
}

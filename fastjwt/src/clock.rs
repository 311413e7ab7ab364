//! Where the time comes from: a value of the configuration, so that a test can stop it.

use std::{fmt, sync::Arc, time::SystemTime};

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

impl fmt::Debug for ClockChoice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::System => "System",
            Self::Given(_) => "Given",
        })
    }
}

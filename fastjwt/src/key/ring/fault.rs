//! Why a ring of keys refuses a change.

use std::{fmt, time::SystemTime};

use crate::NumericDate;

/// Why a ring of keys refuses a change; nothing has changed then.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum RingError {
    /// No key in the ring has this id.
    Unknown {
        /// The id that was given.
        id: String,
    },
    /// A key in the ring has this id already.
    Repeated {
        /// The id.
        id: String,
    },
    /// The key has not been published for long enough: a verifier that fetched the key set before it was there would refuse its
    /// tokens.
    TooEarly {
        /// The id.
        id: String,
        /// The earliest moment at which the key can be activated.
        earliest: SystemTime,
    },
    /// The key verifies only; a key that has been retired is not activated again.
    NotNext {
        /// The id.
        id: String,
    },
    /// The service was configured with `verifying_key` and issues nothing.
    VerifiesOnly,
    /// The end that was given for a passive key has passed.
    AlreadyEnded {
        /// The id.
        id: String,
    },
}

impl RingError {
    pub(super) fn unknown(id: &str) -> Self {
        Self::Unknown { id: id.to_owned() }
    }
}

impl fmt::Display for RingError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unknown { id } => write!(f, "there is no key `{id}` in the ring"),
            Self::Repeated { id } => {
                write!(f, "there is a key `{id}` in the ring: ids must differ, `with_id` gives a key another")
            }
            Self::TooEarly { id, earliest } => write!(
                f,
                "the key `{id}` must not sign before {}: verifiers may hold a key set without it until then",
                NumericDate::from(*earliest)
            ),
            Self::NotNext { id } => write!(f, "the key `{id}` is retired: publish a new one"),
            Self::VerifiesOnly => f.write_str("the service verifies only: a key that signs belongs to one that issues"),
            Self::AlreadyEnded { id } => write!(f, "the end of the key `{id}` must lie ahead"),
        }
    }
}

impl std::error::Error for RingError {}

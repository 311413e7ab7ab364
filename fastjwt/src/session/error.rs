//! Why a store could not answer, without a word of what it was asked or of how it is reached.

use std::{error, fmt};

/// Why a store could not answer.
///
/// Its text names what failed and no value: no subject, no id, no address, no password.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoreError {
    fault: StoreFault,
    reason: &'static str,
    code: Option<String>,
}

/// What kept a store from answering.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum StoreFault {
    /// It can't be reached, lost the connection, or is not ready. Asking again may help; what was asked may have been done.
    Unavailable,
    /// It did not answer in time. Asking again may help; what was asked may have been done.
    TimedOut,
    /// It has no room for what it was given, and did not take it.
    Full,
    /// It refused what it was asked: a missing permission, an id that is taken, a store that is not set up. Nothing was done.
    Refused,
    /// Its answer, or what it keeps, makes no sense.
    Garbage,
}

impl StoreError {
    /// A fault, and what failed: words that hold no value of a request and no address.
    #[must_use]
    pub fn new(fault: StoreFault, reason: &'static str) -> Self {
        Self { fault, reason, code: None }
    }

    /// Adds the code by which the store's manual knows the error, such as an SQLSTATE; up to 32 ASCII letters and digits, else
    /// it is left out.
    #[must_use]
    pub fn with_code(mut self, code: impl Into<String>) -> Self {
        let code = code.into();
        let plain = (1..=32).contains(&code.len()) && code.bytes().all(|byte| byte.is_ascii_alphanumeric());
        self.code = plain.then_some(code);
        self
    }

    /// What kept it from answering.
    #[must_use]
    pub fn fault(&self) -> StoreFault {
        self.fault
    }

    /// Whether asking again may help.
    #[must_use]
    pub fn is_transient(&self) -> bool {
        matches!(self.fault, StoreFault::Unavailable | StoreFault::TimedOut)
    }
}

impl fmt::Display for StoreError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let fault = match self.fault {
            StoreFault::Unavailable => "the store is out of reach",
            StoreFault::TimedOut => "the store did not answer in time",
            StoreFault::Full => "the store is full",
            StoreFault::Refused => "the store refused",
            StoreFault::Garbage => "the store's answer makes no sense",
        };
        write!(f, "{fault}: {}", self.reason)?;
        match &self.code {
            Some(code) => write!(f, " ({code})"),
            None => Ok(()),
        }
    }
}

impl error::Error for StoreError {}

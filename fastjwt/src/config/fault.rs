//! What is wrong with a configuration, in the caller's words.

use std::fmt;

/// Everything that is wrong with a configuration.
#[derive(Clone, PartialEq, Eq)]
pub struct ConfigError {
    faults: Vec<ConfigFault>,
}

impl ConfigError {
    pub(super) fn new(faults: Vec<ConfigFault>) -> Self {
        Self { faults }
    }

    /// The faults, in the order of the options.
    #[must_use]
    pub fn faults(&self) -> &[ConfigFault] {
        &self.faults
    }
}

/// One thing that is wrong with a configuration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConfigFault {
    option: &'static str,
    /// What of it, where it has parts.
    part: Option<&'static str>,
    /// What its place in a file or the environment is called.
    name: Option<String>,
    message: String,
}

impl ConfigFault {
    pub(super) fn new(option: &'static str, message: impl Into<String>) -> Self {
        Self { option, part: None, name: None, message: message.into() }
    }

    /// The same fault, of a part of its option.
    #[cfg(feature = "axum")]
    pub(super) fn of(self, part: &'static str) -> Self {
        Self { part: Some(part), ..self }
    }

    pub(super) fn part(&self) -> Option<&'static str> {
        self.part
    }

    /// The same fault of an option that was given under a name.
    pub(super) fn named(self, name: impl Into<String>) -> Self {
        Self { name: Some(name.into()), ..self }
    }

    /// The option, as the builder's method is called; `key` for everything about keys, `config` for a name that is no option.
    #[must_use]
    pub fn option(&self) -> &'static str {
        self.option
    }

    /// Where it stands: the variable or the field, where the option comes from a [`Config`](crate::Config); else the option.
    #[must_use]
    pub fn name(&self) -> &str {
        self.name.as_deref().unwrap_or(self.option)
    }

    /// What was found and what is allowed.
    #[must_use]
    pub fn message(&self) -> &str {
        &self.message
    }
}

impl fmt::Display for ConfigFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}`: {}", self.name(), self.message)
    }
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the fastjwt configuration is refused")?;
        for fault in &self.faults {
            write!(f, "\n  - {fault}")?;
        }
        Ok(())
    }
}

/// The same text: it is what a `main` that returns the error prints.
impl fmt::Debug for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl std::error::Error for ConfigError {}

//! `Config`: what a file or the environment says, as it is given to the builder.

mod duration;
mod issuers;
mod keys;
mod moment;
mod names;
mod near;
mod options;
mod packed;
mod value;
mod vars;

use std::fmt;

use serde::{
    Deserialize, Deserializer,
    de::{MapAccess, Visitor},
};

#[cfg(feature = "jwks")]
pub(super) use self::names::with_names;
use self::{
    issuers::GivenIssuer,
    names::{Meaning, Naming},
    options::Row,
    value::Value,
};
use super::{ConfigError, ConfigFault};
use crate::{Builder, Realm};

#[doc = include_str!("../../docs/configuration.md")]
#[derive(Clone, Default)]
#[must_use = "a configuration does nothing until it is given to `Builder::config`"]
pub struct Config {
    naming: Naming,
    given: Vec<Given>,
    issuers: Vec<GivenIssuer>,
    faults: Vec<ConfigFault>,
}

/// One option, and what it was given.
#[derive(Clone)]
struct Given {
    option: &'static str,
    is_file: bool,
    /// The name as it was written.
    name: String,
    value: Value,
}

impl Config {
    fn named(naming: Naming) -> Self {
        Self { naming, ..Self::default() }
    }

    /// Refuses what stands under a name, as a fault of an option of the builder's.
    fn refuse(&mut self, option: &'static str, name: impl Into<String>, message: impl AsRef<str>) {
        self.faults.push(ConfigFault::new(option, self.naming.translate(message.as_ref())).named(name));
    }

    /// Refuses a name that is no option.
    fn refuse_name(&mut self, name: &str, message: impl AsRef<str>) {
        self.refuse("config", name, message);
    }

    fn give(&mut self, option: &'static str, is_file: bool, name: &str, value: Value) {
        if matches!(value, Value::Nothing) {
            return;
        }
        self.given.push(Given { option, is_file, name: name.to_owned(), value });
    }

    fn refuse_near(&mut self, name: &str, ours: &str) {
        self.refuse_name(name, format!("it is no option: did you mean `{}`?", self.naming.name(ours)));
    }

    fn is_given(&self, option: &str) -> bool {
        self.given.iter().any(|given| given.option == option)
    }

    /// What was given for an option, if it was given once.
    fn take(&mut self, option: &'static str) -> Option<Given> {
        let first = self.given.iter().position(|given| given.option == option)?;
        let taken = self.given.remove(first);
        while let Some(next) = self.given.iter().position(|given| given.option == option) {
            let other = self.given.remove(next);
            // A configuration of FastJWT's may say the same for both directions, which are one here.
            if keys::is_key(option) || taken.value != other.value {
                let message = format!("`{}` is given as well, and they are one option: give one of them", taken.name);
                self.refuse(keys::option_of(option), other.name, message);
            }
        }
        Some(taken)
    }
}

impl<R: Realm> Builder<R> {
    /// Takes over what a file or the environment says; [`Config`] lists the names.
    ///
    /// What is set on the builder afterwards takes its place; keys and trusted issuers are added to each other. Faults are told by
    /// [`build`](Self::build), with those of the builder, under the names that were written.
    ///
    /// ```
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// use fastjwt::{Algorithm, Config, FastJwt, SigningKey};
    ///
    /// let config: Config = serde_json::from_str(r#"{ "issuer": "https://login.example.org", "leeway": "5s" }"#)?;
    /// let jwt = FastJwt::builder().config(config).key(SigningKey::generate(Algorithm::ES256)?).build()?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn config(mut self, mut config: Config) -> Self {
        let names = config.given.iter().map(|given| (given.option, given.name.clone())).collect();
        for row in Row::ALL {
            self = row.apply(self, &mut config);
        }
        self = keys::apply(self, &mut config);
        self = issuers::apply(self, &mut config);
        self.origin.add(config.naming, names, config.faults);
        self
    }
}

/// Where a builder's options came from, for its messages.
#[derive(Default)]
pub(super) struct Origin {
    naming: Option<Naming>,
    names: Vec<(&'static str, String)>,
    faults: Vec<ConfigFault>,
}

impl Origin {
    /// Whether keys were given and are refused, or issuers that have some, so that there may be none.
    pub(super) fn has_refused_keys(&self) -> bool {
        self.faults.iter().any(|fault| fault.option() == "key" || fault.option() == "trusted_issuer")
    }

    fn add(&mut self, naming: Naming, names: Vec<(&'static str, String)>, faults: Vec<ConfigFault>) {
        self.naming = Some(naming);
        self.names.extend(names);
        self.faults.extend(faults);
    }

    pub(super) fn is_refused(&self) -> bool {
        !self.faults.is_empty()
    }

    /// All faults, the builder's under the names that were written.
    pub(super) fn tell(self, found: Vec<ConfigFault>) -> ConfigError {
        let Some(naming) = &self.naming else { return ConfigError::new(found) };
        let mut faults = self.faults.clone();
        for fault in found {
            // It is in the issuer's own words, some of which are ours, too, and has its name.
            if fault.option() == "trusted_issuer" {
                faults.push(fault);
                continue;
            }
            let name = self.name_of(naming, &fault);
            let message = naming.translate(fault.message());
            let told = ConfigFault::new(fault.option(), message).named(name);
            // What is said once for the cookies of both kinds is found twice.
            let is_same = |known: &ConfigFault| known.name() == told.name() && known.message() == told.message();
            if told.option() == "key" || !faults.iter().any(is_same) {
                faults.push(told);
            }
        }
        ConfigError::new(faults)
    }

    fn name_of(&self, naming: &Naming, fault: &ConfigFault) -> String {
        let candidates = names::places(fault.option(), fault.part());
        let written = self.names.iter().rev().find(|(given, _)| candidates.iter().any(|known| known == given));
        match (written, candidates.first()) {
            (Some((_, name)), _) => name.clone(),
            (None, Some(option)) => naming.name(option),
            (None, None) => fault.option().to_owned(),
        }
    }
}

/// Reads a table of options. Faults are kept until `build`, which tells all of them at once.
impl<'de> Deserialize<'de> for Config {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(ConfigVisitor)
    }
}

struct ConfigVisitor;

impl<'de> Visitor<'de> for ConfigVisitor {
    type Value = Config;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the options of fastjwt")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Config, A::Error> {
        let mut config = Config::default();
        while let Some((name, value)) = members.next_entry::<String, Value>()? {
            match names::meaning(&name) {
                Meaning::Option { .. } if config.given.iter().any(|given| given.name == name) => {
                    config.refuse_name(&name, "it stands twice");
                }
                Meaning::Option { option, is_file } => config.give(option, is_file, &name, value),
                Meaning::Issuers => config.give_issuers(value),
                Meaning::OfIssuer { issuer, option } => config.give_of_issuer(&issuer, option, &name, value),
                Meaning::NoneOfIssuer => config.refuse_of_issuer(&name),
                Meaning::Refused(why) => config.refuse_name(&name, why),
                Meaning::Near(ours) => config.refuse_near(&name, &ours),
                Meaning::Unknown => config.refuse_name(&name, "it is no option of fastjwt"),
            }
        }
        Ok(config)
    }
}

/// Shows the names, and the values of what is no key.
impl fmt::Debug for Config {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = f.debug_struct("Config");
        for Given { option, is_file, name, value } in &self.given {
            if keys::is_key(option) && !is_file {
                shown.field(name, &format_args!("(hidden)"));
            } else {
                shown.field(name, &format_args!("{value}"));
            }
        }
        for Given { option, name, value, .. } in self.issuers.iter().flat_map(|issuer| &issuer.options) {
            // An address may hold what is nobody's business.
            if option.ends_with("_uri") {
                shown.field(name, &format_args!("(hidden)"));
            } else {
                shown.field(name, &format_args!("{value}"));
            }
        }
        shown.finish_non_exhaustive()
    }
}

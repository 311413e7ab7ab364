//! The issuers that a configuration trusts, each under a name of the user's choice: a table in a file, variables in an environment.

use super::{Config, Given, names::Naming, near, value::Value};
#[cfg(feature = "jwks")]
use crate::{Algorithm, TrustedIssuer};
use crate::{Builder, Realm};

/// The table of a file, and the beginning of the variables.
pub(super) const TABLE: &str = "trusted_issuers";

/// What the builder calls it.
const OPTION: &str = "trusted_issuer";

/// The options of an issuer, as the methods of `TrustedIssuer` are called.
pub(super) const OPTIONS: &[&str] = &[
    "issuer",
    "jwks_uri",
    "audience",
    "algorithms",
    "untyped_tokens",
    "bound_tokens_as_bearer",
    "at_jwt",
    "scope_claim",
    "timeout",
    "cooldown",
    "cache_for",
    "outage_tolerance",
    "http_on_loopback",
];

/// What is given for one issuer.
#[derive(Clone)]
pub(super) struct GivenIssuer {
    /// As the user calls it.
    name: String,
    pub(super) options: Vec<Given>,
}

/// What a name in small letters says of an issuer; `None` if it is about none.
pub(super) fn meaning(name: &str) -> Option<Meaning<'_>> {
    let rest = name.strip_prefix(TABLE).or_else(|| name.strip_prefix(OPTION))?;
    if rest.is_empty() {
        return Some(if name == TABLE { Meaning::Table } else { Meaning::Unknown });
    }
    let rest = rest.strip_prefix('_')?;
    let split = |option: &&'static str| {
        let issuer = rest.strip_suffix(*option)?.strip_suffix('_').filter(|issuer| !issuer.is_empty())?;
        Some(Meaning::Option { issuer, option })
    };
    let found = if name.starts_with(TABLE) { OPTIONS.iter().find_map(split) } else { None };
    Some(found.unwrap_or(Meaning::Unknown))
}

pub(super) enum Meaning<'n> {
    /// All issuers.
    Table,
    Option {
        issuer: &'n str,
        option: &'static str,
    },
    /// It begins as one of an issuer's options, and is none.
    Unknown,
}

impl Config {
    /// Refuses what is no option of an issuer, and says which are.
    pub(super) fn refuse_of_issuer(&mut self, name: &str) {
        let example = self.naming.of_issuer("login", "issuer");
        let options = OPTIONS.join(", ");
        let message = format!("it is no option of a trusted issuer, such as `{example}`: they are {options}");
        self.refuse_name(name, message);
    }

    pub(super) fn give_of_issuer(&mut self, issuer: &str, option: &'static str, name: &str, value: Value) {
        let options = &mut self.issuer(issuer).options;
        if options.iter().any(|given| given.option == option) {
            self.refuse(OPTION, name, "it is given twice");
        } else if !matches!(value, Value::Nothing) {
            options.push(Given { option, is_file: false, name: name.to_owned(), value });
        }
    }

    /// What is given for this issuer so far.
    fn issuer(&mut self, name: &str) -> &mut GivenIssuer {
        let known = self.issuers.iter().position(|issuer| issuer.name == name).unwrap_or_else(|| {
            self.issuers.push(GivenIssuer { name: name.to_owned(), options: Vec::new() });
            self.issuers.len() - 1
        });
        #[expect(clippy::indexing_slicing, reason = "the place was found or made above")]
        &mut self.issuers[known]
    }

    /// Reads the issuers of a file.
    pub(super) fn give_issuers(&mut self, value: Value) {
        let issuers = match value {
            Value::Table(issuers) => issuers,
            Value::Nothing => return,
            other => {
                let allowed = "a table, in which each issuer is a table under a name of your choice";
                return self.refuse(OPTION, TABLE, other.must_be(allowed));
            }
        };
        for (issuer, options) in issuers {
            match options {
                Value::Table(options) => {
                    self.issuer(&issuer);
                    for (option, value) in options {
                        self.give_by_name(&issuer, &option, value);
                    }
                }
                Value::Nothing => {}
                other => {
                    self.refuse(OPTION, format!("{TABLE}.{issuer}"), other.must_be("a table of the issuer's options"));
                }
            }
        }
    }

    fn give_by_name(&mut self, issuer: &str, option: &str, value: Value) {
        let name = format!("{TABLE}.{issuer}.{option}");
        if let Some(option) = OPTIONS.iter().find(|known| **known == option) {
            return self.give_of_issuer(issuer, option, &name, value);
        }
        match near::nearest(option, OPTIONS.iter().copied()) {
            Some(near) => {
                let meant = self.naming.of_issuer(issuer, near);
                self.refuse_name(&name, format!("it is no option: did you mean `{meant}`?"));
            }
            None => self.refuse_of_issuer(&name),
        }
    }
}

impl Naming {
    /// What an option of an issuer is called.
    fn of_issuer(&self, issuer: &str, option: &str) -> String {
        match self {
            Self::Fields => format!("{TABLE}.{issuer}.{option}"),
            Self::Variables(_) => self.name(&format!("{TABLE}_{issuer}_{option}")),
        }
    }
}

/// Gives the builder the issuers; what can't be read of one is refused, and the rest of it is checked all the same.
#[cfg(feature = "jwks")]
pub(super) fn apply<R: Realm>(mut builder: Builder<R>, config: &mut Config) -> Builder<R> {
    for GivenIssuer { name, options } in std::mem::take(&mut config.issuers) {
        let written = |option: &'static str| {
            let given = options.iter().find(|given| given.option == option);
            (option, given.map_or_else(|| config.naming.of_issuer(&name, option), |given| given.name.clone()))
        };
        let names: Vec<_> = OPTIONS.iter().copied().map(written).collect();
        if let Some(issuer) = read(config, &name, &options) {
            builder = builder.trusted_issuer(issuer.written(names));
        }
    }
    builder
}

/// Without the feature nobody would look at an issuer's tokens, and all of them would be refused.
#[cfg(not(feature = "jwks"))]
pub(super) fn apply<R: Realm>(builder: Builder<R>, config: &mut Config) -> Builder<R> {
    for GivenIssuer { name, options } in std::mem::take(&mut config.issuers) {
        let name =
            options.into_iter().next().map_or_else(|| config.naming.of_issuer(&name, "issuer"), |given| given.name);
        config.refuse(OPTION, name, "it needs fastjwt's feature `jwks`, with which keys are fetched");
    }
    builder
}

#[cfg(feature = "jwks")]
fn read(config: &mut Config, name: &str, options: &[Given]) -> Option<TrustedIssuer> {
    let mut text = |option: &str| {
        let given = options.iter().find(|given| given.option == option)?;
        Some(
            given
                .value
                .text()
                .map(str::to_owned)
                .map_err(|message| config.refuse(OPTION, given.name.as_str(), message)),
        )
    };
    let (issuer, jwks_uri) = (text("issuer"), text("jwks_uri"));
    if issuer.is_none() {
        let missing = config.naming.of_issuer(name, "issuer");
        config.refuse(OPTION, missing, "it is missing: an issuer is known by what its tokens have as `iss`");
    }
    let mut read = match (issuer, jwks_uri) {
        (Some(Ok(issuer)), Some(Ok(jwks_uri))) => Some(TrustedIssuer::jwks(issuer, jwks_uri)),
        (Some(Ok(issuer)), None) => Some(TrustedIssuer::discover(issuer)),
        _ => None,
    };
    for given in options {
        // Of one that has no name all is read, too, so that all is told.
        let before = read.clone().unwrap_or_else(|| TrustedIssuer::discover(""));
        match set(before, given.option, &given.value) {
            Ok(issuer) => read = read.map(|_| issuer),
            Err(message) => config.refuse(OPTION, given.name.as_str(), message),
        }
    }
    read
}

#[cfg(feature = "jwks")]
fn set(issuer: TrustedIssuer, option: &str, value: &Value) -> Result<TrustedIssuer, String> {
    let switched = |on: fn(TrustedIssuer) -> TrustedIssuer, issuer| {
        value.flag().map(|is_on| if is_on { on(issuer) } else { issuer })
    };
    match option {
        "audience" => value.list().map(|audience| issuer.audience(audience)),
        "algorithms" => algorithms(value).map(|algorithms| issuer.algorithms(algorithms)),
        "untyped_tokens" => switched(TrustedIssuer::untyped_tokens, issuer),
        "bound_tokens_as_bearer" => switched(TrustedIssuer::bound_tokens_as_bearer, issuer),
        "at_jwt" => switched(TrustedIssuer::at_jwt, issuer),
        "scope_claim" => value.text().map(|claim| issuer.scope_claim(claim)),
        "timeout" => value.duration().map(|time| issuer.timeout(time)),
        "cooldown" => value.duration().map(|time| issuer.cooldown(time)),
        "cache_for" => value.duration().map(|time| issuer.cache_for(time)),
        "outage_tolerance" => value.duration().map(|time| issuer.outage_tolerance(time)),
        "http_on_loopback" => switched(TrustedIssuer::http_on_loopback, issuer),
        // The two by which it was made.
        _ => Ok(issuer),
    }
}

#[cfg(feature = "jwks")]
fn algorithms(value: &Value) -> Result<Vec<Algorithm>, String> {
    let parse = |name: String| {
        let shown = Value::Text(name.clone().into());
        name.parse().map_err(|error| format!("{shown}: {error}"))
    };
    value.list()?.into_iter().map(parse).collect()
}

//! The environment: the variables of a prefix, each an option.

use std::ffi::OsString;

use zeroize::Zeroizing;

use super::{
    Config, keys,
    names::{self, Meaning, Naming},
    value::Value,
};

const PREFIX: &str = "JWT_";

impl Config {
    /// What the environment says in variables that begin with `JWT_`.
    pub fn from_env() -> Self {
        Self::from_env_prefixed(PREFIX)
    }

    /// What the environment says in variables that begin with another prefix: `STAFF_JWT_` for a realm, say.
    pub fn from_env_prefixed(prefix: &str) -> Self {
        Self::from_vars(prefix, std::env::vars_os())
    }

    /// What these variables say, of which those count that begin with the prefix: for a `.env` file, or a test.
    ///
    /// The prefix is made of capitals, digits and underscores, and ends with an underscore.
    ///
    /// ```
    /// use fastjwt::{Config, FastJwt};
    ///
    /// let variables = [("JWT_SECRET_KEY", "not a good one"), ("JWT_LEEWAY", "1h"), ("JWT_ISUER", "us")];
    /// let refused = FastJwt::builder().config(Config::from_vars("JWT_", variables)).build().unwrap_err();
    /// assert_eq!(
    ///     refused.to_string(),
    ///     "the fastjwt configuration is refused
    ///   - `JWT_ISUER`: it is no option: did you mean `JWT_ISSUER`?
    ///   - `JWT_SECRET_KEY`: the secret has 14 bytes: HS256 needs at least 32 random ones (for example with `openssl rand -base64 48`)
    ///   - `JWT_LEEWAY`: 3600s: it must be at most 300s"
    /// );
    /// ```
    pub fn from_vars<N, V>(prefix: &str, variables: impl IntoIterator<Item = (N, V)>) -> Self
    where
        N: Into<OsString>,
        V: Into<OsString>,
    {
        let mut config = Self::named(Naming::Variables(prefix.to_owned()));
        let is_word = |byte: u8| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_';
        if !prefix.ends_with('_') || !prefix.bytes().all(is_word) {
            let message = "the prefix must be made of capitals, digits and underscores, and end with an underscore";
            config.refuse_name(prefix, message);
            return config;
        }
        let mut variables: Vec<(String, OsString)> = variables
            .into_iter()
            // A name that is not UTF-8 is none of ours.
            .filter_map(|(name, value)| Some((name.into().into_string().ok()?, value.into())))
            .collect();
        // The environment has no order, but messages should have one.
        variables.sort_by(|(one, _), (other, _)| one.cmp(other));
        for (name, value) in variables {
            config.read(prefix, &name, value);
        }
        config
    }

    fn read(&mut self, prefix: &str, name: &str, value: OsString) {
        let Some(start) = name.get(..prefix.len()) else { return };
        let Some(rest) = name.get(prefix.len()..).filter(|_| start.eq_ignore_ascii_case(prefix)) else { return };
        match names::meaning(&rest.to_ascii_lowercase()) {
            Meaning::Option { .. } if name.bytes().any(|byte| byte.is_ascii_lowercase()) => {
                self.refuse_near(name, rest);
            }
            Meaning::Option { option, is_file } => match value.into_string() {
                Ok(text) => self.give(option, is_file, name, Value::Text(Zeroizing::new(text))),
                Err(_) => self.refuse(keys::option_of(option), name, "its value must be UTF-8"),
            },
            Meaning::OfIssuer { .. } if name.bytes().any(|byte| byte.is_ascii_lowercase()) => {
                self.refuse_near(name, rest);
            }
            Meaning::OfIssuer { issuer, option } => match value.into_string() {
                Ok(text) => self.give_of_issuer(&issuer, option, name, Value::Text(Zeroizing::new(text))),
                Err(_) => self.refuse("trusted_issuer", name, "its value must be UTF-8"),
            },
            // A table is no variable.
            Meaning::Issuers | Meaning::NoneOfIssuer => self.refuse_of_issuer(name),
            Meaning::Refused(why) => self.refuse_name(name, why),
            Meaning::Near(ours) => self.refuse_near(name, &ours),
            // Other programs have names with this prefix, too.
            Meaning::Unknown => {}
        }
    }
}

//! Every option that is no key, a line each: its name, the other names that it is known by, and the builder's method behind it.

use std::time::Duration;

use super::Config;
use crate::{Builder, Realm};

/// One option.
pub(super) struct Row<R> {
    pub(super) name: &'static str,
    /// The names that FastJWT has for it, where they differ.
    pub(super) aliases: &'static [&'static str],
    set: Set<R>,
}

type Setter<R, T> = fn(Builder<R>, T) -> Builder<R>;

/// What an option's value is, and who takes it.
enum Set<R> {
    Text(Setter<R, String>),
    List(Setter<R, Vec<String>>),
    Duration(Setter<R, Duration>),
    Flag(Setter<R, bool>),
    Whole(Setter<R, usize>),
}

const fn row<R>(name: &'static str, aliases: &'static [&'static str], set: Set<R>) -> Row<R> {
    Row { name, aliases, set }
}

impl<R: Realm> Row<R> {
    /// The table. What an option may be is checked by the builder alone.
    pub(super) const ALL: &'static [Self] = &[
        row("issuer", &["encode_issuer", "decode_issuer"], Set::Text(Builder::issuer)),
        row("audience", &["encode_audience", "decode_audience"], Set::List(Builder::audience)),
        row("access_token_expires_in", &["access_token_expires"], Set::Duration(Builder::access_token_expires_in)),
        row("refresh_token_expires_in", &["refresh_token_expires"], Set::Duration(Builder::refresh_token_expires_in)),
        row("max_token_lifetime", &[], Set::Duration(Builder::max_token_lifetime)),
        row("leeway", &["decode_leeway"], Set::Duration(Builder::leeway)),
        row("not_before", &["encode_nbf"], Set::Flag(Builder::not_before)),
        row("max_token_size", &[], Set::Whole(Builder::max_token_size)),
        row("header_name", &[], Set::Text(Builder::header_name)),
        row("header_scheme", &["header_type"], Set::Text(Builder::header_scheme)),
        row("challenge_realm", &[], Set::Text(Builder::challenge_realm)),
        row("at_jwt", &[], Set::Flag(Builder::at_jwt)),
        row("client_id", &[], Set::Text(Builder::client_id)),
        row("jwks_max_age", &[], Set::Duration(Builder::jwks_max_age)),
        row("jwks_cooldown", &[], Set::Duration(Builder::jwks_cooldown)),
    ];

    /// Gives the builder what the configuration says, if it says something that can be read.
    pub(super) fn apply(&self, builder: Builder<R>, config: &mut Config) -> Builder<R> {
        let Some(given) = config.take(self.name) else { return builder };
        let value = &given.value;
        let mut refuse = |message: String| config.refuse(self.name, given.name.as_str(), message);
        match self.set {
            Set::Text(set) => put(builder, set, value.text().map(str::to_owned), &mut refuse),
            Set::List(set) => put(builder, set, value.list(), &mut refuse),
            Set::Duration(set) => put(builder, set, value.duration(), &mut refuse),
            Set::Flag(set) => put(builder, set, value.flag(), &mut refuse),
            Set::Whole(set) => put(builder, set, value.whole(), &mut refuse),
        }
    }
}

fn put<R, T>(
    builder: Builder<R>,
    set: Setter<R, T>,
    value: Result<T, String>,
    refuse: &mut dyn FnMut(String),
) -> Builder<R> {
    match value {
        Ok(value) => set(builder, value),
        Err(message) => {
            refuse(message);
            builder
        }
    }
}

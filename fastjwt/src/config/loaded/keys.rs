//! The options that are keys, or belong to one: from their texts and files to the builder's keys.

use std::time::SystemTime;

use super::{
    Config, Given,
    packed::{self, Packed},
};
use crate::{Algorithm, Builder, Realm, SigningKey, VerifyingKey, key::KeyError};

/// An option that is a key, or belongs to one.
pub(super) struct KeyOption {
    pub(super) name: &'static str,
    pub(super) aliases: &'static [&'static str],
    /// It may be given as a file, too, and is never shown.
    pub(super) is_key: bool,
}

const fn key(name: &'static str, aliases: &'static [&'static str]) -> KeyOption {
    KeyOption { name, aliases, is_key: true }
}

const fn word(name: &'static str) -> KeyOption {
    KeyOption { name, aliases: &[], is_key: false }
}

/// The options of this file.
pub(super) const NAMES: &[KeyOption] = &[
    key("secret_key", &["secret"]),
    key("private_key", &[]),
    key("public_key", &["verifying_key"]),
    word("algorithm"),
    word("key_id"),
    key("next_key", &[]),
    word("next_key_algorithm"),
    word("next_key_id"),
    word("next_key_published_at"),
    key("passive_key", &[]),
    word("passive_key_algorithm"),
    word("passive_key_id"),
    word("passive_key_until"),
];

pub(super) fn is_key(option: &str) -> bool {
    NAMES.iter().any(|known| known.name == option && known.is_key)
}

/// What the builder calls an option in its faults: one name for everything about keys.
pub(super) fn option_of(option: &'static str) -> &'static str {
    if NAMES.iter().any(|known| known.name == option) { "key" } else { option }
}

/// Gives the builder the keys, or none if one of them is refused: what it would say of the others is no fault of theirs.
pub(super) fn apply<R: Realm>(mut builder: Builder<R>, config: &mut Config) -> Builder<R> {
    let mut reader = Reader { config, usual: Ok(None), is_refused: false };
    let keys = reader.read();
    if reader.is_refused {
        return builder;
    }
    for (name, key) in keys.signing {
        builder = builder.key(key);
        builder.keys.names.push(name);
    }
    for key in keys.verifying {
        builder = builder.verifying_key(key);
    }
    if let Some((key, published)) = keys.next {
        builder = match published {
            Some(moment) => builder.next_key_published_at(key, moment),
            None => builder.next_key(key),
        };
    }
    for (key, until) in keys.passive {
        builder = builder.passive_key(key, until);
    }
    builder
}

/// The keys of a configuration, by what they are for.
struct Keys {
    /// Each with the name that it has in its source.
    signing: Vec<(String, SigningKey)>,
    verifying: Vec<VerifyingKey>,
    next: Option<(SigningKey, Option<SystemTime>)>,
    passive: Vec<(VerifyingKey, SystemTime)>,
}

/// Something was refused, and the configuration says so already.
#[derive(Clone, Copy)]
struct Refused;

/// What there is to know about the keys of one option, beside their texts.
struct About {
    given: Given,
    /// The option that says the algorithm, and what it says.
    says: &'static str,
    algorithm: Option<Algorithm>,
    id: Option<Given>,
}

struct Reader<'c> {
    config: &'c mut Config,
    /// The algorithm of the key that signs, which others have unless they say otherwise.
    usual: Result<Option<Algorithm>, Refused>,
    is_refused: bool,
}

impl Reader<'_> {
    fn read(&mut self) -> Keys {
        let (secret, private, public) =
            (self.config.take("secret_key"), self.config.take("private_key"), self.config.take("public_key"));
        let mut id = self.config.take("key_id");
        let given = self.algorithm("algorithm");
        self.usual = given.map(|algorithm| algorithm.or(secret.is_some().then_some(Algorithm::HS256)));
        let algorithm = self.usual.ok().flatten();
        let [private, public] = self.without_secret(secret.as_ref(), [private, public]);

        let mut about = |given: Given| About { given, says: "algorithm", algorithm, id: id.take() };
        let secret = secret.map(&mut about).and_then(|about| Some((about.given.name.clone(), self.secret(&about)?)));
        let private = private.map(&mut about).and_then(|about| {
            let name = about.given.name.clone();
            self.only(about).map(|key| (name, key))
        });
        let verifying = public.map(about).map(|about| self.public(about, private.as_ref())).unwrap_or_default();
        if let Some(id) = id {
            self.refuse(&id.name, "there is no key whose id it could be");
        }
        Keys {
            signing: secret.into_iter().chain(private).collect(),
            verifying,
            next: self.next(),
            passive: self.passive(),
        }
    }

    /// A secret signs and verifies: no other key can stand in its place beside it.
    fn without_secret(&mut self, secret: Option<&Given>, others: [Option<Given>; 2]) -> [Option<Given>; 2] {
        let Some(secret) = secret else { return others };
        for other in others.into_iter().flatten() {
            let message = format!(
                "`{}` is given as well: give one key that signs, and others with `next_key` or `passive_key`",
                secret.name
            );
            self.refuse(&other.name, message);
        }
        [None, None]
    }

    fn secret(&mut self, about: &About) -> Option<SigningKey> {
        let algorithm = self.usual.ok().flatten()?;
        let key = packed::secret(&about.given)
            .and_then(|secret| SigningKey::from_secret(algorithm, secret).map_err(|error| error.to_string()));
        let key = key.map_err(|message| self.refuse(&about.given.name, message)).ok()?;
        self.with_id(key, about.id.as_ref(), SigningKey::with_id)
    }

    /// The public keys; the public half of the private key, which a configuration of FastJWT's has beside it, is there already.
    fn public(&mut self, about: About, private: Option<&(String, SigningKey)>) -> Vec<VerifyingKey> {
        let name = about.given.name.clone();
        let keys = self.all(about, Packed::verifying, VerifyingKey::with_id);
        let Some((private_name, private)) = private else { return keys };
        if !keys.iter().all(|key| key.is_half_of(private)) {
            self.refuse(
                &name,
                format!(
                    "it is not the public half of `{private_name}`: leave it out, or give a key that signed before with `passive_key`"
                ),
            );
        }
        Vec::new()
    }

    fn next(&mut self) -> Option<(SigningKey, Option<SystemTime>)> {
        let about = self.about("next_key", ["next_key_algorithm", "next_key_id"], "next_key_published_at");
        let published = self.moment("next_key_published_at");
        let key = about.and_then(|about| self.only(about));
        Some((key?, published))
    }

    fn passive(&mut self) -> Vec<(VerifyingKey, SystemTime)> {
        let option = "passive_key_until";
        let Some(about) = self.about("passive_key", ["passive_key_algorithm", "passive_key_id"], option) else {
            return Vec::new();
        };
        if !self.config.is_given(option) {
            self.refuse(&about.given.name, format!("it needs an end: set `{option}`"));
        }
        let until = self.moment(option);
        let keys = self.all(about, Packed::verifying, VerifyingKey::with_id);
        until.map(|until| keys.into_iter().map(|key| (key, until)).collect()).unwrap_or_default()
    }

    /// What stands beside a key, or nothing if there is no such key; the options that belong to it are then refused.
    fn about(&mut self, key: &'static str, [says, id]: [&'static str; 2], other: &'static str) -> Option<About> {
        let Some(given) = self.config.take(key) else {
            for option in [says, id, other] {
                if let Some(given) = self.config.take(option) {
                    self.refuse(&given.name, format!("it is given without `{key}`"));
                }
            }
            return None;
        };
        let algorithm = self.algorithm(says);
        let id = self.config.take(id);
        Some(About { given, says, algorithm: algorithm.ok()?, id })
    }

    fn algorithm(&mut self, option: &'static str) -> Result<Option<Algorithm>, Refused> {
        let Some(given) = self.config.take(option) else { return Ok(None) };
        let read =
            given.value.text().and_then(|name| name.parse().map_err(|error| format!("{}: {error}", given.value)));
        read.map(Some).map_err(|message| {
            self.refuse(&given.name, message);
            Refused
        })
    }

    fn moment(&mut self, option: &'static str) -> Option<SystemTime> {
        let given = self.config.take(option)?;
        given.value.moment().map_err(|message| self.refuse(&given.name, message)).ok()
    }

    /// The one key that signs.
    fn only(&mut self, about: About) -> Option<SigningKey> {
        let name = about.given.name.clone();
        let mut keys = self.all(about, Packed::signing, SigningKey::with_id);
        if keys.len() > 1 {
            self.refuse(&name, format!("there are {} keys: give one", keys.len()));
        }
        keys.pop()
    }

    /// All keys of an option that can be read.
    fn all<K>(&mut self, about: About, make: Make<K>, with_id: fn(K, String) -> Result<K, KeyError>) -> Vec<K> {
        let About { given, says, algorithm, id } = about;
        let packed = match Packed::all(&given) {
            Ok(packed) => packed,
            Err(message) => {
                self.refuse(&given.name, message);
                return Vec::new();
            }
        };
        let is_single = packed.len() == 1;
        let mut keys = Vec::new();
        for (place, packed) in (1..).zip(&packed) {
            // What a single key is for is said beside it; of several, each JWK says it.
            let own = if is_single { algorithm } else { None };
            match self.one(packed, own, algorithm, says, make) {
                Ok(Some(key)) => keys.push(key),
                Ok(None) => {}
                Err(message) if is_single => self.refuse(&given.name, message),
                Err(message) => self.refuse(&given.name, format!("key {place}: {message}")),
            }
        }
        match id {
            Some(id) if packed.len() > 1 => {
                self.refuse(&id.name, format!("`{}` has several keys: each must be a JWK with a `kid`", given.name));
                keys
            }
            id => keys.into_iter().filter_map(|key| self.with_id(key, id.as_ref(), with_id)).collect(),
        }
    }

    /// One key, or none if its algorithm was refused before.
    fn one<K>(
        &self,
        packed: &Packed,
        own: Option<Algorithm>,
        fallback: Option<Algorithm>,
        says: &str,
        make: Make<K>,
    ) -> Result<Option<K>, String> {
        let named = if own.is_some() { own } else { packed.algorithm().map_err(|error| error.to_string())? };
        let Ok(usual) = self.usual else { return Ok(None) };
        let algorithm =
            named.or(fallback).or(usual).ok_or_else(|| format!("its algorithm is not known: set `{says}`"))?;
        if algorithm.is_symmetric() && packed.is_pair() {
            return Err(format!(
                "{algorithm} takes a secret, not a key pair: set `{says}` to the algorithm of the key"
            ));
        }
        make(packed, algorithm).map(Some).map_err(|error| error.to_string())
    }

    fn with_id<K>(&mut self, key: K, id: Option<&Given>, with_id: fn(K, String) -> Result<K, KeyError>) -> Option<K> {
        let Some(id) = id else { return Some(key) };
        let named = id.value.text().and_then(|id| with_id(key, id.to_owned()).map_err(|error| error.to_string()));
        named.map_err(|message| self.refuse(&id.name, message)).ok()
    }

    fn refuse(&mut self, name: &str, message: impl AsRef<str>) {
        self.is_refused = true;
        self.config.refuse("key", name, message);
    }
}

type Make<K> = fn(&Packed, Algorithm) -> Result<K, KeyError>;

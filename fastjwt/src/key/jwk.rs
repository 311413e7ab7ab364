//! Reads one JWK (RFC 7517, RFC 7518 section 6, RFC 8037 section 2), strictly.

use std::collections::HashSet;

use serde::{Deserialize, Deserializer, de::Error as _};
use zeroize::{Zeroize, Zeroizing};

use super::{Algorithm, Family, KeyError, public::Public};
use crate::jws;

/// The members that are read; a repeated one is refused, any other is ignored.
#[derive(Deserialize)]
pub(super) struct Jwk {
    kty: String,
    #[serde(default)]
    pub(super) kid: Option<String>,
    #[serde(default)]
    alg: Option<String>,
    #[serde(default, rename = "use")]
    usage: Option<String>,
    #[serde(default, deserialize_with = "operations")]
    key_ops: Option<Vec<String>>,
    #[serde(default)]
    crv: Option<String>,
    #[serde(default)]
    x: Option<String>,
    #[serde(default)]
    y: Option<String>,
    #[serde(default)]
    n: Option<String>,
    #[serde(default)]
    e: Option<String>,
    #[serde(default)]
    d: Option<String>,
    #[serde(default)]
    p: Option<String>,
    #[serde(default)]
    q: Option<String>,
    #[serde(default)]
    dp: Option<String>,
    #[serde(default)]
    dq: Option<String>,
    #[serde(default)]
    qi: Option<String>,
    #[serde(default)]
    k: Option<String>,
    #[serde(default)]
    oth: Option<serde::de::IgnoredAny>,
}

/// Reads `key_ops`, in which none may stand twice (RFC 7517 section 4.3).
fn operations<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Vec<String>>, D::Error> {
    let operations = Option::<Vec<String>>::deserialize(deserializer)?;
    let mut seen = HashSet::new();
    if operations.iter().flatten().all(|operation| seen.insert(operation)) {
        Ok(operations)
    } else {
        Err(D::Error::custom("an operation stands twice"))
    }
}

/// The private numbers.
impl Drop for Jwk {
    fn drop(&mut self) {
        for member in [&mut self.d, &mut self.p, &mut self.q, &mut self.dp, &mut self.dq, &mut self.qi, &mut self.k] {
            member.zeroize();
        }
    }
}

/// The private half of a key, as numbers.
pub(super) enum Private {
    /// The scalar of an EC key, the seed of an Ed25519 key.
    Scalar(Zeroizing<Vec<u8>>),
    Rsa(RsaPrivate),
}

/// The numbers of a two-prime RSA key, by the names of RFC 8017 section 3.2.
pub(super) struct RsaPrivate {
    pub(super) d: Zeroizing<Vec<u8>>,
    pub(super) p: Zeroizing<Vec<u8>>,
    pub(super) q: Zeroizing<Vec<u8>>,
    pub(super) dp: Zeroizing<Vec<u8>>,
    pub(super) dq: Zeroizing<Vec<u8>>,
    pub(super) qi: Zeroizing<Vec<u8>>,
}

/// What a JWK is going to be used for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Purpose {
    Sign,
    Verify,
}

impl Jwk {
    /// Reads a JWK that is meant for `algorithm` and `purpose`, and refuses one that says otherwise of itself.
    pub(super) fn read(text: &str, algorithm: Algorithm, purpose: Purpose) -> Result<Self, KeyError> {
        let jwk = Self::parse(text)?;
        jwk.expect_meant_for(algorithm, purpose)?;
        Ok(jwk)
    }

    /// Reads a JWK, whatever it is for.
    pub(super) fn parse(text: &str) -> Result<Self, KeyError> {
        // serde reads a struct from a list of its fields, too, which would make their order here a format.
        let object = text.trim_ascii_start().starts_with('{').then(|| serde_json::from_str(text).ok()).flatten();
        object.ok_or_else(|| {
            KeyError::new("the JWK is damaged: it must be one JSON object with a `kty`, strings as its members, and none of them twice")
        })
    }

    /// Which of these algorithms the JWK is for: the one that its `alg` names; without one, the only one that its type allows.
    /// A token's header has no say in it.
    pub(super) fn algorithm_among(&self, allowed: &[Algorithm]) -> Result<Algorithm, KeyError> {
        let mut fitting = allowed.iter().copied().filter(|algorithm| {
            let (kty, crv) = kind_of(*algorithm);
            self.kty == kty
                && crv.is_none_or(|crv| self.crv.as_deref() == Some(crv))
                && self.alg.as_deref().is_none_or(|alg| algorithm.is_named(alg))
        });
        let Some(first) = fitting.next() else {
            return Err(KeyError::new(format!("none of {} fits the `kty`, `crv` and `alg` of the JWK", list(allowed))));
        };
        if fitting.any(|another| another != first) {
            return Err(KeyError::new(format!(
                "the JWK has no `alg`, and more than one of {} fits it: one alone must",
                list(allowed)
            )));
        }
        Ok(first)
    }

    fn expect_meant_for(&self, algorithm: Algorithm, purpose: Purpose) -> Result<(), KeyError> {
        let (kty, crv) = kind_of(algorithm);
        if self.kty != kty {
            return Err(KeyError::new(format!(
                "{algorithm} needs a JWK with `kty` \"{kty}\", found {}",
                known_kty(&self.kty)
            )));
        }
        if crv.is_some_and(|crv| self.crv.as_deref() != Some(crv)) {
            return Err(KeyError::new(format!(
                "{algorithm} needs a JWK with `crv` \"{}\", found another or none",
                crv.unwrap_or_default()
            )));
        }
        if self.alg.as_deref().is_some_and(|alg| !algorithm.is_named(alg)) {
            return Err(KeyError::new(format!("the JWK is for another algorithm than {algorithm}: its `alg` says so")));
        }
        if self.usage.as_deref().is_some_and(|usage| usage != "sig") {
            return Err(KeyError::new("the JWK is not for signatures: its `use` must be \"sig\" or absent"));
        }
        let operation = if purpose == Purpose::Sign { "sign" } else { "verify" };
        if self.key_ops.as_ref().is_some_and(|operations| !operations.iter().any(|known| known == operation)) {
            return Err(KeyError::new(format!(
                "the JWK must not {operation}: its `key_ops` must name \"{operation}\" or be absent"
            )));
        }
        if self.oth.is_some() {
            return Err(KeyError::new("the RSA key has more than two primes: it must have two"));
        }
        Ok(())
    }

    pub(super) fn secret(&self) -> Result<Zeroizing<Vec<u8>>, KeyError> {
        secret_member("k", self.k.as_deref())
    }

    /// The public key.
    pub(super) fn public(&self, algorithm: Algorithm) -> Result<Public, KeyError> {
        let family = algorithm.family();
        match family {
            Family::P256 | Family::P384 => {
                let (x, y) = (member("x", self.x.as_deref())?, member("y", self.y.as_deref())?);
                Public::from_content(family, &[&[4], x.as_slice(), y.as_slice()].concat()).map_err(|_| {
                    KeyError::new(
                        "`x` and `y` of the JWK must have the full length of a coordinate (RFC 7518 section 6.2.1)",
                    )
                })
            }
            Family::Ed25519 => Public::ed25519(member("x", self.x.as_deref())?),
            Family::Rsa => Public::rsa(member("n", self.n.as_deref())?, member("e", self.e.as_deref())?),
            Family::Secret { .. } => Err(KeyError::new("a secret has no public half")),
        }
    }

    /// Whether any private member is there.
    pub(super) fn is_private(&self) -> bool {
        [&self.d, &self.p, &self.q, &self.dp, &self.dq, &self.qi, &self.k].iter().any(|member| member.is_some())
    }

    /// The private half.
    pub(super) fn private(&self, algorithm: Algorithm) -> Result<Private, KeyError> {
        let d = secret_member("d", self.d.as_deref())?;
        if algorithm.family() != Family::Rsa {
            let length = if algorithm.family() == Family::P384 { 48 } else { 32 };
            if d.len() != length {
                return Err(KeyError::new("`d` of the JWK must have its full length (RFC 7518 section 6.2.2.1)"));
            }
            return Ok(Private::Scalar(d));
        }
        Ok(Private::Rsa(RsaPrivate {
            d,
            p: secret_member("p", self.p.as_deref())?,
            q: secret_member("q", self.q.as_deref())?,
            dp: secret_member("dp", self.dp.as_deref())?,
            dq: secret_member("dq", self.dq.as_deref())?,
            qi: secret_member("qi", self.qi.as_deref())?,
        }))
    }
}

fn secret_member(name: &str, text: Option<&str>) -> Result<Zeroizing<Vec<u8>>, KeyError> {
    member(name, text).map(Zeroizing::new)
}

fn member(name: &str, text: Option<&str>) -> Result<Vec<u8>, KeyError> {
    let text = text.ok_or_else(|| KeyError::new(format!("the JWK has no `{name}`, which its key needs")))?;
    jws::decode(text.as_bytes())
        .filter(|bytes| !bytes.is_empty())
        .ok_or_else(|| KeyError::new(format!("`{name}` of the JWK must be base64url without padding")))
}

/// The `kty` and the `crv` of an algorithm's keys.
fn kind_of(algorithm: Algorithm) -> (&'static str, Option<&'static str>) {
    match algorithm.family() {
        Family::Secret { .. } => ("oct", None),
        Family::P256 => ("EC", Some("P-256")),
        Family::P384 => ("EC", Some("P-384")),
        Family::Ed25519 => ("OKP", Some("Ed25519")),
        Family::Rsa => ("RSA", None),
    }
}

fn list(algorithms: &[Algorithm]) -> String {
    let names: Vec<_> = algorithms.iter().map(|algorithm| algorithm.as_str()).collect();
    if names.is_empty() { "no algorithms".to_owned() } else { names.join(", ") }
}

/// The type for a message; one that is not known is not repeated.
fn known_kty(kty: &str) -> &'static str {
    match kty {
        "oct" => "\"oct\"",
        "EC" => "\"EC\"",
        "OKP" => "\"OKP\"",
        "RSA" => "\"RSA\"",
        _ => "another one",
    }
}

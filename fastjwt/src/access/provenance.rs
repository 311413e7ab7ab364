//! Where a token comes from: the key that its header names, and the terms of that key's issuer.

use super::header::{self, Header};
#[cfg(any(feature = "jwks", feature = "ws"))]
use crate::ErrorKind;
use crate::{
    NumericDate, TokenFault, VerifyingKey,
    config::{IssuerTerms, Settings},
    jws::{self, Segments, Typ},
    key::ring::{Choice, KeySet, Place},
};
#[cfg(feature = "jwks")]
use std::sync::Arc;

/// What a token's payload is judged by, whose signature is its key's.
pub(super) struct Basis {
    origin: Origin,
    pub(super) typ: Typ,
    /// Whether the header names this key whatever the time, as long as the ring doesn't change.
    is_settled: bool,
}

/// Whose key it is. Nothing is held of one's own, which all threads share: each would wait for the others to count.
enum Origin {
    Own(Option<Place>),
    #[cfg(feature = "jwks")]
    Trusted(VerifyingKey, Arc<IssuerTerms>),
}

impl Basis {
    /// The terms of the key's issuer.
    #[inline]
    pub(super) fn issuer<'b>(&'b self, config: &'b Settings) -> &'b IssuerTerms {
        match &self.origin {
            Origin::Own(_) => &config.terms,
            #[cfg(feature = "jwks")]
            Origin::Trusted(_, terms) => terms,
        }
    }

    /// The key, unless the ring has changed since.
    pub(super) fn key(&self, config: &Settings) -> Option<VerifyingKey> {
        match &self.origin {
            Origin::Own(place) => place.and_then(|place| config.keys.load().at(place).cloned()),
            #[cfg(feature = "jwks")]
            Origin::Trusted(key, _) => Some(key.clone()),
        }
    }

    /// Whether the header names the same key still, since the ring has not changed.
    #[inline]
    pub(super) fn is_settled(&self, config: &Settings) -> bool {
        matches!(self.origin, Origin::Own(Some(place)) if self.is_settled && config.keys.is_unchanged_since(place))
    }

    /// Of what nobody has signed.
    pub(super) fn nobodys() -> Self {
        Self { origin: Origin::Own(None), typ: Typ::Absent, is_settled: false }
    }
}

/// Finds the key of this service's own that the header names, by which the token must be `signed`. The header never chooses an
/// algorithm: it must name the key's (RFC 8725 section 3.1).
pub(super) fn find_own(
    config: &Settings,
    segments: &Segments<'_>,
    now: NumericDate,
    signed: impl FnOnce(&VerifyingKey) -> Result<(), TokenFault>,
) -> Result<Basis, TokenFault> {
    let keys = config.keys.load();
    let (key, typ) = look_up(&keys, segments.header, now)?;
    signed(key)?;
    let is_settled = config.cache.is_some() && keys.is_for_good(segments.header, key);
    Ok(Basis { origin: Origin::Own(keys.place(key)), typ, is_settled })
}

/// The same where issuers are trusted: a token that claims to be one's is held against that issuer's keys, and no others.
#[cfg(feature = "jwks")]
pub(super) async fn find(
    config: &Settings,
    segments: &Segments<'_>,
    now: NumericDate,
    signed: impl FnOnce(&VerifyingKey) -> Result<(), TokenFault>,
) -> Result<Basis, ErrorKind> {
    let Some(trust) = claimed(&config.trusted, segments.payload) else {
        return Ok(find_own(config, segments, now, signed)?);
    };
    let found = |keys: &KeySet| look_up(keys, segments.header, now).map(|(key, typ)| (key.clone(), typ));
    let (key, typ) = trust.keys.find(found).await?;
    signed(&key)?;
    Ok(Basis { origin: Origin::Trusted(key, Arc::clone(&trust.terms)), typ, is_settled: false })
}

/// Whether the header of a token that was verified names that very key of this service's own still; found as if nothing were known of
/// the token.
pub(super) fn is_still_own(
    config: &Settings,
    key: &VerifyingKey,
    header: &[u8],
    now: NumericDate,
) -> Result<bool, TokenFault> {
    Ok(look_up(&config.keys.load(), header, now)?.0.is_same(key))
}

/// The same for whoever's it is.
#[cfg(feature = "jwks")]
pub(super) async fn is_still(
    config: &Settings,
    key: &VerifyingKey,
    basis: &Basis,
    header: &[u8],
    now: NumericDate,
) -> Result<bool, ErrorKind> {
    match &basis.origin {
        Origin::Own(_) => Ok(basis.is_settled(config) || is_still_own(config, key, header, now)?),
        Origin::Trusted(_, issuer) => {
            let Some(trust) = issuer.issuer.as_deref().and_then(|name| config.trusted.get(name)) else {
                return Ok(false);
            };
            trust.keys.find(|keys| look_up(keys, header, now).map(|(found, _)| found.is_same(key))).await
        }
    }
}

/// Whose signature a token bears, for who holds on to the token.
#[cfg(feature = "ws")]
pub(crate) struct Signer(Signed);

#[cfg(feature = "ws")]
enum Signed {
    /// It is made up.
    Nobody,
    /// Of one's own; `None` if it can't be told any more which, since the ring has changed.
    Own(Option<VerifyingKey>),
    #[cfg(feature = "jwks")]
    Trusted(VerifyingKey, Arc<IssuerTerms>),
}

#[cfg(feature = "ws")]
impl Signer {
    pub(super) fn of(signed: &super::held::Signed, config: &Settings) -> Self {
        Self(match &signed.basis.origin {
            Origin::Own(None) => Signed::Nobody,
            Origin::Own(Some(_)) => Signed::Own(signed.key(config)),
            #[cfg(feature = "jwks")]
            Origin::Trusted(key, terms) => Signed::Trusted(key.clone(), Arc::clone(terms)),
        })
    }

    /// Whether the key is there still: a service's own in its ring, or among those that its issuer publishes.
    #[cfg_attr(
        not(feature = "jwks"),
        expect(clippy::unused_async, reason = "keys that have to be fetched are awaited here")
    )]
    pub(super) async fn is_there(&self, config: &Settings, now: NumericDate) -> Result<(), ErrorKind> {
        let is_among = |keys: &KeySet, key| if keys.holds(key, now) { Ok(()) } else { Err(TokenFault::UnknownKey) };
        match &self.0 {
            Signed::Nobody => Ok(()),
            Signed::Own(Some(key)) => Ok(is_among(&config.keys.load(), key)?),
            Signed::Own(None) => Err(TokenFault::UnknownKey.into()),
            #[cfg(feature = "jwks")]
            Signed::Trusted(key, terms) => match terms.issuer.as_deref().and_then(|name| config.trusted.get(name)) {
                Some(trust) => trust.keys.find(|keys| is_among(keys, key)).await,
                None => Err(TokenFault::UnknownKey.into()),
            },
        }
    }
}

fn look_up<'k>(keys: &'k KeySet, segment: &[u8], now: NumericDate) -> Result<(&'k VerifyingKey, Typ), TokenFault> {
    // A header that a key's tokens carry needs no parsing; any other is parsed in full.
    if let Some((key, typ)) = keys.by_header(segment, now) {
        return Ok((key, typ));
    }
    let json = jws::decode(segment).ok_or(TokenFault::Malformed)?;
    let Header { alg, kid, typ } = header::read(&json)?;
    match keys.choose(&alg, kid.as_deref(), now) {
        Choice::Key(key) => Ok((key, typ)),
        Choice::Unknown => Err(TokenFault::UnknownKey),
        Choice::WrongAlgorithm => Err(TokenFault::WrongAlgorithm),
    }
}

/// The issuer that a payload names, if it is a trusted one. Nobody has verified the payload: the name is looked up among those
/// that are configured, and is demanded of the claims again once the signature is right.
#[cfg(feature = "jwks")]
fn claimed<'c>(trusted: &'c crate::config::Trusted, payload: &[u8]) -> Option<&'c crate::config::Trust> {
    #[derive(serde::Deserialize)]
    struct Claim<'p> {
        #[serde(borrow)]
        iss: std::borrow::Cow<'p, str>,
    }
    let json = jws::decode(payload)?;
    let claim: Claim<'_> = serde_json::from_slice(&json).ok()?;
    trusted.get(&claim.iss)
}

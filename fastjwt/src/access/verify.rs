//! From a token's text to claims that can be trusted: size, format, header and key, signature, claims, time, issuer, audience, realm.

use std::{marker::PhantomData, sync::Arc};

use super::{
    header::{self, Header},
    terms::Terms,
};
use crate::{
    Claims, ErrorKind, Realm, RegisteredClaims, RequestFault, TokenFault, TokenPayload, VerifyingKey,
    claims::read::{self, Incoming, Kind},
    clock::ClockChoice,
    config::Config,
    error::ClaimFault,
    issue::MAX_SUBJECT,
    jws::{self, Segments},
    realm,
    scope::Matching,
};

/// The longest signature that is decoded without an allocation, in bytes: every algorithm's but RSA's.
const SHORT_SIGNATURE: usize = 96;

/// The claims of a token whose signature, times, issuer, audience and realm are right. What it is good for, a policy judges.
pub(crate) struct Verified<C, R> {
    claims: Arc<RegisteredClaims<C>>,
    clock: ClockChoice,
    matching: Matching,
    realm: PhantomData<fn() -> R>,
}

impl<C, R> Verified<C, R> {
    pub(super) fn claims(&self) -> &RegisteredClaims<C> {
        &self.claims
    }

    /// Of what is verified already.
    pub(super) fn again(config: &Config, claims: Arc<RegisteredClaims<C>>) -> Self {
        Self { claims, clock: config.clock.clone(), matching: config.hooks.matching, realm: PhantomData }
    }

    pub(super) fn shared(&self) -> Arc<RegisteredClaims<C>> {
        Arc::clone(&self.claims)
    }

    pub(super) fn into_payload(self) -> TokenPayload<C, R> {
        TokenPayload::new(self.claims, self.clock, self.matching)
    }
}

/// Verifies a token's text; the payload as it was signed comes with the claims, for a reader with another type.
#[expect(clippy::unused_async, reason = "keys that have to be fetched are awaited here")]
pub(super) async fn verify<C: Claims, R: Realm>(
    terms: Terms<'_>,
    token: &str,
) -> Result<(Verified<C, R>, Vec<u8>), ErrorKind> {
    let config = terms.config;
    if token.len() > config.max_token_size {
        return Err(RequestFault::TokenTooLarge.into());
    }
    let segments = jws::split(token).ok_or(TokenFault::Malformed)?;
    let key = key_of(config, segments.header)?;
    check_signature(key, &segments)?;
    let json = jws::decode(segments.payload).ok_or(TokenFault::Malformed)?;
    let verified = judge_claims(terms, &json)?;
    Ok((verified, json))
}

/// The key that the header names. The header never chooses an algorithm: it must name the key's (RFC 8725 section 3.1).
fn key_of<'c>(config: &'c Config, segment: &str) -> Result<&'c VerifyingKey, TokenFault> {
    let key = &config.verifying;
    // The header that this key's tokens carry needs no parsing; any other is parsed in full.
    if segment == key.header() {
        return Ok(key);
    }
    let json = jws::decode(segment).ok_or(TokenFault::Malformed)?;
    let Header { alg, kid } = header::read(&json)?;
    if kid.is_some_and(|kid| kid != key.id()) {
        return Err(TokenFault::UnknownKey);
    }
    if !key.algorithm().is_named(&alg) {
        return Err(TokenFault::WrongAlgorithm);
    }
    Ok(key)
}

fn check_signature(key: &VerifyingKey, segments: &Segments<'_>) -> Result<(), TokenFault> {
    let length = key.signature_length();
    // A signature of another length is not the key's, if it is one at all.
    if base64::encoded_len(length, false) != Some(segments.signature.len()) {
        return Err(jws::decode(segments.signature).map_or(TokenFault::Malformed, |_| TokenFault::BadSignature));
    }
    let (mut short, mut long);
    let buffer: &mut [u8] = if length <= SHORT_SIGNATURE {
        short = [0; SHORT_SIGNATURE];
        short.get_mut(..length).unwrap_or_default()
    } else {
        long = vec![0; length];
        &mut long
    };
    let signature = jws::decode_into(segments.signature, buffer).ok_or(TokenFault::Malformed)?;
    if key.verifies(segments.message.as_bytes(), signature) { Ok(()) } else { Err(TokenFault::BadSignature) }
}

/// Reads the claims of a signed payload and checks those that every token must fulfil.
pub(super) fn judge_claims<C: Claims, R: Realm>(terms: Terms<'_>, json: &[u8]) -> Result<Verified<C, R>, TokenFault> {
    let Incoming { registered: found, extra } = read::read::<C>(json)?;
    let missing = |claim| TokenFault::Claims(ClaimFault::Missing(Some(claim)));
    let sub = found.sub.ok_or_else(|| missing("sub"))?;
    if sub.is_empty() || sub.len() > MAX_SUBJECT {
        return Err(TokenFault::Claims(ClaimFault::WrongType(Some("sub"))));
    }
    let exp = found.exp.ok_or_else(|| missing("exp"))?;
    let kind = match found.kind {
        Some(Kind::Known(kind)) => kind,
        Some(Kind::Other) => return Err(TokenFault::Claims(ClaimFault::WrongType(Some("type")))),
        None => return Err(missing("type")),
    };
    terms.check_times(exp, found.nbf, found.iat)?;
    terms.check_issuer(found.iss.as_deref())?;
    let aud = found.aud.map(|audience| audience.0);
    terms.check_audience(aud.as_deref())?;
    if found.realm.as_deref() != realm::claim::<R>() {
        return Err(TokenFault::WrongRealm);
    }
    let claims = RegisteredClaims {
        iss: found.iss,
        sub,
        aud: aud.unwrap_or_default(),
        exp,
        nbf: found.nbf,
        iat: found.iat,
        jti: found.jti,
        kind,
        fresh: found.fresh.unwrap_or(false),
        scopes: found.scopes.unwrap_or_default(),
        csrf: found.csrf,
        auth_time: found.auth_time,
        sid: found.sid,
        extra,
    };
    Ok(Verified::again(terms.config, Arc::new(claims)))
}

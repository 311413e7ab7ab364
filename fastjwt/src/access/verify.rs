//! From a token's text to claims that can be trusted: size, format, header and key, signature, claims, time, issuer, audience, realm.

use std::{marker::PhantomData, sync::Arc};

use super::{
    cache::{Entry, Outcome},
    provenance::{self, Basis},
    standing::Good,
    terms::Terms,
    trail::Trail,
};
use crate::{
    ClaimFault, Claims, ErrorKind, HeaderFault, Realm, RegisteredClaims, RequestFault, TokenFault, TokenKind,
    TokenPayload, VerifyingKey,
    claims::{
        forms::{Kind, Scope},
        read::{self, Found},
    },
    config::{IssuerTerms, Settings},
    issue::MAX_SUBJECT,
    jws::{self, Segments, Typ},
    realm,
    session::refresh::Refreshable,
};

/// The longest signature that is decoded without an allocation, in bytes: every algorithm's but RSA's.
const SHORT_SIGNATURE: usize = 96;

/// The claims of a token whose signature, times, issuer, audience and realm are right. What it is good for, a policy judges.
pub(crate) struct Verified<C, R> {
    claims: Arc<RegisteredClaims<C>>,
    realm: PhantomData<fn() -> R>,
}

impl<C, R> Verified<C, R> {
    pub(super) fn claims(&self) -> &RegisteredClaims<C> {
        &self.claims
    }

    /// Of what is verified already.
    pub(super) fn again(claims: Arc<RegisteredClaims<C>>) -> Self {
        Self { claims, realm: PhantomData }
    }

    pub(super) fn shared(&self) -> Arc<RegisteredClaims<C>> {
        Arc::clone(&self.claims)
    }

    /// The same, for who may want another handle.
    pub(super) fn shared_ref(&self) -> &Arc<RegisteredClaims<C>> {
        &self.claims
    }

    /// For a handler, behind a door with these terms.
    pub(super) fn into_payload(self, terms: &Terms<'_>) -> TokenPayload<C, R> {
        let payload = TokenPayload::new(self.claims, terms.config.clock.clone(), terms.matching());
        #[cfg(feature = "ws")]
        let payload = payload.with_leeway(terms.leeway());
        payload
    }
}

/// Verifies a token's text, of an issuer whose keys may have to be fetched. The trail learns what was signed, for a reader with another
/// type.
#[cfg_attr(
    not(feature = "jwks"),
    expect(clippy::unused_async, reason = "keys that have to be fetched are awaited here")
)]
pub(super) async fn verify<C: Claims, R: Realm>(
    terms: &Terms<'_>,
    token: &[u8],
    trail: &mut Trail,
) -> Result<Verified<C, R>, ErrorKind> {
    #[cfg(feature = "jwks")]
    if !terms.config.trusted.is_empty() {
        if let Some(entry) = known(terms.config, token)? {
            if provenance::is_still(terms.config, &entry.key, &entry.basis, entry.header(token), terms.now()).await? {
                return recall(terms, entry, trail);
            }
            forget(terms.config, &entry);
        }
        let segments = jws::split(token).ok_or(TokenFault::Malformed)?;
        let basis = provenance::find(terms.config, &segments, terms.now(), signature(&segments, trail)).await?;
        return conclude(terms, token, &segments, basis, trail);
    }
    verify_own(terms, token, trail)
}

/// The same, of this service's own.
#[inline]
pub(super) fn verify_own<C: Claims, R: Realm>(
    terms: &Terms<'_>,
    token: &[u8],
    trail: &mut Trail,
) -> Result<Verified<C, R>, ErrorKind> {
    if let Some(entry) = known(terms.config, token)? {
        if entry.basis.is_settled(terms.config)
            || provenance::is_still_own(terms.config, &entry.key, entry.header(token), terms.now())?
        {
            return recall(terms, entry, trail);
        }
        forget(terms.config, &entry);
    }
    let segments = jws::split(token).ok_or(TokenFault::Malformed)?;
    let basis = provenance::find_own(terms.config, &segments, terms.now(), signature(&segments, trail))?;
    conclude(terms, token, &segments, basis, trail)
}

/// What the cache knows of a token that is not too long.
#[inline]
fn known(config: &Settings, token: &[u8]) -> Result<Option<Arc<Entry>>, RequestFault> {
    if token.len() > config.max_token_size {
        return Err(RequestFault::TokenTooLarge);
    }
    Ok(config.cache.as_ref().and_then(|cache| cache.find(token)))
}

/// Forgets a token that its key, as the header names it, has not signed any more.
fn forget(config: &Settings, entry: &Entry) {
    if let Some(cache) = &config.cache {
        cache.forget(entry);
    }
}

/// Whether a key has signed the token; the trail learns which has not.
fn signature<'t>(
    segments: &'t Segments<'_>,
    trail: &'t mut Trail,
) -> impl FnOnce(&VerifyingKey) -> Result<(), TokenFault> + use<'t> {
    |key| check_signature(key, segments).inspect_err(|_| trail.is_not_of(key.clone()))
}

/// Judges the claims of a token whose signature is right, and keeps in the cache what it came to.
fn conclude<C: Claims, R: Realm>(
    terms: &Terms<'_>,
    token: &[u8],
    segments: &Segments<'_>,
    basis: Basis,
    trail: &mut Trail,
) -> Result<Verified<C, R>, ErrorKind> {
    let config = terms.config;
    let json = jws::decode(segments.payload).ok_or(TokenFault::Malformed)?;
    let signed = trail.is_signed(Signed::Now { json, basis });
    let verified: Verified<C, R> = judge_claims(terms, signed)?;
    let key = config.cache.as_ref().and_then(|_| signed.key(config));
    // Who logs out may do so with a token that has ended, which no other door takes.
    if let (Some(cache), Some(key)) = (&config.cache, key)
        && verified.claims.exp > terms.now()
    {
        let now = terms.now();
        let is_as_configured = terms.is_as_configured(signed.basis().issuer(config), &verified.claims);
        trail.keep(|json, basis| {
            let outcome = Outcome {
                key,
                header: segments.header.len(),
                json,
                exp: verified.claims.exp,
                is_as_configured,
                basis,
                claims: verified.shared(),
            };
            cache.keep(token, outcome, now)
        });
    }
    Ok(verified)
}

/// What a token comes to that was verified before, judged as any other from its key on.
#[inline]
fn recall<C: Claims, R: Realm>(
    terms: &Terms<'_>,
    entry: Arc<Entry>,
    trail: &mut Trail,
) -> Result<Verified<C, R>, ErrorKind> {
    Ok(judge_again(terms, trail.is_signed(Signed::Before(entry)))?)
}

/// Judges a payload that was verified before, by another door or for another request, on this door's terms.
#[inline]
pub(super) fn judge_again<C: Claims, R: Realm>(
    terms: &Terms<'_>,
    signed: &Signed,
) -> Result<Verified<C, R>, TokenFault> {
    let Signed::Before(entry) = signed else { return judge_claims(terms, signed) };
    if let Some(claims) = entry.readings.find::<RegisteredClaims<C>>() {
        terms.judge(entry.basis.issuer(terms.config), &claims, entry.is_as_configured)?;
        return Ok(Verified::again(claims));
    }
    let verified: Verified<C, R> = judge_claims(terms, signed)?;
    if let Some(cache) = &terms.config.cache {
        cache.keep_reading(entry, verified.shared());
    }
    Ok(verified)
}

/// A payload whose signature was right, and what it is judged by.
pub(super) enum Signed {
    Now {
        json: Vec<u8>,
        basis: Basis,
    },
    /// As the cache knows it.
    Before(Arc<Entry>),
}

impl Signed {
    fn json(&self) -> &[u8] {
        match self {
            Self::Now { json, .. } => json,
            Self::Before(entry) => &entry.json,
        }
    }

    pub(super) fn basis(&self) -> &Basis {
        match self {
            Self::Now { basis, .. } => basis,
            Self::Before(entry) => &entry.basis,
        }
    }

    /// The key, unless it is one of this service's own and their ring has changed since.
    pub(super) fn key(&self, config: &Settings) -> Option<VerifyingKey> {
        match self {
            Self::Now { basis, .. } => basis.key(config),
            Self::Before(entry) => Some(entry.key.clone()),
        }
    }

    /// Whether it is known that issuer and audience are those that are configured.
    #[cfg(feature = "axum")]
    pub(super) fn is_as_configured(&self) -> bool {
        match self {
            Self::Now { .. } => false,
            Self::Before(entry) => entry.is_as_configured,
        }
    }

    /// What names the token, as far as it is there.
    pub(super) fn identity<'p, T: serde::Deserialize<'p>>(&'p self) -> Option<T> {
        serde_json::from_slice(self.json()).ok()
    }

    /// What the payload of a refresh token keeps, where there are sessions.
    #[inline]
    pub(super) fn refreshable<C>(
        &self,
        config: &Settings,
        claims: &RegisteredClaims<C>,
        good: Option<Good>,
    ) -> Option<Refreshable> {
        let is_needed = config.sessions.is_some() && claims.kind == TokenKind::Refresh;
        is_needed.then(|| Refreshable { json: self.json().to_vec(), ends: good.and_then(|good| good.ends) })
    }
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
    if key.verifies(segments.message, signature) { Ok(()) } else { Err(TokenFault::BadSignature) }
}

/// Reads the claims of a signed payload and checks those that every token must fulfil.
pub(super) fn judge_claims<C: Claims, R: Realm>(
    terms: &Terms<'_>,
    signed: &Signed,
) -> Result<Verified<C, R>, TokenFault> {
    let basis = signed.basis();
    let issuer = basis.issuer(terms.config);
    let mut found = Found::default();
    let extra = read::read::<C>(signed.json(), &mut found)?;
    let missing = |claim| TokenFault::Claims(ClaimFault::Missing(Some(claim)));
    let sub = found.sub.ok_or_else(|| missing("sub"))?;
    if sub.is_empty() || sub.len() > MAX_SUBJECT {
        return Err(TokenFault::Claims(ClaimFault::WrongType(Some("sub"))));
    }
    let exp = found.exp.ok_or_else(|| missing("exp"))?;
    let kind = match found.kind {
        // Whoever issues a token refreshes it; here another issuer's would become tokens of this one.
        Some(Kind::Known(TokenKind::Refresh)) if issuer.foreign => {
            return Err(TokenFault::WrongKind { expected: TokenKind::Access });
        }
        Some(Kind::Known(kind)) => kind,
        Some(Kind::Other) => return Err(TokenFault::Claims(ClaimFault::WrongType(Some("type")))),
        None if issuer.untyped => TokenKind::Access,
        None => return Err(missing("type")),
    };
    let scopes = scopes(issuer, found.scopes, found.scope)?;
    if issuer.at_jwt && kind == TokenKind::Access {
        // RFC 9068 section 2.2; the others are demanded of every token.
        let demanded = [
            ("iss", found.iss.is_some()),
            ("aud", found.aud.is_some()),
            ("client_id", found.client_id.is_some()),
            ("iat", found.iat.is_some()),
            ("jti", found.jti.is_some()),
        ];
        if let Some((claim, _)) = demanded.into_iter().find(|(_, is_there)| !is_there) {
            return Err(missing(claim));
        }
    }
    terms.check_times(exp, found.nbf, found.iat)?;
    terms.check_issuer(issuer, found.iss.as_deref())?;
    let aud = found.aud.map(|audience| audience.0);
    terms.check_audience(issuer, aud.as_deref())?;
    check_realm::<R>(issuer, found.realm.as_deref())?;
    // Section 4: an access token says that it is one, and nothing else does.
    if issuer.at_jwt && (kind == TokenKind::Access) != (basis.typ == Typ::AtJwt) {
        return Err(TokenFault::Header(HeaderFault::WrongTyp));
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
        fresh: found.fresh.unwrap_or_default(),
        scopes,
        csrf: found.csrf,
        auth_time: found.auth_time,
        sid: found.sid,
        client_id: found.client_id,
        extra,
    };
    Ok(Verified::again(Arc::new(claims)))
}

/// A token of ours names its realm; another issuer's need not, since the realm's configuration names the issuer.
fn check_realm<R: Realm>(issuer: &IssuerTerms, realm: Option<&str>) -> Result<(), TokenFault> {
    let unnamed = realm.is_none() && issuer.foreign;
    if unnamed || realm == realm::claim::<R>() { Ok(()) } else { Err(TokenFault::WrongRealm) }
}

/// The scopes, from the form in which the issuer writes them; `scope` counts where the standard's form may stand.
fn scopes(
    issuer: &IssuerTerms,
    listed: Option<Vec<String>>,
    standard: Option<Scope>,
) -> Result<Vec<String>, TokenFault> {
    match standard {
        Some(Scope::Words(words)) if issuer.at_jwt || issuer.foreign => Ok(words),
        Some(Scope::Other) if issuer.at_jwt || issuer.foreign => {
            Err(TokenFault::Claims(ClaimFault::WrongType(Some("scope"))))
        }
        _ => Ok(listed.unwrap_or_default()),
    }
}

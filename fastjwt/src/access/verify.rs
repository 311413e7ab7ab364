//! From a token's text to claims that can be trusted: size, format, header and key, signature, claims, time, issuer, audience, realm.

use std::{marker::PhantomData, sync::Arc, time::Duration};

use super::provenance::{self, Basis, Provenance};
use crate::{
    ClaimFault, Claims, ErrorKind, HeaderFault, NumericDate, Realm, RegisteredClaims, RequestFault, TokenFault,
    TokenKind, TokenPayload, VerifyingKey,
    claims::{
        forms::{Kind, Scope},
        read::{self, Incoming},
    },
    clock::ClockChoice,
    config::{Config, Terms},
    issue::MAX_SUBJECT,
    jws::{self, Segments, Typ},
    realm,
};

/// The longest signature that is decoded without an allocation, in bytes: every algorithm's but RSA's.
const SHORT_SIGNATURE: usize = 96;

/// The claims of a token whose signature, times, issuer, audience and realm are right. What it is good for, a policy judges.
pub(crate) struct Verified<C, R> {
    claims: Arc<RegisteredClaims<C>>,
    clock: ClockChoice,
    realm: PhantomData<fn() -> R>,
}

impl<C, R> Verified<C, R> {
    pub(super) fn claims(&self) -> &RegisteredClaims<C> {
        &self.claims
    }

    /// What another door of the same request has verified.
    #[cfg(feature = "axum")]
    pub(super) fn again(config: &Config, claims: Arc<RegisteredClaims<C>>) -> Self {
        Self { claims, clock: config.clock.clone(), realm: PhantomData }
    }

    #[cfg(feature = "axum")]
    pub(super) fn shared(&self) -> Arc<RegisteredClaims<C>> {
        Arc::clone(&self.claims)
    }

    pub(super) fn into_payload(self) -> TokenPayload<C, R> {
        TokenPayload::new(self.claims, self.clock)
    }
}

/// Verifies a token's text; the payload as it was signed comes with the claims, and what it is judged by, for a reader with
/// another type.
pub(super) async fn verify<C: Claims, R: Realm>(
    config: &Config,
    token: &str,
) -> Result<(Verified<C, R>, Signed), ErrorKind> {
    if token.len() > config.max_token_size {
        return Err(RequestFault::TokenTooLarge.into());
    }
    let now = NumericDate::from(config.clock.now());
    let segments = jws::split(token).ok_or(TokenFault::Malformed)?;
    let Provenance { key, basis } = provenance::find(config, &segments, now).await?;
    check_signature(&key, &segments)?;
    let json = jws::decode(segments.payload).ok_or(TokenFault::Malformed)?;
    let signed = Signed { json, basis };
    let verified = judge_claims(config, &signed, now)?;
    Ok((verified, signed))
}

/// A payload whose signature was right.
pub(super) struct Signed {
    json: Vec<u8>,
    basis: Basis,
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
pub(super) fn judge_claims<C: Claims, R: Realm>(
    config: &Config,
    signed: &Signed,
    now: NumericDate,
) -> Result<Verified<C, R>, TokenFault> {
    let Basis { terms, typ } = &signed.basis;
    let Incoming { registered: found, extra } = read::read::<C>(&signed.json)?;
    let missing = |claim| TokenFault::Claims(ClaimFault::Missing(Some(claim)));
    let sub = found.sub.ok_or_else(|| missing("sub"))?;
    if sub.is_empty() || sub.len() > MAX_SUBJECT {
        return Err(TokenFault::Claims(ClaimFault::WrongType(Some("sub"))));
    }
    let exp = found.exp.ok_or_else(|| missing("exp"))?;
    let kind = match found.kind {
        Some(Kind::Known(kind)) => kind,
        Some(Kind::Other) => return Err(TokenFault::Claims(ClaimFault::WrongType(Some("type")))),
        None if terms.untyped => TokenKind::Access,
        None => return Err(missing("type")),
    };
    let scopes = scopes(terms, found.scopes, found.scope)?;
    if terms.at_jwt && kind == TokenKind::Access {
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
    check_times(config, now, exp, found.nbf, found.iat)?;
    check_issuer(terms, found.iss.as_deref())?;
    let aud = found.aud.map(|audience| audience.0);
    check_audience(terms, aud.as_deref())?;
    check_realm::<R>(terms, found.realm.as_deref())?;
    // Section 4: an access token says that it is one, and nothing else does.
    if terms.at_jwt && (kind == TokenKind::Access) != (*typ == Typ::AtJwt) {
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
        fresh: found.fresh.unwrap_or(false),
        scopes,
        csrf: found.csrf,
        auth_time: found.auth_time,
        sid: found.sid,
        client_id: found.client_id,
        extra,
    };
    Ok(Verified { claims: Arc::new(claims), clock: config.clock.clone(), realm: PhantomData })
}

/// Times are judged with the configured leeway; only the end is judged to the fraction of a second, since `iat` and `nbf`
/// of other issuers may be ahead of a clock that counts whole seconds.
fn check_times(
    config: &Config,
    now: NumericDate,
    exp: NumericDate,
    nbf: Option<NumericDate>,
    iat: Option<NumericDate>,
) -> Result<(), TokenFault> {
    let leeway: Duration = config.leeway;
    // "The current date/time MUST be before the expiration" (RFC 7519 section 4.1.4): equal is too late.
    if now >= exp.saturating_add(leeway) {
        return Err(TokenFault::Expired { at: exp });
    }
    let latest = now.saturating_add(leeway);
    if let Some(at) = nbf
        && at.floor() > latest
    {
        return Err(TokenFault::NotYetValid { at });
    }
    if iat.is_some_and(|iat| iat.floor() > latest) {
        return Err(TokenFault::IssuedInFuture);
    }
    Ok(())
}

/// A configured issuer must be there, exactly.
fn check_issuer(terms: &Terms, iss: Option<&str>) -> Result<(), TokenFault> {
    match terms.issuer.as_deref() {
        Some(expected) if iss != Some(expected) => Err(TokenFault::WrongIssuer),
        _ => Ok(()),
    }
}

/// A configured audience must be named, and a token for somebody must not be taken by nobody in particular (RFC 7519 section 4.1.3).
fn check_audience(terms: &Terms, aud: Option<&[String]>) -> Result<(), TokenFault> {
    let accepted = match aud {
        None => terms.audience.is_empty(),
        Some(named) => named.iter().any(|audience| terms.audience.contains(audience)),
    };
    if accepted { Ok(()) } else { Err(TokenFault::WrongAudience) }
}

/// A token of ours names its realm; another issuer's need not, since the realm's configuration names the issuer.
fn check_realm<R: Realm>(terms: &Terms, realm: Option<&str>) -> Result<(), TokenFault> {
    let unnamed = realm.is_none() && terms.foreign;
    if unnamed || realm == realm::claim::<R>() { Ok(()) } else { Err(TokenFault::WrongRealm) }
}

/// The scopes, from the form in which the issuer writes them; `scope` counts where the standard's form may stand.
fn scopes(terms: &Terms, listed: Option<Vec<String>>, standard: Option<Scope>) -> Result<Vec<String>, TokenFault> {
    match standard {
        Some(Scope::Words(words)) if terms.at_jwt || terms.foreign => Ok(words),
        Some(Scope::Other) if terms.at_jwt || terms.foreign => {
            Err(TokenFault::Claims(ClaimFault::WrongType(Some("scope"))))
        }
        _ => Ok(listed.unwrap_or_default()),
    }
}

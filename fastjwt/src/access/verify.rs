//! From a token's text to claims that can be trusted: size, format, header and key, signature, claims, time, issuer, audience, realm.

use std::sync::Arc;

use super::{
    cache::Reader,
    held::{AnyHeld, Held, Known, Signed, Verified},
    provenance::{self, Basis},
    terms::Terms,
    trail::Trail,
};
use crate::{
    ClaimFault, Claims, ErrorKind, HeaderFault, Realm, RegisteredClaims, RequestFault, TokenFault, TokenKind,
    VerifyingKey,
    claims::{
        forms::{Kind, Scope},
        member::member,
        read::{self, Found},
    },
    config::{IssuerTerms, Settings},
    issue::MAX_SUBJECT,
    jws::{self, Segments, Typ},
    realm,
};

/// The longest signature that is decoded without an allocation, in bytes: every algorithm's but RSA's.
const SHORT_SIGNATURE: usize = 96;

/// Verifies a token's text, of an issuer whose keys may have to be fetched. The trail learns what is known of a token that is refused.
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
        if let Some(known) = known::<C>(terms.config, token)? {
            let (config, signed) = (terms.config, known.signed());
            let is_still = match &signed.kept {
                Some(kept) => {
                    provenance::is_still(config, &kept.key, &signed.basis, kept.header(token), terms.now()).await
                }
                None => Ok(false),
            };
            forget_unless(config, &known, &is_still);
            if is_still? {
                return recall(terms, known, trail);
            }
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
    if let Some(known) = known::<C>(terms.config, token)?
        && (known.signed().basis.is_settled(terms.config) || is_still_own(terms, &known, token)?)
    {
        return recall(terms, known, trail);
    }
    let segments = jws::split(token).ok_or(TokenFault::Malformed)?;
    let basis = provenance::find_own(terms.config, &segments, terms.now(), signature(&segments, trail))?;
    conclude(terms, token, &segments, basis, trail)
}

/// What the cache knows of a token that is not too long.
#[inline]
fn known<C: Claims>(config: &Settings, token: &[u8]) -> Result<Option<Known<C>>, RequestFault> {
    if token.len() > config.max_token_size {
        return Err(RequestFault::TokenTooLarge);
    }
    Ok(config.cache.as_ref().and_then(|cache| cache.find(token, Reader::Anybody)))
}

/// Whether the header of a token that is known names the key of this service's own still that has signed it.
#[inline(never)]
fn is_still_own<C: Claims>(terms: &Terms<'_>, known: &Known<C>, token: &[u8]) -> Result<bool, ErrorKind> {
    let is_still = match &known.signed().kept {
        Some(kept) => provenance::is_still_own(terms.config, &kept.key, kept.header(token), terms.now()),
        None => Ok(false),
    };
    let is_still = is_still.map_err(ErrorKind::from);
    forget_unless(terms.config, known, &is_still);
    is_still
}

/// Forgets a token whose key is not there any more, or is another one under its name; not if nobody can tell now.
fn forget_unless<C: Claims>(config: &Settings, known: &Known<C>, is_still: &Result<bool, ErrorKind>) {
    if let (Ok(false) | Err(ErrorKind::Token(_)), Some(cache)) = (is_still, &config.cache) {
        cache.forget(&known.held());
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
    let signed = Signed::new(json, basis);
    let claims = match judge_claims::<C, R>(terms, &signed) {
        Ok(claims) => claims,
        Err(fault) => return Err(trail.of_signed(signed, fault)),
    };
    // Who logs out may do so with a token that has ended, which no other door takes.
    let cache = config.cache.as_ref().filter(|_| claims.exp > terms.now());
    let Some((cache, key)) = cache.and_then(|cache| Some((cache, signed.basis.key(config)?))) else {
        return Ok(Verified::new(Arc::new(Held::new(signed, claims))));
    };
    let is_as_configured = terms.is_as_configured(signed.basis.issuer(config), &claims);
    let signed = signed.known_by(cache.known_by(token, segments.header.len(), key), &claims, is_as_configured);
    let held = Arc::new(Held::new(signed, claims));
    cache.keep(token, Arc::<Held<C>>::clone(&held), terms.now());
    Ok(Verified::new(held))
}

/// What a token comes to that was verified before, judged as any other from its key on.
#[inline]
fn recall<C: Claims, R: Realm>(
    terms: &Terms<'_>,
    known: Known<C>,
    trail: &mut Trail,
) -> Result<Verified<C, R>, ErrorKind> {
    match known {
        Known::So(held) => match judge_held(terms, &held) {
            Ok(()) => Ok(Verified::new(held)),
            Err(fault) => Err(trail.of_held(held, fault.into())),
        },
        Known::Otherwise(other) => judge_again(terms, &other).map_err(|fault| trail.of_held(other, fault.into())),
    }
}

/// Judges claims that were verified before.
#[inline]
pub(super) fn judge_held<C>(terms: &Terms<'_>, held: &Held<C>) -> Result<(), TokenFault> {
    let signed = held.signed();
    terms.judge(signed.basis.issuer(terms.config), &held.claims, signed.is_as_configured)
}

/// Judges a token that was verified before, by another door or for another request, on this door's terms.
pub(super) fn judge_again<C: Claims, R: Realm>(
    terms: &Terms<'_>,
    known: &Arc<dyn AnyHeld>,
) -> Result<Verified<C, R>, TokenFault> {
    let first = known.first();
    let kept = terms.config.cache.as_ref().filter(|_| first.signed().kept.is_some());
    let known_so = [known, first].into_iter().find(|held| held.is::<Held<C>>());
    let known_so = known_so.and_then(|held| Arc::clone(held).read_as());
    let known_so = known_so.or_else(|| kept.and_then(|cache| cache.find_other(first)));
    if let Some(held) = known_so {
        judge_held(terms, &held)?;
        return Ok(Verified::new(held));
    }
    let claims = judge_claims::<C, R>(terms, first.signed())?;
    let held = Arc::new(Held::again(Arc::clone(first), claims));
    if let Some(cache) = kept {
        cache.keep_other(first, Arc::<Held<C>>::clone(&held));
    }
    Ok(Verified::new(held))
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
) -> Result<RegisteredClaims<C>, TokenFault> {
    let basis = &signed.basis;
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
    let scopes = match issuer.scope_claim.as_deref() {
        Some("scope") => scopes(issuer, None, found.scope)?,
        Some(claim) => listed_in(claim, signed.json())?,
        None => scopes(issuer, found.scopes, found.scope)?,
    };
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
    // Who shows nothing but the token may have stolen it (RFC 8705 section 3, RFC 9449 section 7.2).
    if found.cnf.is_some() && !issuer.bound_as_bearer {
        return Err(TokenFault::Bound);
    }
    // Section 4: an access token says that it is one, and nothing else does.
    if issuer.at_jwt && (kind == TokenKind::Access) != (basis.typ == Typ::AtJwt) {
        return Err(TokenFault::Header(HeaderFault::WrongTyp));
    }
    Ok(RegisteredClaims {
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
    })
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
        // No standard's form, and that of many issuers.
        Some(Scope::List(words)) if issuer.foreign && !issuer.at_jwt => Ok(words),
        Some(Scope::List(_) | Scope::Other) if issuer.at_jwt || issuer.foreign => {
            Err(TokenFault::Claims(ClaimFault::WrongType(Some("scope"))))
        }
        _ => Ok(listed.unwrap_or_default()),
    }
}

/// The scopes of an issuer that writes them in a claim of its own, in either form.
fn listed_in(claim: &str, json: &[u8]) -> Result<Vec<String>, TokenFault> {
    match member(claim, json)? {
        Some(Scope::Words(words) | Scope::List(words)) => Ok(words),
        Some(Scope::Other) => Err(TokenFault::Claims(ClaimFault::WrongType(None))),
        None => Ok(Vec::new()),
    }
}

//! Road 2, from a request to a payload: locate, verify, judge. Each step hands a new type to the next, so that none can be skipped.

pub(crate) mod cache;
pub(crate) mod check;
#[cfg(feature = "axum")]
mod csrf;
mod header;
pub(crate) mod leave;
#[cfg(feature = "axum")]
pub(crate) mod locate;
#[cfg(feature = "axum")]
pub(crate) mod origin;
mod policy;
mod provenance;
#[cfg(feature = "axum")]
pub(crate) mod remember;
#[cfg(feature = "axum")]
pub(crate) mod renewable;
mod standing;
mod terms;
mod trail;
pub(crate) mod verify;

use std::pin::Pin;

pub use self::policy::Policy;
use self::{
    check::{CheckedRequest, Evidence},
    standing::Good,
    terms::Terms,
    trail::Trail,
    verify::{Signed, Verified},
};
#[cfg(feature = "axum")]
use self::{policy::Followers, remember::Verification};
use crate::{Claims, Error, ErrorKind, FastJwt, NumericDate, Realm, TokenPayload, UsageFault};
#[cfg(feature = "axum")]
use crate::{Location, NoClaims, RequestFault, TokenFault, TokenKind};
#[cfg(feature = "axum")]
use {
    http::request::Parts,
    std::{pin::pin, sync::Arc},
};

/// The road without a request: the text is given.
pub(crate) async fn token<C: Claims, R: Realm>(
    jwt: &FastJwt<R>,
    token: &str,
    policy: &Policy,
) -> Result<TokenPayload<C, R>, Error> {
    let mut trail = Trail::default();
    given_token(jwt, token, policy, &mut trail).await.map_err(|kind| trail.refuse(jwt, kind))
}

async fn given_token<C: Claims, R: Realm>(
    jwt: &FastJwt<R>,
    token: &str,
    policy: &Policy,
    trail: &mut Trail,
) -> Result<TokenPayload<C, R>, ErrorKind> {
    if let Some(parameter) = policy.subject_param {
        return Err(UsageFault::MissingRouteParameter(parameter).into());
    }
    let terms = &Terms::new(jwt.config(), policy, NumericDate::from(jwt.config().clock.now()));
    let (verified, signed) = verify::verify::<C, R>(terms, token.as_bytes(), trail).await?;
    match judge_given(terms, &verified, &signed).await {
        Ok(good) => {
            trail.accept(jwt, &signed, verified.claims());
            let refreshable = signed.refreshable(jwt.config(), verified.claims(), good);
            let mut payload = verified.into_payload(terms);
            if let Some(refreshable) = refreshable {
                payload.set_refreshable(refreshable);
            }
            Ok(payload)
        }
        Err(kind) => {
            trail.is_signed(signed);
            Err(kind)
        }
    }
}

/// What comes after verification where there is no request.
async fn judge_given<C: Claims, R: Realm>(
    terms: &Terms<'_>,
    verified: &Verified<C, R>,
    signed: &Signed,
) -> Result<Option<Good>, ErrorKind> {
    let claims = verified.claims();
    terms.policy.judge_kind(claims)?;
    let good = match standing::who_is_asked(terms) {
        Some(sessions) => {
            standing::judge::<C, R>(sessions, terms, signed.basis().issuer(terms.config).foreign, claims).await?
        }
        None => None,
    };
    terms.policy.judge_reach(claims, terms)?;
    if check::is_there_one(terms.config) {
        check::run(Evidence { terms, claims: verified.shared_ref(), signed }, CheckedRequest::none()).await?;
    }
    Ok(good)
}

/// The road of every door: `None` only where the policy lets a request without a token in.
#[cfg(feature = "axum")]
pub(crate) async fn request<C: Claims, R: Realm>(
    jwt: &FastJwt<R>,
    parts: &mut Parts,
    policy: &Policy,
) -> Result<Option<TokenPayload<C, R>>, Error> {
    // Most roads have nothing to wait for, and are walked in place: a handler's future that held all of one would be five times
    // as large.
    if jwt.config().awaits() {
        return Box::pin(whole_request(jwt, parts, policy)).await;
    }
    at_once(pin!(whole_request(jwt, parts, policy))).unwrap_or_else(|| Err(jwt.error(UsageFault::MustAwait)))
}

#[cfg(feature = "axum")]
async fn whole_request<C: Claims, R: Realm>(
    jwt: &FastJwt<R>,
    parts: &mut Parts,
    policy: &Policy,
) -> Result<Option<TokenPayload<C, R>>, Error> {
    let mut trail = Trail::default();
    match found_token(jwt, parts, policy, &mut trail).await {
        Ok(payload) => Ok(payload),
        Err(ErrorKind::Request(RequestFault::MissingToken)) if policy.passes_without_token() => Ok(None),
        Err(kind) => Err(trail.refuse(jwt, kind).of_cookie(trail.cookie())),
    }
}

/// The road itself. `None` is an expired token that the policy lets in as none.
#[cfg(feature = "axum")]
async fn found_token<C: Claims, R: Realm>(
    jwt: &FastJwt<R>,
    parts: &mut Parts,
    policy: &Policy,
    trail: &mut Trail,
) -> Result<Option<TokenPayload<C, R>>, ErrorKind> {
    let config = jwt.config();
    let located = locate::locate_to_verify(config, policy, &parts.headers, &parts.uri, &parts.extensions)?;
    let location = located.location();
    let found = (location, located.kind());
    trail.found = Some(found);
    origin::check(config, location, parts)?;
    let remembered = remember::find::<R>(config, &parts.extensions, &located);
    // All doors of a request judge at one moment.
    let now = remembered.as_deref().map_or_else(|| NumericDate::from(config.clock.now()), Verification::moment);
    let terms = &Terms::new(config, policy, now);
    let recalled = match remembered {
        Some(verification) => {
            trail.is_verified(&verification);
            let recalled = verification.recall::<C, R>(terms).map_err(ErrorKind::from);
            recalled.map(|verified| (verified, Known::ForAll(verification)))
        }
        None => match verify::verify(terms, located.token(), trail).await {
            Ok((verified, signed)) if policy.followers == Followers::Nobody => Ok((verified, Known::ForOne(signed))),
            Ok((verified, signed)) => {
                let verification = remember::remember(terms, &mut parts.extensions, &located, signed, &verified);
                Ok((verified, Known::ForAll(verification)))
            }
            Err(kind) => Err(located.odd_form().map_or(kind, ErrorKind::from)),
        },
    };
    let (verified, known) = match recalled {
        Err(ErrorKind::Token(TokenFault::Expired { .. })) if policy.passes_expired() => {
            remember::let_in_expired::<R>(config, &mut parts.extensions, &located, policy);
            return Ok(None);
        }
        recalled => recalled?,
    };
    let good = match judge_found(terms, parts, found, &verified, &known).await {
        Ok(good) => good,
        Err(kind) => {
            trail.learn(known);
            return Err(kind);
        }
    };
    let is_first = match known {
        Known::ForOne(_) => true,
        Known::ForAll(_) => remember::let_in::<R>(&mut parts.extensions, policy),
    };
    let claims = verified.claims();
    if is_first {
        trail.accept(jwt, known.signed(), claims);
    }
    let refreshable = known.signed().refreshable(config, claims, good);
    let mut payload = verified.into_payload(terms).found_in(location);
    if let Some(refreshable) = refreshable {
        payload.set_refreshable(refreshable);
    }
    Ok(Some(payload))
}

/// What is known of a request's token once it is verified: to all doors of the request, or to the one that is its last.
#[cfg(feature = "axum")]
enum Known {
    ForAll(Arc<Verification>),
    ForOne(Signed),
}

#[cfg(feature = "axum")]
impl Known {
    fn signed(&self) -> &Signed {
        match self {
            Self::ForAll(verification) => &verification.signed,
            Self::ForOne(signed) => signed,
        }
    }
}

/// What comes after verification in a request.
#[cfg(feature = "axum")]
async fn judge_found<C: Claims, R: Realm>(
    terms: &Terms<'_>,
    parts: &mut Parts,
    found: (Location, TokenKind),
    verified: &Verified<C, R>,
    known: &Known,
) -> Result<Option<Good>, ErrorKind> {
    let Terms { config, policy, .. } = *terms;
    let (claims, signed) = (verified.claims(), known.signed());
    policy.judge_kind(claims)?;
    csrf::check(config, policy, parts, found, claims.csrf.as_deref())?;
    let mut good = None;
    if let Some(sessions) = standing::who_is_asked(terms) {
        if let Known::ForAll(verification) = known {
            // All doors of a request judge at one moment, and at that moment the store has answered.
            good = verification.good();
        }
        if good.is_none() {
            let is_foreign = signed.basis().issuer(config).foreign;
            good = standing::judge::<C, R>(sessions, terms, is_foreign, claims).await?;
        }
        if let Known::ForAll(verification) = known {
            verification.note(good);
        }
    }
    policy.judge_reach(claims, terms)?;
    policy.judge_route(claims, parts)?;
    if check::is_there_one(config) {
        let evidence = Evidence { terms, claims: verified.shared_ref(), signed };
        check::run(evidence, CheckedRequest::of(parts)).await?;
    }
    Ok(good)
}

/// Whose token another door of the same request has let in, whatever that door demanded; a valid access token is demanded where
/// there was no door. `None` only if `optional`.
#[cfg(feature = "axum")]
pub(crate) async fn whose<R: Realm>(
    jwt: &FastJwt<R>,
    parts: &mut Parts,
    optional: bool,
) -> Result<Option<TokenPayload<NoClaims, R>>, Error> {
    let config = jwt.config();
    if let Some(policy) = remember::let_in_by::<R>(config, &parts.extensions)
        && let Ok(located) = locate::locate(config, &policy, &parts.headers, &parts.uri, &parts.extensions)
    {
        if optional && remember::was_let_in_expired::<R>(config, &parts.extensions, &located) {
            return Ok(None);
        }
        if let Some(verification) = remember::find::<R>(config, &parts.extensions, &located) {
            let terms = &Terms::new(config, &policy, verification.moment());
            let verified: Verified<NoClaims, R> = verification.recall(terms).map_err(|fault| {
                let mut trail = Trail::default();
                trail.found = Some((located.location(), located.kind()));
                trail.is_verified(&verification);
                trail.refuse(jwt, fault.into())
            })?;
            return Ok(Some(verified.into_payload(terms).found_in(located.location())));
        }
    }
    let policy = if optional { Policy::access().optional() } else { Policy::access() };
    request(jwt, parts, &policy).await
}

/// How a token that was let in before stands now, by the store.
#[cfg(feature = "ws")]
pub(crate) async fn stands<C: Claims, R: Realm>(
    jwt: &FastJwt<R>,
    payload: &TokenPayload<C, R>,
) -> Result<(), ErrorKind> {
    let (config, policy) = (jwt.config(), Policy::any());
    let terms = Terms::new(config, &policy, NumericDate::from(config.clock.now()));
    let Some(sessions) = standing::who_is_asked(&terms) else { return Ok(()) };
    let is_foreign = config.is_foreign(payload.iss.as_deref());
    standing::judge::<C, R>(sessions, &terms, is_foreign, payload).await.map(drop)
}

/// What a road comes to that has nothing to wait for; `None` if it waits.
///
/// It is given in place, since moving it costs as much as many a road takes.
pub(crate) fn at_once<T>(road: Pin<&mut impl Future<Output = T>>) -> Option<T> {
    let mut context = std::task::Context::from_waker(std::task::Waker::noop());
    match road.poll(&mut context) {
        std::task::Poll::Ready(output) => Some(output),
        std::task::Poll::Pending => None,
    }
}

//! Road 2, from a request to a payload: locate, verify, judge. Each step hands a new type to the next, so that none can be skipped.

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
mod standing;
mod terms;
pub(crate) mod verify;

pub use self::policy::Policy;
use self::{
    check::{CheckedRequest, Evidence},
    terms::Terms,
};
#[cfg(feature = "axum")]
use self::{remember::Verification, verify::Verified};
use crate::{Claims, ErrorKind, FastJwt, NumericDate, Realm, TokenPayload, UsageFault};
#[cfg(feature = "axum")]
use crate::{Error, Location, NoClaims, RequestFault, TokenFault, TokenKind, body::ReadBody};
#[cfg(feature = "axum")]
use http::request::Parts;

/// The road without a request: the text is given.
pub(crate) async fn token<C: Claims, R: Realm>(
    jwt: &FastJwt<R>,
    token: &str,
    policy: &Policy,
) -> Result<TokenPayload<C, R>, ErrorKind> {
    if let Some(parameter) = policy.subject_param {
        return Err(UsageFault::MissingRouteParameter(parameter).into());
    }
    let terms = Terms::new(jwt.config(), policy, NumericDate::from(jwt.config().clock.now()));
    let (verified, signed) = verify::verify::<C, R>(terms, token).await?;
    policy.judge_kind(verified.claims())?;
    let good = standing::judge::<C, R>(terms, &signed.basis.issuer, verified.claims()).await?;
    policy.judge_reach(verified.claims(), terms)?;
    let evidence = Evidence { terms, claims: verified.shared(), signed: &signed };
    check::run(evidence, CheckedRequest::none()).await?;
    let refreshable = signed.refreshable(jwt.config(), verified.claims(), good);
    Ok(verified.into_payload().with_refreshable(refreshable))
}

/// The road of every door: `None` only where the policy lets a request without a token in.
#[cfg(feature = "axum")]
pub(crate) async fn request<C: Claims, R: Realm>(
    jwt: &FastJwt<R>,
    parts: &mut Parts,
    policy: &Policy,
) -> Result<Option<TokenPayload<C, R>>, Error> {
    let mut found = None;
    match found_token(jwt, parts, policy, &mut found).await {
        Ok(payload) => Ok(payload),
        Err(ErrorKind::Request(RequestFault::MissingToken)) if policy.passes_without_token() => Ok(None),
        Err(kind) => {
            let cookie = found.filter(|(location, _)| *location == Location::Cookie);
            Err(jwt.error(kind).of_cookie(cookie.map(|(_, kind)| kind)))
        }
    }
}

/// The road itself; `found` is where the token was, and as which kind, whatever becomes of it. `None` is an expired token that
/// the policy lets in as none.
#[cfg(feature = "axum")]
async fn found_token<C: Claims, R: Realm>(
    jwt: &FastJwt<R>,
    parts: &mut Parts,
    policy: &Policy,
    found: &mut Option<(Location, TokenKind)>,
) -> Result<Option<TokenPayload<C, R>>, ErrorKind> {
    let config = jwt.config();
    // Its bytes are shared, not copied.
    let body = parts.extensions.get::<ReadBody>().cloned();
    let located = locate::locate(config, policy, &parts.headers, &parts.uri, body.as_ref())?;
    let (location, _) = *found.insert((located.location(), located.kind()));
    origin::check(config, location, parts)?;
    let remembered = remember::find::<R>(config, &parts.extensions, &located);
    // All doors of a request judge at one moment.
    let now = remembered.as_deref().map_or_else(|| NumericDate::from(config.clock.now()), Verification::moment);
    let terms = Terms::new(config, policy, now);
    let recalled = match remembered {
        Some(verification) => {
            verification.recall::<C, R>(terms).map(|verified| (verified, verification)).map_err(ErrorKind::from)
        }
        None => verify::verify(terms, located.token()).await.map(|(verified, signed)| {
            let verification = remember::remember(terms, &mut parts.extensions, &located, signed, &verified);
            (verified, verification)
        }),
    };
    let (verified, verification) = match recalled {
        Err(ErrorKind::Token(TokenFault::Expired { .. })) if policy.passes_expired() => {
            remember::let_in_expired::<R>(config, &mut parts.extensions, &located, policy);
            return Ok(None);
        }
        recalled => recalled?,
    };
    let claims = verified.claims();
    policy.judge_kind(claims)?;
    csrf::check(config, policy, parts, &located, claims.csrf.as_deref())?;
    let good = match verification.good().filter(|_| policy.revocation) {
        // All doors of a request judge at one moment, and at that moment the store has answered.
        Some(good) => Some(good),
        None => standing::judge::<C, R>(terms, &verification.signed.basis.issuer, claims).await?,
    };
    verification.note(good);
    policy.judge_reach(claims, terms)?;
    policy.judge_route(claims, parts)?;
    let evidence = Evidence { terms, claims: verified.shared(), signed: &verification.signed };
    check::run(evidence, CheckedRequest::of(parts)).await?;
    remember::let_in::<R>(&mut parts.extensions, policy);
    let refreshable = verification.signed.refreshable(config, claims, good);
    Ok(Some(verified.into_payload().found_in(location).with_refreshable(refreshable)))
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
    let body = parts.extensions.get::<ReadBody>().cloned();
    if let Some(policy) = remember::let_in_by::<R>(config, &parts.extensions)
        && let Ok(located) = locate::locate(config, &policy, &parts.headers, &parts.uri, body.as_ref())
    {
        if optional && remember::was_let_in_expired::<R>(config, &parts.extensions, &located) {
            return Ok(None);
        }
        if let Some(verification) = remember::find::<R>(config, &parts.extensions, &located) {
            let terms = Terms::new(config, &policy, verification.moment());
            let verified: Verified<NoClaims, R> = verification.recall(terms).map_err(|fault| jwt.error(fault))?;
            return Ok(Some(verified.into_payload().found_in(located.location())));
        }
    }
    let policy = if optional { Policy::access().optional() } else { Policy::access() };
    request(jwt, parts, &policy).await
}

/// What a road comes to that has nothing to wait for; `None` if it waits.
pub(crate) fn at_once<T>(road: impl Future<Output = T>) -> Option<T> {
    let mut context = std::task::Context::from_waker(std::task::Waker::noop());
    match std::pin::pin!(road).poll(&mut context) {
        std::task::Poll::Ready(output) => Some(output),
        std::task::Poll::Pending => None,
    }
}

//! Road 2, from a request to a payload: locate, verify, judge. Each step hands a new type to the next, so that none can be skipped.

pub(crate) mod check;
mod header;
#[cfg(feature = "axum")]
pub(crate) mod locate;
mod policy;
#[cfg(feature = "axum")]
pub(crate) mod remember;
mod terms;
pub(crate) mod verify;

pub use self::policy::Policy;
use self::{
    check::{CheckedRequest, Evidence},
    terms::Terms,
};
use crate::{Claims, ErrorKind, FastJwt, Realm, TokenPayload, UsageFault};
#[cfg(feature = "axum")]
use crate::{NoClaims, RequestFault, TokenFault};

/// The road without a request: the text is given.
pub(crate) async fn token<C: Claims, R: Realm>(
    jwt: &FastJwt<R>,
    token: &str,
    policy: &Policy,
) -> Result<TokenPayload<C, R>, ErrorKind> {
    if let Some(parameter) = policy.subject_param {
        return Err(UsageFault::MissingRouteParameter(parameter).into());
    }
    let terms = Terms::new(jwt.config(), policy);
    let (verified, json) = verify::verify::<C, R>(terms, token).await?;
    policy.judge_kind(verified.claims())?;
    policy.judge_reach(verified.claims(), terms)?;
    let evidence = Evidence { terms, claims: verified.shared(), json: &json };
    check::run(evidence, CheckedRequest::none()).await?;
    Ok(verified.into_payload())
}

/// The road of every door: `None` only where the policy lets a request without a token in.
#[cfg(feature = "axum")]
pub(crate) async fn request<C: Claims, R: Realm>(
    jwt: &FastJwt<R>,
    parts: &mut http::request::Parts,
    policy: &Policy,
) -> Result<Option<TokenPayload<C, R>>, ErrorKind> {
    let config = jwt.config();
    let terms = Terms::new(config, policy);
    let located = match locate::locate(config, &parts.headers) {
        Ok(located) => located,
        Err(RequestFault::MissingToken) if policy.passes_without_token() => return Ok(None),
        Err(fault) => return Err(fault.into()),
    };
    let verified = match remember::recall(terms, &parts.extensions, &located) {
        Ok(None) => match verify::verify(terms, located.token()).await {
            Ok((verified, json)) => {
                let verification = remember::remember(config, &mut parts.extensions, &located, json, &verified);
                Ok((verified, verification))
            }
            Err(error) => Err(error),
        },
        Ok(Some(recalled)) => Ok(recalled),
        Err(fault) => Err(fault.into()),
    };
    let (verified, verification) = match verified {
        Err(ErrorKind::Token(TokenFault::Expired { .. })) if policy.passes_expired() => {
            remember::let_in_expired::<R>(config, &mut parts.extensions, &located);
            return Ok(None);
        }
        verified => verified?,
    };
    let claims = verified.claims();
    policy.judge_kind(claims)?;
    // Proof against cross-site requests, revocation and the session are judged here.
    policy.judge_reach(claims, terms)?;
    policy.judge_route(claims, parts)?;
    let evidence = Evidence { terms, claims: verified.shared(), json: &verification.json };
    check::run(evidence, CheckedRequest::of(parts)).await?;
    remember::let_in::<R>(&mut parts.extensions, policy);
    Ok(Some(verified.into_payload()))
}

/// Whose token another door of the same request has let in, whatever that door demanded; a valid access token is demanded where
/// there was no door. `None` only if `optional`.
#[cfg(feature = "axum")]
pub(crate) async fn whose<R: Realm>(
    jwt: &FastJwt<R>,
    parts: &mut http::request::Parts,
    optional: bool,
) -> Result<Option<TokenPayload<NoClaims, R>>, ErrorKind> {
    let config = jwt.config();
    if let Ok(located) = locate::locate(config, &parts.headers) {
        if let Some(policy) = remember::let_in_by::<R>(config, &parts.extensions, &located) {
            let recalled = remember::recall::<NoClaims, R>(Terms::new(config, &policy), &parts.extensions, &located)?;
            return Ok(recalled.map(|(verified, _)| verified.into_payload()));
        }
        if optional && remember::was_let_in_expired::<R>(config, &parts.extensions, &located) {
            return Ok(None);
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

//! Road 2, from a request to a payload: locate, verify, judge. Each step hands a new type to the next, so that none can be skipped.

#[cfg(feature = "axum")]
mod csrf;
mod header;
#[cfg(feature = "axum")]
pub(crate) mod locate;
#[cfg(feature = "axum")]
pub(crate) mod origin;
mod policy;
mod provenance;
#[cfg(feature = "axum")]
pub(crate) mod remember;
pub(crate) mod verify;

pub use self::policy::Policy;
use crate::{Claims, ErrorKind, FastJwt, Realm, TokenPayload, UsageFault};
#[cfg(feature = "axum")]
use crate::{Error, Location, RequestFault, body::ReadBody};
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
    let (verified, _) = verify::verify::<C, R>(jwt.config(), token).await?;
    policy.judge_kind(&verified)?;
    policy.judge(&verified)?;
    Ok(verified.into_payload())
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
        Ok(payload) => Ok(Some(payload)),
        Err(ErrorKind::Request(RequestFault::MissingToken)) if policy.optional => Ok(None),
        Err(kind) => {
            let is_cookie = found == Some(Location::Cookie);
            Err(jwt.error(kind).of_cookie(is_cookie.then_some(policy.kind)))
        }
    }
}

/// The road itself; `found` is where the token was, whatever becomes of it.
#[cfg(feature = "axum")]
async fn found_token<C: Claims, R: Realm>(
    jwt: &FastJwt<R>,
    parts: &mut Parts,
    policy: &Policy,
    found: &mut Option<Location>,
) -> Result<TokenPayload<C, R>, ErrorKind> {
    let config = jwt.config();
    // Its bytes are shared, not copied.
    let body = parts.extensions.get::<ReadBody>().cloned();
    let located = locate::locate(config, policy, &parts.headers, &parts.uri, body.as_ref())?;
    let location = *found.insert(located.location());
    origin::check(config, location, parts)?;
    let verified = if let Some(verified) = remember::recall::<C, R>(config, &parts.extensions, &located)? {
        verified
    } else {
        let (verified, signed) = verify::verify(config, located.token()).await?;
        remember::remember(config, &mut parts.extensions, &located, signed, &verified);
        verified
    };
    policy.judge_kind(&verified)?;
    csrf::check(config, policy, parts, &located, verified.claims().csrf.as_deref())?;
    policy.judge(&verified)?;
    policy.judge_route(&verified, parts)?;
    Ok(verified.into_payload().found_in(location))
}

/// What a road comes to that has nothing to wait for; `None` if it waits.
pub(crate) fn at_once<T>(road: impl Future<Output = T>) -> Option<T> {
    let mut context = std::task::Context::from_waker(std::task::Waker::noop());
    match std::pin::pin!(road).poll(&mut context) {
        std::task::Poll::Ready(output) => Some(output),
        std::task::Poll::Pending => None,
    }
}

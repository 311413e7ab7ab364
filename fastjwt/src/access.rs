//! Road 2, from a request to a payload: locate, verify, judge. Each step hands a new type to the next, so that none can be skipped.

mod header;
#[cfg(feature = "axum")]
pub(crate) mod locate;
mod policy;
mod provenance;
#[cfg(feature = "axum")]
pub(crate) mod remember;
pub(crate) mod verify;

pub use self::policy::Policy;
use crate::{Claims, ErrorKind, FastJwt, Realm, TokenPayload, UsageFault};

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
    policy.judge(&verified)?;
    Ok(verified.into_payload())
}

/// The road of every door: `None` only where the policy lets a request without a token in.
#[cfg(feature = "axum")]
pub(crate) async fn request<C: Claims, R: Realm>(
    jwt: &FastJwt<R>,
    parts: &mut http::request::Parts,
    policy: &Policy,
) -> Result<Option<TokenPayload<C, R>>, ErrorKind> {
    let located = match locate::locate(jwt.config(), &parts.headers) {
        Ok(located) => located,
        Err(crate::RequestFault::MissingToken) if policy.optional => return Ok(None),
        Err(fault) => return Err(fault.into()),
    };
    let verified = if let Some(verified) = remember::recall(jwt.config(), &parts.extensions, &located)? {
        verified
    } else {
        let (verified, signed) = verify::verify(jwt.config(), located.token()).await?;
        remember::remember(jwt.config(), &mut parts.extensions, &located, signed, &verified);
        verified
    };
    policy.judge(&verified)?;
    policy.judge_route(&verified, parts)?;
    Ok(Some(verified.into_payload()))
}

/// What a road comes to that has nothing to wait for; `None` if it waits.
pub(crate) fn at_once<T>(road: impl Future<Output = T>) -> Option<T> {
    let mut context = std::task::Context::from_waker(std::task::Waker::noop());
    match std::pin::pin!(road).poll(&mut context) {
        std::task::Poll::Ready(output) => Some(output),
        std::task::Poll::Pending => None,
    }
}

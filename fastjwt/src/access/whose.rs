//! After the doors: whose token one of them has let in, and how it stands while somebody holds on to it.

use http::request::Parts;

use super::{Policy, locate, pass_or_refuse, remember, request, terms::Terms, trail::Trail};
#[cfg(feature = "ws")]
use super::{Signer, standing};
#[cfg(feature = "ws")]
use crate::{Claims, ErrorKind, NumericDate};
use crate::{Error, FastJwt, NoClaims, Realm, TokenPayload};

/// Whose token another door of the same request has let in, whatever that door demanded; a valid access token is demanded where
/// there was no door. `None` only if `optional`.
pub(crate) async fn whose<R: Realm>(
    jwt: &FastJwt<R>,
    parts: &mut Parts,
    optional: bool,
) -> Result<Option<TokenPayload<NoClaims, R>>, Error> {
    let config = jwt.config();
    if let Some(policy) = remember::let_in_by::<R>(config, &parts.extensions) {
        let located = match locate::locate(config, &policy, &parts.headers, &parts.uri, &parts.extensions) {
            Ok(located) => located,
            // Elsewhere in the request there may be a token that the door was not to look at.
            Err(fault) => return pass_or_refuse(jwt, parts, &policy_of(optional).last(), fault, &Trail::default()),
        };
        if optional && remember::was_let_in_expired::<R>(config, &parts.extensions, &located) {
            return Ok(None);
        }
        if let Some(verification) = remember::find_let_in::<R>(config, &parts.extensions, &located) {
            let terms = &Terms::new(config, &policy, verification.moment());
            let mut trail = Trail::default();
            let (location, _) = trail.is_found(&located);
            let verified = trail.recall::<NoClaims, R>(terms, verification);
            let verified = verified.map_err(|fault| trail.refuse(jwt, fault.into()))?;
            return Ok(Some(verified.into_payload(terms.config, terms.policy).found_in(location)));
        }
    }
    request(jwt, parts, &policy_of(optional)).await
}

/// What is demanded of a token that no door has let in.
const fn policy_of(optional: bool) -> Policy {
    if optional { Policy::access().optional() } else { Policy::access() }
}

/// Whose signature the token of this payload bears.
#[cfg(feature = "ws")]
pub(crate) fn signer<C, R: Realm>(jwt: &FastJwt<R>, payload: &TokenPayload<C, R>) -> Signer {
    Signer::of(payload.held().signed(), jwt.config())
}

/// How a token that was let in before stands now: whether its key is there still, and what the store says.
#[cfg(feature = "ws")]
pub(crate) async fn stands<C: Claims, R: Realm>(
    jwt: &FastJwt<R>,
    payload: &TokenPayload<C, R>,
    signer: &Signer,
) -> Result<(), ErrorKind> {
    let (config, policy) = (jwt.config(), Policy::any());
    let terms = Terms::new(config, &policy, NumericDate::from(config.clock.now()));
    signer.is_there(config, terms.now()).await?;
    let Some(sessions) = standing::who_is_asked(&terms) else { return Ok(()) };
    let is_foreign = config.is_foreign(payload.iss.as_deref());
    standing::judge::<C, R>(sessions, &terms, is_foreign, payload).await.map(drop)
}

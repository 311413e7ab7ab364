//! Whether a token is revoked, or its session has ended: the one question to the store on the road.

use super::terms::Terms;
use crate::{
    ErrorKind, Realm, RegisteredClaims,
    config::Sessions,
    session::{
        Check, Ends,
        asking::Unchecked,
        event::{self, Whose},
    },
};

/// What the store said of a token that is good.
#[derive(Debug, Clone, Copy)]
pub(super) struct Good {
    /// The ends of its session, if it belongs to one.
    pub(super) ends: Option<Ends>,
}

/// Who is asked, if anyone is: nobody waits where there is nobody.
#[inline]
pub(super) fn who_is_asked<'t>(terms: &Terms<'t>) -> Option<&'t Sessions> {
    terms.config.sessions.as_ref().filter(|_| terms.policy.revocation)
}

/// Asks the store about a token; `None` if it could not tell and the configuration lets the token in.
pub(super) async fn judge<C, R: Realm>(
    sessions: &Sessions,
    terms: &Terms<'_>,
    is_foreign: bool,
    claims: &RegisteredClaims<C>,
) -> Result<Option<Good>, ErrorKind> {
    match sessions.check(terms.config, Check::of::<C, R>(claims, is_foreign, terms.now())).await {
        Ok(ends) => Ok(Some(Good { ends })),
        Err(Unchecked::Unknown) if sessions.fail_open => {
            let whose = Whose { realm: R::NAME, sub: &claims.sub, sid: claims.sid.as_deref() };
            event::store_bypassed(whose, claims.jti.as_deref());
            Ok(None)
        }
        Err(unchecked) => Err(unchecked.into()),
    }
}

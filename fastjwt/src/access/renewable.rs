//! The road of the implicit refresh: as far as the csrf value before the handler, and what may have changed behind it after it.
//!
//! Nobody is let in here: whose token it is, a door has to say.

use std::sync::Arc;

use http::{header::COOKIE, request::Parts};

use super::{
    Policy,
    check::{self, CheckedRequest, Evidence},
    csrf,
    held::Verified,
    locate, origin,
    remember::{self, Earlier, Verification},
    terms::Terms,
    trail::Trail,
    verify,
};
use crate::{
    ClaimMap, ErrorKind, FastJwt, Location, NoClaims, NumericDate, Realm, RegisteredClaims,
    config::Settings,
    session::{Check, Ends, renewal::Presented},
};

const POLICY: Policy = Policy::access();

/// A good access token of this service's own, that came in a cookie, with a proof where one is needed.
pub(crate) struct Renewable<R> {
    verified: Verified<NoClaims, R>,
    verification: Arc<Verification>,
    /// The request, if the service's own checks want to see it.
    parts: Option<Parts>,
}

/// The token of a request on its way to the handler; `None` if there is none that could ever be renewed.
///
/// Neither a store nor the service's own checks are asked yet: what they say after the handler is what counts.
pub(crate) async fn arrive<R: Realm>(jwt: &FastJwt<R>, parts: &mut Parts) -> Result<Option<Renewable<R>>, ErrorKind> {
    let config = jwt.config();
    if !parts.headers.contains_key(COOKIE) {
        return Ok(None);
    }
    let located = locate::locate(config, &POLICY, &parts.headers, &parts.uri, &parts.extensions)?;
    if located.location() != Location::Cookie {
        return Ok(None);
    }
    origin::check(config, Location::Cookie, parts)?;
    let remembered = remember::find::<R>(config, &parts.extensions, &located);
    let now = remembered.moment().unwrap_or_else(|| NumericDate::from(config.clock.now()));
    let terms = &Terms::new(config, &POLICY, now);
    let (verified, verification) = if let Earlier::This(verification) = remembered {
        (verification.recall::<NoClaims, R>(terms)?, verification)
    } else {
        let verified = verify::verify(terms, located.token(), &mut Trail::default()).await?;
        remember::expect_alone::<R>(config, parts, &located, verified.claims().kind)?;
        let verification = remember::remember(terms, &mut parts.extensions, &located, &verified);
        (verified, verification)
    };
    let claims = verified.claims();
    POLICY.judge_kind(claims)?;
    csrf::check(config, &POLICY, parts, (located.location(), located.kind()), claims.csrf.as_deref())?;
    // A session that can't be asked about may have ended.
    let is_known = config.sessions.is_some() || claims.sid.is_none();
    if verified.is_foreign(config) || !is_known {
        return Ok(None);
    }
    let parts = (!config.hooks.checks.is_empty()).then(|| parts.clone());
    Ok(Some(Renewable { verified, verification, parts }))
}

impl<R: Realm> Renewable<R> {
    pub(crate) fn claims(&self) -> &RegisteredClaims {
        self.verified.claims()
    }

    /// The token, for who has a word on its follower.
    pub(crate) fn presented<'p>(&'p self, config: &'p Settings) -> Presented<'p> {
        let (claims, json) = (self.claims(), self.verified.signed().json());
        Presented { config, claims, json, location: Some(Location::Cookie) }
    }

    /// Judges the token once more, at the moment `now`, and asks the store and the service's own checks about it: what it says
    /// besides, and the ends of its session, if it belongs to one.
    ///
    /// The store is asked once, and keeps the session from idling. What it can't tell is no renewal, whatever the doors make of it.
    pub(crate) async fn confirm(
        &self,
        jwt: &FastJwt<R>,
        now: NumericDate,
    ) -> Result<(ClaimMap, Option<Ends>), ErrorKind> {
        let config = jwt.config();
        let Self { verified, verification, parts } = self;
        let terms = &Terms::new(config, &POLICY, now);
        let all = verify::judge_claims::<ClaimMap, R>(terms, verified.signed())?;
        let claims = verified.claims();
        let ends = match &config.sessions {
            None => None,
            Some(sessions) => {
                // The store keeps it from moving back. What a door has learnt of the session keeps it within the session's end.
                let known = verification.good().and_then(|good| good.ends);
                let idle = now.saturating_add(sessions.idle_timeout.unwrap_or(config.refresh_token_expires_in));
                let idle = known.map_or(idle, |ends| idle.min(ends.absolute));
                sessions.renew(config, Check::of::<NoClaims, R>(claims, false, now), idle).await?
            }
        };
        let request = parts.as_ref().map_or_else(CheckedRequest::none, CheckedRequest::of);
        check::run(Evidence::of(terms, verified).found_in(Location::Cookie), request).await?;
        Ok((all.extra, ends))
    }
}

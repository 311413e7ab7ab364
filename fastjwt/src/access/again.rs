//! The short way of a token that comes again: what the road does where nothing is wrong.
//!
//! It judges by the road's own steps and finds no faults: where one fails, or something is not as most requests have it, the road is walked
//! as if nobody had been here. So it knows no error, and what it takes fits beside axum's own in the processor's nearest caches.
//!
//! A request goes this way with its token alone in a header, to a handler's only door. Of the road's other steps that needs none: neither
//! its origin nor a csrf value is asked for, its form and size are those of a token that was kept, and nothing is left for other doors.

use std::time::SystemTime;

use super::{
    Policy,
    cache::Reader,
    held::{Known, Verified},
    terms::Terms,
    trail, verify,
};
#[cfg(feature = "axum")]
use super::{locate, policy::Followers, remember};
use crate::{Claims, NumericDate, Realm, TokenPayload, config::AwaitsNothing};
#[cfg(feature = "axum")]
use {crate::Location, http::request::Parts};

/// The payload of a token that came before and is let in. `None` says nothing about it.
///
/// The clock is looked at once: if it was here, the road is told the `moment`.
#[inline]
pub(super) fn token<C: Claims, R: Realm>(
    token: &[u8],
    policy: &Policy,
    nothing: AwaitsNothing<'_>,
    moment: &mut Option<SystemTime>,
) -> Option<TokenPayload<C, R>> {
    let config = nothing.settings();
    let verified: Verified<C, R> = known(token, Reader::Anybody, policy, nothing, moment)?;
    trail::accept(config, None, &verified);
    Some(verified.into_payload(config, policy))
}

/// The same for the token of a request.
#[cfg(feature = "axum")]
#[inline]
pub(super) fn request<C: Claims, R: Realm>(
    parts: &Parts,
    policy: &Policy,
    nothing: AwaitsNothing<'_>,
    moment: &mut Option<SystemTime>,
) -> Option<TokenPayload<C, R>> {
    let config = nothing.settings();
    if policy.followers != Followers::Nobody {
        return None;
    }
    let token = locate::alone_in_header(config, policy, &parts.headers)?;
    // All doors of a request judge at the moment of the first.
    if remember::was_anybody_here::<R>(&parts.extensions) {
        return None;
    }
    let verified: Verified<C, R> = known(token, Reader::Handler, policy, nothing, moment)?;
    trail::accept(config, Some(Location::Header.as_str()), &verified);
    Some(verified.into_payload(config, policy).found_in(Location::Header))
}

/// A token that came before and is good for what the policy demands, of itself: of a route nothing is known here.
#[inline]
fn known<C: Claims, R: Realm>(
    token: &[u8],
    reader: Reader,
    policy: &Policy,
    nothing: AwaitsNothing<'_>,
    moment: &mut Option<SystemTime>,
) -> Option<Verified<C, R>> {
    let config = nothing.settings();
    let cache = config.cache.as_ref().filter(|_| policy.subject_param.is_none())?;
    let Known::So(held) = cache.find::<C>(token, reader)? else { return None };
    let signed = held.signed();
    if !signed.basis.is_settled(config) {
        return None;
    }
    if let (Some(kind), Some(plain)) = (policy.only_kind(), &signed.plain) {
        // Where two seconds make no difference, nobody asks for the exact moment.
        if config.clock.lately().is_none_or(|lately| !plain.is_surely_good(kind, lately)) {
            let now = *moment.insert(config.clock.now());
            if !plain.is_good(kind, now) {
                return None;
            }
        }
    } else {
        let now = *moment.insert(config.clock.now());
        let terms = &Terms::new(config, policy, NumericDate::from(now));
        verify::judge_held(terms, &held).ok()?;
        policy.judge_kind(&held.claims).ok()?;
        policy.judge_reach(&held.claims, terms).ok()?;
    }
    Some(Verified::new(held))
}

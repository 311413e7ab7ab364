//! Road 2, from a request to a payload: locate, verify, judge. A payload is made of nothing but what was verified.

mod again;
pub(crate) mod cache;
pub(crate) mod check;
#[cfg(feature = "axum")]
mod csrf;
mod form;
mod header;
pub(crate) mod held;
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
#[cfg(feature = "axum")]
mod whose;

use std::time::SystemTime;

pub use self::policy::Policy;
#[cfg(feature = "axum")]
pub(crate) use self::whose::whose;
use self::{
    check::{CheckedRequest, Evidence},
    held::Verified,
    standing::Good,
    terms::Terms,
    trail::Trail,
};
#[cfg(feature = "axum")]
use self::{
    locate::Located,
    policy::Followers,
    remember::{Earlier, Verification},
};
#[cfg(feature = "ws")]
pub(crate) use self::{
    provenance::Signer,
    whose::{signer, stands},
};
use crate::{
    Claims, Error, ErrorKind, FastJwt, NumericDate, Realm, TokenPayload, UsageFault,
    config::{AwaitsNothing, Settings},
};
#[cfg(feature = "axum")]
use crate::{Location, RegisteredClaims, RequestFault, TokenFault, TokenKind, config::Sessions};
#[cfg(feature = "axum")]
use {
    http::{Extensions, request::Parts},
    std::pin::Pin,
};

/// The road without a request: the text is given.
pub(crate) async fn token<C: Claims, R: Realm>(
    jwt: &FastJwt<R>,
    token: &str,
    policy: &Policy,
) -> Result<TokenPayload<C, R>, Error> {
    if let Some(nothing) = jwt.config().awaits_nothing() {
        return token_at_once(jwt, token, policy, nothing);
    }
    let mut trail = Trail::default();
    given_token(jwt.config(), token, policy, &mut trail).await.map_err(|kind| trail.refuse(jwt, kind))
}

async fn given_token<C: Claims, R: Realm>(
    config: &Settings,
    token: &str,
    policy: &Policy,
    trail: &mut Trail,
) -> Result<TokenPayload<C, R>, ErrorKind> {
    let terms = &given_terms(config, policy, None)?;
    let verified = verify::verify(terms, token.as_bytes(), trail).await?;
    let judged = judge_given(terms, &verified).await;
    let (verified, good) = trail.go_on(verified, judged)?;
    trail.accept(terms.config, &verified);
    Ok(payload(terms, verified, good))
}

async fn judge_given<C: Claims, R: Realm>(
    terms: &Terms<'_>,
    verified: &Verified<C, R>,
) -> Result<Option<Good>, ErrorKind> {
    let (config, claims) = (terms.config, verified.claims());
    terms.policy.judge_kind(claims)?;
    let good = match standing::who_is_asked(terms) {
        Some(sessions) => standing::judge::<C, R>(sessions, terms, verified.is_foreign(config), claims).await?,
        None => None,
    };
    terms.policy.judge_reach(claims, terms)?;
    if check::is_there_one(config) {
        check::run(Evidence::of(terms, verified), CheckedRequest::none()).await?;
    }
    Ok(good)
}

/// The same where there is nothing to wait for.
pub(crate) fn token_at_once<C: Claims, R: Realm>(
    jwt: &FastJwt<R>,
    token: &str,
    policy: &Policy,
    nothing: AwaitsNothing<'_>,
) -> Result<TokenPayload<C, R>, Error> {
    let mut moment = None;
    if let Some(payload) = again::token(token.as_bytes(), policy, nothing, &mut moment) {
        return Ok(payload);
    }
    let mut trail = Trail::default();
    given_token_at_once(token, policy, &mut trail, (nothing, moment)).map_err(|kind| trail.refuse(jwt, kind))
}

fn given_token_at_once<C: Claims, R: Realm>(
    token: &str,
    policy: &Policy,
    trail: &mut Trail,
    (nothing, moment): (AwaitsNothing<'_>, Option<SystemTime>),
) -> Result<TokenPayload<C, R>, ErrorKind> {
    let terms = &given_terms(nothing.settings(), policy, moment)?;
    let verified: Verified<C, R> = verify::verify_own(terms, token.as_bytes(), trail)?;
    let claims = verified.claims();
    let judged = policy.judge_kind(claims).and_then(|()| policy.judge_reach(claims, terms));
    let (verified, ()) = trail.go_on(verified, judged)?;
    trail.accept(terms.config, &verified);
    Ok(payload(terms, verified, None))
}

#[inline]
fn given_terms<'t>(
    config: &'t Settings,
    policy: &'t Policy,
    moment: Option<SystemTime>,
) -> Result<Terms<'t>, UsageFault> {
    match policy.subject_param {
        Some(parameter) => Err(UsageFault::MissingRouteParameter(parameter)),
        None => Ok(Terms::new(config, policy, moment_of(config, moment))),
    }
}

/// When a token is judged; somebody may have looked at the clock before.
#[inline]
fn moment_of(config: &Settings, moment: Option<SystemTime>) -> NumericDate {
    NumericDate::from(moment.unwrap_or_else(|| config.clock.now()))
}

/// The road of every door: `None` only where the policy lets a request without a token in.
#[cfg(feature = "axum")]
pub(crate) async fn request<C: Claims, R: Realm>(
    jwt: &FastJwt<R>,
    parts: &mut Parts,
    policy: &Policy,
) -> Result<Option<TokenPayload<C, R>>, Error> {
    match jwt.config().awaits_nothing() {
        Some(nothing) => {
            let mut moment = None;
            match again::request(parts, policy, nothing, &mut moment) {
                Some(payload) => Ok(Some(payload)),
                None => request_at_once(jwt, parts, policy, nothing, moment),
            }
        }
        // A handler's future that held all of such a road would be five times as large.
        None => Box::pin(waiting_request(jwt, parts, policy)).await,
    }
}

#[cfg(feature = "axum")]
async fn waiting_request<C: Claims, R: Realm>(
    jwt: &FastJwt<R>,
    parts: &mut Parts,
    policy: &Policy,
) -> Result<Option<TokenPayload<C, R>>, Error> {
    let mut trail = Trail::default();
    let found = found_token(jwt.config(), parts, policy, &mut trail).await;
    found.or_else(|kind| pass_or_refuse(jwt, parts, policy, kind, &trail))
}

#[cfg(feature = "axum")]
fn request_at_once<C: Claims, R: Realm>(
    jwt: &FastJwt<R>,
    parts: &mut Parts,
    policy: &Policy,
    nothing: AwaitsNothing<'_>,
    moment: Option<SystemTime>,
) -> Result<Option<TokenPayload<C, R>>, Error> {
    let mut trail = Trail::default();
    let found = found_token_at_once(parts, policy, &mut trail, (nothing, moment));
    found.or_else(|kind| pass_or_refuse(jwt, parts, policy, kind, &trail))
}

#[cfg(feature = "axum")]
fn pass_or_refuse<T, R: Realm>(
    jwt: &FastJwt<R>,
    parts: &mut Parts,
    policy: &Policy,
    kind: ErrorKind,
    trail: &Trail,
) -> Result<Option<T>, Error> {
    match kind {
        ErrorKind::Request(RequestFault::MissingToken) if policy.passes_without_token() => {
            if policy.followers != Followers::Nobody {
                remember::let_in_without::<R>(jwt.config(), &mut parts.extensions, policy);
            }
            Ok(None)
        }
        kind => Err(trail.refuse(jwt, kind).of_cookie(trail.cookie())),
    }
}

/// The road itself. `None` is an expired token that the policy lets in as none.
#[cfg(feature = "axum")]
async fn found_token<C: Claims, R: Realm>(
    config: &Settings,
    parts: &mut Parts,
    policy: &Policy,
    trail: &mut Trail,
) -> Result<Option<TokenPayload<C, R>>, ErrorKind> {
    let located = locate::locate_to_verify(config, policy, &parts.headers, &parts.uri, &parts.extensions)?;
    let found @ (location, _) = trail.is_found(&located);
    origin::check(config, location, parts)?;
    let earlier = remember::find::<R>(config, &parts.extensions, &located);
    let is_other = matches!(earlier, Earlier::Other);
    let terms = &door_terms(config, policy, &earlier, None);
    let verified = match earlier {
        Earlier::This(verification) => trail.recall(terms, verification).map_err(ErrorKind::from),
        Earlier::Nothing | Earlier::Other => {
            verify::verify(terms, located.token(), trail).await.map_err(|kind| or_odd_form(kind, &located))
        }
    };
    if is_other && let Ok(verified) = &verified {
        remember::expect_alone::<R>(config, parts, &located, verified.claims().kind)?;
    }
    let Some(verified) = pass_to_others::<C, R>(terms, verified, &mut parts.extensions, &located, trail)? else {
        return Ok(None);
    };
    let judged = judge_door(terms, &verified, parts, found, trail.shared.as_deref()).await;
    let (verified, good) = trail.go_on(verified, judged)?;
    Ok(Some(let_in(terms, verified, good, &mut parts.extensions, trail)))
}

/// What this door demands of a token, all of it.
#[cfg(feature = "axum")]
async fn judge_door<C: Claims, R: Realm>(
    terms: &Terms<'_>,
    verified: &Verified<C, R>,
    parts: &mut Parts,
    found: (Location, TokenKind),
    shared: Option<&Verification>,
) -> Result<Option<Good>, ErrorKind> {
    let claims = verified.claims();
    judge_use(terms, claims, parts, found)?;
    let good = match standing::who_is_asked(terms) {
        Some(sessions) => ask_once(sessions, terms, verified, shared).await?,
        None => None,
    };
    judge_reach(terms, claims, parts)?;
    if check::is_there_one(terms.config) {
        check::run(Evidence::of(terms, verified).found_in(found.0), CheckedRequest::of(parts)).await?;
    }
    Ok(good)
}

/// The same, step by step, where neither keys are fetched nor a store or a check is asked.
#[cfg(feature = "axum")]
#[inline]
fn found_token_at_once<C: Claims, R: Realm>(
    parts: &mut Parts,
    policy: &Policy,
    trail: &mut Trail,
    (nothing, moment): (AwaitsNothing<'_>, Option<SystemTime>),
) -> Result<Option<TokenPayload<C, R>>, ErrorKind> {
    let config = nothing.settings();
    let located = locate::locate_to_verify(config, policy, &parts.headers, &parts.uri, &parts.extensions)?;
    let found @ (location, _) = trail.is_found(&located);
    origin::check(config, location, parts)?;
    let earlier = remember::find::<R>(config, &parts.extensions, &located);
    let is_other = matches!(earlier, Earlier::Other);
    let terms = &door_terms(config, policy, &earlier, moment);
    let verified = match earlier {
        Earlier::This(verification) => trail.recall(terms, verification).map_err(ErrorKind::from),
        Earlier::Nothing | Earlier::Other => {
            verify::verify_own(terms, located.token(), trail).map_err(|kind| or_odd_form(kind, &located))
        }
    };
    if is_other && let Ok(verified) = &verified {
        remember::expect_alone::<R>(config, parts, &located, verified.claims().kind)?;
    }
    let Some(verified) = pass_to_others::<C, R>(terms, verified, &mut parts.extensions, &located, trail)? else {
        return Ok(None);
    };
    let claims = verified.claims();
    let judged = judge_use(terms, claims, parts, found).and_then(|()| judge_reach(terms, claims, parts));
    let (verified, ()) = trail.go_on(verified, judged)?;
    Ok(Some(let_in(terms, verified, None, &mut parts.extensions, trail)))
}

/// All doors of a request judge at one moment.
#[cfg(feature = "axum")]
#[inline]
fn door_terms<'t>(
    config: &'t Settings,
    policy: &'t Policy,
    earlier: &Earlier,
    moment: Option<SystemTime>,
) -> Terms<'t> {
    let now = earlier.moment().unwrap_or_else(|| moment_of(config, moment));
    Terms::new(config, policy, now)
}

/// What has the form of no token can't be told what is wrong with it as a token.
#[cfg(feature = "axum")]
fn or_odd_form(kind: ErrorKind, located: &Located<'_>) -> ErrorKind {
    located.odd_form().map_or(kind, ErrorKind::from)
}

/// Leaves what was verified to the doors behind, if there are any. `None` is an expired token that the policy lets in as none.
#[cfg(feature = "axum")]
#[inline]
fn pass_to_others<C: Claims, R: Realm>(
    terms: &Terms<'_>,
    verified: Result<Verified<C, R>, ErrorKind>,
    extensions: &mut Extensions,
    located: &Located<'_>,
    trail: &mut Trail,
) -> Result<Option<Verified<C, R>>, ErrorKind> {
    match verified {
        Ok(verified) => {
            if terms.policy.followers != Followers::Nobody {
                trail.shared.get_or_insert_with(|| remember::remember(terms, extensions, located, &verified));
            }
            Ok(Some(verified))
        }
        Err(ErrorKind::Token(TokenFault::Expired { .. })) if terms.policy.passes_expired() => {
            remember::let_in_expired::<R>(terms.config, extensions, located, terms.policy);
            Ok(None)
        }
        Err(kind) => Err(kind),
    }
}

/// Whether it is the right kind of token, and whether who sent it did so on purpose: before anything is asked of a store.
#[cfg(feature = "axum")]
#[inline]
fn judge_use<C>(
    terms: &Terms<'_>,
    claims: &RegisteredClaims<C>,
    parts: &Parts,
    found: (Location, TokenKind),
) -> Result<(), ErrorKind> {
    terms.policy.judge_kind(claims)?;
    csrf::check(terms.config, terms.policy, parts, found, claims.csrf.as_deref())
}

/// Whether it is good for what it was shown for.
#[cfg(feature = "axum")]
#[inline]
fn judge_reach<C>(terms: &Terms<'_>, claims: &RegisteredClaims<C>, parts: &mut Parts) -> Result<(), ErrorKind> {
    terms.policy.judge_reach(claims, terms)?;
    terms.policy.judge_route(claims, parts)
}

/// Asks the store for the first door of a request. All doors judge at one moment, and at that moment it has answered.
#[cfg(feature = "axum")]
async fn ask_once<C: Claims, R: Realm>(
    sessions: &Sessions,
    terms: &Terms<'_>,
    verified: &Verified<C, R>,
    shared: Option<&Verification>,
) -> Result<Option<Good>, ErrorKind> {
    let mut good = shared.and_then(Verification::good);
    if good.is_none() {
        let is_foreign = verified.is_foreign(terms.config);
        good = standing::judge::<C, R>(sessions, terms, is_foreign, verified.claims()).await?;
    }
    if let Some(verification) = shared {
        verification.note(good);
    }
    Ok(good)
}

/// The end of a request's road, which is told once however many doors there are.
#[cfg(feature = "axum")]
#[inline]
fn let_in<C: Claims, R: Realm>(
    terms: &Terms<'_>,
    verified: Verified<C, R>,
    good: Option<Good>,
    extensions: &mut Extensions,
    trail: &Trail,
) -> TokenPayload<C, R> {
    if trail.shared.is_none() || remember::let_in::<R>(extensions, terms.policy) {
        trail.accept(terms.config, &verified);
    }
    let payload = payload(terms, verified, good);
    match trail.found {
        Some((location, _)) => payload.found_in(location),
        None => payload,
    }
}

/// What a road leads to.
#[inline]
fn payload<C: Claims, R: Realm>(terms: &Terms<'_>, verified: Verified<C, R>, good: Option<Good>) -> TokenPayload<C, R> {
    let refreshable = verified.refreshable(terms.config, good);
    let mut payload = verified.into_payload(terms.config, terms.policy);
    if let Some(refreshable) = refreshable {
        payload.set_refreshable(refreshable);
    }
    payload
}

/// What a future comes to that has nothing to wait for; `None` if it waits.
///
/// It is given in place, since to move one costs as much as to run many.
#[cfg(feature = "axum")]
pub(crate) fn at_once<T>(road: Pin<&mut impl Future<Output = T>>) -> Option<T> {
    let mut context = std::task::Context::from_waker(std::task::Waker::noop());
    match road.poll(&mut context) {
        std::task::Poll::Ready(output) => Some(output),
        std::task::Poll::Pending => None,
    }
}

//! The two logouts: of one session, and of all.

use axum::response::{IntoResponse, Response};
use http::{StatusCode, request::Parts};

use super::{admit_own, answer, behind};
use crate::{
    Error, ErrorKind, FastJwt, Location, Realm, RequestFault,
    access::{
        leave::{self, Attempt},
        origin,
    },
};

pub(super) async fn here<R: Realm>(jwt: &FastJwt<R>, parts: &Parts) -> Result<Response, Error> {
    let Attempt { location, token } = leave::attempt(jwt, parts).await;
    let error = match token {
        Ok(token) => {
            jwt.log_out(&token).await?;
            // A cookie's csrf value has said that the page is this service's own.
            if location != Some(Location::Cookie) && may_take_cookies(jwt, parts, location).is_err() {
                return Ok(StatusCode::NO_CONTENT.into_response());
            }
            behind::log_out(jwt, &parts.headers, Some(token)).await?;
            return Ok((answer::no_cookies(jwt), StatusCode::NO_CONTENT).into_response());
        }
        Err(error) => error,
    };
    let answer = match error.kind() {
        // There is nothing to end; who asks is as logged out as can be, and learns nothing else.
        ErrorKind::Token(_) | ErrorKind::Request(RequestFault::MissingToken) => StatusCode::NO_CONTENT.into_response(),
        // It could be a page that another site opened, or the session may live on: the cookies stay.
        ErrorKind::Request(RequestFault::CrossOrigin | RequestFault::MissingCsrf | RequestFault::WrongCsrf)
        | ErrorKind::Usage(_)
        | ErrorKind::Denied(_)
        | ErrorKind::Machine(_) => return Err(error),
        // A cookie that can't be read must not stay for ever.
        ErrorKind::Request(_) => error.into_response(),
    };
    may_take_cookies(jwt, parts, location)?;
    if jwt.config().sessions.is_some() {
        behind::log_out(jwt, &parts.headers, None).await?;
    }
    Ok((answer::no_cookies(jwt), answer).into_response())
}

/// Where no csrf value was demanded: a form on another site, whose request brings no cookie, must not take the visitor's away. A header
/// of this kind no page can send before this service allowed it to.
fn may_take_cookies<R: Realm>(jwt: &FastJwt<R>, parts: &Parts, location: Option<Location>) -> Result<(), Error> {
    match location {
        Some(Location::Header | Location::WebSocket) => Ok(()),
        _ => origin::demand(jwt.config(), parts).map_err(|fault| jwt.error(fault)),
    }
}

pub(super) async fn everywhere<R: Realm>(jwt: &FastJwt<R>, mut parts: Parts) -> Result<Response, Error> {
    let payload = admit_own(jwt, &mut parts).await?;
    jwt.end_all_sessions(&payload.sub).await?;
    Ok((answer::no_cookies(jwt), StatusCode::NO_CONTENT).into_response())
}

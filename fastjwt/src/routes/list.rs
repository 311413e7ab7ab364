//! The list of one's sessions, and the end of one of them.

use axum::{
    extract::{FromRequestParts, RawPathParams},
    response::{IntoResponse, Response},
};
use http::{
    HeaderValue, StatusCode,
    header::{CACHE_CONTROL, CONTENT_TYPE},
    request::Parts,
};
use serde::Serialize;

use super::{admit_own, answer};
use crate::{Error, FastJwt, NumericDate, Realm, RequestFault, UsageFault, session::Session};

/// A session, as its owner sees it.
#[derive(Serialize)]
struct Listed<'a> {
    id: &'a str,
    created: NumericDate,
    refreshed: NumericDate,
    ends: NumericDate,
    idle_end: NumericDate,
    device: &'a str,
    current: bool,
}

impl<'a> Listed<'a> {
    fn new(session: &'a Session, own: Option<&str>) -> Self {
        Self {
            id: &session.id,
            created: session.created.floor(),
            refreshed: session.refreshed.floor(),
            ends: session.ends.floor(),
            idle_end: session.idle_end.floor(),
            device: &session.device,
            current: own == Some(&session.id),
        }
    }
}

pub(super) async fn list<R: Realm>(jwt: &FastJwt<R>, mut parts: Parts) -> Result<Response, Error> {
    let payload = admit_own(jwt, &mut parts).await?;
    let sessions = jwt.sessions(&payload.sub).await?;
    let listed: Vec<Listed<'_>> = sessions.iter().map(|session| Listed::new(session, payload.sid.as_deref())).collect();
    let headers = [
        (CONTENT_TYPE, HeaderValue::from_static("application/json")),
        (CACHE_CONTROL, HeaderValue::from_static("no-store")),
    ];
    let body = serde_json::to_vec(&listed)
        .map_err(|_| jwt.error(UsageFault::CannotIssue("the list of sessions can't be written".to_owned())))?;
    Ok((headers, body).into_response())
}

pub(super) async fn end<R: Realm>(jwt: &FastJwt<R>, mut parts: Parts) -> Result<Response, Error> {
    let payload = admit_own(jwt, &mut parts).await?;
    let id = session_id(&mut parts).await.map_err(|fault| jwt.error(fault))?;
    let own = payload.sid.is_some() && payload.sid == id;
    let ended = jwt.end_session(&payload.sub, id.as_deref().unwrap_or_default()).await?;
    // One's own was there when the door asked: a store that is asked again, as its answer was lost, ends nothing the second time.
    if !ended && !own {
        return Err(jwt.error(RequestFault::UnknownSession));
    }
    Ok((own.then(|| answer::no_cookies(jwt)), StatusCode::NO_CONTENT).into_response())
}

/// The last parameter of the path; `None` if it is no text, and so no session's id.
async fn session_id(parts: &mut Parts) -> Result<Option<String>, UsageFault> {
    use axum::extract::rejection::RawPathParamsRejection;
    match RawPathParams::from_request_parts(parts, &()).await {
        Ok(parameters) => match parameters.iter().last() {
            Some((_, id)) => Ok(Some(id.to_owned())),
            None => Err(UsageFault::MissingRouteParameter("id")),
        },
        Err(RawPathParamsRejection::InvalidUtf8InPathParam(_)) => Ok(None),
        Err(_) => Err(UsageFault::MissingRouteParameter("id")),
    }
}

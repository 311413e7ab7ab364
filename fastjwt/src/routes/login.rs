//! What the handler of a login says, and the session that is opened for it.

use std::fmt::{self, Display};

use axum::response::{IntoResponse, Response};
use http::{
    HeaderMap, HeaderName, StatusCode,
    header::{CONTENT_ENCODING, CONTENT_LENGTH, COOKIE, SET_COOKIE, TRANSFER_ENCODING},
    response,
};

use super::{answer as answers, behind};
use crate::{
    Claims, Error, FastJwt, Realm, RequestFault, TokenPairBuilder,
    issue::{Members, members_of},
    session::{
        event,
        new::{NewSession, new_session_setters},
    },
};

/// Who has just proved who they are, and what their tokens say: what the handler of a
/// [`login_route`](crate::FastJwt::login_route) returns.
///
/// The first access token is fresh. Headers of the service's own may stand beside it, `(headers, Login)`, and a status of
/// success, or 302 or 303 with a `Location`, where a form logs in; with any other no session is opened. It is an answer of that
/// route alone; from any other it is 500, opens nothing, and is told by the event `login_misplaced`.
#[derive(Clone)]
#[must_use = "the session is opened when the route's handler returns it"]
pub struct Login {
    new: NewSession,
    /// The service's own claims, which its type has lost.
    claims: Result<Members, String>,
    in_body: bool,
}

impl Login {
    /// The login of a subject, anything that displays.
    pub fn new(sub: impl Display) -> Self {
        Self { new: NewSession::of(&sub), claims: Ok(Members::new()), in_body: false }
    }

    /// Puts the service's own claims in, in place of any given before.
    pub fn claims<C: Claims>(mut self, claims: &C) -> Self {
        self.claims = members_of(claims);
        self
    }

    new_session_setters!();

    /// Puts both tokens into the body of the answer, where they would otherwise go into cookies: for a client that is no browser
    /// and keeps them itself. In a browser every script of the page could read them.
    pub fn in_body(mut self) -> Self {
        self.in_body = true;
        self
    }
}

/// Shows no claim and not whose login it is.
impl fmt::Debug for Login {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Login")
            .field("device", &self.new.device)
            .field("in_body", &self.in_body)
            .finish_non_exhaustive()
    }
}

/// Nobody by that name, or not their password: what the handler of a [`login_route`](crate::FastJwt::login_route) returns when it
/// opens no session.
///
/// 401 `wrong_credentials`, and the event `login_refused`. Which of both it was, the answer does not tell; see to it that its
/// time does not either, by verifying a hash for a name that is unknown, too.
///
/// Headers of the service's own may stand beside it, and another status from 400 to 499:
/// `(StatusCode::TOO_MANY_REQUESTS, [("retry-after", "30")], WrongCredentials)`. It is an answer of that route alone, as [`Login`] is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[must_use = "it is an answer of the login's handler"]
pub struct WrongCredentials;

/// What the handler said, on its way to the route.
#[derive(Clone)]
enum Outcome {
    Login(Box<Login>),
    WrongCredentials,
}

impl IntoResponse for Login {
    fn into_response(self) -> Response {
        leave(Outcome::Login(Box::new(self)), "Login")
    }
}

impl IntoResponse for WrongCredentials {
    fn into_response(self) -> Response {
        leave(Outcome::WrongCredentials, "WrongCredentials")
    }
}

tokio::task_local! {
    /// Set while the handler of a login route runs.
    static IN_ROUTE: ();
}

/// The status of an outcome beside which the handler says none. No answer can have it: it only announces one.
const UNTOUCHED: StatusCode = StatusCode::CONTINUE;

/// What tells of the handler's own body, whose place another one takes.
const DESCRIBING: [HeaderName; 3] = [CONTENT_LENGTH, CONTENT_ENCODING, TRANSFER_ENCODING];

/// Elsewhere than in the route nobody takes the outcome up: the answer is then an error, and would be one without a word.
fn leave(outcome: Outcome, name: &'static str) -> Response {
    if IN_ROUTE.try_with(|()| ()).is_err() {
        event::login_misplaced(name);
        return StatusCode::INTERNAL_SERVER_ERROR.into_response();
    }
    let mut response = UNTOUCHED.into_response();
    response.extensions_mut().insert(outcome);
    response
}

/// Lets the handler answer, which may leave an outcome.
pub(super) async fn ask(handler: impl Future<Output = Response>) -> Response {
    IN_ROUTE.scope((), handler).await
}

/// What is kept of the request: the handler takes the rest.
pub(super) fn cookies(headers: &HeaderMap) -> HeaderMap {
    headers.get_all(COOKIE).iter().map(|value| (COOKIE, value.clone())).collect()
}

/// Makes the answer of what the handler said.
pub(super) async fn answer<R: Realm>(
    jwt: &FastJwt<R>,
    before: &HeaderMap,
    response: Response,
) -> Result<Response, Error> {
    let (mut parts, body) = response.into_parts();
    match parts.extensions.remove::<Outcome>() {
        Some(Outcome::Login(login)) if opens_a_session(parts.status) => {
            let cookies = !login.in_body;
            // What can't be signed ends nothing.
            let prepared = login.into_pair(jwt).in_cookies(cookies).prepare()?;
            if cookies {
                behind::end_sessions(jwt, before).await?;
            }
            let pair = prepared.open().await?;
            let (tokens, body) = answers::tokens(jwt, pair, cookies)?.into_parts();
            for name in DESCRIBING {
                parts.headers.remove(name);
            }
            if parts.status == UNTOUCHED {
                parts.status = tokens.status;
            }
            for (name, value) in &tokens.headers {
                if name == SET_COOKIE {
                    parts.headers.append(name, value.clone());
                } else {
                    parts.headers.insert(name, value.clone());
                }
            }
            Ok(Response::from_parts(parts, body))
        }
        Some(Outcome::WrongCredentials) => {
            event::login_refused(R::NAME);
            // That was the event.
            let refused = jwt.error(RequestFault::WrongCredentials).told().into_response();
            Ok(beside(&parts, refused))
        }
        // Something inside of the route has made the response anew, and left the outcome out.
        None if parts.status == UNTOUCHED => {
            event::login_misplaced("lost");
            Ok(StatusCode::INTERNAL_SERVER_ERROR.into_response())
        }
        // A response of the service's own, or a login that its own status refuses.
        Some(Outcome::Login(_)) | None => Ok(Response::from_parts(parts, body)),
    }
}

/// The refusal, with the headers that the handler gave beside it, and its status if that refuses, too.
fn beside(given: &response::Parts, mut refused: Response) -> Response {
    if given.status.is_client_error() {
        *refused.status_mut() = given.status;
    }
    let said = refused.headers().clone();
    for (name, value) in &given.headers {
        if name == SET_COOKIE || !said.contains_key(name) && !DESCRIBING.contains(name) {
            refused.headers_mut().append(name, value.clone());
        }
    }
    refused
}

/// Besides success a redirect to a page, which is how a form's login ends.
fn opens_a_session(status: StatusCode) -> bool {
    status == UNTOUCHED || status.is_success() || matches!(status, StatusCode::FOUND | StatusCode::SEE_OTHER)
}

impl Login {
    fn into_pair<R: Realm>(mut self, jwt: &FastJwt<R>) -> TokenPairBuilder<'_, crate::NoClaims, R> {
        self.new.draft.add_claims(self.claims);
        TokenPairBuilder::of(jwt, self.new)
    }
}

//! The one mapping from errors to HTTP: status, code, message and challenge.

use std::{fmt, sync::Arc, time::Duration};

use axum::response::{IntoResponse, Response};
use http::{
    HeaderValue, StatusCode,
    header::{CACHE_CONTROL, CONTENT_TYPE, PRAGMA, RETRY_AFTER, WWW_AUTHENTICATE},
};
use serde_json::Value;

use crate::{
    Denied, Error, ErrorKind, MachineFault, RequestFault, ScopeRule, TokenFault, TokenResponse, UsageFault,
    access::check::Denial,
    config::{Travel, is_quotable},
    cookie::{self, SetCookies},
    event::{self, About},
};

/// Makes the response for a refusal in place of the usual one.
pub(crate) type Responder = Box<dyn Fn(&Refusal) -> Response + Send + Sync>;

/// When a client may try again after an outage: soon, since stores and key sources come back.
const RETRY_AFTER_SECONDS: &str = "5";

/// How an instance answers refused requests.
pub(crate) struct Answers {
    scheme: String,
    realm: String,
    /// Where the resource tells about itself.
    metadata: Option<String>,
    responder: Option<Responder>,
    travel: Arc<Travel>,
}

impl Answers {
    pub(crate) fn new(
        scheme: String,
        realm: String,
        metadata: Option<String>,
        responder: Option<Responder>,
        travel: Arc<Travel>,
    ) -> Self {
        Self { scheme, realm, metadata, responder, travel }
    }
}

#[cfg(feature = "utoipa")]
impl Answers {
    /// Whether the service has no responder of its own.
    pub(crate) fn are_usual(&self) -> bool {
        self.responder.is_none()
    }
}

/// The usual answer, as a document tells it.
#[cfg(feature = "utoipa")]
pub(crate) struct Usual {
    pub(crate) status: StatusCode,
    pub(crate) code: &'static str,
    pub(crate) message: &'static str,
    /// Whether there is a `WWW-Authenticate`.
    pub(crate) is_challenge: bool,
}

/// The usual answer to a fault.
#[cfg(feature = "utoipa")]
pub(crate) fn usual(kind: &ErrorKind) -> Usual {
    let Answer { status, code, message, challenge } = answer(kind);
    Usual { status, code, message, is_challenge: !matches!(challenge, Challenge::None) }
}

impl fmt::Debug for Answers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Answers").field("realm", &self.realm).finish_non_exhaustive()
    }
}

/// A request that is refused, and what the usual answer says.
///
/// [`Builder::responder`](crate::Builder::responder) gets it and makes the response of the service's own.
#[derive(Debug)]
pub struct Refusal {
    error: Error,
    answer: Answer,
    challenge: Option<HeaderValue>,
}

impl Refusal {
    /// The status of the usual answer.
    #[must_use]
    pub fn status(&self) -> StatusCode {
        self.answer.status
    }

    /// The stable code, such as `token_expired`.
    #[must_use]
    pub fn code(&self) -> &'static str {
        self.answer.code
    }

    /// What happened, for people; it says nothing about the token's content.
    #[must_use]
    pub fn message(&self) -> &'static str {
        self.answer.message
    }

    /// The value of `WWW-Authenticate`, if the answer has one.
    #[must_use]
    pub fn challenge(&self) -> Option<&HeaderValue> {
        self.challenge.as_ref()
    }

    /// Why, in full; for logs, not for the client.
    #[must_use]
    pub fn error(&self) -> &Error {
        &self.error
    }

    /// The usual answer.
    #[must_use]
    pub fn response(&self) -> Response {
        // A service's own code and message are escaped.
        let body = format!(r#"{{"error":{},"message":{}}}"#, Value::from(self.code()), Value::from(self.message()));
        self.with_json(body)
    }

    /// The answer in the shape of Python's FastJWT: `{"message", "error_type"}`, with this crate's statuses and challenges.
    ///
    /// ```
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// use fastjwt::{Algorithm, FastJwt, Refusal, SigningKey};
    ///
    /// let jwt = FastJwt::builder()
    ///     .key(SigningKey::generate(Algorithm::ES256)?)
    ///     .responder(Refusal::python_response)
    ///     .build()?;
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn python_response(&self) -> Response {
        let error_type = match self.code() {
            "missing_token" => "MissingTokenError",
            "insufficient_user_authentication" => "FreshTokenRequiredError",
            "csrf_failed" => "CSRFError",
            "internal" => "BadConfigurationError",
            "invalid_token" => match self.error.kind() {
                ErrorKind::Token(TokenFault::WrongKind { expected: crate::TokenKind::Access }) => {
                    "AccessTokenRequiredError"
                }
                ErrorKind::Token(TokenFault::WrongKind { .. }) => "RefreshTokenRequiredError",
                ErrorKind::Token(TokenFault::Revoked | TokenFault::SessionEnded | TokenFault::Reused) => {
                    "RevokedTokenError"
                }
                _ => "JWTDecodeError",
            },
            _ => "JWTDecodeError",
        };
        self.with_json(format!(r#"{{"message":{},"error_type":"{error_type}"}}"#, Value::from(self.message())))
    }

    /// What takes the token's cookie away, where that is configured and the token will never be good again.
    fn dead_cookies(&self) -> Option<SetCookies> {
        let travel = &self.error.answers()?.travel;
        let is_dead = travel.clear_dead_cookies && is_dead(self.error.kind());
        is_dead.then_some(self.error.cookie()).flatten().map(|kind| cookie::unset(&travel.of(kind).cookies))
    }

    fn with_json(&self, body: String) -> Response {
        let mut response =
            (self.status(), [(CONTENT_TYPE, HeaderValue::from_static("application/json"))], body).into_response();
        if let Some(challenge) = &self.challenge {
            response.headers_mut().insert(WWW_AUTHENTICATE, challenge.clone());
        }
        if self.status() == StatusCode::SERVICE_UNAVAILABLE {
            response.headers_mut().insert(RETRY_AFTER, HeaderValue::from_static(RETRY_AFTER_SECONDS));
        }
        response
    }
}

/// Whether no door will ever let the token in: not for what this door demands beside others, as an audience or claims, nor for what may pass, as
/// a clock that is behind or a key that is not known yet.
fn is_dead(kind: &ErrorKind) -> bool {
    let ErrorKind::Token(fault) = kind else { return false };
    matches!(
        fault,
        TokenFault::Malformed
            | TokenFault::Header(_)
            | TokenFault::BadSignature
            | TokenFault::Expired { .. }
            | TokenFault::Revoked
            | TokenFault::SessionEnded
            | TokenFault::Reused
            | TokenFault::WrongKind { .. }
    )
}

/// What an error looks like from outside.
#[derive(Debug, Clone, Copy)]
struct Answer {
    status: StatusCode,
    code: &'static str,
    message: &'static str,
    challenge: Challenge,
}

/// What stands in `WWW-Authenticate` beside the realm (RFC 6750 section 3, RFC 9470 section 3).
#[derive(Debug, Clone, Copy)]
enum Challenge {
    None,
    /// No credentials were given: no error code, so that nothing is given away.
    Bare,
    Error(&'static str),
    /// A scope is missing; this is what is needed.
    Scope(ScopeRule),
    /// The subject has to prove who they are anew, if that was longer ago than this.
    Reauthenticate(Duration),
}

fn answer(kind: &ErrorKind) -> Answer {
    use Challenge::{Bare, Error, None, Reauthenticate, Scope};
    const INVALID_TOKEN: &str = "invalid_token";
    let (status, code, message, challenge) = match kind {
        ErrorKind::Request(fault) => match fault {
            RequestFault::MissingToken => (StatusCode::UNAUTHORIZED, "missing_token", "A token is required", Bare),
            RequestFault::SeveralTokens => (
                StatusCode::BAD_REQUEST,
                "invalid_request",
                "The request carries more than one token",
                Error("invalid_request"),
            ),
            RequestFault::MalformedCredentials => {
                (StatusCode::BAD_REQUEST, "invalid_request", "The credentials are malformed", Error("invalid_request"))
            }
            RequestFault::TokenTooLarge => {
                (StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE, "token_too_large", "The token is too large", None)
            }
            RequestFault::QueryTooLarge => {
                (StatusCode::URI_TOO_LONG, "token_too_large", "The token is too large", None)
            }
            RequestFault::BodyTooLarge => {
                (StatusCode::PAYLOAD_TOO_LARGE, "token_too_large", "The token or the body is too large", None)
            }
            RequestFault::MissingCsrf => (StatusCode::FORBIDDEN, "csrf_failed", "The CSRF proof is missing", None),
            RequestFault::WrongCsrf => (StatusCode::FORBIDDEN, "csrf_failed", "The CSRF proof is wrong", None),
            RequestFault::CrossOrigin => {
                (StatusCode::FORBIDDEN, "csrf_failed", "The request comes from another site", None)
            }
            RequestFault::WrongCredentials => {
                (StatusCode::UNAUTHORIZED, "wrong_credentials", "The name or the password is wrong", Bare)
            }
            RequestFault::UnknownSession => (StatusCode::NOT_FOUND, "not_found", "There is no such session", None),
        },
        ErrorKind::Token(fault) => match fault {
            TokenFault::Expired { .. } => {
                (StatusCode::UNAUTHORIZED, "token_expired", "The token has expired", Error(INVALID_TOKEN))
            }
            TokenFault::NotFresh { max_age } => (
                StatusCode::UNAUTHORIZED,
                "insufficient_user_authentication",
                "A fresh token is required",
                Reauthenticate(*max_age),
            ),
            TokenFault::MissingScope { needed } => {
                (StatusCode::FORBIDDEN, "insufficient_scope", "The token does not allow this", Scope(*needed))
            }
            TokenFault::OtherSubject => (
                StatusCode::FORBIDDEN,
                "insufficient_scope",
                "The token is for another subject",
                Error("insufficient_scope"),
            ),
            TokenFault::Malformed
            | TokenFault::Header(_)
            | TokenFault::UnknownKey
            | TokenFault::WrongAlgorithm
            | TokenFault::BadSignature
            | TokenFault::Claims(_)
            | TokenFault::NotYetValid { .. }
            | TokenFault::IssuedInFuture
            | TokenFault::WrongIssuer
            | TokenFault::WrongAudience
            | TokenFault::WrongRealm
            | TokenFault::Bound
            | TokenFault::SubjectGone
            | TokenFault::Revoked
            | TokenFault::SessionEnded
            | TokenFault::Reused
            | TokenFault::WrongKind { .. } => {
                (StatusCode::UNAUTHORIZED, INVALID_TOKEN, "The token is not valid", Error(INVALID_TOKEN))
            }
        },
        ErrorKind::Denied(Denied(Denial::Forbidden { code, message })) => {
            (StatusCode::FORBIDDEN, *code, *message, None)
        }
        ErrorKind::Denied(Denied(Denial::Unauthorized { code, message })) => {
            (StatusCode::UNAUTHORIZED, *code, *message, Error(INVALID_TOKEN))
        }
        ErrorKind::Machine(MachineFault::Unavailable) | ErrorKind::Denied(Denied(Denial::Unavailable)) => {
            (StatusCode::SERVICE_UNAVAILABLE, "unavailable", "The service can't check the token at the moment", None)
        }
        ErrorKind::Usage(
            UsageFault::NoSigningKey
            | UsageFault::CannotIssue(_)
            | UsageFault::MissingRouteParameter(_)
            | UsageFault::MustAwait
            | UsageFault::NoSessionStore
            | UsageFault::NotRevocable
            | UsageFault::MissingBodyLayer
            | UsageFault::CookiesNotConfigured
            | UsageFault::CookieTooLarge { .. },
        )
        | ErrorKind::Machine(MachineFault::OutOfEntropy | MachineFault::Signing) => {
            (StatusCode::INTERNAL_SERVER_ERROR, "internal", "The server could not complete the request", None)
        }
    };
    Answer { status, code, message, challenge }
}

fn challenge(answers: Option<&Answers>, answer: Answer) -> Option<HeaderValue> {
    let (scheme, realm) = answers.map_or(("Bearer", "api"), |answers| (&answers.scheme, &answers.realm));
    let mut text = format!(r#"{scheme} realm="{realm}""#);
    let error = match answer.challenge {
        Challenge::None => return None,
        Challenge::Bare => None,
        Challenge::Error(error) => Some((error, String::new())),
        Challenge::Scope(needed) => Some(("insufficient_scope", format!(r#", scope="{}""#, needed.names().join(" ")))),
        Challenge::Reauthenticate(max_age) => {
            Some(("insufficient_user_authentication", format!(r#", max_age="{}""#, max_age.as_secs())))
        }
    };
    if let Some((error, more)) = error {
        // A service's own message may hold what must not stand between quotes (RFC 6750 section 3).
        let description = if is_quotable(answer.message, 1024) { answer.message } else { "The token is not valid" };
        text = format!(r#"{text}, error="{error}", error_description="{description}"{more}"#);
    }
    if let Some(metadata) = answers.and_then(|answers| answers.metadata.as_deref()) {
        // RFC 9728 section 5.1.
        text = format!(r#"{text}, resource_metadata="{metadata}""#);
    }
    // All names were checked when the configuration was built.
    HeaderValue::try_from(text).ok()
}

/// Answers as every door does, with the configuration of the instance that the error came from.
///
/// The reason is an [event](crate::events); the answer tells the client no more than its code.
impl IntoResponse for Error {
    fn into_response(self) -> Response {
        let answer = answer(self.kind());
        if !self.is_told() {
            event::refused(&self, About { realm: self.realm(), ..About::default() });
        }
        let challenge = challenge(self.answers(), answer);
        let refusal = Refusal { error: self, answer, challenge };
        let mut response = match refusal.error.answers().and_then(|answers| answers.responder.as_ref()) {
            Some(responder) => responder(&refusal),
            None => refusal.response(),
        };
        if let Some(cookies) = refusal.dead_cookies() {
            cookies.write(response.headers_mut());
        }
        response
    }
}

/// JSON that no cache stores (RFC 6749 section 5.1).
impl IntoResponse for TokenResponse {
    fn into_response(self) -> Response {
        let headers = [
            (CONTENT_TYPE, HeaderValue::from_static("application/json")),
            (CACHE_CONTROL, HeaderValue::from_static("no-store")),
            (PRAGMA, HeaderValue::from_static("no-cache")),
        ];
        match serde_json::to_vec(&self) {
            Ok(body) => (headers, body).into_response(),
            Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
        }
    }
}

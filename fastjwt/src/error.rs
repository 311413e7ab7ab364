//! What can go wrong with a token, by origin: the token itself, the request that carried it, or the caller.

mod text;

use std::{error, fmt, time::Duration};

use crate::{
    Denied, NumericDate, ScopeRule, TokenKind,
    claims::read::{Problem, Unreadable},
    config::Settings,
    entropy::OutOfEntropy,
};

/// Why a token was refused or could not be issued.
///
/// In a handler it is a response: with `?`, the answer is the one that the attribute, the extractor and the layer give.
/// [`kind`](Self::kind) says whose fault it is. Neither its text nor its `Debug` form holds a byte of a token or a key.
pub struct Error(Box<Inner>);

struct Inner {
    kind: ErrorKind,
    #[cfg(feature = "axum")]
    answers: Option<std::sync::Arc<crate::respond::Answers>>,
    /// The kind of the token, if it came from a cookie.
    #[cfg(feature = "axum")]
    cookie: Option<TokenKind>,
    #[cfg(feature = "axum")]
    realm: Option<&'static str>,
    /// Whether an event has told it.
    #[cfg(feature = "axum")]
    told: bool,
}

/// Whose fault an [`Error`] is.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The request carried no token, or not as it should.
    Request(RequestFault),
    /// The token is not valid, or not good enough for what it was shown for.
    Token(TokenFault),
    /// The service asked for something that can't be done: a token that may not be issued, a route without its parameter.
    Usage(UsageFault),
    /// A check of the service's own refused the request.
    Denied(Denied),
    /// The machine failed.
    Machine(MachineFault),
}

/// What is wrong with a request that should carry a token.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum RequestFault {
    /// There is no token where one is looked for.
    MissingToken,
    /// There are two tokens where one is looked for, or a door finds another one than the door before it, of the same kind: what that
    /// one has judged, this one would not give the handler.
    SeveralTokens,
    /// The credentials are not the scheme, one or more spaces, and a token (RFC 6750 section 2.1).
    MalformedCredentials,
    /// The token is longer than the configuration allows, and was not read.
    TokenTooLarge,
    /// The token in the query is longer than the configuration allows, and was not read.
    QueryTooLarge,
    /// The token in the body, or the body that it would stand in, is longer than the configuration allows.
    BodyTooLarge,
    /// A token from a cookie came with an unsafe method and without its csrf value.
    MissingCsrf,
    /// The csrf value is not that of the token.
    WrongCsrf,
    /// A page of another origin sent the request.
    CrossOrigin,
    /// The login's handler knows nobody by that name and password.
    WrongCredentials,
    /// The token's subject has no such session.
    UnknownSession,
}

/// What is wrong with a token.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum TokenFault {
    /// The text is not three base64url segments in JWS compact serialization (RFC 7515 section 3.1).
    Malformed,
    /// The header is not one that is accepted, for this reason.
    Header(HeaderFault),
    /// The header names a key that is not there.
    UnknownKey,
    /// The header's `alg` is not the key's algorithm.
    WrongAlgorithm,
    /// The signature is not the key's.
    BadSignature,
    /// A claim is missing, stands twice, or has another type than it must.
    Claims(ClaimFault),
    /// The token has ended, after a good signature.
    Expired {
        /// When it ended, leeway not counted.
        at: NumericDate,
    },
    /// The token is not valid yet: its `nbf` lies ahead.
    NotYetValid {
        /// From when on it is valid.
        at: NumericDate,
    },
    /// The token says that it was issued in the future.
    IssuedInFuture,
    /// The issuer is not the configured one, or missing.
    WrongIssuer,
    /// The audience is not a configured one, is missing, or is there although none is configured.
    WrongAudience,
    /// The token belongs to another realm.
    WrongRealm,
    /// The token is bound to a key of its client's (`cnf`, RFC 7800), and came as a bearer token, which shows no key.
    Bound,
    /// The token is of another kind, or of none.
    WrongKind {
        /// The kind that was demanded.
        expected: TokenKind,
    },
    /// A fresh token was demanded, or a login that is not long ago.
    NotFresh {
        /// How long ago the subject may have proved who they are; zero if no time was demanded, but that the token itself comes
        /// from a login.
        max_age: Duration,
    },
    /// The token lacks scopes.
    MissingScope {
        /// What was needed.
        needed: ScopeRule,
    },
    /// The route belongs to another subject.
    OtherSubject,
    /// The subject is gone or disabled, says the service's loader.
    SubjectGone,
    /// The token is revoked, by itself or with all tokens of its subject.
    Revoked,
    /// The token's session has ended.
    SessionEnded,
    /// The refresh token was spent before. Its session has ended by this.
    Reused,
}

/// What is wrong with a token's header.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum HeaderFault {
    /// It is no JSON object in UTF-8.
    NotAnObject,
    /// A member stands twice.
    Repeated,
    /// It has more than 32 members.
    TooManyMembers,
    /// A member that the standard knows has another type than it must.
    WrongType,
    /// `alg` is missing.
    MissingAlgorithm,
    /// `typ` is neither `JWT` nor `at+jwt`; with [`at_jwt`](crate::Builder::at_jwt), it is not that of a token of this kind.
    WrongTyp,
    /// `crit` demands an extension (RFC 7515 section 4.1.11); none is understood.
    Critical,
    /// It is the header of an encrypted or compressed token, or of one whose payload is not encoded (RFC 7797).
    Encrypted,
}

/// What is wrong with a token's claims.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum ClaimFault {
    /// The payload is no JSON object in UTF-8.
    NotAnObject,
    /// A claim is missing: this one, if it is known.
    Missing(Option<&'static str>),
    /// A claim has another type or range than it must: this one, if it is known.
    WrongType(Option<&'static str>),
    /// A claim stands twice: this one, if it is known.
    Repeated(Option<&'static str>),
}

/// What a service asked for that can't be done.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum UsageFault {
    /// No key signs: the configuration has only verifying keys, or the active one was removed.
    NoSigningKey,
    /// A token can't be issued as it was asked for; the text says what is wrong and what is allowed.
    CannotIssue(String),
    /// A handler is guarded with a `subject_param` that its route does not have.
    MissingRouteParameter(&'static str),
    /// The configuration has checks that must be awaited, and a verification was asked for that can't wait.
    MustAwait,
    /// Sessions were asked for, and the configuration has no session store.
    NoSessionStore,
    /// A token was to be revoked that has neither a session nor a `jti`.
    NotRevocable,
    /// A route looks into bodies, and the layer [`body_tokens`](crate::FastJwt::body_tokens) is not around it.
    MissingBodyLayer,
    /// Cookies are set or read, and they are not among the configured locations of the token's kind: its tokens carry no csrf
    /// value.
    CookiesNotConfigured,
    /// A cookie's name and value have more bytes than browsers keep, which is 4096.
    CookieTooLarge {
        /// How many they have.
        bytes: usize,
    },
}

/// What the machine failed to do.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum MachineFault {
    /// There was no randomness for a token's id.
    OutOfEntropy,
    /// The signature could not be made.
    Signing,
    /// A store, or a source of keys, is out of reach.
    Unavailable,
}

impl Error {
    /// The configuration and the realm are those of the instance that it comes from.
    pub(crate) fn new(kind: ErrorKind, instance: Option<(&Settings, &'static str)>) -> Self {
        #[cfg(not(feature = "axum"))]
        let _ = instance;
        Self(Box::new(Inner {
            kind,
            #[cfg(feature = "axum")]
            answers: instance.map(|(config, _)| std::sync::Arc::clone(&config.answers)),
            #[cfg(feature = "axum")]
            cookie: None,
            #[cfg(feature = "axum")]
            realm: instance.map(|(_, realm)| realm),
            #[cfg(feature = "axum")]
            told: false,
        }))
    }

    /// The same, which an event has told.
    #[cfg_attr(not(feature = "axum"), expect(unused_mut, reason = "only answers tell what was not told"))]
    pub(crate) fn told(mut self) -> Self {
        #[cfg(feature = "axum")]
        {
            self.0.told = true;
        }
        self
    }

    /// Whether an event has told it.
    #[cfg(feature = "axum")]
    pub(crate) fn is_told(&self) -> bool {
        self.0.told
    }

    /// The realm that it comes from.
    #[cfg(feature = "axum")]
    pub(crate) fn realm(&self) -> Option<&'static str> {
        self.0.realm
    }

    /// The same, about a token that came from the cookie of this kind.
    #[cfg(feature = "axum")]
    pub(crate) fn of_cookie(mut self, kind: Option<TokenKind>) -> Self {
        self.0.cookie = kind;
        self
    }

    /// The kind of the cookie whose token it is about.
    #[cfg(feature = "axum")]
    pub(crate) fn cookie(&self) -> Option<TokenKind> {
        self.0.cookie
    }

    /// Whose fault it is, and what.
    #[must_use]
    pub fn kind(&self) -> &ErrorKind {
        &self.0.kind
    }

    /// The configuration's way to answer it.
    #[cfg(feature = "axum")]
    pub(crate) fn answers(&self) -> Option<&crate::respond::Answers> {
        self.0.answers.as_deref()
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Error").field(&self.0.kind).finish()
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0.kind {
            ErrorKind::Request(fault) => fault.fmt(f),
            ErrorKind::Token(fault) => fault.fmt(f),
            ErrorKind::Usage(fault) => fault.fmt(f),
            ErrorKind::Denied(denied) => denied.fmt(f),
            ErrorKind::Machine(fault) => fault.fmt(f),
        }
    }
}

impl error::Error for Error {}

macro_rules! kinds {
    ($($fault:ident => $variant:ident),* $(,)?) => { $(
        impl From<$fault> for ErrorKind {
            fn from(fault: $fault) -> Self {
                Self::$variant(fault)
            }
        }
    )* };
}

kinds! { RequestFault => Request, TokenFault => Token, UsageFault => Usage, MachineFault => Machine }

impl From<HeaderFault> for TokenFault {
    fn from(fault: HeaderFault) -> Self {
        Self::Header(fault)
    }
}

impl From<Unreadable> for TokenFault {
    fn from(unreadable: Unreadable) -> Self {
        Self::Claims(match unreadable.problem {
            Problem::NotAnObject => ClaimFault::NotAnObject,
            Problem::WrongType => ClaimFault::WrongType(unreadable.claim),
            Problem::Missing => ClaimFault::Missing(unreadable.claim),
            Problem::Repeated => ClaimFault::Repeated(unreadable.claim),
        })
    }
}

impl From<OutOfEntropy> for ErrorKind {
    fn from(_: OutOfEntropy) -> Self {
        Self::Machine(MachineFault::OutOfEntropy)
    }
}

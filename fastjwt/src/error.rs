//! What can go wrong with a token, by origin: the token itself, the request that carried it, or the caller.

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
    /// There are two tokens where one is looked for; none of them is read.
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
    /// The token is of another kind, or of none.
    WrongKind {
        /// The kind that was demanded.
        expected: TokenKind,
    },
    /// A fresh token was demanded, or a login that is not long ago.
    NotFresh {
        /// How long ago the subject may have proved who they are; zero if the token itself must come from it.
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
    pub(crate) fn new(kind: ErrorKind, config: Option<&Settings>) -> Self {
        #[cfg(not(feature = "axum"))]
        let _ = config;
        Self(Box::new(Inner {
            kind,
            #[cfg(feature = "axum")]
            answers: config.map(|config| std::sync::Arc::clone(&config.answers)),
            #[cfg(feature = "axum")]
            cookie: None,
        }))
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

impl fmt::Display for RequestFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::MissingToken => "the request carries no token",
            Self::SeveralTokens => "the request carries more than one token",
            Self::MalformedCredentials => "the credentials are malformed: they must be the scheme, a space and a token",
            Self::TokenTooLarge => "the token is too large",
            Self::QueryTooLarge => "the token in the query is too large",
            Self::BodyTooLarge => "the token in the body, or the body, is too large",
            Self::MissingCsrf => "the token came in a cookie, and its csrf value is missing",
            Self::WrongCsrf => "the csrf value is not that of the token",
            Self::CrossOrigin => "a page of another origin sent the request",
        })
    }
}

impl fmt::Display for TokenFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Malformed => f.write_str("the token is malformed: it must be three base64url segments"),
            Self::Header(fault) => write!(f, "the token's header is refused: {fault}"),
            Self::UnknownKey => f.write_str("the token names a key that is not there"),
            Self::WrongAlgorithm => f.write_str("the token's algorithm is not its key's"),
            Self::BadSignature => f.write_str("the token's signature is not valid"),
            Self::Claims(fault) => write!(f, "the token's claims are refused: {fault}"),
            Self::Expired { at } => write!(f, "the token expired at {at}"),
            Self::NotYetValid { at } => write!(f, "the token is not valid before {at}"),
            Self::IssuedInFuture => f.write_str("the token was issued in the future"),
            Self::WrongIssuer => f.write_str("the token's issuer is not the configured one"),
            Self::WrongAudience => f.write_str("the token is for another audience"),
            Self::WrongRealm => f.write_str("the token belongs to another realm"),
            Self::WrongKind { expected } => write!(f, "the token is not of the kind `{expected}`"),
            Self::NotFresh { max_age } if max_age.is_zero() => f.write_str("the token is not fresh"),
            Self::NotFresh { max_age } => {
                write!(f, "the token is not fresh: the subject must have proved who they are within {max_age:?}")
            }
            Self::MissingScope { needed } => write!(f, "the token lacks scopes: {needed} is needed"),
            Self::OtherSubject => f.write_str("the route belongs to another subject"),
            Self::SubjectGone => f.write_str("the token's subject is gone or disabled"),
            Self::Revoked => f.write_str("the token is revoked"),
            Self::SessionEnded => f.write_str("the token's session has ended"),
            Self::Reused => f.write_str("the refresh token was spent before: its session has ended"),
        }
    }
}

impl fmt::Display for HeaderFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NotAnObject => "it is no JSON object",
            Self::Repeated => "a member stands twice",
            Self::WrongType => "a member has the wrong type",
            Self::MissingAlgorithm => "`alg` is missing",
            Self::WrongTyp => "`typ` is not that of such a token",
            Self::Critical => "`crit` demands an extension that is not understood",
            Self::Encrypted => "encrypted, compressed and unencoded tokens are not accepted",
        })
    }
}

impl fmt::Display for ClaimFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (claim, problem) = match self {
            Self::NotAnObject => return f.write_str("the payload is no JSON object"),
            Self::Missing(claim) => (claim, "is missing"),
            Self::WrongType(claim) => (claim, "has the wrong type"),
            Self::Repeated(claim) => (claim, "stands twice"),
        };
        match claim {
            Some(claim) => write!(f, "claim `{claim}` {problem}"),
            None => write!(f, "a claim {problem}"),
        }
    }
}

impl fmt::Display for UsageFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoSigningKey => f.write_str("no key signs: the configuration has none, or it was removed"),
            Self::CannotIssue(reason) => write!(f, "the token can't be issued: {reason}"),
            Self::MissingRouteParameter(name) => {
                write!(f, "the handler's `subject_param` is `{name}`, but its route has no parameter `{{{name}}}`")
            }
            Self::MustAwait => f.write_str(
                "the configuration has checks that must be awaited: use `authenticate` in place of `verify`",
            ),
            Self::NoSessionStore => f.write_str(
                "sessions need a store: give the configuration a `session_store`, such as `MemoryStore::default()`",
            ),
            Self::NotRevocable => f.write_str("the token can't be revoked: it has neither a session nor a `jti`"),
            Self::MissingBodyLayer => f.write_str(
                "the route looks for tokens or csrf values in bodies: put `.layer(jwt.body_tokens())` around it",
            ),
            Self::CookiesNotConfigured => f.write_str(
                "cookies must be among the configured locations of the token's kind, so that it has a csrf value: \
                 `.locations(Locations::COOKIES)`",
            ),
            Self::CookieTooLarge { bytes } => {
                write!(f, "the cookie has {bytes} bytes: its name and value must have at most 4096 together")
            }
        }
    }
}

impl fmt::Display for MachineFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::OutOfEntropy => "the source of randomness failed",
            Self::Signing => "the signature could not be made",
            Self::Unavailable => "a store or a source of keys is out of reach",
        })
    }
}

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

//! What faults say in English: for logs and for developers, without a byte of a token or a key.

use std::fmt;

use super::{ClaimFault, HeaderFault, MachineFault, RequestFault, TokenFault, UsageFault};

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
            Self::WrongCredentials => "the credentials of the login are wrong",
            Self::UnknownSession => "the token's subject has no such session",
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
            Self::Bound => f.write_str("the token is bound to a key, and its bearer shows none"),
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
            Self::TooManyMembers => "it has too many members",
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

//! What those who watch are told of a token's way: an event each, whose names stay. `docs/events.md` lists them.
//!
//! Nothing of a token stands in them that its issuer's key has not signed, and never its text or its csrf value.

use crate::{
    ClaimFault, Error, ErrorKind, HeaderFault, MachineFault, RegisteredClaims, RequestFault, TokenFault, TokenPayload,
    UsageFault,
};

/// Whose token it is, as far as that is known: a signature stands behind all but the location.
#[derive(Clone, Copy, Default)]
pub(crate) struct About<'a> {
    pub(crate) realm: Option<&'static str>,
    pub(crate) location: Option<&'static str>,
    pub(crate) kid: Option<&'a str>,
    pub(crate) jti: Option<&'a str>,
    pub(crate) sub: Option<&'a str>,
    pub(crate) kind: Option<&'static str>,
}

impl<'a> About<'a> {
    /// Of a token that was verified, and where it was.
    pub(crate) fn payload<C, R>(payload: &'a TokenPayload<C, R>) -> Self {
        Self { location: payload.location_name(), ..Self::claims(payload) }
    }

    /// Of the claims of one.
    pub(crate) fn claims<C>(claims: &'a RegisteredClaims<C>) -> Self {
        Self { jti: claims.jti.as_deref(), sub: Some(&claims.sub), kind: Some(claims.kind.as_str()), ..Self::default() }
    }
}

/// A door has let a token in.
pub(crate) fn accepted(about: About<'_>) {
    let About { realm, location, kid, jti, sub, kind } = about;
    tracing::debug!(
        target: "fastjwt", event = "token_accepted", realm, location, kid, jti, sub, kind, "a token was let in"
    );
}

/// Whether anybody hears of acceptances: what they would be told is not even looked at otherwise.
#[inline]
pub(crate) fn is_acceptance_heard() -> bool {
    tracing::enabled!(target: "fastjwt", tracing::Level::DEBUG)
}

/// Whether anybody hears of refusals: what it costs to say whose token it was is spent only then.
pub(crate) fn is_heard() -> bool {
    tracing::enabled!(target: "fastjwt", tracing::Level::ERROR)
}

/// A request or a token was refused, or could not be judged.
pub(crate) fn refused(error: &Error, about: About<'_>) {
    /// The macros of `tracing` want their level and text as constants.
    macro_rules! tell {
        ($level:ident, $event:literal, $text:literal, $about:ident, $reason:expr $(, $field:ident)*) => {{
            let About { realm, location, kid, jti, sub, kind } = $about;
            tracing::$level!(
                target: "fastjwt", event = $event, reason = $reason, $($field,)*
                realm, location, kid, jti, sub, kind, detail = %error, $text
            );
        }};
    }
    match told(error.kind()) {
        Told::Token(reason) => tell!(info, "token_refused", "a token was refused", about, reason),
        Told::OddToken(reason) => tell!(warn, "token_refused", "a token was refused", about, reason),
        Told::Csrf(reason) => tell!(warn, "csrf_failed", "a request was refused as forged", about, reason),
        Told::Policy(reason) => tell!(info, "policy_refused", "a valid token does not reach this far", about, reason),
        Told::Denied(code) => {
            tell!(info, "policy_refused", "a check of the service's own refused a token", about, "denied", code);
        }
        Told::Failure(reason) => tell!(error, "request_failed", "the service can't answer", about, reason),
    }
}

/// The name by which the reason of an error is told.
#[cfg(feature = "axum")]
pub(crate) fn reason(error: &ErrorKind) -> &'static str {
    match told(error) {
        Told::Token(name) | Told::OddToken(name) | Told::Csrf(name) | Told::Policy(name) | Told::Failure(name) => name,
        Told::Denied(_) => "denied",
    }
}

/// The event that tells an error, with the reason's name.
enum Told {
    /// What happens to honest clients.
    Token(&'static str),
    /// What an honest client does not send.
    OddToken(&'static str),
    Csrf(&'static str),
    Policy(&'static str),
    /// The code is the service's own.
    Denied(&'static str),
    Failure(&'static str),
}

fn told(error: &ErrorKind) -> Told {
    use Told::{Csrf, Failure, OddToken, Policy, Token};
    match error {
        ErrorKind::Request(fault) => match fault {
            RequestFault::MissingToken => Token("missing_token"),
            RequestFault::SeveralTokens => OddToken("several_tokens"),
            RequestFault::MalformedCredentials => OddToken("malformed_credentials"),
            RequestFault::TokenTooLarge => OddToken("token_too_large"),
            RequestFault::QueryTooLarge => OddToken("query_too_large"),
            RequestFault::BodyTooLarge => OddToken("body_too_large"),
            RequestFault::MissingCsrf => Csrf("missing_csrf"),
            RequestFault::WrongCsrf => Csrf("wrong_csrf"),
            RequestFault::CrossOrigin => Csrf("cross_origin"),
            RequestFault::WrongCredentials => Policy("wrong_credentials"),
            RequestFault::UnknownSession => Policy("unknown_session"),
        },
        ErrorKind::Token(fault) => match fault {
            TokenFault::Expired { .. } => Token("expired"),
            TokenFault::Revoked => Token("revoked"),
            TokenFault::SessionEnded => Token("session_ended"),
            TokenFault::SubjectGone => Token("subject_gone"),
            TokenFault::Malformed => OddToken("malformed"),
            TokenFault::Header(fault) => OddToken(told_of_header(*fault)),
            TokenFault::UnknownKey => OddToken("unknown_key"),
            TokenFault::WrongAlgorithm => OddToken("wrong_algorithm"),
            TokenFault::BadSignature => OddToken("bad_signature"),
            TokenFault::Claims(fault) => OddToken(told_of_claims(*fault)),
            TokenFault::NotYetValid { .. } => OddToken("not_yet_valid"),
            TokenFault::IssuedInFuture => OddToken("issued_in_future"),
            TokenFault::WrongIssuer => OddToken("wrong_issuer"),
            TokenFault::WrongAudience => OddToken("wrong_audience"),
            TokenFault::WrongRealm => OddToken("wrong_realm"),
            TokenFault::Bound => OddToken("bound"),
            TokenFault::WrongKind { .. } => OddToken("wrong_kind"),
            TokenFault::Reused => OddToken("reused"),
            TokenFault::NotFresh { .. } => Policy("not_fresh"),
            TokenFault::MissingScope { .. } => Policy("missing_scope"),
            TokenFault::OtherSubject => Policy("other_subject"),
        },
        ErrorKind::Denied(denied) => denied.code().map_or(Failure("check_unavailable"), Told::Denied),
        ErrorKind::Usage(fault) => Failure(match fault {
            UsageFault::NoSigningKey => "no_signing_key",
            UsageFault::CannotIssue(_) => "cannot_issue",
            UsageFault::MissingRouteParameter(_) => "missing_route_parameter",
            UsageFault::MustAwait => "must_await",
            UsageFault::MissingBodyLayer => "missing_body_layer",
            UsageFault::CookiesNotConfigured => "cookies_not_configured",
            UsageFault::CookieTooLarge { .. } => "cookie_too_large",
            UsageFault::NoSessionStore => "no_session_store",
            UsageFault::NotRevocable => "not_revocable",
        }),
        ErrorKind::Machine(fault) => Failure(match fault {
            MachineFault::OutOfEntropy => "out_of_entropy",
            MachineFault::Signing => "signing",
            MachineFault::Unavailable => "unavailable",
        }),
    }
}

fn told_of_header(fault: HeaderFault) -> &'static str {
    match fault {
        HeaderFault::NotAnObject => "header_not_an_object",
        HeaderFault::Repeated => "header_repeated",
        HeaderFault::TooManyMembers => "header_too_many_members",
        HeaderFault::WrongType => "header_wrong_type",
        HeaderFault::MissingAlgorithm => "missing_algorithm",
        HeaderFault::WrongTyp => "wrong_typ",
        HeaderFault::Critical => "critical",
        HeaderFault::Encrypted => "encrypted",
    }
}

fn told_of_claims(fault: ClaimFault) -> &'static str {
    match fault {
        ClaimFault::NotAnObject => "claims_not_an_object",
        ClaimFault::Missing(_) => "claim_missing",
        ClaimFault::WrongType(_) => "claim_wrong_type",
        ClaimFault::Repeated(_) => "claim_repeated",
    }
}

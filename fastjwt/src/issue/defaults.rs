//! What every new token says unless it is told otherwise: claims and header members that the configuration has a callback for.

use serde::Serialize;
use serde_json::Value;

use crate::{ErrorKind, TokenKind, UsageFault, claims::is_reserved, claims::write::to_value, jws};

/// A token that is being made, for the callbacks that give it defaults.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct NewToken<'a> {
    /// What the token is for.
    pub kind: TokenKind,
    /// Whom the token is about.
    pub sub: &'a str,
    /// What the token allows.
    pub scopes: &'a [String],
    /// Whether the subject has just proved who they are.
    pub fresh: bool,
}

type Callback = dyn Fn(&NewToken<'_>) -> Result<Value, serde_json::Error> + Send + Sync;

/// A callback that gives an object.
pub(crate) struct Defaults(Box<Callback>);

impl Defaults {
    pub(crate) fn new<D: Serialize>(defaults: impl Fn(&NewToken<'_>) -> D + Send + Sync + 'static) -> Self {
        Self(Box::new(move |token| to_value(&defaults(token))))
    }

    /// The claims for a token, without those that it was given by name.
    pub(super) fn claims(
        &self,
        token: &NewToken<'_>,
        given: &[(String, Value)],
    ) -> Result<Vec<(String, Value)>, ErrorKind> {
        let is_taken = |name: &str| is_reserved(name).then_some("reserved: it must not be an extra claim");
        self.members(token, given, "default claim", is_taken)
    }

    /// The members for a token's header, without those that it was given by name.
    pub(super) fn header(
        &self,
        token: &NewToken<'_>,
        given: &[(String, Value)],
    ) -> Result<Vec<(String, Value)>, ErrorKind> {
        let is_taken = |name: &str| jws::is_standard_member(name).then_some("one that has a meaning of its own");
        self.members(token, given, "default header member", is_taken)
    }

    fn members(
        &self,
        token: &NewToken<'_>,
        given: &[(String, Value)],
        what: &str,
        is_taken: impl Fn(&str) -> Option<&'static str>,
    ) -> Result<Vec<(String, Value)>, ErrorKind> {
        let cannot = |reason: String| ErrorKind::from(UsageFault::CannotIssue(reason));
        let members = match (self.0)(token) {
            Ok(Value::Object(members)) => members,
            Ok(Value::Null) => return Ok(Vec::new()),
            Ok(_) => return Err(cannot(format!("the {what}s must be written as a JSON object"))),
            Err(error) => return Err(cannot(format!("the {what}s: {error}"))),
        };
        if let Some((name, why)) = members.keys().find_map(|name| Some((name, is_taken(name)?))) {
            return Err(cannot(format!("{what} `{name}` is {why}")));
        }
        Ok(members.into_iter().filter(|(name, _)| !given.iter().any(|(given, _)| given == name)).collect())
    }
}

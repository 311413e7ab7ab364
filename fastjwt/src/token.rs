//! The tokens that `sign` returns: the text, when it ends, and of which kind it is.

use std::{fmt, time::Duration};

use serde::Serialize;

use crate::{NumericDate, TokenKind};

mod sealed {
    use std::time::Duration;

    use crate::{NumericDate, TokenKind, issue::ShortText, scope::Words};

    /// The text of a token and when it ends; which kind it is, the two types around it say.
    #[derive(Clone)]
    pub struct Signed {
        pub(crate) text: String,
        pub(crate) expiry: NumericDate,
        /// From the moment of issue.
        pub(crate) lifetime: Duration,
        pub(crate) scopes: Words,
        pub(crate) csrf: Option<ShortText>,
    }

    pub trait Sealed: Sized {
        const KIND: TokenKind;
        fn of(signed: Signed) -> Self;
    }
}

use sealed::Sealed;
pub(crate) use sealed::Signed;

/// [`AccessToken`] or [`RefreshToken`].
pub trait Token: Sealed {}

macro_rules! token {
    ($(#[$doc:meta])* $name:ident, $kind:ident) => {
        $(#[$doc])*
        #[derive(Clone)]
        pub struct $name(Signed);

        impl $name {
            /// The token's text, to be sent; whoever has it is its subject.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0.text
            }

            /// The token's text by value.
            #[must_use]
            pub fn into_string(self) -> String {
                self.0.text
            }

            /// When the token ends.
            #[must_use]
            pub fn expiry(&self) -> NumericDate {
                self.0.expiry
            }

            /// How long the token lives, from the moment of issue.
            #[must_use]
            pub fn expires_in(&self) -> Duration {
                self.0.lifetime
            }

            /// The csrf value that a request with this token in a cookie must prove, if it has one.
            #[must_use]
            pub fn csrf(&self) -> Option<&str> {
                self.0.csrf.as_deref()
            }
        }

        /// Shows when the token ends, never its text.
        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.debug_struct(stringify!($name)).field("expiry", &self.0.expiry).finish_non_exhaustive()
            }
        }

        impl Sealed for $name {
            const KIND: TokenKind = TokenKind::$kind;

            fn of(signed: Signed) -> Self {
                Self(signed)
            }
        }

        impl Token for $name {}
    };
}

token! {
    /// A signed access token. It does not print; a refresh token can't stand in its place.
    AccessToken, Access
}
token! {
    /// A signed refresh token. It does not print; an access token can't stand in its place.
    RefreshToken, Refresh
}

/// The answer of a token endpoint, as OAuth clients expect it (RFC 6749 section 5.1).
///
/// As a response it is `{"access_token", "token_type", "expires_in"}`, with `refresh_token` and `scope` where there are any;
/// `expires_in` is in seconds, and `token_type` is `Bearer` whatever scheme the configuration reads. No cache may store it: return
/// it from a handler as it is, since `Json(..)` around it would lose the headers that say so.
///
/// ```
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # use fastjwt::{Algorithm, FastJwt, SigningKey, TokenResponse};
/// # let jwt = FastJwt::builder().key(SigningKey::generate(Algorithm::ES256)?).build()?;
/// let access = jwt.create_access_token("USER_ID").sign()?;
/// let refresh = jwt.create_refresh_token("USER_ID").sign()?;
/// let answer = serde_json::to_value(TokenResponse::new(access).with_refresh_token(refresh))?;
/// assert_eq!(answer["token_type"], "Bearer");
/// assert_eq!(answer["expires_in"], 15 * 60);
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Serialize)]
#[must_use]
pub struct TokenResponse {
    #[serde(skip_serializing_if = "Option::is_none")]
    access_token: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    token_type: Option<&'static str>,
    expires_in: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    refresh_token: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    scope: Option<String>,
}

impl TokenResponse {
    /// Answers with an access token.
    pub fn new(access: AccessToken) -> Self {
        Self {
            expires_in: access.0.lifetime.as_secs(),
            access_token: Some(access.0.text),
            token_type: Some("Bearer"),
            refresh_token: None,
            scope: Some(access.0.scopes.as_str()).filter(|scopes| !scopes.is_empty()).map(str::to_owned),
        }
    }

    /// Answers with a refresh token, too.
    pub fn with_refresh_token(mut self, refresh: RefreshToken) -> Self {
        self.refresh_token = Some(refresh.0.text);
        self
    }

    /// Leaves the access token out, since it travels in a cookie; when it ends is still there for the page's script.
    #[cfg(feature = "axum")]
    pub(crate) fn without_access_token(self) -> Self {
        Self { access_token: None, token_type: None, ..self }
    }

    /// Leaves the refresh token out, since it travels in a cookie.
    #[cfg(feature = "axum")]
    pub(crate) fn without_refresh_token(self) -> Self {
        Self { refresh_token: None, ..self }
    }
}

impl fmt::Debug for TokenResponse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TokenResponse").field("expires_in", &self.expires_in).finish_non_exhaustive()
    }
}

//! What the claims of a token are: those that every token has, and the service's own.

mod date;
mod finite;
mod flat;
pub(crate) mod forms;
mod freshness;
mod map;
pub(crate) mod member;
mod names;
mod once;
pub(crate) mod read;
mod scan;
mod strict;
pub(crate) mod text;
mod value;
pub(crate) mod write;

use std::{fmt, ops::Deref};

use serde::{Deserialize, Deserializer, Serialize, de::DeserializeOwned};

pub(crate) use self::names::is_reserved;
pub use self::{
    date::NumericDate,
    freshness::Freshness,
    map::ClaimMap,
    names::{Names, RESERVED_NAMES},
    value::{ClaimKey, ClaimValue, Field, Flat, de_field, de_flat, ser_field, ser_flat},
};
use crate::scope::Granted;

/// A type of extra claims: what a service puts into a token beside the registered claims.
///
/// [`#[jwt_claims]`](macro@crate::jwt_claims) on a struct writes this; [`NoClaims`] and [`ClaimMap`] have it, too.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a type of extra claims",
    label = "not a claims type",
    note = "put `#[fastjwt::jwt_claims]` on the struct, or use `TokenPayload` alone, or `TokenPayload<fastjwt::ClaimMap>` for untyped claims"
)]
pub trait Claims: ClaimNames + Send + Sync + 'static {}

/// A type that knows the names of its claims as they stand in the JSON.
///
/// ```
/// use fastjwt::{ClaimNames, jwt_claims};
///
/// #[jwt_claims]
/// struct Profile {
///     #[serde(rename = "displayName")]
///     name: String,
///     age: u8,
/// }
///
/// assert!(Profile::NAMES.iter().eq(["displayName", "age"]));
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not know the names of its claims",
    label = "can't be flattened",
    note = "`#[serde(flatten)]` belongs on a struct with `#[fastjwt::jwt_claims]` or `#[fastjwt::claim_value]`, so that the compiler can see that no name stands twice",
    note = "give the claim a name of its own: remove `#[serde(flatten)]`"
)]
pub trait ClaimNames: Serialize + DeserializeOwned {
    /// The names, aliases included.
    const NAMES: Names;

    /// Reads it as a flattened field, out of an object that has other names, too.
    #[doc(hidden)]
    fn read_flat<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::deserialize(deserializer)
    }
}

/// A flattened claim that may be missing as a whole.
impl<C: ClaimNames> ClaimNames for Option<C> {
    const NAMES: Names = C::NAMES;

    fn read_flat<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        flat::read_option(deserializer)
    }
}

impl<C: ClaimNames> ClaimNames for Box<C> {
    const NAMES: Names = C::NAMES;

    fn read_flat<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        C::read_flat(deserializer).map(Self::new)
    }
}

/// No extra claims; what else the token holds is not read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[non_exhaustive]
pub struct NoClaims {}

impl ClaimNames for NoClaims {
    const NAMES: Names = Names::new(&[], &[]);
}

impl Claims for NoClaims {}

/// What a token is for: the claim `type`.
///
/// The two kinds are never accepted in each other's place, whatever else they say (RFC 8725 section 3.12).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum TokenKind {
    /// Opens protected handlers; short-lived.
    Access,
    /// Obtains new access tokens, and nothing else; long-lived.
    Refresh,
}

impl TokenKind {
    pub(crate) const BOTH: [Self; 2] = [Self::Access, Self::Refresh];

    /// The kind as the claim `type` writes it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Access => "access",
            Self::Refresh => "refresh",
        }
    }
}

impl fmt::Display for TokenKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// The claims of a verified token: the registered ones as fields, the service's own in [`extra`](Self::extra) and through `Deref`.
///
/// `payload.sub` is a registered claim, `payload.age` one of `C`'s.
#[derive(Clone)]
#[non_exhaustive]
pub struct RegisteredClaims<C = NoClaims> {
    /// Who issued the token (RFC 7519 section 4.1.1).
    pub iss: Option<String>,
    /// Whom the token is about, never empty (section 4.1.2).
    pub sub: String,
    /// Whom the token is for; empty if it does not say (section 4.1.3).
    pub aud: Vec<String>,
    /// When the token ends (section 4.1.4).
    pub exp: NumericDate,
    /// From when on the token is valid (section 4.1.5).
    pub nbf: Option<NumericDate>,
    /// When the token was issued (section 4.1.6).
    pub iat: Option<NumericDate>,
    /// The token's own id, unique among all tokens (section 4.1.7).
    pub jti: Option<String>,
    /// What the token is for; `type` in the JSON.
    pub kind: TokenKind,
    /// Whether, and until when, the subject proved who they are to get this very token, rather than by a refresh;
    /// [`TokenPayload::is_fresh`](crate::TokenPayload::is_fresh) says whether it still counts.
    pub fresh: Freshness,
    /// What the token allows, in the order in which it was granted.
    pub scopes: Vec<String>,
    /// The value that a request with this token in a cookie must prove to know.
    pub csrf: Option<String>,
    /// When the subject proved who they are (OpenID Connect Core 1.0 section 2).
    pub auth_time: Option<NumericDate>,
    /// The session that the token belongs to.
    pub sid: Option<String>,
    /// The client that asked for the token (RFC 8693 section 4.3, RFC 9068 section 2.2).
    pub client_id: Option<String>,
    /// The service's own claims.
    pub extra: C,
}

impl<C> Deref for RegisteredClaims<C> {
    type Target = C;

    fn deref(&self) -> &C {
        &self.extra
    }
}

/// Shows who and which token, never the csrf value and never the extra claims; `C` needs no `Debug`.
impl<C> fmt::Debug for RegisteredClaims<C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RegisteredClaims")
            .field("sub", &self.sub)
            .field("jti", &self.jti)
            .field("kind", &self.kind)
            .field("exp", &self.exp)
            .finish_non_exhaustive()
    }
}

impl<C> RegisteredClaims<C> {
    /// The same registered claims beside other extra ones.
    pub(crate) fn with_extra<D>(&self, extra: D) -> RegisteredClaims<D> {
        RegisteredClaims {
            iss: self.iss.clone(),
            sub: self.sub.clone(),
            aud: self.aud.clone(),
            exp: self.exp,
            nbf: self.nbf,
            iat: self.iat,
            jti: self.jti.clone(),
            kind: self.kind,
            fresh: self.fresh,
            scopes: self.scopes.clone(),
            csrf: self.csrf.clone(),
            auth_time: self.auth_time,
            sid: self.sid.clone(),
            client_id: self.client_id.clone(),
            extra,
        }
    }
}

impl<C: Claims> RegisteredClaims<C> {
    /// The claims as they stand in a token of this realm, without the csrf value.
    pub(crate) fn as_written<'a>(&'a self, realm: Option<&'a str>) -> write::Outgoing<'a, C> {
        write::Outgoing {
            iss: self.iss.as_deref(),
            sub: &self.sub,
            aud: &self.aud,
            exp: self.exp,
            nbf: self.nbf,
            iat: self.iat,
            jti: self.jti.as_deref(),
            kind: self.kind,
            fresh: self.fresh,
            scopes: Granted::List(&self.scopes),
            as_scope: false,
            csrf: None,
            auth_time: self.auth_time,
            sid: self.sid.as_deref(),
            client_id: self.client_id.as_deref(),
            realm,
            untyped: &[],
            extra: &self.extra,
            defaults: &[],
        }
    }
}

/// Writes the claims as they stand in the token, without the realm and the csrf value.
impl<C: Claims> Serialize for RegisteredClaims<C> {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.as_written(None).serialize(serializer)
    }
}

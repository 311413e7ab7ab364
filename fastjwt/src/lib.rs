#![doc = include_str!("../README.md")]

#[doc(hidden)]
#[path = "private.rs"]
pub mod __private;
mod access;
#[cfg(feature = "axum")]
mod body;
mod claims;
mod clock;
mod config;
#[cfg(feature = "axum")]
mod cookie;
pub mod danger;
mod entropy;
mod error;
mod event;
#[doc = include_str!("../docs/events.md")]
pub mod events {}
#[cfg(feature = "axum")]
mod extract;
#[cfg(feature = "axum")]
mod implicit_refresh;
mod issue;
#[cfg(feature = "axum")]
mod jwks;
mod jws;
mod jwt;
mod key;
#[cfg(feature = "axum")]
mod layer;
#[cfg(feature = "axum")]
mod location;
#[cfg(feature = "axum")]
mod metadata;
#[cfg(feature = "utoipa")]
mod openapi;
mod payload;
mod realm;
#[cfg(feature = "axum")]
mod request_token;
#[cfg(feature = "axum")]
mod respond;
#[cfg(feature = "axum")]
mod routes;
#[cfg(feature = "axum")]
mod same_origin;
mod scope;
pub mod session;
mod shown;
#[cfg(feature = "ws")]
mod socket;
#[cfg(feature = "testing")]
pub mod testing;
mod token;

#[cfg(feature = "jwks")]
pub use self::config::TrustedIssuer;
#[cfg(feature = "ws")]
pub use self::socket::ExpiringSocket;
pub use self::{
    access::{
        Policy,
        check::{Check, CheckedRequest, Denied},
    },
    claims::{
        ClaimKey, ClaimMap, ClaimNames, ClaimValue, Claims, Freshness, Names, NoClaims, NumericDate, RESERVED_NAMES,
        RegisteredClaims, TokenKind,
    },
    clock::Clock,
    config::{Builder, Config, ConfigError, ConfigFault},
    entropy::{Entropy, OutOfEntropy},
    error::{ClaimFault, Error, ErrorKind, HeaderFault, MachineFault, RequestFault, TokenFault, UsageFault},
    issue::{NewToken, TokenBuilder},
    jwt::FastJwt,
    key::{Algorithm, KeyError, KeyInfo, KeyRing, KeyState, RingError, SigningKey, VerifyingKey},
    payload::TokenPayload,
    realm::{DefaultRealm, Realm},
    scope::{Scope, ScopeRule, ScopeSet, UnknownScope},
    session::{
        login::TokenPairBuilder,
        logout::LogoutToken,
        pair::TokenPair,
        renewal::{OnRefresh, Renewal},
    },
    token::{AccessToken, RefreshToken, Token, TokenResponse},
};
#[cfg(feature = "axum")]
pub use self::{
    body::{BodyTokensFuture, BodyTokensLayer, BodyTokensService},
    config::{CookieLifetime, CookieOptions, ImplicitRefreshOptions, SameSite},
    cookie::SetCookies,
    extract::{
        AnyPayload, ConstPolicy, CurrentSubject, FreshPayload, HasFastJwt, LoadSubject, RefreshPayload, Required,
    },
    implicit_refresh::{ImplicitRefreshFuture, ImplicitRefreshLayer, ImplicitRefreshService},
    jwks::JwksHandler,
    layer::{GuardFuture, GuardLayer, GuardService},
    location::{Location, Locations},
    metadata::{ProtectedResource, ResourceMetadataHandler},
    request_token::RequestToken,
    respond::Refusal,
    routes::{Login, WrongCredentials},
    same_origin::{SameOrigin, SameOriginLayer, SameOriginService},
};
/// Makes a struct the extra claims of tokens: checked by the compiler, ready for [`TokenPayload`] and
/// [`TokenBuilder::claims`].
///
/// It derives serde's `Serialize` and `Deserialize` (serde need not be a dependency of yours) and implements [`Claims`].
///
/// ```
/// use std::collections::BTreeMap;
/// use fastjwt::{claim_value, jwt_claims};
///
/// #[jwt_claims]
/// #[derive(Debug, Clone)]
/// struct Profile {
///     tenant: String,
///     #[serde(rename = "displayName")]
///     display_name: Option<String>,
///     limits: BTreeMap<String, u64>,
///     role: Role,
/// }
///
/// #[claim_value]
/// #[derive(Debug, Clone)]
/// enum Role { Admin, Member { team: String } }
/// ```
///
/// # What it refuses
/// All of it at once, at the name or type that is wrong:
/// - a name that is reserved in the JSON ([`RESERVED_NAMES`]), however it came about: `rename`, `rename_all`, `alias`;
/// - two fields with one name in the JSON;
/// - a field named like one of the payload's own, such as `kind` or `extra`: it would be hidden;
/// - a type that is not a JSON value ([`ClaimValue`]), such as `SystemTime`, `Duration`, `u128` or a map with other keys than
///   strings;
/// - a field that may be left out and not be read back: `skip_serializing_if` without `default`;
/// - a field that is written by a name by which it is not read, as `rename(serialize = "..")` alone makes it: an `alias` reads it;
/// - tuple structs, enums, lifetimes, and serde's attributes that would write something else than an object with these names.
///
/// ```compile_fail
/// #[fastjwt::jwt_claims]
/// struct Profile {
///     exp: u64,                          // reserved
///     last_login: std::time::SystemTime, // not a JSON value
/// }
/// ```
///
/// # Attributes
/// serde's work on fields: `rename`, `alias`, `default`, `skip`, `skip_serializing_if`, `with`, `flatten` of another claims
/// type; and `rename_all` on the struct. `#[claim(unchecked)]` on a field takes a foreign type on trust. An `Option` that is
/// missing reads as `None`.
///
/// Arguments: `crate = path`, where this crate is known under another path.
pub use fastjwt_macros::jwt_claims;

/// Makes a struct or an enum a value that a claim may have.
///
/// For the types inside a [`#[jwt_claims]`](macro@jwt_claims) struct. Its fields are checked like those of claims, but no name
/// is reserved. A field without a name keeps its place: it may be left out with `skip` only. An enum with a `tag` and no `content`
/// holds objects.
///
/// ```
/// use fastjwt::{claim_value, jwt_claims};
///
/// #[claim_value]
/// struct UserId(u64);
///
/// #[claim_value]
/// #[serde(tag = "kind", rename_all = "snake_case")]
/// enum Membership { Free, Paid { until: u64 } }
///
/// #[jwt_claims]
/// struct Profile { invited_by: Option<UserId>, membership: Membership }
/// ```
///
/// Arguments: `crate = path`, where this crate is known under another path.
pub use fastjwt_macros::claim_value;

/// Lets a handler run only with a valid access token, and hands it the payload.
///
/// ```
/// use axum::{Router, extract::Path, routing::get};
/// use fastjwt::{FastJwt, TokenPayload, access_token_required, jwt_claims};
///
/// #[jwt_claims]
/// struct Profile { age: u8 }
///
/// // A parameter of type `TokenPayload` is injected, wherever it stands.
/// #[access_token_required]
/// async fn profile(Path(page): Path<u32>, payload: TokenPayload<Profile>) -> String {
///     format!("page {page} of {}, who is {}", payload.sub, payload.age)
/// }
///
/// // Without one, the handler is only guarded.
/// #[access_token_required]
/// async fn report() -> &'static str { "for your eyes only" }
///
/// fn app(jwt: FastJwt) -> Router {
///     Router::new().route("/profile/{page}", get(profile)).route("/report", get(report)).with_state(jwt)
/// }
/// ```
///
/// The token is checked before any other parameter is extracted. The function stays a function: generics, `where`, `impl Trait`,
/// lifetimes and its return type are untouched, and it may be an associated one.
///
/// # Arguments
/// - `scopes(all("orders:read", "orders:write"), any("admin", "support"))`: the token's scopes, all that is listed; `all` and `any`
///   nest as deep as needed, and a variant of an enum with [`#[derive(Scope)]`](derive@Scope) stands for its name. What is
///   missing is 403, with what was needed in the challenge.
/// - `max_age = "5m"`: the subject proved who they are no longer ago than that, as the token's `auth_time` says. A whole number and
///   `s`, `m`, `h` or `d`.
/// - `optional`: the payload is an `Option<TokenPayload<C>>`, and a request without a token passes as `None`; one with a token
///   that is not valid does not. With `optional(expired)` a well-signed token that has expired counts as none.
/// - `subject_param = "user_id"`: the token's subject must be the parameter `{user_id}` of the route, else the answer is 403.
///   Another issuer's subjects may have the same names: where one is trusted, demand the `issuer`, too.
/// - `audience("orders", "billing")`, `issuer = "https://login.example.org"`, `leeway = "30s"`: in place of the configured ones.
/// - `locations(headers, cookies, json, query, websocket)`, some of them: where the token is looked for, in place of the configured
///   [`Locations`]. Cookies must be among the configured ones, and `json` needs the layer [`FastJwt::body_tokens`]: else 500.
/// - `csrf = false`: a token from a cookie needs no CSRF proof here. What another site's page sends is refused all the same.
/// - `revocation = false`: the session store is not asked here whether the token is revoked or its session has ended.
/// - `state = AppState`: the router's state, so that a missing [`FastJwt`] in it is an error at this word.
/// - `realm = Staff`: the realm of a handler without payload; a payload's type says its own.
/// - `crate = path`: where this crate is known under another path.
///
/// A payload under a type alias is marked: `#[payload] payload: MyPayload`.
///
/// # Other attributes
/// Put this one on top. `#[axum::debug_handler]`, `#[tracing::instrument]` and `#[utoipa::path]` then see a handler with one more
/// or a moved parameter, and work. With the feature `utoipa`, the document that `#[utoipa::path]` makes says what the handler
/// demands and answers; standing above this one, it is an error then. [`FastJwt`] completes the document:
#[cfg_attr(feature = "utoipa", doc = "[`Modify`](FastJwt#impl-Modify-for-FastJwt%3CR%3E) says how.")]
#[cfg_attr(not(feature = "utoipa"), doc = "see its `Modify`.")]
///
/// axum-extra's typed routes take their path from the first parameter, where this attribute puts its own: for them write the
/// extractor [`TokenPayload`] behind the path, or put the [layer](FastJwt::access_token_required) around the route.
///
/// # Answers
/// As the README's table says; the extractor and the [layer](FastJwt::access_token_required) give the same ones.
#[cfg(feature = "axum")]
pub use fastjwt_macros::access_token_required;

/// Lets a handler run only with a fresh access token: one for which the subject has proved who they are.
///
/// For changing a password, or deleting an account. A token is fresh if it was made with [`TokenBuilder::fresh`], which belongs
/// into the login and nowhere else; with [`TokenBuilder::fresh_for`] it is for that long. Arguments and rules are those of [`macro@access_token_required`]; with `max_age` the login must
/// not be longer ago than that, and the challenge says so (RFC 9470).
///
/// ```
/// use fastjwt::{TokenPayload, fresh_token_required};
///
/// #[fresh_token_required]
/// async fn change_password(payload: TokenPayload, new_password: String) {}
///
/// #[fresh_token_required(max_age = "5m")]
/// async fn delete_account(payload: TokenPayload) {}
/// ```
#[cfg(feature = "axum")]
pub use fastjwt_macros::fresh_token_required;

/// Lets a handler run only with a valid refresh token.
///
/// For the handler that hands out new access tokens. Arguments and rules are those of [`macro@access_token_required`].
///
/// ```
/// use axum::extract::State;
/// use fastjwt::{Error, FastJwt, TokenPayload, TokenResponse, refresh_token_required};
///
/// #[refresh_token_required]
/// async fn refresh(State(jwt): State<FastJwt>, payload: TokenPayload) -> Result<TokenResponse, Error> {
///     Ok(TokenResponse::new(jwt.create_access_token(&payload.sub).sign()?))
/// }
/// ```
#[cfg(feature = "axum")]
pub use fastjwt_macros::refresh_token_required;

/// Lets a handler run only with a valid token, of any kind.
///
/// For a route such as the one that logs out. The payload's [`kind`](RegisteredClaims::kind) says which it is. Arguments and rules
/// are those of [`macro@access_token_required`].
///
/// ```
/// use fastjwt::{TokenPayload, token_required};
///
/// #[token_required]
/// async fn whoami(payload: TokenPayload) -> String {
///     format!("{} with a token of the kind {}", payload.sub, payload.kind)
/// }
/// ```
#[cfg(feature = "axum")]
pub use fastjwt_macros::token_required;

/// Makes an enum's variants scopes: `Orders::Read` is `orders:read`.
///
/// A scope that is misspelt is then a compile error at the very word. The enum gets the trait [`Scope`](trait@Scope) and with it
/// names, parsing and sets ([`ScopeSet`]), and displays as its names.
///
/// ```
/// use fastjwt::{FastJwt, Scope, ScopeSet, TokenPayload, access_token_required};
///
/// #[derive(Scope)]
/// enum Orders { Read, Write }
///
/// #[access_token_required(scopes(all(Orders::Read, Orders::Write)))]
/// async fn change(payload: TokenPayload) -> String {
///     format!("{} may {}", payload.sub, ScopeSet::<Orders>::of(&payload))
/// }
///
/// fn login(jwt: &FastJwt) -> Result<fastjwt::AccessToken, fastjwt::Error> {
///     jwt.create_access_token("USER_ID").scopes([Orders::Read]).sign()
/// }
/// ```
///
/// ```compile_fail
/// # use fastjwt::{Scope, access_token_required};
/// #[derive(Scope)]
/// enum Orders { Read, Write }
///
/// #[access_token_required(scopes(Orders::Raed))]
/// async fn list() {}
/// ```
///
/// The part before the colon is the enum's name and the part behind it the variant's, both in snake case. `#[scope(prefix = "shop")]`
/// on the enum puts another word before the colon, an empty one neither word nor colon; `#[scope(name = "orders:*")]` on a
/// variant is all of its name. `#[scope(crate = path)]` on the enum says where this crate is known under another path. Variants
/// have no fields.
pub use fastjwt_macros::Scope;

/// A [`ScopeRule`], checked and built at compile time: what stands in the attributes' argument `scopes(..)`.
///
/// ```
/// use fastjwt::{FastJwt, Policy, Scope, scopes};
///
/// #[derive(Scope)]
/// enum Orders { Read, Write }
///
/// const POLICY: Policy = Policy::access().scopes(scopes!(any(all(Orders::Read, Orders::Write), "admin")));
/// ```
///
/// It is a constant and holds nothing of Rust's own: no variable, no call, no `||`.
///
/// ```compile_fail
/// const RULE: fastjwt::ScopeRule = fastjwt::scopes!("admin", "a" || "b");
/// ```
#[macro_export]
macro_rules! scopes {
    ($($rule:tt)*) => {
        $crate::__private::scope_rule!($crate; $($rule)*)
    };
}

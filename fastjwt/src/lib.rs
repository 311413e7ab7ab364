#![doc = include_str!("../README.md")]

#[doc(hidden)]
#[path = "private.rs"]
pub mod __private;
mod access;
mod claims;
mod clock;
mod config;
pub mod danger;
mod entropy;
mod error;
#[cfg(feature = "axum")]
mod extract;
mod issue;
mod jws;
mod jwt;
mod key;
#[cfg(feature = "axum")]
mod layer;
mod payload;
mod realm;
#[cfg(feature = "axum")]
mod respond;
#[cfg(feature = "testing")]
pub mod testing;
mod token;

pub use self::{
    access::Policy,
    claims::{
        ClaimKey, ClaimMap, ClaimNames, ClaimValue, Claims, Names, NoClaims, NumericDate, RESERVED_NAMES,
        RegisteredClaims, TokenKind,
    },
    clock::Clock,
    config::{Builder, ConfigError, ConfigFault},
    entropy::{Entropy, OutOfEntropy},
    error::{ClaimFault, Error, ErrorKind, HeaderFault, MachineFault, RequestFault, TokenFault, UsageFault},
    issue::TokenBuilder,
    jwt::FastJwt,
    key::{Algorithm, KeyError, SigningKey, VerifyingKey},
    payload::TokenPayload,
    realm::{DefaultRealm, Realm},
    token::{AccessToken, RefreshToken, Token, TokenResponse},
};
#[cfg(feature = "axum")]
pub use self::{
    extract::{FreshPayload, HasFastJwt, RefreshPayload},
    layer::{GuardFuture, GuardLayer, GuardService},
    respond::Refusal,
};
#[cfg(feature = "axum")]
pub use fastjwt_macros::{access_token_required, fresh_token_required, refresh_token_required};
pub use fastjwt_macros::{claim_value, jwt_claims};

//! fastjwt, through its public API, with all checks.

use std::hint::black_box;

use fastjwt::{Builder, FastJwt, Locations, SigningKey};

use super::Contender;
use crate::{
    keys::Key,
    payload::{AUDIENCE, Extra, Flat, ISSUER, SCOPES, SUBJECT, extra},
};

/// fastjwt among the others. It makes a `jti` and a csrf value for every token.
///
/// # Panics
/// If it does not sign.
#[must_use]
pub fn ours(key: &Key) -> Contender {
    let (verifier, signer) = (ours_built(key, |builder| builder), ours_built(key, |builder| builder));
    let extra = extra();
    Contender {
        name: "fastjwt",
        verify: Box::new(move |token| black_box(verifier.verify_access_token::<Extra>(token)).is_ok()),
        sign: Some(Box::new(move || {
            let token = signer.create_access_token(SUBJECT).scopes(SCOPES).fresh().claims(&extra).sign();
            token.expect("a token").into_string()
        })),
    }
}

/// fastjwt as it is measured everywhere, with further options.
///
/// # Panics
/// If the options don't fit together.
#[must_use]
pub fn ours_built(key: &Key, further: impl FnOnce(Builder) -> Builder) -> FastJwt {
    let builder = FastJwt::builder()
        .key(key.ours.clone())
        .issuer(ISSUER)
        .audience([AUDIENCE])
        .access_locations(Locations::HEADERS | Locations::COOKIES);
    further(builder).build().expect("a good configuration")
}

/// The same token, signed with another key of fastjwt's.
///
/// # Panics
/// If the key does not sign.
#[must_use]
pub fn resigned(key: &SigningKey, claims: &Flat) -> String {
    let extra = Extra { tenant: claims.tenant.clone(), level: claims.level, groups: claims.groups.clone() };
    let jwt = FastJwt::builder().key(key.clone()).issuer(ISSUER).audience([AUDIENCE]).build().expect("a configuration");
    let token = jwt.create_access_token(SUBJECT).scopes(SCOPES).fresh().claims(&extra).csrf(Some(&claims.csrf)).sign();
    token.expect("a token").into_string()
}

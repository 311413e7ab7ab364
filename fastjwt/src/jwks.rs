//! The key set that others verify with, as a handler: the public keys, and nothing else (RFC 7517 section 5).

use std::{
    fmt,
    future::{Ready, ready},
};

use aws_lc_rs::digest;
use axum::{
    extract::Request,
    handler::Handler,
    response::{IntoResponse, Response},
};
use base64::Engine as _;
use http::{
    HeaderMap, HeaderValue, StatusCode,
    header::{CACHE_CONTROL, CONTENT_TYPE, ETAG, IF_NONE_MATCH},
};

use crate::{DefaultRealm, FastJwt, NumericDate, Realm, config::Settings, jws::BASE64};

impl<R: Realm> FastJwt<R> {
    /// A handler that serves the public keys, for `/.well-known/jwks.json`: the one that signs, the next, and those that still
    /// verify. Secrets are never in it.
    ///
    /// Clients may keep the answer for the configured `jwks_max_age`; `ETag` and 304 spare them the rest.
    ///
    /// ```
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// use axum::{Router, routing::get};
    /// use fastjwt::{Algorithm, FastJwt, SigningKey};
    ///
    /// let jwt = FastJwt::builder().key(SigningKey::generate(Algorithm::ES256)?).build()?;
    /// let app: Router = Router::new().route("/.well-known/jwks.json", get(jwt.jwks()));
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn jwks(&self) -> JwksHandler<R> {
        JwksHandler(self.clone())
    }
}

/// Serves the public keys of a [`FastJwt`]; [`FastJwt::jwks`] makes one.
pub struct JwksHandler<R = DefaultRealm>(FastJwt<R>);

impl<R> Clone for JwksHandler<R> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl<R> fmt::Debug for JwksHandler<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("JwksHandler").finish_non_exhaustive()
    }
}

#[diagnostic::do_not_recommend]
impl<R: Realm, S> Handler<(), S> for JwksHandler<R> {
    type Future = Ready<Response>;

    fn call(self, request: Request, _: S) -> Self::Future {
        ready(answer(self.0.config(), request.headers()))
    }
}

fn answer(config: &Settings, asked: &HeaderMap) -> Response {
    let body = key_set(config);
    let tag = format!("\"{}\"", BASE64.encode(digest::digest(&digest::SHA256, body.as_bytes())));
    // Neither text can fail to be a header's value.
    let cached = [(CACHE_CONTROL, format!("public, max-age={}", config.jwks_max_age.as_secs())), (ETAG, tag.clone())]
        .map(|(name, value)| (name, HeaderValue::try_from(value).unwrap_or_else(|_| HeaderValue::from_static(""))));
    if names(asked, &tag) {
        return (StatusCode::NOT_MODIFIED, cached).into_response();
    }
    (cached, [(CONTENT_TYPE, HeaderValue::from_static("application/jwk-set+json"))], body).into_response()
}

fn key_set(config: &Settings) -> String {
    config.keys.load().jwks(NumericDate::from(config.clock.now()))
}

/// Whether the client has this version already (RFC 9110 section 13.1.2). Tags hold no commas, so that the list splits at them.
fn names(asked: &HeaderMap, tag: &str) -> bool {
    asked
        .get_all(IF_NONE_MATCH)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .map(str::trim)
        .any(|known| known == "*" || known.strip_prefix("W/").unwrap_or(known) == tag)
}

//! axum-jwt-auth, called as its extractor calls it.

use std::{
    hint::black_box,
    pin::pin,
    task::{Context, Poll, Waker},
};

use axum_jwt_auth::{JwtDecoder, LocalDecoder};
use fastjwt::Algorithm;
use jsonwebtoken10::{DecodingKey, Validation};

use super::Contender;
use crate::{
    keys::Key,
    payload::{AUDIENCE, Flat, ISSUER},
};

pub(super) fn contender(key: &Key) -> Contender {
    let decoder = decoder(key);
    Contender {
        name: "axum-jwt-auth 0.7",
        verify: Box::new(move |token| {
            let decoding = pin!(JwtDecoder::<Flat>::decode(&decoder, token));
            match decoding.poll(&mut Context::from_waker(Waker::noop())) {
                Poll::Ready(claims) => black_box(claims).is_ok(),
                Poll::Pending => false,
            }
        }),
        sign: None,
    }
}

/// Its decoder with a key.
///
/// # Panics
/// If it refuses the rules.
#[must_use]
pub fn decoder(key: &Key) -> LocalDecoder {
    let (algorithm, decoding) = match key.algorithm {
        Algorithm::HS256 => (jsonwebtoken10::Algorithm::HS256, DecodingKey::from_secret(&key.private)),
        Algorithm::ES256 => (jsonwebtoken10::Algorithm::ES256, DecodingKey::from_ec_der(&key.public)),
        Algorithm::EdDSA => (jsonwebtoken10::Algorithm::EdDSA, DecodingKey::from_ed_der(&key.public)),
        _ => (jsonwebtoken10::Algorithm::RS256, DecodingKey::from_rsa_der(&key.public)),
    };
    let mut validation = Validation::new(algorithm);
    validation.set_issuer(&[ISSUER]);
    validation.set_audience(&[AUDIENCE]);
    validation.validate_nbf = true;
    LocalDecoder::builder().keys(vec![decoding]).validation(validation).build().expect("a decoder")
}

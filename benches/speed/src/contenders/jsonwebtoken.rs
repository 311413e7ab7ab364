//! jsonwebtoken 11 with aws-lc-rs, and jsonwebtoken 9, which has ring.

use std::hint::black_box;

use fastjwt::Algorithm;

use super::Contender;
use crate::{
    keys::Key,
    payload::{AUDIENCE, Flat, ISSUER, flat},
};

macro_rules! contender {
    ($(#[$doc:meta])* $function:ident, $name:literal, $krate:ident) => {
        $(#[$doc])*
        pub(super) fn $function(key: &Key) -> Contender {
            use $krate::{DecodingKey, EncodingKey, Header, Validation, decode, encode};
            let algorithm = match key.algorithm {
                Algorithm::HS256 => $krate::Algorithm::HS256,
                Algorithm::ES256 => $krate::Algorithm::ES256,
                Algorithm::EdDSA => $krate::Algorithm::EdDSA,
                _ => $krate::Algorithm::RS256,
            };
            let (decoding, encoding) = match key.algorithm {
                Algorithm::HS256 => (DecodingKey::from_secret(&key.private), Ok(EncodingKey::from_secret(&key.private))),
                Algorithm::ES256 => (DecodingKey::from_ec_der(&key.public), EncodingKey::from_ec_pem(&key.pem())),
                Algorithm::EdDSA => (DecodingKey::from_ed_der(&key.public), EncodingKey::from_ed_pem(&key.pem())),
                _ => (DecodingKey::from_rsa_der(&key.public), EncodingKey::from_rsa_pem(&key.pem())),
            };
            let encoding = encoding.expect("a key");
            let mut validation = Validation::new(algorithm);
            validation.set_issuer(&[ISSUER]);
            validation.set_audience(&[AUDIENCE]);
            validation.validate_nbf = true;
            let header = Header { kid: Some(key.ours.id().to_owned()), ..Header::new(algorithm) };
            let claims = flat();
            Contender {
                name: $name,
                verify: Box::new(move |token| black_box(decode::<Flat>(token, &decoding, &validation)).is_ok()),
                sign: Some(Box::new(move || encode(&header, &claims, &encoding).expect("a token"))),
            }
        }
    };
}

contender!(eleven, "jsonwebtoken 11", jsonwebtoken);
contender!(nine, "jsonwebtoken 9", jsonwebtoken9);

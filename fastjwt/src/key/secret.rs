//! What makes a secret too weak to sign with.

use base64::{Engine as _, prelude::BASE64_STANDARD_NO_PAD};
use zeroize::Zeroizing;

use super::{Algorithm, Family, KeyError, der};

/// Random bytes, and even hexadecimal digits, of the shortest length have more different values than this with all but
/// certainty; a repeated word or a run of one key has fewer.
const FEWEST_DIFFERENT_BYTES: usize = 8;

/// Secrets of tutorials and generators, long enough to pass, and tried first by whoever guesses.
const WELL_KNOWN: &[&[u8]] = &[
    b"your-256-bit-secret",
    b"your-384-bit-secret",
    b"your-512-bit-secret",
    b"a-string-secret-at-least-256-bits-long",
    b"a-valid-string-secret-that-is-at-least-512-bits-long-which-is-very-long",
    b"09d25e094faa6ca2556c818166b7a9563b93f7099f6f0f4caa6cf63b88e8d3e7",
    FOR_TESTS,
];

/// The secret of the feature `testing`: public, and for no service.
pub(crate) const FOR_TESTS: &[u8] = b"fastjwt testing: public, never for a service";

pub(super) fn check_strength(algorithm: Algorithm, secret: &[u8]) -> Result<(), KeyError> {
    let Family::Secret { shortest } = algorithm.family() else {
        return Err(KeyError::new(format!(
            "{algorithm} has no secret: it needs a key pair, for example from `from_pem`"
        )));
    };
    let problem = if looks_like_pem(secret) {
        "is a PEM text: use `from_pem`, or give a random secret".to_owned()
    } else if is_jwk(secret) {
        "is a JWK: use `from_jwk`, or give a random secret".to_owned()
    } else if is_der(secret) {
        "is a key in DER: use `from_der`, or give a random secret".to_owned()
    } else if secret.len() < shortest {
        format!("has {} bytes: {algorithm} needs at least {shortest} random ones", secret.len())
    } else if WELL_KNOWN.contains(&secret.trim_ascii()) {
        "is a well-known example: make a random one".to_owned()
    } else if different_bytes(secret) < FEWEST_DIFFERENT_BYTES {
        format!("has fewer than {FEWEST_DIFFERENT_BYTES} different bytes: make a random one")
    } else if repeats(secret) || is_a_row(secret) {
        "is a pattern, a part of it repeated or a row of the alphabet: make a random one".to_owned()
    } else {
        return Ok(());
    };
    Err(KeyError::new(format!("the secret {problem} (for example with `openssl rand -base64 48`)")))
}

/// Whether it is a key of a pair, or one in a form of its own, rather than a secret: a public key taken for a secret would let anyone sign
/// (RFC 8725 section 2.1).
pub(crate) fn is_packed_key(secret: &[u8]) -> bool {
    looks_like_pem(secret) || is_jwk(secret) || is_der(secret)
}

/// An object with the member that every JWK has, or every set of them (RFC 7517 sections 4.1 and 5).
fn is_jwk(secret: &[u8]) -> bool {
    #[derive(serde::Deserialize)]
    struct Object {
        kty: Option<serde::de::IgnoredAny>,
        keys: Option<serde::de::IgnoredAny>,
    }
    serde_json::from_slice(secret).is_ok_and(|Object { kty, keys }| kty.is_some() || keys.is_some())
}

/// In DER, or that in either base64, on one line or on several.
fn is_der(secret: &[u8]) -> bool {
    if der::identify(secret).is_some() {
        return true;
    }
    let letter = |byte: u8| match byte {
        b'-' => b'+',
        b'_' => b'/',
        other => other,
    };
    let text = secret.iter().filter(|byte| !byte.is_ascii_whitespace() && **byte != b'=');
    let text: Zeroizing<Vec<u8>> = Zeroizing::new(text.copied().map(letter).collect());
    let decoded = BASE64_STANDARD_NO_PAD.decode(text.as_slice()).map(Zeroizing::new);
    decoded.is_ok_and(|decoded| der::identify(&decoded).is_some())
}

/// Other text may stand before it.
fn looks_like_pem(secret: &[u8]) -> bool {
    const BEGIN: &[u8] = b"-----BEGIN ";
    secret.windows(BEGIN.len()).any(|part| part == BEGIN)
}

/// Whether a shorter secret was written again and again to make it long enough.
fn repeats(secret: &[u8]) -> bool {
    (1..=secret.len() / 2).any(|period| secret.iter().skip(period).zip(secret).all(|(byte, earlier)| byte == earlier))
}

/// Whether most bytes follow the one before them, as in a row of the alphabet or of digits.
fn is_a_row(secret: &[u8]) -> bool {
    let steps = secret.windows(2).filter(|pair| matches!(pair, [byte, next] if byte.wrapping_add(1) == *next)).count();
    2 * steps > secret.len()
}

fn different_bytes(secret: &[u8]) -> usize {
    let mut seen = [false; 256];
    secret
        .iter()
        .filter(|byte| seen.get_mut(usize::from(**byte)).is_some_and(|seen| !std::mem::replace(seen, true)))
        .count()
}

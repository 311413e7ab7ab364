//! What makes a secret too weak to sign with.

use super::{
    Algorithm, Family, KeyError,
    packing::{Packing, packing, unpacked},
};

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
    b"super-secret-jwt-token-with-at-least-32-characters-long",
    b"your-super-secret-jwt-token-with-at-least-32-characters-long",
    b"404E635266556A586E3272357538782F413F4428472B4B6250645367566B5970",
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
    let problem = if let Some(packing) = packing(secret) {
        match packing {
            Packing::Pem => "is a PEM text: use `from_pem`, or give a random secret",
            Packing::Jwk => "is a JWK: use `from_jwk`, or give a random secret",
            Packing::Der => "is a key in DER: use `from_der`, or give a random secret",
            Packing::Ssh => "is a key of SSH: give a random secret",
        }
        .to_owned()
    } else if secret.len() < shortest {
        format!("has {} bytes: {algorithm} needs at least {shortest} random ones", secret.len())
    } else if is_well_known(secret.trim_ascii()) {
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

/// As it is written there, or as the bytes that base64 or hex makes of it.
fn is_well_known(secret: &[u8]) -> bool {
    WELL_KNOWN
        .iter()
        .any(|known| known.eq_ignore_ascii_case(secret) || unpacked(known).any(|bytes| bytes.as_slice() == secret))
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

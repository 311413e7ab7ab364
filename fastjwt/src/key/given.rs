//! What was given as a key, held against what its algorithm needs: which was expected, which was found, never a byte of it.

use std::path::Path;

use zeroize::Zeroizing;

use super::{
    Algorithm, Family, KeyError,
    der::{self, Identity, Kind},
    pem,
};
use crate::shown;

/// The DER in a PEM text, if its label is true.
pub(super) fn read_pem(algorithm: Algorithm, text: &[u8]) -> Result<Zeroizing<Vec<u8>>, KeyError> {
    if let Family::Secret { .. } = algorithm.family() {
        return Err(no_pem_for_secrets(algorithm));
    }
    let (promised, der) = pem::read_one(text)?;
    match der::identify(&der) {
        Some(identity) if identity.format == promised => Ok(der),
        Some(_) | None => {
            Err(KeyError::new(format!("the PEM block `{}` holds something else or is damaged", promised.label())))
        }
    }
}

/// What `der` is, if it is the wanted half of a key for `algorithm`.
pub(super) fn expect_key<'d>(algorithm: Algorithm, half: &str, der: &'d [u8]) -> Result<Identity<'d>, KeyError> {
    let wanted = match algorithm.family() {
        Family::Secret { .. } => return Err(no_pem_for_secrets(algorithm)),
        family => family,
    };
    let identity =
        der::identify(der).ok_or_else(|| KeyError::new("the bytes are no key in DER: they may be PEM, or damaged"))?;
    if identity.kind == Kind::Of(wanted) && identity.format.is_private() == (half == "private") {
        return Ok(identity);
    }
    let found = match identity.kind {
        Kind::Of(family) => describe(family),
        Kind::Foreign(description) => description,
    };
    let found_half = if identity.format.is_private() { "private" } else { "public" };
    Err(KeyError::new(format!(
        "{algorithm} needs {} {half} key, found {found} {found_half} key (`{}`)",
        describe(wanted),
        identity.format.label()
    )))
}

/// What stands before "private key" or "public key".
fn describe(family: Family) -> &'static str {
    match family {
        Family::Secret { .. } => "a secret, not a",
        Family::P256 => "a P-256",
        Family::P384 => "a P-384",
        Family::Ed25519 => "an Ed25519",
        Family::Rsa => "an RSA",
    }
}

fn no_pem_for_secrets(algorithm: Algorithm) -> KeyError {
    KeyError::new(format!(
        "{algorithm} takes a secret, not a PEM text: use `from_secret`, or name the algorithm of the key that the text holds"
    ))
}

/// The content of a key file, by what the algorithm makes of it.
pub(super) enum File {
    Secret(Zeroizing<Vec<u8>>),
    Pem(Zeroizing<Vec<u8>>),
}

pub(super) fn read_file(algorithm: Algorithm, path: &Path) -> Result<File, KeyError> {
    let content = std::fs::read(path).map(Zeroizing::new);
    let content =
        content.map_err(|error| KeyError::new(format!("the key file {} can't be read: {error}", shown::path(path))))?;
    Ok(if let Family::Secret { .. } = algorithm.family() { File::Secret(content) } else { File::Pem(content) })
}

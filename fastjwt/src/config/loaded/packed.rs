//! A key as a variable or a file packs it: the bytes of a secret, PEM, DER, a JWK or a set of them.

use std::{fs::File, io::Read as _, path::Path};

use base64::{Engine as _, prelude::BASE64_STANDARD};
use serde::Deserialize;
use serde_json::value::RawValue;
use zeroize::Zeroizing;

use super::Given;
use crate::{
    Algorithm, SigningKey, VerifyingKey,
    key::{KeyError, is_packed_key},
    shown,
};

/// A file that is longer holds no keys.
const MOST_BYTES: u64 = 1024 * 1024;

/// One key, still packed.
pub(super) struct Packed {
    form: Form,
    content: Zeroizing<Vec<u8>>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Form {
    Pem,
    Der,
    Jwk,
    /// A secret, or DER in base64.
    Plain,
}

impl Packed {
    /// The keys that were given.
    pub(super) fn all(given: &Given) -> Result<Vec<Self>, String> {
        if given.is_file {
            let mut keys = unpack(read_file(given.value.text()?)?)?;
            keys.iter_mut().for_each(Self::end_before_white_space);
            return Ok(keys);
        }
        let texts = given.value.keys()?;
        let keys: Result<Vec<_>, _> =
            texts.iter().map(|text| unpack(Zeroizing::new(text.as_bytes().to_vec()))).collect();
        Ok(keys?.into_iter().flatten().collect())
    }

    /// A secret of a file is one without the white space behind it.
    fn end_before_white_space(&mut self) {
        let is_secret = match self.form {
            Form::Plain => true,
            Form::Der => !self.is_pair(),
            Form::Pem | Form::Jwk => false,
        };
        if is_secret {
            let end = self.content.trim_ascii_end().len();
            self.content.truncate(end);
        }
    }

    /// The algorithm that a JWK names.
    pub(super) fn algorithm(&self) -> Result<Option<Algorithm>, KeyError> {
        #[derive(Deserialize)]
        struct Named {
            alg: Option<String>,
        }
        if self.form != Form::Jwk {
            return Ok(None);
        }
        // A damaged one is told when it is read.
        let named: Option<Named> = serde_json::from_slice(&self.content).ok();
        named.and_then(|named| named.alg).map(|alg| alg.parse()).transpose()
    }

    /// Whether it is certainly no secret.
    pub(super) fn is_pair(&self) -> bool {
        match self.form {
            Form::Pem => true,
            Form::Plain => is_packed_key(&self.content),
            // A few texts begin as DER does.
            Form::Der => !self.content.is_ascii() || is_packed_key(&self.content),
            // It says so itself when it is read.
            Form::Jwk => false,
        }
    }

    pub(super) fn signing(&self, algorithm: Algorithm) -> Result<SigningKey, KeyError> {
        match self.form {
            Form::Jwk => SigningKey::from_jwk(algorithm, self.text()?),
            Form::Plain | Form::Der if algorithm.is_symmetric() => {
                SigningKey::from_secret(algorithm, self.content.as_slice())
            }
            Form::Pem => SigningKey::from_pem(algorithm, self.content.as_slice()),
            Form::Der => SigningKey::from_der(algorithm, self.content.as_slice()),
            Form::Plain => SigningKey::from_der(algorithm, self.der()?.as_slice()),
        }
    }

    pub(super) fn verifying(&self, algorithm: Algorithm) -> Result<VerifyingKey, KeyError> {
        match self.form {
            Form::Jwk => VerifyingKey::from_jwk(algorithm, self.text()?),
            Form::Plain | Form::Der if algorithm.is_symmetric() => {
                VerifyingKey::from_secret(algorithm, self.content.as_slice())
            }
            Form::Pem => VerifyingKey::from_pem(algorithm, self.content.as_slice()),
            Form::Der => VerifyingKey::from_der(algorithm, self.content.as_slice()),
            Form::Plain => VerifyingKey::from_der(algorithm, self.der()?.as_slice()),
        }
    }

    fn text(&self) -> Result<&str, KeyError> {
        str::from_utf8(&self.content).map_err(|_| KeyError::new("the JWK is not UTF-8"))
    }

    fn der(&self) -> Result<Zeroizing<Vec<u8>>, KeyError> {
        let text: Zeroizing<Vec<u8>> =
            Zeroizing::new(self.content.iter().copied().filter(|byte| !byte.is_ascii_whitespace()).collect());
        let der = BASE64_STANDARD.decode(text.as_slice()).map(Zeroizing::new);
        der.ok()
            .filter(|der| is_sequence(der))
            .ok_or_else(|| KeyError::new("it must be a key in PEM, a JWK, a JWK set, or DER in standard base64"))
    }
}

/// The bytes of a secret, as they are; of a file, without the white space behind them.
pub(super) fn secret(given: &Given) -> Result<Zeroizing<Vec<u8>>, String> {
    let text = given.value.key()?;
    if given.is_file {
        return Ok(Zeroizing::new(read_file(text)?.trim_ascii_end().to_vec()));
    }
    Ok(Zeroizing::new(text.as_bytes().to_vec()))
}

fn read_file(path: &str) -> Result<Zeroizing<Vec<u8>>, String> {
    let named = shown::path(Path::new(path));
    let unreadable = |error| format!("the file {named} can't be read: {error}");
    let file = File::open(path).map_err(unreadable)?;
    let mut content = Zeroizing::new(Vec::new());
    file.take(MOST_BYTES + 1).read_to_end(&mut content).map_err(unreadable)?;
    if u64::try_from(content.len()).is_ok_and(|length| length <= MOST_BYTES) {
        Ok(content)
    } else {
        Err(format!("the file {named} is too long to be a key: it must have at most {MOST_BYTES} bytes"))
    }
}

/// The keys in a text or in the bytes of a file.
fn unpack(content: Zeroizing<Vec<u8>>) -> Result<Vec<Packed>, String> {
    if content.trim_ascii_start().starts_with(b"{") {
        return unpack_json(content);
    }
    let is_pem = content.windows(PEM.len()).any(|part| part == PEM);
    Ok(vec![match (is_pem, is_sequence(&content)) {
        (true, _) => Packed { form: Form::Pem, content: with_line_ends(content) },
        (false, true) => Packed { form: Form::Der, content },
        (false, false) => Packed { form: Form::Plain, content },
    }])
}

/// Whether the bytes are one sequence in DER, as every key is: its length is that of all that follows (X.690 section 8.1.3).
fn is_sequence(content: &[u8]) -> bool {
    let Some((b'0', [length, rest @ ..])) = content.split_first() else { return false };
    let length = match (*length, rest) {
        (0x81, [length, ..]) => 1 + usize::from(*length),
        (0x82, [high, low, ..]) => 2 + usize::from(u16::from_be_bytes([*high, *low])),
        (short, _) if short < 0x80 => usize::from(short),
        _ => return false,
    };
    rest.len() == length
}

const PEM: &[u8] = b"-----BEGIN ";

/// What passes a PEM text on in one line writes its line ends as `\n`, which no PEM text has in it.
fn with_line_ends(content: Zeroizing<Vec<u8>>) -> Zeroizing<Vec<u8>> {
    match std::str::from_utf8(&content) {
        Ok(text) if text.contains("\\n") => Zeroizing::new(text.replace("\\n", "\n").into_bytes()),
        _ => content,
    }
}

/// One JWK, or those of a set; what is wrong with a single one is told when it is read.
fn unpack_json(content: Zeroizing<Vec<u8>>) -> Result<Vec<Packed>, String> {
    #[derive(Deserialize)]
    struct Set<'t> {
        #[serde(borrow)]
        keys: Option<Vec<&'t RawValue>>,
    }
    let set: Set<'_> = serde_json::from_slice(&content)
        .map_err(|_| "it is no JSON object with the members of a JWK, or `keys` of a JWK set".to_owned())?;
    let Some(keys) = set.keys else { return Ok(vec![Packed { form: Form::Jwk, content }]) };
    if keys.is_empty() {
        return Err("the JWK set is empty: it must hold a key".to_owned());
    }
    let jwk = |text: &&RawValue| Packed { form: Form::Jwk, content: Zeroizing::new(text.get().as_bytes().to_vec()) };
    Ok(keys.iter().map(jwk).collect())
}

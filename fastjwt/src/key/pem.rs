//! Reads PEM (RFC 7468): finds the one key in a text that may hold comments and parameters beside it.

use zeroize::Zeroizing;

use super::KeyError;

/// The DER of a key, and the format that its label promises.
pub(super) enum Document {
    /// `PRIVATE KEY`.
    Pkcs8(Zeroizing<Vec<u8>>),
    /// `EC PRIVATE KEY`.
    Sec1(Zeroizing<Vec<u8>>),
    /// `PUBLIC KEY`.
    Spki(Vec<u8>),
    /// Any other label; it is shown to the user, the content is not kept.
    Other(String),
}

impl Document {
    pub(super) fn der(&self) -> &[u8] {
        match self {
            Self::Pkcs8(der) | Self::Sec1(der) => der,
            Self::Spki(der) => der,
            Self::Other(_) => &[],
        }
    }

    pub(super) fn format(&self) -> &str {
        match self {
            Self::Pkcs8(_) => "PRIVATE KEY",
            Self::Sec1(_) => "EC PRIVATE KEY",
            Self::Spki(_) => "PUBLIC KEY",
            Self::Other(label) => label,
        }
    }
}

const BEGIN: &str = "-----BEGIN ";
const DASHES: &str = "-----";

/// OpenSSL writes these beside an EC key; they say nothing that the key does not.
const PARAMETERS: &str = "EC PARAMETERS";

/// A header inside the block of a key that OpenSSL encrypted in its older way (RFC 1421 section 4.6.1.1).
const ENCRYPTED: &str = "Proc-Type: 4,ENCRYPTED";

/// A label that a person would recognise; anything else is not repeated to them.
const LABELS: &[&str] = &[
    "RSA PRIVATE KEY",
    "RSA PUBLIC KEY",
    "DSA PRIVATE KEY",
    "ENCRYPTED PRIVATE KEY",
    "CERTIFICATE",
    "CERTIFICATE REQUEST",
    "X509 CRL",
    "OPENSSH PRIVATE KEY",
    "PGP PRIVATE KEY BLOCK",
    "PGP PUBLIC KEY BLOCK",
];

/// Reads the only key in `text`.
pub(super) fn read_one(text: &[u8]) -> Result<Document, KeyError> {
    let text = std::str::from_utf8(text).map_err(|_| KeyError::new("a PEM text must be ASCII; this may be DER"))?;
    let mut documents = blocks(text).filter(|(label, _)| *label != PARAMETERS);
    let Some((label, block)) = documents.next() else {
        return Err(KeyError::new(
            "the text holds no PEM block: it must have a line `-----BEGIN PRIVATE KEY-----` or `-----BEGIN PUBLIC KEY-----`",
        ));
    };
    if documents.next().is_some() {
        return Err(KeyError::new("the text holds several PEM blocks: it must hold one key and nothing else"));
    }
    if block.contains(ENCRYPTED) {
        return Err(KeyError::new("the key is encrypted: decrypt it first, for example with `openssl pkey -in FILE`"));
    }
    let decode = || {
        pem_rfc7468::decode_vec(block.as_bytes())
            .map(|(_, der)| der)
            .map_err(|_| KeyError::new(format!("the PEM block `{label}` is damaged: it must be base64 in lines of 64 characters, up to `-----END {label}-----`")))
    };
    Ok(match label {
        "PRIVATE KEY" => Document::Pkcs8(Zeroizing::new(decode()?)),
        "EC PRIVATE KEY" => Document::Sec1(Zeroizing::new(decode()?)),
        "PUBLIC KEY" => Document::Spki(decode()?),
        known if LABELS.contains(&known) => Document::Other(known.to_owned()),
        _ => Document::Other("a PEM block of another kind".to_owned()),
    })
}

/// The blocks of a text, each with its label, from `-----BEGIN` to the end of its last line.
fn blocks(text: &str) -> impl Iterator<Item = (&str, &str)> {
    text.match_indices(BEGIN).filter_map(move |(start, _)| {
        let block = text.get(start..)?;
        let label = block.get(BEGIN.len()..)?.split(DASHES).next()?;
        let end_mark = format!("-----END {label}{DASHES}");
        let end = block.find(&end_mark).map_or(block.len(), |end| end + end_mark.len());
        Some((label, block.get(..end)?))
    })
}

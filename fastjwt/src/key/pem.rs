//! Finds the one key in a PEM text (RFC 7468), which may hold comments and parameters beside it.

use zeroize::Zeroizing;

use super::{KeyError, der::Format};

const BEGIN: &str = "-----BEGIN ";
const DASHES: &str = "-----";

/// OpenSSL writes these beside an EC key; they say nothing that the key does not.
const PARAMETERS: &str = "EC PARAMETERS";

/// The labels whose content is a key that can be read.
const FORMATS: &[Format] =
    &[Format::Pkcs8, Format::Pkcs1Private, Format::Sec1, Format::Spki, Format::Pkcs1Public, Format::Certificate];

/// Other labels that a person would recognise, with the mend.
const OTHERS: &[(&str, &str)] = &[
    ("ENCRYPTED PRIVATE KEY", "decrypt it first, for example with `openssl pkey`"),
    ("OPENSSH PRIVATE KEY", "convert it first, for example with `ssh-keygen -p -m PKCS8`"),
    ("DSA PRIVATE KEY", "no algorithm here uses DSA"),
    ("CERTIFICATE REQUEST", "give the certificate or its public key"),
    ("PGP PRIVATE KEY BLOCK", "give a key in PKCS#8"),
    ("PGP PUBLIC KEY BLOCK", "give a key in SPKI"),
];

/// The DER of the only key in `text`, and the format that its label promises.
pub(super) fn read_one(text: &[u8]) -> Result<(Format, Zeroizing<Vec<u8>>), KeyError> {
    let text = std::str::from_utf8(text).map_err(|_| KeyError::new("a PEM text must be ASCII: this may be DER"))?;
    let mut blocks = blocks(text).filter(|(label, _)| *label != PARAMETERS);
    let Some((label, block)) = blocks.next() else {
        return Err(KeyError::new(
            "the text holds no PEM block: it must have a line such as `-----BEGIN PRIVATE KEY-----` or `-----BEGIN PUBLIC KEY-----`",
        ));
    };
    if blocks.next().is_some() {
        return Err(KeyError::new("the text holds several PEM blocks: it must hold one key and nothing else"));
    }
    let Some(format) = FORMATS.iter().find(|format| format.label() == label) else {
        return Err(KeyError::new(match OTHERS.iter().find(|(other, _)| *other == label) {
            Some((other, mend)) => format!("the PEM block is `{other}`: {mend}"),
            None => "the PEM block is of a kind that is not known here".to_owned(),
        }));
    };
    // Older tools write an encrypted key under the label of an open one.
    if block.contains("Proc-Type:") {
        return Err(KeyError::new(format!(
            "the PEM block `{label}` is encrypted: decrypt it first, for example with `openssl pkey`"
        )));
    }
    let (_, der) = pem_rfc7468::decode_vec(block.as_bytes()).map_err(|_| {
        KeyError::new(format!(
            "the PEM block `{label}` is damaged: it must be base64 in lines of 64 characters, up to `-----END {label}-----`"
        ))
    })?;
    Ok((*format, Zeroizing::new(der)))
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

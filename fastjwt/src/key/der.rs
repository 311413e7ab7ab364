//! Reads as much DER as it takes to say what a key is: its format, its kind, and of a public key its numbers.
//!
//! The private parts stay closed; aws-lc-rs reads those, and checks every number that comes out of here.

use super::Family;

/// How a key is packed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Format {
    /// RFC 5208: any private key.
    Pkcs8,
    /// RFC 8017: an RSA private key.
    Pkcs1Private,
    /// RFC 5915: an EC private key.
    Sec1,
    /// RFC 5280: any public key.
    Spki,
    /// RFC 8017: an RSA public key.
    Pkcs1Public,
    /// RFC 5280: a public key with a name and a signature, neither of which is looked at.
    Certificate,
}

impl Format {
    /// The label of its PEM form.
    pub(super) const fn label(self) -> &'static str {
        match self {
            Self::Pkcs8 => "PRIVATE KEY",
            Self::Pkcs1Private => "RSA PRIVATE KEY",
            Self::Sec1 => "EC PRIVATE KEY",
            Self::Spki => "PUBLIC KEY",
            Self::Pkcs1Public => "RSA PUBLIC KEY",
            Self::Certificate => "CERTIFICATE",
        }
    }

    pub(super) const fn is_private(self) -> bool {
        matches!(self, Self::Pkcs8 | Self::Pkcs1Private | Self::Sec1)
    }
}

/// What a key is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// One that an algorithm here works with.
    Of(Family),
    /// One that none does, as it stands before "private key".
    Foreign(&'static str),
}

/// A key's format and kind, and where its public key stands if it is public.
#[derive(Debug)]
pub(super) struct Identity<'d> {
    pub(super) format: Format,
    pub(super) kind: Kind,
    /// The point, the 32 bytes, or the `RSAPublicKey`; empty for a private key.
    pub(super) public: &'d [u8],
}

const INTEGER: u8 = 0x02;
const BIT_STRING: u8 = 0x03;
const OCTET_STRING: u8 = 0x04;
const OBJECT_IDENTIFIER: u8 = 0x06;
const SEQUENCE: u8 = 0x30;
/// The context-specific tag 0, constructed: a certificate's version, or an EC key's parameters.
const CONTEXT_0: u8 = 0xA0;

/// The object identifiers of algorithms and curves, encoded, and what they mean here.
const KINDS: &[(&[u8], Kind)] = &[
    // rsaEncryption, 1.2.840.113549.1.1.1
    (&[0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x01, 0x01], Kind::Of(Family::Rsa)),
    // id-RSASSA-PSS, 1.2.840.113549.1.1.10
    (&[0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x01, 0x0A], Kind::Foreign("a PSS-restricted RSA")),
    // prime256v1, 1.2.840.10045.3.1.7
    (&[0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x03, 0x01, 0x07], Kind::Of(Family::P256)),
    // secp384r1, 1.3.132.0.34
    (&[0x2B, 0x81, 0x04, 0x00, 0x22], Kind::Of(Family::P384)),
    // secp521r1, 1.3.132.0.35
    (&[0x2B, 0x81, 0x04, 0x00, 0x23], Kind::Foreign("a P-521")),
    // secp256k1, 1.3.132.0.10
    (&[0x2B, 0x81, 0x04, 0x00, 0x0A], Kind::Foreign("a secp256k1")),
    // id-Ed25519, 1.3.101.112
    (&[0x2B, 0x65, 0x70], Kind::Of(Family::Ed25519)),
    // id-Ed448, 1.3.101.113
    (&[0x2B, 0x65, 0x71], Kind::Foreign("an Ed448")),
    // id-X25519, 1.3.101.110
    (&[0x2B, 0x65, 0x6E], Kind::Foreign("an X25519")),
];

/// id-ecPublicKey, 1.2.840.10045.2.1: the curve is the parameter.
const EC_PUBLIC_KEY: &[u8] = &[0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x02, 0x01];

const UNKNOWN: Kind = Kind::Foreign("an unknown");

/// Says what `der` is; `None` if it is no key in any known format.
pub(super) fn identify(der: &[u8]) -> Option<Identity<'_>> {
    let mut outer = Reader(der);
    let mut key = Reader(outer.expect(SEQUENCE)?);
    if !outer.is_empty() {
        return None;
    }
    match key.next()? {
        (SEQUENCE, first) if key.peek() == Some(BIT_STRING) => spki(first, key),
        (SEQUENCE, to_be_signed) => certificate(to_be_signed),
        (INTEGER, modulus) => match key.next()? {
            (SEQUENCE, algorithm) => Some(private(Format::Pkcs8, kind_of(algorithm))),
            (OCTET_STRING, secret) => Some(private(Format::Sec1, curve_of(secret, key))),
            (INTEGER, _) if key.is_empty() && !modulus.is_empty() => {
                Some(Identity { format: Format::Pkcs1Public, kind: Kind::Of(Family::Rsa), public: der })
            }
            (INTEGER, _) => Some(private(Format::Pkcs1Private, Kind::Of(Family::Rsa))),
            _ => None,
        },
        _ => None,
    }
}

/// Modulus and exponent of an `RSAPublicKey`, without leading zeros.
pub(super) fn rsa_numbers(der: &[u8]) -> Option<(&[u8], &[u8])> {
    let mut outer = Reader(der);
    let mut key = Reader(outer.expect(SEQUENCE)?);
    let numbers = (key.positive()?, key.positive()?);
    (key.is_empty() && outer.is_empty()).then_some(numbers)
}

fn private(format: Format, kind: Kind) -> Identity<'static> {
    Identity { format, kind, public: &[] }
}

/// The rest of a `SubjectPublicKeyInfo` behind its algorithm.
fn spki<'d>(algorithm: &[u8], mut rest: Reader<'d>) -> Option<Identity<'d>> {
    let public = rest.expect(BIT_STRING)?;
    // The first byte counts unused bits; a key is whole bytes.
    let (0, public) = public.split_first().map(|(unused, public)| (*unused, public))? else { return None };
    rest.is_empty().then_some(Identity { format: Format::Spki, kind: kind_of(algorithm), public })
}

/// The public key in a `TBSCertificate`: behind the version, if it is there, and five elements.
fn certificate(to_be_signed: &[u8]) -> Option<Identity<'_>> {
    let mut fields = Reader(to_be_signed);
    if fields.peek() == Some(CONTEXT_0) {
        fields.next()?;
    }
    for expected in [INTEGER, SEQUENCE, SEQUENCE, SEQUENCE, SEQUENCE] {
        fields.expect(expected)?;
    }
    let mut info = Reader(fields.expect(SEQUENCE)?);
    let algorithm = info.expect(SEQUENCE)?;
    spki(algorithm, info).map(|identity| Identity { format: Format::Certificate, ..identity })
}

/// The kind that an `AlgorithmIdentifier` names.
fn kind_of(algorithm: &[u8]) -> Kind {
    let mut algorithm = Reader(algorithm);
    match algorithm.expect(OBJECT_IDENTIFIER) {
        Some(EC_PUBLIC_KEY) => {
            algorithm.expect(OBJECT_IDENTIFIER).map_or(Kind::Foreign("an EC (not on a named curve)"), named)
        }
        Some(identifier) => named(identifier),
        None => UNKNOWN,
    }
}

fn named(identifier: &[u8]) -> Kind {
    KINDS.iter().find(|(known, _)| *known == identifier).map_or(UNKNOWN, |(_, kind)| *kind)
}

/// The curve of an `ECPrivateKey`: its parameters if they are there, else by the length of the secret.
fn curve_of(secret: &[u8], mut rest: Reader<'_>) -> Kind {
    match rest.peek() {
        Some(CONTEXT_0) => {
            let parameters = rest.expect(CONTEXT_0).unwrap_or_default();
            Reader(parameters).expect(OBJECT_IDENTIFIER).map_or(UNKNOWN, named)
        }
        _ => match secret.len() {
            32 => Kind::Of(Family::P256),
            48 => Kind::Of(Family::P384),
            _ => UNKNOWN,
        },
    }
}

/// The elements of a constructed value, one after the other.
struct Reader<'d>(&'d [u8]);

impl<'d> Reader<'d> {
    fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    fn peek(&self) -> Option<u8> {
        self.0.first().copied()
    }

    /// The next element's tag and content: lengths are definite and as short as can be (X.690 section 10.1).
    fn next(&mut self) -> Option<(u8, &'d [u8])> {
        let (tag, rest) = self.0.split_first()?;
        let (first, rest) = rest.split_first()?;
        let (length, rest) = match *first {
            short @ 0..=0x7F => (usize::from(short), rest),
            0x81 => {
                rest.split_first().map(|(length, rest)| (usize::from(*length), rest)).filter(|(n, _)| *n >= 0x80)?
            }
            0x82 => rest
                .split_first_chunk()
                .map(|(length, rest)| (usize::from(u16::from_be_bytes(*length)), rest))
                .filter(|(length, _)| *length >= 0x100)?,
            _ => return None,
        };
        let (content, rest) = rest.split_at_checked(length)?;
        self.0 = rest;
        Some((*tag, content))
    }

    fn expect(&mut self, tag: u8) -> Option<&'d [u8]> {
        let (found, content) = self.next()?;
        (found == tag).then_some(content)
    }

    /// A positive integer, without the zero that keeps it positive.
    fn positive(&mut self) -> Option<&'d [u8]> {
        match self.expect(INTEGER)? {
            [0, number @ ..] if number.first().is_some_and(|first| *first >= 0x80) => Some(number),
            number if number.first().is_some_and(|first| (1..0x80).contains(first)) => Some(number),
            _ => None,
        }
    }
}

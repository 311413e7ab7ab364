//! Tokens with a few changes each, in what they say or in how they are written: the cases on which libraries are compared.

use base64::{
    Engine as _, alphabet,
    engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig},
};
use fastjwt::{Algorithm, FastJwt};
use proptest::{prelude::*, sample::Index};

use crate::{
    mutant_values::{APT, CLAIM_NAMES, CLAIM_VALUES, HEADER_NAMES, HEADER_VALUES, VALUES, moments},
    signers::{builder_for, signature},
    support::{NOW, encode},
};

pub const ISSUER: &str = "https://issuer.example";
pub const AUDIENCE: &str = "api";
/// The leeway of every library that is compared, in seconds.
pub const LEEWAY: u64 = 10;

/// What verifies the mutants here; the other libraries are told the same.
pub fn jwt_for(algorithm: Algorithm) -> FastJwt {
    builder_for(algorithm).issuer(ISSUER).audience([AUDIENCE]).build().unwrap()
}

/// A token with some changes; without any it is good.
#[derive(Debug, Clone)]
pub struct Mutant {
    pub token: String,
    pub changes: Vec<Change>,
}

#[derive(Debug, Clone, Copy)]
pub enum Part {
    Header,
    Payload,
}

#[derive(Debug, Clone)]
pub enum Change {
    /// A member gets this value, as JSON, wherever it stands.
    Set(Part, &'static str, String),
    /// A member stands behind the others, even if it is there already.
    Add(Part, &'static str, String),
    Drop(Part, Index),
    /// A member stands twice, the same both times.
    Twice(Part, Index),
    /// A letter of a name is written as an escape.
    Escape(Part, Index),
    Reverse(Part),
    /// White space, or what some take for it, between names and values.
    Space(Part, &'static str),
    /// Other bytes in front of the JSON and behind it.
    Around(Part, &'static [u8], &'static [u8]),
    /// Other bytes in place of the JSON.
    Whole(Part, &'static [u8]),
    SignedBy(Algorithm),
    /// From here on the signature is made, and what is changed is not signed.
    Flip(usize, Index),
    /// These segments, in this order.
    Segments(Vec<usize>),
    Replace(Index, usize, String),
    Append(usize, &'static str),
    /// The last letter of a segment is another one.
    LastLetter(usize, u8),
    /// The signature has another length.
    Resize(Index),
    PlainAlphabet,
}

fn value(own: &'static [&'static str]) -> impl Strategy<Value = String> {
    prop_oneof![prop::sample::select(VALUES).prop_map(str::to_owned), prop::sample::select(own).prop_map(str::to_owned),]
}

/// A member's name and value.
fn member() -> impl Strategy<Value = (Part, &'static str, String)> {
    let header = (prop::sample::select(HEADER_NAMES), value(HEADER_VALUES));
    let claim = (prop::sample::select(CLAIM_NAMES), value(CLAIM_VALUES));
    let time = (prop::sample::select(vec!["exp", "nbf", "iat", "auth_time"]), prop::sample::select(moments()));
    prop_oneof![
        3 => header.prop_map(|(name, value)| (Part::Header, name, value)),
        3 => claim.prop_map(|(name, value)| (Part::Payload, name, value)),
        6 => prop::sample::select(APT).prop_map(|(part, name, value)| (part, name, value.to_owned())),
        2 => time.prop_map(|(name, value)| (Part::Payload, name, value)),
    ]
}

fn part() -> impl Strategy<Value = Part> {
    prop_oneof![Just(Part::Header), Just(Part::Payload)]
}

fn change() -> impl Strategy<Value = Change> {
    let around: Vec<(&'static [u8], &'static [u8])> = vec![
        (b" \t\r\n", b"\n"),
        (b"\xEF\xBB\xBF", b""),
        (b"", b"{}"),
        (b"", b"\0"),
        (b"[", b"]"),
        (b"\x0C", b""),
        (b"", b","),
        (b"/**/", b""),
    ];
    let whole: Vec<&'static [u8]> =
        vec![b"", b"null", b"[]", b"1", b"\"x\"", b"{}", b"{", b"\xFF\xFE", b"{\"foo\":\"\xFF\"}", b"\xEF\xBB\xBF{}"];
    let said = prop_oneof![
        8 => member().prop_map(|(part, name, value)| Change::Set(part, name, value)),
        4 => member().prop_map(|(part, name, value)| Change::Add(part, name, value)),
        2 => (part(), any::<Index>()).prop_map(|(part, index)| Change::Drop(part, index)),
        1 => (part(), any::<Index>()).prop_map(|(part, index)| Change::Twice(part, index)),
        1 => (part(), any::<Index>()).prop_map(|(part, index)| Change::Escape(part, index)),
        1 => part().prop_map(Change::Reverse),
        1 => (part(), prop::sample::select(vec![" ", "\n", "\t\r\n", "\u{A0}", "\u{C}", "\u{2028}"]))
            .prop_map(|(part, space)| Change::Space(part, space)),
        1 => (part(), prop::sample::select(around)).prop_map(|(part, (before, after))| Change::Around(part, before, after)),
        1 => (part(), prop::sample::select(whole)).prop_map(|(part, bytes)| Change::Whole(part, bytes)),
        1 => prop::sample::select(Algorithm::ALL).prop_map(Change::SignedBy),
    ];
    let written = prop_oneof![
        2 => (0..3_usize, any::<Index>()).prop_map(|(segment, bit)| Change::Flip(segment, bit)),
        2 => prop::collection::vec(0..3_usize, 0..5).prop_map(Change::Segments),
        2 => (any::<Index>(), 0..3_usize, prop_oneof!["[A-Za-z0-9_.=+/ \\n-]{0,3}", any::<String>()])
            .prop_map(|(index, length, text)| Change::Replace(index, length, text)),
        2 => (0..3_usize, prop::sample::select(vec!["=", "==", "A", "AA", "AAAA", ".", " ", "\n", "\0", "é", "%3D"]))
            .prop_map(|(segment, text)| Change::Append(segment, text)),
        1 => (0..3_usize, any::<u8>()).prop_map(|(segment, letter)| Change::LastLetter(segment, letter)),
        1 => any::<Index>().prop_map(Change::Resize),
        1 => Just(Change::PlainAlphabet),
    ];
    prop_oneof![3 => said, 1 => written]
}

/// Mutants of a good token of the algorithm, with up to three changes.
pub fn mutant(algorithm: Algorithm) -> impl Strategy<Value = Mutant> {
    prop::collection::vec(change(), 0..4).prop_map(move |changes| Mutant { token: write(algorithm, &changes), changes })
}

/// The text of a JSON object, before it is put together.
struct Text {
    members: Vec<(String, String)>,
    space: &'static str,
    before: &'static [u8],
    after: &'static [u8],
    whole: Option<&'static [u8]>,
}

impl Text {
    fn new(members: &[(&str, String)]) -> Self {
        let members = members.iter().map(|(name, value)| (format!("\"{name}\""), value.clone())).collect();
        Self { members, space: "", before: b"", after: b"", whole: None }
    }

    fn bytes(&self) -> Vec<u8> {
        if let Some(whole) = self.whole {
            return whole.to_vec();
        }
        let space = self.space;
        let members: Vec<_> =
            self.members.iter().map(|(name, value)| format!("{space}{name}{space}:{space}{value}{space}")).collect();
        [self.before, format!("{{{}}}", members.join(",")).as_bytes(), self.after].concat()
    }
}

fn write(algorithm: Algorithm, changes: &[Change]) -> String {
    let quoted = |text: &str| format!("\"{text}\"");
    let mut header = Text::new(&[("alg", quoted(algorithm.as_str())), ("typ", quoted("JWT")), ("foo", quoted("bar"))]);
    let mut payload = Text::new(&[
        ("iss", quoted(ISSUER)),
        ("sub", quoted("USER_ID")),
        ("aud", quoted(AUDIENCE)),
        ("exp", (NOW + 900).to_string()),
        ("nbf", NOW.to_string()),
        ("iat", NOW.to_string()),
        ("jti", quoted("id")),
        ("type", quoted("access")),
        ("foo", quoted("bar")),
    ]);
    let mut signer = algorithm;
    for change in changes {
        said(change, &mut header, &mut payload, &mut signer);
    }
    let (header, payload) = (encode(header.bytes()), encode(payload.bytes()));
    let signature = encode(signature(signer, format!("{header}.{payload}").as_bytes()));
    let mut segments = vec![header, payload, signature];
    for change in changes {
        segments = written(change, segments);
    }
    segments.join(".")
}

/// The changes that are signed.
fn said(change: &Change, header: &mut Text, payload: &mut Text, signer: &mut Algorithm) {
    let text = match change {
        Change::Set(Part::Header, ..)
        | Change::Add(Part::Header, ..)
        | Change::Drop(Part::Header, _)
        | Change::Twice(Part::Header, _)
        | Change::Escape(Part::Header, _)
        | Change::Reverse(Part::Header)
        | Change::Space(Part::Header, _)
        | Change::Around(Part::Header, ..)
        | Change::Whole(Part::Header, _) => header,
        _ => payload,
    };
    match change {
        Change::Set(_, name, value) => {
            let (name, members) = (format!("\"{name}\""), &mut text.members);
            match members.iter_mut().find(|member| member.0 == name) {
                Some(member) => member.1.clone_from(value),
                None => members.push((name, value.clone())),
            }
        }
        Change::Add(_, name, value) => text.members.push((format!("\"{name}\""), value.clone())),
        Change::Drop(_, index) => {
            let members = &mut text.members;
            if !members.is_empty() {
                members.remove(index.index(members.len()));
            }
        }
        Change::Twice(_, index) => {
            let members = &mut text.members;
            if !members.is_empty() {
                members.push(members[index.index(members.len())].clone());
            }
        }
        Change::Escape(_, index) => {
            let members = &mut text.members;
            if !members.is_empty() {
                let place = index.index(members.len());
                let name = &mut members[place].0;
                if !name.contains('\\') {
                    *name = format!("\"\\u{:04x}{}", name.as_bytes()[1], &name[2..]);
                }
            }
        }
        Change::Reverse(_) => text.members.reverse(),
        Change::Space(_, space) => text.space = space,
        Change::Around(_, before, after) => (text.before, text.after) = (before, after),
        Change::Whole(_, bytes) => text.whole = Some(bytes),
        Change::SignedBy(algorithm) => *signer = *algorithm,
        _ => {}
    }
}

/// The changes that are not signed.
fn written(change: &Change, mut segments: Vec<String>) -> Vec<String> {
    let pick = |segments: &[String], segment: usize| segment.min(segments.len().saturating_sub(1));
    match change {
        Change::Segments(order) => {
            return order.iter().filter_map(|segment| segments.get(*segment).cloned()).collect();
        }
        Change::Replace(index, length, text) => {
            let token = segments.join(".");
            let places: Vec<usize> = token.char_indices().map(|(place, _)| place).chain([token.len()]).collect();
            let start = index.index(places.len());
            let end = (start + length).min(places.len() - 1);
            let token = format!("{}{text}{}", &token[..places[start]], &token[places[end]..]);
            return token.split('.').map(str::to_owned).collect();
        }
        _ if segments.is_empty() => return segments,
        Change::Flip(segment, bit) => {
            let segment = pick(&segments, *segment);
            if let Some(mut bytes) = lenient(&segments[segment]).filter(|bytes| !bytes.is_empty()) {
                let bit = bit.index(bytes.len() * 8);
                bytes[bit / 8] ^= 1 << (bit % 8);
                segments[segment] = encode(bytes);
            }
        }
        Change::Append(segment, text) => {
            let segment = pick(&segments, *segment);
            segments[segment].push_str(text);
        }
        Change::LastLetter(segment, letter) => {
            const LETTERS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
            let segment = pick(&segments, *segment);
            segments[segment].pop();
            segments[segment].push(char::from(LETTERS[usize::from(letter % 64)]));
        }
        Change::Resize(index) => {
            let last = segments.len() - 1;
            let length = index.index(600);
            segments[last] =
                segments[last].chars().cycle().take(if segments[last].is_empty() { 0 } else { length }).collect();
        }
        Change::PlainAlphabet => {
            for segment in &mut segments {
                *segment = segment.replace('-', "+").replace('_', "/");
            }
        }
        _ => {}
    }
    segments
}

/// The bytes of a segment as the most lenient reader would have them.
pub fn lenient(segment: &str) -> Option<Vec<u8>> {
    const CONFIG: GeneralPurposeConfig = GeneralPurposeConfig::new()
        .with_decode_allow_trailing_bits(true)
        .with_decode_padding_mode(DecodePaddingMode::Indifferent);
    const ENGINE: GeneralPurpose = GeneralPurpose::new(&alphabet::URL_SAFE, CONFIG);
    let letters: String = segment
        .replace('+', "-")
        .replace('/', "_")
        .chars()
        .filter(|letter| letter.is_ascii_alphanumeric() || ['-', '_'].contains(letter))
        .collect();
    ENGINE.decode(letters).ok()
}

//! The bytes of a payload, signed with the right key, as they are and with a blank before them, which changes nothing but the
//! reader: what the scanner takes, `serde_json` takes, reads the same out of it and refuses for the same reason.
#![no_main]

use std::{collections::BTreeMap, sync::LazyLock};

use fastjwt::{ClaimMap, Claims, ErrorKind, FastJwt, NoClaims, TokenPayload, claim_value, jwt_claims};
use fastjwt_fuzz::support::{builder, forge_text, good_header};
use libfuzzer_sys::fuzz_target;
use serde_json::Value;

/// Every kind of value that a type can ask the scanner for.
#[jwt_claims]
struct Typed {
    text: Option<String>,
    letter: Option<char>,
    small: Option<i8>,
    large: Option<u64>,
    float: Option<f64>,
    single: Option<f32>,
    flag: Option<bool>,
    pair: Option<(u8, String)>,
    fixed: Option<[u16; 2]>,
    #[serde(default)]
    list: Vec<Option<i64>>,
    names: Option<BTreeMap<String, Word>>,
    word: Option<Word>,
    form: Option<Form>,
    any: Option<Value>,
    nested: Option<Box<Nested>>,
    #[serde(flatten)]
    place: Option<Place>,
}

#[claim_value]
enum Word {
    One,
    Two(u8),
    Pair(u8, bool),
    Named { team: String },
}

#[claim_value]
#[serde(untagged)]
enum Form {
    Number(u32),
    Text(String),
    Object(BTreeMap<String, u8>),
}

#[claim_value]
struct Nested {
    next: Option<Box<Nested>>,
    value: Id,
}

#[claim_value]
struct Id(u32);

#[jwt_claims]
struct Place {
    city: String,
    zip_code: Option<u32>,
}

/// Its limit is beyond what libFuzzer tries, so that the blank is never what makes a token too large.
static VERIFIER: LazyLock<FastJwt> =
    LazyLock::new(|| builder().max_token_size(65_536).build().expect("a good configuration"));

/// All that was read, as JSON, which tells 0 from -0; or why it was refused.
fn read<C: Claims>(payload: &[u8]) -> Result<String, ErrorKind> {
    let token = forge_text(good_header().to_string(), payload);
    let read = VERIFIER.verify_access_token::<C>(&token);
    read.map(|payload: TokenPayload<C>| serde_json::to_string(&payload).expect("claims are JSON"))
        .map_err(|error| error.kind().clone())
}

fn compare<C: Claims>(payload: &[u8], unusual: &[u8]) {
    assert_eq!(read::<C>(payload), read::<C>(unusual));
}

fuzz_target!(|payload: &[u8]| {
    // An empty segment is no token's; a blank is a segment.
    if payload.is_empty() {
        return;
    }
    let unusual = [b" ", payload].concat();
    compare::<NoClaims>(payload, &unusual);
    compare::<ClaimMap>(payload, &unusual);
    compare::<Typed>(payload, &unusual);
});

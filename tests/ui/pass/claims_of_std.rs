use std::error::Error;

use fastjwt::{Algorithm, Claims, FastJwt, NumericDate, SigningKey, TokenPayload, jwt_claims};

use std::{
    borrow::Cow,
    collections::{BTreeMap, BTreeSet, HashMap, HashSet, VecDeque},
    net::{IpAddr, Ipv4Addr, Ipv6Addr},
    num::{NonZeroI64, NonZeroU8},
};

#[jwt_claims]
#[derive(Clone)]
struct Everything {
    flag: bool,
    letter: char,
    text: String,
    boxed: Box<str>,
    cow: Cow<'static, str>,
    small: (u8, u16, u32, u64, usize),
    signed: (i8, i16, i32, i64, isize),
    floats: (f32, f64),
    nonzero: (NonZeroU8, NonZeroI64),
    nothing: (),
    option: Option<Option<u8>>,
    list: Vec<Vec<String>>,
    array: [u8; 4],
    queue: VecDeque<u8>,
    sets: (BTreeSet<String>, HashSet<u8>),
    maps: (BTreeMap<String, u8>, HashMap<String, Vec<u8>>),
    boxed_value: Box<u8>,
    addresses: (IpAddr, Ipv4Addr, Ipv6Addr),
    json: serde_json::Value,
    object: serde_json::Map<String, serde_json::Value>,
    moment: NumericDate,
}

fn main() -> Result<(), Box<dyn Error>> {
    let everything = Everything {
        flag: true,
        letter: 'x',
        text: "text".into(),
        boxed: "boxed".into(),
        cow: "cow".into(),
        small: (1, 2, 3, 4, 5),
        signed: (-1, -2, -3, -4, -5),
        floats: (0.5, 0.25),
        nonzero: (NonZeroU8::MIN, NonZeroI64::MIN),
        nothing: (),
        option: Some(Some(1)),
        list: vec![vec!["a".into()], vec![]],
        array: [1, 2, 3, 4],
        queue: [1, 2].into(),
        sets: (["a".to_owned()].into(), [1].into()),
        maps: ([("a".to_owned(), 1)].into(), [("b".to_owned(), vec![1])].into()),
        boxed_value: Box::new(1),
        addresses: (Ipv4Addr::LOCALHOST.into(), Ipv4Addr::LOCALHOST, Ipv6Addr::LOCALHOST),
        json: serde_json::json!({ "a": [1, null] }),
        object: serde_json::Map::new(),
        moment: NumericDate::from(std::time::SystemTime::UNIX_EPOCH),
    };
    let read = there_and_back(&everything)?;
    assert_eq!(
        (read.flag, read.letter, &read.text, &read.boxed, &read.cow),
        (true, 'x', &everything.text, &everything.boxed, &everything.cow)
    );
    assert_eq!(
        (read.small, read.signed, read.floats, read.nonzero),
        (everything.small, everything.signed, everything.floats, everything.nonzero)
    );
    assert_eq!(
        (read.nothing, read.option, &read.list, read.array),
        ((), Some(Some(1)), &everything.list, [1, 2, 3, 4])
    );
    assert_eq!((&read.queue, &read.sets, &read.maps), (&everything.queue, &everything.sets, &everything.maps));
    assert_eq!((&read.boxed_value, read.addresses), (&everything.boxed_value, everything.addresses));
    assert_eq!((&read.json, &read.object, read.moment), (&everything.json, &everything.object, everything.moment));
    Ok(())
}

/// Signs the claims, and reads them back out of the token.
fn there_and_back<C: Claims>(claims: &C) -> Result<TokenPayload<C>, Box<dyn Error>> {
    let jwt = FastJwt::builder().key(SigningKey::generate(Algorithm::EdDSA)?).build()?;
    let token = jwt.create_access_token("USER_ID").claims(claims).sign()?;
    Ok(jwt.verify_access_token(token.as_str())?)
}

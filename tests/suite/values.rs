//! Every type that a claim may have comes back as it went in, by itself and inside others, in the form that people read.

use std::{
    borrow::Cow,
    collections::{BTreeMap, BTreeSet, HashMap, HashSet, VecDeque},
    net::{IpAddr, Ipv4Addr, Ipv6Addr},
    num::{NonZeroI64, NonZeroU8},
};

use fastjwt::{ClaimFault, ClaimMap, ClaimValue, NumericDate, TokenFault, claim_value, jwt_claims};
use serde_json::{Map, Value, json};
use time::{Date, Duration, OffsetDateTime, PrimitiveDateTime, Time, UtcDateTime, UtcOffset};
use uuid::Uuid;

use crate::support::{NOW, at, forge_text, good_claims, good_header, jwt};

/// Types whose serde has two forms, one for people and one for machines; JSON is for people.
#[claim_value]
#[derive(Clone, Debug, PartialEq)]
struct TwoForms {
    uuid: Uuid,
    address: IpAddr,
    v4: Ipv4Addr,
    v6: Ipv6Addr,
    moment: OffsetDateTime,
    primitive: PrimitiveDateTime,
    utc: UtcDateTime,
    date: Date,
    clock: Time,
    offset: UtcOffset,
    span: Duration,
    by_uuid: BTreeMap<Uuid, IpAddr>,
}

#[claim_value]
#[derive(Clone, Debug, PartialEq)]
enum Deep {
    Nothing,
    One(Box<TwoForms>),
    Named { addresses: Vec<IpAddr>, by_uuid: HashMap<Uuid, Option<Uuid>> },
}

#[jwt_claims]
#[derive(Clone, Debug, PartialEq)]
struct Claims {
    forms: TwoForms,
    deep: Vec<Deep>,
    #[serde(flatten)]
    flat: Flat,
}

/// Read like a map, which is another way through serde.
#[jwt_claims]
#[derive(Clone, Debug, PartialEq)]
struct Flat {
    flat_uuid: Uuid,
    flat_address: Option<IpAddr>,
}

const UUID: Uuid = Uuid::from_u128(0x6ba7_b810_9dad_11d1_80b4_00c0_4fd4_30c8);
const UUID_TEXT: &str = "6ba7b810-9dad-11d1-80b4-00c04fd430c8";

fn forms() -> TwoForms {
    let moment = OffsetDateTime::from(at(NOW)) + Duration::nanoseconds(1);
    TwoForms {
        uuid: UUID,
        address: Ipv6Addr::LOCALHOST.into(),
        v4: Ipv4Addr::new(192, 0, 2, 1),
        v6: Ipv6Addr::LOCALHOST,
        moment,
        primitive: PrimitiveDateTime::new(moment.date(), moment.time()),
        utc: moment.to_utc(),
        date: moment.date(),
        clock: moment.time(),
        offset: UtcOffset::from_hms(-3, -30, 0).unwrap(),
        span: Duration::new(-90, -5),
        by_uuid: [(UUID, Ipv4Addr::LOCALHOST.into())].into(),
    }
}

#[test]
fn values_with_two_forms_have_the_one_for_people_at_every_depth() {
    let claims = Claims {
        forms: forms(),
        deep: vec![
            Deep::Nothing,
            Deep::One(Box::new(forms())),
            Deep::Named { addresses: vec![Ipv4Addr::LOCALHOST.into()], by_uuid: [(UUID, Some(UUID))].into() },
        ],
        flat: Flat { flat_uuid: UUID, flat_address: Some(Ipv4Addr::LOCALHOST.into()) },
    };
    let token = jwt().create_access_token("u").claims(&claims).claim("untyped", &claims.deep).sign().unwrap();
    assert_eq!(jwt().verify_access_token::<Claims>(token.as_str()).unwrap().extra, claims);

    let map = jwt().verify_access_token::<ClaimMap>(token.as_str()).unwrap();
    let text = |pointer: &str| {
        let (name, rest) = pointer.split_at(pointer.find('/').unwrap_or(pointer.len()));
        map.extra.get(name).and_then(|value| value.pointer(rest)).cloned().unwrap_or_default()
    };
    for forms in ["forms", "deep/1/One", "untyped/1/One"] {
        let own = |field: &str| text(&format!("{forms}/{field}"));
        assert_eq!([own("uuid"), own("address"), own("v4")], [UUID_TEXT, "::1", "192.0.2.1"].map(Value::from));
        assert_eq!([own("date"), own("offset")], ["2026-01-01", "-03:30:00"].map(Value::from));
        assert!([own("moment"), own("clock"), own("span")].iter().all(Value::is_string), "{forms}");
        assert_eq!(own("by_uuid"), json!({ UUID_TEXT: "127.0.0.1" }));
    }
    assert_eq!(text("deep/2/Named/by_uuid"), json!({ UUID_TEXT: UUID_TEXT }));
    assert_eq!([text("flat_uuid"), text("flat_address")], [UUID_TEXT, "127.0.0.1"].map(Value::from));
}

/// A variant that holds nothing is its name; serde also reads an object of it and `null`.
#[test]
fn a_variant_that_holds_nothing_holds_nothing() {
    #[jwt_claims]
    struct Only {
        deep: Deep,
    }
    let verify = |deep: &str| {
        let claims = good_claims().to_string();
        let payload = format!(r#"{{"deep":{deep},{}"#, &claims[1..]);
        let token = forge_text(good_header().to_string(), payload);
        jwt()
            .verify_access_token::<Only>(&token)
            .map(|payload| payload.deep.clone())
            .map_err(|error| error.kind().clone())
    };
    for good in [r#""Nothing""#, r#"{"Nothing":null}"#] {
        assert_eq!(verify(good), Ok(Deep::Nothing), "{good}");
    }
    for wrong in [r#"{"Nothing":1}"#, r#"{"Nothing":{}}"#, r#"{"Nothing":null,"Nothing":null}"#, r#"["Nothing"]"#, "{}"]
    {
        let fault = TokenFault::Claims(ClaimFault::WrongType(Some("deep")));
        assert_eq!(verify(wrong), Err(fault.into()), "{wrong}");
    }
}

/// Issues a token with this claim and reads it, as it stands and inside other values.
fn comes_back<T: ClaimValue + Clone + PartialEq + std::fmt::Debug + Send + Sync + 'static>(value: &T, expected: Value) {
    #[jwt_claims]
    struct Untyped {
        value: Value,
        list: Vec<Option<Value>>,
    }
    let list = [Some(value.clone()), None];
    let token = jwt().create_access_token("u").claim("value", value).claim("list", list.clone()).sign().unwrap();
    let read = jwt().verify_access_token::<Untyped>(token.as_str()).unwrap();
    assert_eq!(read.value, expected);
    assert_eq!(read.list, [Some(expected).filter(|value| !value.is_null()), None]);
    assert_eq!(serde_json::from_value::<T>(read.value.clone()).unwrap(), *value);
}

#[test]
fn values_of_every_kind_come_back() {
    comes_back(&true, json!(true));
    comes_back(&(u8::MAX, i8::MIN, u16::MAX, i16::MIN), json!([255, -128, 65_535, -32_768]));
    comes_back(&(u32::MAX, i32::MIN), json!([4_294_967_295_u32, -2_147_483_648_i64]));
    comes_back(&(u64::MAX, i64::MIN), json!([18_446_744_073_709_551_615_u64, -9_223_372_036_854_775_808_i64]));
    comes_back(&(usize::MAX, isize::MIN), json!([usize::MAX, isize::MIN]));
    comes_back(&(NonZeroU8::MAX, NonZeroI64::MIN), json!([255, i64::MIN]));
    comes_back(&(0.1_f64, 0.5_f32), json!([0.1, 0.5]));
    comes_back(&'\u{1F511}', json!("\u{1F511}"));
    comes_back(&"text \"\\\u{0}".to_owned(), json!("text \"\\\u{0}"));
    comes_back(&Box::<str>::from("text"), json!("text"));
    comes_back(&Cow::<'static, str>::Borrowed("text"), json!("text"));
    comes_back(&(), json!(null));
    comes_back(&Some(Box::new(1_u8)), json!(1));
    comes_back(&None::<u8>, json!(null));
    comes_back(&[1_u8, 2], json!([1, 2]));
    comes_back(&VecDeque::from([1_u8, 2]), json!([1, 2]));
    comes_back(&BTreeSet::from([2_u8, 1]), json!([1, 2]));
    comes_back(&HashSet::<u8>::from([1]), json!([1]));
    comes_back(&BTreeMap::from([("b".to_owned(), 1_u8), ("a".to_owned(), 2)]), json!({ "a": 2, "b": 1 }));
    comes_back(&HashMap::from([(Box::<str>::from("a"), [1_u8])]), json!({ "a": [1] }));
    comes_back(&Map::from_iter([("a".to_owned(), json!({ "b": [null] }))]), json!({ "a": { "b": [null] } }));
    comes_back(&json!([{ "a": null }, 1.5, "x"]), json!([{ "a": null }, 1.5, "x"]));
    comes_back(&NumericDate::from(at(NOW)), json!(NOW));
    let half = NumericDate::from(at(NOW) + std::time::Duration::from_millis(500));
    comes_back(&half, serde_json::from_str(&format!("{NOW}.5")).unwrap());
}

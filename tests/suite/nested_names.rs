//! No object inside a claim is signed with a name that stands twice: such a token would be refused wherever it is read.

use std::collections::BTreeMap;

use fastjwt::{claim_value, jwt_claims};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::IgnoredAny, ser::SerializeMap as _};

use crate::{issuing::refusal, support::jwt};

/// serde writes the tag beside what the variant holds; what that is, the macro can't see from here.
#[claim_value]
#[derive(Clone, Debug, PartialEq)]
#[serde(tag = "kind")]
enum Event {
    Nothing,
    Login(Login),
    Details(BTreeMap<String, u8>),
    Other(Other),
}

#[claim_value]
#[derive(Clone, Debug, PartialEq)]
struct Login {
    place: String,
    /// Stands beside the tag of the same name when it is there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    kind: Option<u8>,
}

#[claim_value]
#[derive(Clone, Debug, PartialEq)]
#[serde(tag = "kind")]
enum Other {
    Inner { note: String },
}

#[jwt_claims]
#[derive(Default)]
struct Claims {
    event: Option<Event>,
    list: Vec<Event>,
    map: BTreeMap<String, Event>,
    same: Option<Same>,
}

/// A type that serde allows and JSON does not: it writes these names as they come.
struct Raw(Vec<&'static str>);

impl Serialize for Raw {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        for name in &self.0 {
            match name.parse::<u8>() {
                Ok(number) => map.serialize_entry(&number, &0)?,
                Err(_) => map.serialize_entry(name.trim_matches('\''), &0)?,
            }
        }
        map.end()
    }
}

impl<'de> Deserialize<'de> for Raw {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        IgnoredAny::deserialize(deserializer).map(|_| Self(Vec::new()))
    }
}

#[jwt_claims]
struct Unchecked {
    #[claim(unchecked)]
    raw: Raw,
}

fn details(name: &str) -> Event {
    Event::Details(BTreeMap::from([(name.to_owned(), 1)]))
}

#[test]
fn r_08_an_object_in_a_claim_with_a_name_twice_is_not_signed() {
    let jwt = jwt();
    let twice = [
        Event::Login(Login { place: "here".to_owned(), kind: Some(1) }),
        details("kind"),
        Event::Other(Other::Inner { note: "x".to_owned() }),
    ];
    for event in twice {
        let claims = [
            ("event", Claims { event: Some(event.clone()), ..Claims::default() }),
            ("list", Claims { list: vec![Event::Nothing, event.clone()], ..Claims::default() }),
            ("map", Claims { map: [("x".to_owned(), event.clone())].into(), ..Claims::default() }),
        ];
        for (name, claims) in &claims {
            let reason = refusal(jwt.create_access_token("u").claims(claims));
            assert!(reason.contains(&format!("`{name}`")) && reason.contains("must not stand twice"), "{reason}");
        }
        let reason = refusal(jwt.create_access_token("u").claim("untyped", [event]));
        assert!(reason.contains("`untyped`") && reason.contains("must not stand twice"), "{reason}");
    }
    for names in [vec!["a", "a"], vec!["a", "b", "a"], vec!["1", "'1'"], vec!["'1'", "b", "1"]] {
        let reason = refusal(jwt.create_access_token("u").claims(&Unchecked { raw: Raw(names) }));
        assert!(reason.contains("`raw`") && reason.contains("must not stand twice"), "{reason}");
        // Names of entries may be data; those of fields stand in the program.
        assert!(!reason.contains("`a`"), "{reason}");
    }
}

#[claim_value]
#[derive(Clone, Debug, PartialEq)]
struct Same {
    same: Vec<Login>,
    kind: BTreeMap<String, BTreeMap<String, u8>>,
}

/// One name may stand in one object after the other, and in one within the other.
#[test]
fn r_08_names_are_counted_for_each_object_by_itself() {
    let login = Login { place: "kind".to_owned(), kind: Some(1) };
    let inner = BTreeMap::from([("kind".to_owned(), 1), ("same".to_owned(), 2)]);
    let claims = Claims {
        event: Some(Event::Login(Login { place: "here".to_owned(), kind: None })),
        list: vec![details("a"), details("a"), Event::Nothing, Event::Nothing],
        map: [("kind".to_owned(), details("map"))].into(),
        same: Some(Same {
            same: vec![login.clone(), login],
            kind: [("kind".to_owned(), inner.clone()), ("same".to_owned(), inner)].into(),
        }),
    };
    let token = jwt().create_access_token("u").claims(&claims).claim("untyped", &claims.same).sign().unwrap();
    let read = jwt().verify_access_token::<Claims>(token.as_str()).unwrap();
    assert_eq!(
        (&read.event, &read.list, &read.map, &read.same),
        (&claims.event, &claims.list, &claims.map, &claims.same)
    );
    let raw = jwt().create_access_token("u").claims(&Unchecked { raw: Raw(vec!["a", "b", "1", "2"]) }).sign().unwrap();
    assert!(jwt().verify_access_token::<Unchecked>(raw.as_str()).is_ok());
}

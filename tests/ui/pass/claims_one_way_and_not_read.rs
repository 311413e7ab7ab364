//! What is written or read in one direction alone, or by something of the user's, has to fit nothing.

use std::error::Error;

use fastjwt::{Algorithm, Claims, FastJwt, SigningKey, TokenPayload, claim_value, jwt_claims};

/// An adapter that writes a number as an object.
mod as_object {
    use std::collections::BTreeMap;

    use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error};

    pub fn serialize<S: Serializer>(number: &u64, serializer: S) -> Result<S::Ok, S::Error> {
        BTreeMap::from([("n", number)]).serialize(serializer)
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u64, D::Error> {
        let object = BTreeMap::<String, u64>::deserialize(deserializer)?;
        object.get("n").copied().ok_or_else(|| D::Error::missing_field("n"))
    }
}

/// The tag has a place wherever a number is not written as one.
#[claim_value]
#[derive(Clone, Debug, PartialEq)]
#[serde(tag = "kind")]
enum Limit {
    Adapted(#[serde(with = "as_object")] u64),
    #[serde(with = "as_object")]
    AsObject(u64),
    #[serde(skip)]
    Never(u64),
    Empty(#[serde(skip)] u64),
    #[serde(skip_serializing)]
    Old {
        #[serde(rename(deserialize = "was"))]
        by: u8,
    },
    #[serde(untagged)]
    Plain(u64),
}

/// The names of what another type is written and read for do not count.
#[claim_value]
#[derive(Clone, Debug, PartialEq)]
#[serde(into = "String", try_from = "String", tag = "kind", rename_all(serialize = "lowercase"))]
enum Text {
    Number(u64),
}

impl From<Text> for String {
    fn from(Text::Number(number): Text) -> Self {
        number.to_string()
    }
}

impl TryFrom<String> for Text {
    type Error = std::num::ParseIntError;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse().map(Text::Number)
    }
}

#[claim_value]
#[derive(Clone, Debug, PartialEq)]
#[serde(into = "u64", from = "u64", rename_all(serialize = "camelCase"))]
struct Number {
    the_number: u64,
}

impl From<Number> for u64 {
    fn from(number: Number) -> Self {
        number.the_number
    }
}

impl From<u64> for Number {
    fn from(the_number: u64) -> Self {
        Self { the_number }
    }
}

/// An element that is configured away is none.
#[claim_value]
#[derive(Clone, Debug, PartialEq)]
struct Version(
    #[cfg(any())]
    #[serde(skip_serializing)]
    u8,
    u8,
);

/// The bound of the derived `Default` asks for that of the parameter.
#[jwt_claims]
#[derive(Default)]
#[serde(default)]
struct Page<T> {
    value: T,
    #[serde(default)]
    next: T,
}

#[jwt_claims]
#[derive(Clone, Debug, PartialEq)]
struct Profile {
    limits: Vec<Limit>,
    text: Text,
    number: Number,
    version: Version,
}

fn main() -> Result<(), Box<dyn Error>> {
    let profile = || Profile {
        limits: vec![Limit::Adapted(1), Limit::AsObject(2), Limit::Empty(0), Limit::Plain(3)],
        text: Text::Number(4),
        number: Number { the_number: 5 },
        version: Version(6),
    };
    assert_eq!(there_and_back(&profile())?.into_parts().1, profile());
    let unwritable = [Limit::Never(1), Limit::Old { by: 1 }];
    for limit in unwritable {
        assert!(there_and_back(&Profile { limits: vec![limit], ..profile() }).is_err());
    }
    assert_eq!(there_and_back(&Page { value: 1, next: 2 })?.next, 2);
    Ok(())
}

/// Signs the claims, and reads them back out of the token.
fn there_and_back<C: Claims>(claims: &C) -> Result<TokenPayload<C>, Box<dyn Error>> {
    let jwt = FastJwt::builder().key(SigningKey::generate(Algorithm::EdDSA)?).build()?;
    let token = jwt.create_access_token("USER_ID").claims(claims).sign()?;
    Ok(jwt.verify_access_token(token.as_str())?)
}

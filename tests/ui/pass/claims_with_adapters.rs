use std::error::Error;

use fastjwt::{Algorithm, Claims, FastJwt, SigningKey, TokenPayload, jwt_claims};

use std::time::Duration;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

mod seconds {
    use super::*;

    pub fn serialize<S: Serializer>(value: &Duration, serializer: S) -> Result<S::Ok, S::Error> {
        value.as_secs().serialize(serializer)
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Duration, D::Error> {
        u64::deserialize(deserializer).map(Duration::from_secs)
    }
}

fn lower<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    String::deserialize(deserializer).map(|text| text.to_lowercase())
}

fn doubled<S: Serializer>(values: &Vec<[u8; 2]>, serializer: S) -> Result<S::Ok, S::Error> {
    values.iter().map(|[a, b]| [a * 2, b * 2]).collect::<Vec<_>>().serialize(serializer)
}

#[jwt_claims]
struct Profile {
    #[serde(with = "seconds")]
    session: Duration,
    #[serde(serialize_with = "seconds::serialize", deserialize_with = "seconds::deserialize")]
    idle: Duration,
    #[serde(deserialize_with = "lower")]
    mail: String,
    #[serde(serialize_with = "doubled")]
    pairs: Vec<[u8; 2]>,
}

fn main() -> Result<(), Box<dyn Error>> {
    let (session, idle) = (Duration::from_secs(60), Duration::from_secs(5));
    let profile = there_and_back(&Profile { session, idle, mail: "A@B.C".into(), pairs: vec![[1, 2]] })?;
    assert_eq!((profile.session, profile.idle), (session, idle));
    assert_eq!(profile.mail, "a@b.c");
    assert_eq!(profile.pairs, [[2, 4]]);
    Ok(())
}

/// Signs the claims, and reads them back out of the token.
fn there_and_back<C: Claims>(claims: &C) -> Result<TokenPayload<C>, Box<dyn Error>> {
    let jwt = FastJwt::builder().key(SigningKey::generate(Algorithm::EdDSA)?).build()?;
    let token = jwt.create_access_token("USER_ID").claims(claims).sign()?;
    Ok(jwt.verify_access_token(token.as_str())?)
}

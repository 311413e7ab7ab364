use std::error::Error;

use fastjwt::{Algorithm, ClaimNames, Claims, FastJwt, SigningKey, TokenPayload, jwt_claims};

#[jwt_claims]
#[serde(rename_all = "camelCase")]
struct Profile {
    first_name: String,
    #[serde(rename = "surname", alias = "last_name", alias = "family-name")]
    last: String,
    #[serde(rename(serialize = "years", deserialize = "age"), alias = "years")]
    age: u8,
    // Its own name once more is no second use of it.
    #[serde(alias = "city")]
    city: String,
}

fn main() -> Result<(), Box<dyn Error>> {
    let claims = Profile { first_name: "Ada".into(), last: "Lovelace".into(), age: 36, city: "London".into() };
    let profile = there_and_back(&claims)?;
    assert_eq!((profile.first_name.as_str(), profile.last.as_str(), profile.age), ("Ada", "Lovelace", 36));
    assert_eq!(profile.city, "London");
    for name in ["firstName", "surname", "last_name", "family-name", "years", "age", "city"] {
        assert!(Profile::NAMES.iter().any(|known| known == name), "{name}");
    }
    Ok(())
}

/// Signs the claims, and reads them back out of the token.
fn there_and_back<C: Claims>(claims: &C) -> Result<TokenPayload<C>, Box<dyn Error>> {
    let jwt = FastJwt::builder().key(SigningKey::generate(Algorithm::EdDSA)?).build()?;
    let token = jwt.create_access_token("USER_ID").claims(claims).sign()?;
    Ok(jwt.verify_access_token(token.as_str())?)
}

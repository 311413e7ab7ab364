use std::error::Error;

use fastjwt::{Algorithm, Claims, FastJwt, SigningKey, TokenPayload, claim_value, jwt_claims};

#[jwt_claims]
struct Person {
    first: String,
    last: String,
}

#[claim_value]
struct Place {
    city: String,
    country: Option<String>,
}

#[jwt_claims]
struct Profile {
    age: u8,
    #[serde(flatten)]
    person: Person,
    #[serde(flatten)]
    place: Place,
}

#[jwt_claims]
struct Perhaps {
    age: u8,
    #[serde(flatten, skip_serializing_if = "Option::is_none")]
    person: Option<Person>,
}

fn main() -> Result<(), Box<dyn Error>> {
    let profile = there_and_back(&Profile {
        age: 22,
        person: Person { first: "Ada".into(), last: "Lovelace".into() },
        place: Place { city: "London".into(), country: None },
    })?;
    assert_eq!((profile.age, profile.person.first.as_str(), profile.place.city.as_str()), (22, "Ada", "London"));
    assert_eq!(profile.person.last, "Lovelace");
    assert_eq!(profile.place.country, None);
    assert!(there_and_back(&Perhaps { age: 22, person: None })?.person.is_none());
    let person = Person { first: "Ada".into(), last: "Lovelace".into() };
    let perhaps = there_and_back(&Perhaps { age: 22, person: Some(person) })?;
    assert_eq!((perhaps.age, perhaps.person.as_ref().map(|person| person.last.as_str())), (22, Some("Lovelace")));
    Ok(())
}

/// Signs the claims, and reads them back out of the token.
fn there_and_back<C: Claims>(claims: &C) -> Result<TokenPayload<C>, Box<dyn Error>> {
    let jwt = FastJwt::builder().key(SigningKey::generate(Algorithm::EdDSA)?).build()?;
    let token = jwt.create_access_token("USER_ID").claims(claims).sign()?;
    Ok(jwt.verify_access_token(token.as_str())?)
}

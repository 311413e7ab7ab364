use std::error::Error;

use fastjwt::{Algorithm, ClaimNames, Claims, FastJwt, SigningKey, TokenPayload, jwt_claims};

#[cfg_attr(all(), jwt_claims)]
struct Whole {
    name: String,
}

#[jwt_claims]
#[cfg_attr(all(), serde(rename_all = "camelCase"))]
struct Profile {
    #[cfg_attr(all(), serde(rename = "subject"))]
    user: String,
    #[cfg_attr(any(), serde(rename = "sub"))]
    first_name: String,
    // Not there, and so not looked at.
    #[cfg(any())]
    sub: std::time::Instant,
    #[cfg(all())]
    age: Vec<Option<u8>>,
}

// One name, and one field of it at a time.
#[jwt_claims]
struct Either {
    #[cfg(all())]
    age: u8,
    #[cfg(any())]
    age: u16,
    #[cfg(any())]
    #[serde(rename = "age")]
    years: u32,
}

fn main() -> Result<(), Box<dyn Error>> {
    assert_eq!(there_and_back(&Whole { name: "whole".into() })?.name, "whole");
    let profile = there_and_back(&Profile { user: "user".into(), first_name: "Ada".into(), age: vec![None, Some(1)] })?;
    assert_eq!((profile.user.as_str(), profile.first_name.as_str()), ("user", "Ada"));
    assert_eq!(profile.age, [None, Some(1)]);
    assert_eq!(there_and_back(&Either { age: 7 })?.age, 7);
    assert!(Profile::NAMES.iter().eq(["subject", "firstName", "age"]));
    Ok(())
}

/// Signs the claims, and reads them back out of the token.
fn there_and_back<C: Claims>(claims: &C) -> Result<TokenPayload<C>, Box<dyn Error>> {
    let jwt = FastJwt::builder().key(SigningKey::generate(Algorithm::EdDSA)?).build()?;
    let token = jwt.create_access_token("USER_ID").claims(claims).sign()?;
    Ok(jwt.verify_access_token(token.as_str())?)
}

use std::error::Error;

use fastjwt::{Algorithm, Claims, FastJwt, SigningKey, TokenPayload, claim_value, jwt_claims};

#[claim_value]
#[derive(Debug, PartialEq)]
struct Address {
    city: String,
    lines: Vec<String>,
    geo: Option<Geo>,
}

#[claim_value]
#[derive(Debug, PartialEq)]
struct Geo(f64, f64);

#[claim_value]
#[derive(Debug, PartialEq)]
struct Id(u64);

#[jwt_claims]
struct Profile {
    id: Id,
    address: Option<Address>,
    others: Vec<Address>,
}

fn main() -> Result<(), Box<dyn Error>> {
    let address = || Address { city: "Paris".into(), lines: vec!["1".into()], geo: Some(Geo(48.5, 2.25)) };
    let profile = there_and_back(&Profile { id: Id(7), address: Some(address()), others: vec![address()] })?;
    assert_eq!(profile.id, Id(7));
    assert_eq!(profile.address, Some(address()));
    assert_eq!(profile.others, [address()]);
    Ok(())
}

/// Signs the claims, and reads them back out of the token.
fn there_and_back<C: Claims>(claims: &C) -> Result<TokenPayload<C>, Box<dyn Error>> {
    let jwt = FastJwt::builder().key(SigningKey::generate(Algorithm::EdDSA)?).build()?;
    let token = jwt.create_access_token("USER_ID").claims(claims).sign()?;
    Ok(jwt.verify_access_token(token.as_str())?)
}

use std::error::Error;

use fastjwt::{Algorithm, Claims, FastJwt, SigningKey, TokenPayload, claim_value, jwt_claims};

fn main() -> Result<(), Box<dyn Error>> {
    #[claim_value]
    struct Geo(f64, f64);

    #[jwt_claims]
    struct Profile {
        name: String,
        place: Vec<Geo>,
    }

    let profile = there_and_back(&Profile { name: "Ada".into(), place: vec![Geo(1.0, 2.0)] })?;
    assert_eq!(profile.name, "Ada");
    assert!((profile.place[0].0 - 1.0).abs() < 0.1 && profile.place[0].1 > 1.9);

    let inner = {
        #[jwt_claims]
        struct Profile {
            other: u8,
        }
        there_and_back(&Profile { other: 3 })?.other
    };
    assert_eq!(inner, 3);
    Ok(())
}

/// Signs the claims, and reads them back out of the token.
fn there_and_back<C: Claims>(claims: &C) -> Result<TokenPayload<C>, Box<dyn Error>> {
    let jwt = FastJwt::builder().key(SigningKey::generate(Algorithm::EdDSA)?).build()?;
    let token = jwt.create_access_token("USER_ID").claims(claims).sign()?;
    Ok(jwt.verify_access_token(token.as_str())?)
}

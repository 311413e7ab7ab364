use std::error::Error;

use fastjwt::{Algorithm, Claims, FastJwt, SigningKey, TokenPayload, claim_value, jwt_claims};

/// The last element has nobody behind it who would move up.
#[claim_value]
#[derive(Clone, Debug, PartialEq)]
struct Place(u8, #[serde(default, skip_serializing_if = "Option::is_none")] Option<u8>);

#[claim_value]
#[derive(Clone, Debug, Default, PartialEq)]
#[serde(default)]
struct Version(u8, #[serde(skip_serializing)] u8, #[serde(skip)] u8);

#[claim_value]
#[derive(Clone, Debug, PartialEq)]
#[serde(tag = "kind", content = "of", deny_unknown_fields)]
enum Move {
    By(u8, #[serde(default, skip_serializing_if = "String::is_empty")] String),
    Along {
        #[serde(skip)]
        speed: u8,
        steps: u8,
    },
}

/// A variant is no struct: serde leaves its only element out.
#[claim_value]
#[derive(Clone, Debug, PartialEq)]
enum Goal {
    At(#[serde(skip)] u8),
}

#[jwt_claims]
#[derive(Clone, Debug, PartialEq)]
struct Profile {
    places: Vec<Place>,
    version: Version,
    moves: Vec<Move>,
    goal: Goal,
}

fn main() -> Result<(), Box<dyn Error>> {
    let profile = Profile {
        places: vec![Place(1, None), Place(1, Some(2))],
        version: Version(1, 0, 0),
        moves: vec![Move::By(1, String::new()), Move::By(1, "x".into()), Move::Along { speed: 0, steps: 1 }],
        goal: Goal::At(0),
    };
    assert_eq!(there_and_back(&profile)?.into_parts().1, profile);
    Ok(())
}

/// Signs the claims, and reads them back out of the token.
fn there_and_back<C: Claims>(claims: &C) -> Result<TokenPayload<C>, Box<dyn Error>> {
    let jwt = FastJwt::builder().key(SigningKey::generate(Algorithm::EdDSA)?).build()?;
    let token = jwt.create_access_token("USER_ID").claims(claims).sign()?;
    Ok(jwt.verify_access_token(token.as_str())?)
}

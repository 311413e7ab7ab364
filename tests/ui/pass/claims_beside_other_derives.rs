use std::error::Error;

use fastjwt::{Algorithm, Claims, FastJwt, SigningKey, TokenPayload, claim_value, jwt_claims};

#[jwt_claims]
#[derive(Clone, Debug, Default, PartialEq)]
struct Below {
    name: Option<String>,
}

#[derive(Clone, Debug, Default, PartialEq)]
#[jwt_claims]
struct Above {
    name: Option<String>,
}

#[derive(Clone)]
#[claim_value]
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Both {
    One(Vec<u8>),
}

#[jwt_claims]
struct Empty {}

#[derive(Debug, Clone, Copy, PartialEq, utoipa::ToSchema)]
#[jwt_claims]
struct Documented {
    #[schema(example = 22)]
    #[serde(rename = "years")]
    age: u8,
}

fn main() -> Result<(), Box<dyn Error>> {
    let payload = there_and_back(&Below::default())?;
    assert_eq!(**payload, Below { name: None });
    assert_eq!(**there_and_back(&Above { name: Some("n".into()) })?, Above { name: Some("n".into()) });
    assert!(Both::One(vec![1]) < Both::One(vec![2]).clone());
    assert_eq!(there_and_back(&Empty {})?.sub, "USER_ID");
    assert_eq!(there_and_back(&Documented { age: 22 })?.age, 22);
    Ok(())
}

/// Signs the claims, and reads them back out of the token.
fn there_and_back<C: Claims>(claims: &C) -> Result<TokenPayload<C>, Box<dyn Error>> {
    let jwt = FastJwt::builder().key(SigningKey::generate(Algorithm::EdDSA)?).build()?;
    let token = jwt.create_access_token("USER_ID").claims(claims).sign()?;
    Ok(jwt.verify_access_token(token.as_str())?)
}

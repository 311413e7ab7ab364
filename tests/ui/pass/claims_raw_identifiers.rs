use std::error::Error;

use fastjwt::{Algorithm, ClaimNames, Claims, FastJwt, SigningKey, TokenPayload, jwt_claims};

#[jwt_claims]
struct r#Profile {
    r#match: String,
    r#fn: Vec<Option<u8>>,
}

fn main() -> Result<(), Box<dyn Error>> {
    let profile = there_and_back(&Profile { r#match: "m".into(), r#fn: vec![Some(1)] })?;
    assert_eq!((profile.r#match.as_str(), profile.r#fn.as_slice()), ("m", [Some(1)].as_slice()));
    assert!(Profile::NAMES.iter().eq(["match", "fn"]));
    Ok(())
}

/// Signs the claims, and reads them back out of the token.
fn there_and_back<C: Claims>(claims: &C) -> Result<TokenPayload<C>, Box<dyn Error>> {
    let jwt = FastJwt::builder().key(SigningKey::generate(Algorithm::EdDSA)?).build()?;
    let token = jwt.create_access_token("USER_ID").claims(claims).sign()?;
    Ok(jwt.verify_access_token(token.as_str())?)
}

use std::error::Error;

use fastjwt::{Algorithm, Claims, FastJwt, SigningKey, TokenPayload, claim_value, jwt_claims};

#[claim_value]
#[derive(Debug, PartialEq)]
struct Actor {
    sub: String,
    iss: Option<String>,
    extra: u8,
    kind: String,
    #[serde(rename = "type")]
    exp: u64,
}

#[claim_value]
#[derive(Debug, PartialEq)]
#[serde(rename_all = "lowercase")]
enum Sign {
    Sub,
    Exp { aud: Vec<String> },
}

#[jwt_claims]
struct Profile {
    act: Actor,
    signs: Vec<Sign>,
}

fn main() -> Result<(), Box<dyn Error>> {
    let actor = || Actor { sub: "ROBOT".into(), iss: None, extra: 1, kind: "robot".into(), exp: 2 };
    let signs = || vec![Sign::Sub, Sign::Exp { aud: vec!["a".into()] }];
    let profile = there_and_back(&Profile { act: actor(), signs: signs() })?;
    assert_eq!((profile.sub.as_str(), &profile.act), ("USER_ID", &actor()));
    assert_eq!(profile.signs, signs());
    Ok(())
}

/// Signs the claims, and reads them back out of the token.
fn there_and_back<C: Claims>(claims: &C) -> Result<TokenPayload<C>, Box<dyn Error>> {
    let jwt = FastJwt::builder().key(SigningKey::generate(Algorithm::EdDSA)?).build()?;
    let token = jwt.create_access_token("USER_ID").claims(claims).sign()?;
    Ok(jwt.verify_access_token(token.as_str())?)
}

use std::error::Error;

use fastjwt::{Algorithm, Claims, FastJwt, SigningKey, TokenPayload, jwt_claims};

use std::path::PathBuf;

/// A foreign type with its own serde implementation.
mod foreign {
    #[derive(Debug, PartialEq, serde::Serialize, serde::Deserialize)]
    pub struct Money {
        pub cents: u64,
    }
}

#[jwt_claims]
struct Profile {
    #[claim(unchecked)]
    balance: foreign::Money,
    #[claim(unchecked)]
    home: Option<PathBuf>,
    #[claim(unchecked)]
    #[serde(rename = "limits")]
    limit: Vec<foreign::Money>,
}

fn main() -> Result<(), Box<dyn Error>> {
    let money = || foreign::Money { cents: 99 };
    let profile = there_and_back(&Profile { balance: money(), home: Some("/home".into()), limit: vec![money()] })?;
    assert_eq!(profile.balance, money());
    assert_eq!(profile.home.as_deref(), Some("/home".as_ref()));
    assert_eq!(profile.limit, [money()]);
    Ok(())
}

/// Signs the claims, and reads them back out of the token.
fn there_and_back<C: Claims>(claims: &C) -> Result<TokenPayload<C>, Box<dyn Error>> {
    let jwt = FastJwt::builder().key(SigningKey::generate(Algorithm::EdDSA)?).build()?;
    let token = jwt.create_access_token("USER_ID").claims(claims).sign()?;
    Ok(jwt.verify_access_token(token.as_str())?)
}

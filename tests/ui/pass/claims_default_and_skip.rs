use std::error::Error;

use fastjwt::{Algorithm, Claims, FastJwt, SigningKey, TokenPayload, jwt_claims};

#[jwt_claims]
#[derive(Default)]
#[serde(default)]
struct Settings {
    theme: String,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    tags: Vec<String>,
}

#[jwt_claims]
struct Profile {
    #[serde(default)]
    level: u8,
    #[serde(default = "ten")]
    limit: u8,
    #[serde(skip)]
    cache: Option<std::time::Instant>,
    #[serde(skip_serializing, default)]
    read_only: u8,
    #[serde(skip_deserializing)]
    write_only: u8,
    #[serde(skip_serializing_if = "Option::is_none")]
    nickname: Option<String>,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    note: String,
}

fn ten() -> u8 {
    10
}

fn main() -> Result<(), Box<dyn Error>> {
    assert_eq!(there_and_back(&Settings { theme: "dark".into(), tags: Vec::new() })?.theme, "dark");
    let profile = there_and_back(&Profile {
        level: 1,
        limit: 2,
        cache: None,
        read_only: 3,
        write_only: 4,
        nickname: None,
        note: String::new(),
    })?;
    assert_eq!((profile.level, profile.limit, profile.read_only, profile.write_only), (1, 2, 0, 0));
    assert_eq!(profile.nickname, None);
    assert_eq!(profile.cache, None);
    Ok(())
}

/// Signs the claims, and reads them back out of the token.
fn there_and_back<C: Claims>(claims: &C) -> Result<TokenPayload<C>, Box<dyn Error>> {
    let jwt = FastJwt::builder().key(SigningKey::generate(Algorithm::EdDSA)?).build()?;
    let token = jwt.create_access_token("USER_ID").claims(claims).sign()?;
    Ok(jwt.verify_access_token(token.as_str())?)
}

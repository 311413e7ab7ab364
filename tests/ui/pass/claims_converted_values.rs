use std::error::Error;

use fastjwt::{Algorithm, Claims, FastJwt, SigningKey, TokenPayload, claim_value, jwt_claims};

#[claim_value]
#[derive(Clone, Debug, PartialEq)]
#[serde(into = "String", try_from = "String")]
struct Mail(String);

impl From<Mail> for String {
    fn from(mail: Mail) -> Self {
        mail.0
    }
}

impl TryFrom<String> for Mail {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.contains('@').then_some(Self(text)).ok_or("a mail address has an @")
    }
}

#[claim_value]
#[derive(Debug, PartialEq)]
#[serde(transparent)]
struct Points {
    points: Vec<u8>,
}

#[claim_value]
#[derive(Debug, PartialEq)]
#[serde(deny_unknown_fields)]
struct Strict {
    name: String,
}

#[jwt_claims]
struct Profile {
    mail: Mail,
    points: Points,
    strict: Strict,
}

fn main() -> Result<(), Box<dyn Error>> {
    let mail = || Mail("a@b.c".into());
    let strict = || Strict { name: "n".into() };
    let profile = there_and_back(&Profile { mail: mail(), points: Points { points: vec![1] }, strict: strict() })?;
    assert_eq!((&profile.mail, &profile.points, &profile.strict), (&mail(), &Points { points: vec![1] }, &strict()));
    assert!(
        there_and_back(&Profile { mail: Mail("b".into()), points: Points { points: vec![] }, strict: strict() })
            .is_err()
    );
    Ok(())
}

/// Signs the claims, and reads them back out of the token.
fn there_and_back<C: Claims>(claims: &C) -> Result<TokenPayload<C>, Box<dyn Error>> {
    let jwt = FastJwt::builder().key(SigningKey::generate(Algorithm::EdDSA)?).build()?;
    let token = jwt.create_access_token("USER_ID").claims(claims).sign()?;
    Ok(jwt.verify_access_token(token.as_str())?)
}

use std::error::Error;

use fastjwt::{Algorithm, Claims, FastJwt, SigningKey, TokenPayload, jwt_claims};

use time::{Date, Duration, OffsetDateTime};
use uuid::Uuid;

#[jwt_claims]
struct Profile {
    tenant: Uuid,
    groups: Vec<Uuid>,
    since: OffsetDateTime,
    birthday: Option<Date>,
    trial: Duration,
    names: std::collections::BTreeMap<Uuid, String>,
}

fn main() -> Result<(), Box<dyn Error>> {
    let profile = there_and_back(&Profile {
        tenant: Uuid::max(),
        groups: vec![Uuid::nil()],
        since: OffsetDateTime::UNIX_EPOCH,
        birthday: None,
        trial: Duration::days(30),
        names: [(Uuid::nil(), "nil".to_owned())].into(),
    })?;
    assert_eq!(profile.tenant, Uuid::max());
    assert_eq!(profile.groups, [Uuid::nil()]);
    assert_eq!(profile.since, OffsetDateTime::UNIX_EPOCH);
    assert_eq!(profile.birthday, None);
    assert_eq!(profile.trial, Duration::days(30));
    assert_eq!(profile.names[&Uuid::nil()], "nil");
    Ok(())
}

/// Signs the claims, and reads them back out of the token.
fn there_and_back<C: Claims>(claims: &C) -> Result<TokenPayload<C>, Box<dyn Error>> {
    let jwt = FastJwt::builder().key(SigningKey::generate(Algorithm::EdDSA)?).build()?;
    let token = jwt.create_access_token("USER_ID").claims(claims).sign()?;
    Ok(jwt.verify_access_token(token.as_str())?)
}

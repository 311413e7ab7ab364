use std::error::Error;

use fastjwt::{Algorithm, Claims, FastJwt, SigningKey, TokenPayload, claim_value, jwt_claims};

macro_rules! claims {
    ($(#[$meta:meta])* $vis:vis struct $name:ident { $($field:ident: $type:ty),* $(,)? }) => {
        #[jwt_claims]
        $(#[$meta])*
        $vis struct $name { $($field: $type),* }
    };
}

macro_rules! value {
    ($item:item) => {
        #[claim_value]
        $item
    };
}

value! {
    #[derive(Debug, PartialEq)]
    enum Role {
        Admin,
        User(String),
    }
}

claims! {
    #[derive(Clone)]
    pub struct Profile {
        name: String,
        age: Option<u8>,
        nested: Vec<std::collections::BTreeMap<String, u8>>,
    }
}

claims! {
    struct Roles {
        role: Role,
    }
}

fn main() -> Result<(), Box<dyn Error>> {
    let profile = there_and_back(&Profile { name: "Ada".into(), age: None, nested: vec![[("a".into(), 1)].into()] })?;
    assert_eq!((profile.name.as_str(), profile.age), ("Ada", None));
    assert_eq!(profile.nested[0]["a"], 1);
    assert_eq!(there_and_back(&Roles { role: Role::User("x".into()) })?.role, Role::User("x".into()));
    assert_ne!(Role::Admin, Role::User(String::new()));
    Ok(())
}

/// Signs the claims, and reads them back out of the token.
fn there_and_back<C: Claims>(claims: &C) -> Result<TokenPayload<C>, Box<dyn Error>> {
    let jwt = FastJwt::builder().key(SigningKey::generate(Algorithm::EdDSA)?).build()?;
    let token = jwt.create_access_token("USER_ID").claims(claims).sign()?;
    Ok(jwt.verify_access_token(token.as_str())?)
}

//! The crate by `$crate`, which no string can hold, as the macro of a crate of a service's own writes it.

use std::error::Error;

mod fastjwt {}

pub mod platform {
    pub use ::fastjwt::*;
}

use platform::{Algorithm, Claims, FastJwt, SigningKey, TokenPayload};

macro_rules! claims {
    ($profile:ident, $place:ident, $page:ident) => {
        #[$crate::platform::jwt_claims(crate = $crate::platform)]
        pub struct $profile {
            name: String,
            places: Vec<$place>,
            #[serde(flatten)]
            person: Person,
        }

        #[$crate::platform::claim_value(crate = $crate::platform)]
        #[derive(Debug, PartialEq)]
        pub enum $place {
            Home,
            Work { city: Option<Box<String>> },
        }

        #[$crate::platform::jwt_claims(crate = $crate::platform)]
        struct $page<T> {
            entries: Vec<Option<T>>,
        }

        #[$crate::platform::claim_value(crate = $crate::platform)]
        pub struct Person {
            age: Option<u8>,
        }
    };
}

claims!(Profile, Place, Page);

fn main() -> Result<(), Box<dyn Error>> {
    let places = || vec![Place::Home, Place::Work { city: Some(Box::new("London".into())) }];
    let profile = Profile { name: "Ada".into(), places: places(), person: Person { age: Some(36) } };
    let profile = there_and_back(&profile)?;
    assert_eq!((profile.name.as_str(), profile.person.age), ("Ada", Some(36)));
    assert_eq!(profile.places, places());
    assert_eq!(there_and_back(&Page { entries: vec![Some(1_u8), None] })?.entries, [Some(1), None]);

    {
        claims!(Profile, Place, Page);
        let profile = Profile { name: "Ada".into(), places: vec![Place::Home], person: Person { age: None } };
        assert_eq!(there_and_back(&profile)?.places, [Place::Home]);
        assert!(there_and_back(&Page { entries: vec![Some(Place::Work { city: None })] })?.entries[0].is_some());
    }
    Ok(())
}

/// Signs the claims, and reads them back out of the token.
fn there_and_back<C: Claims>(claims: &C) -> Result<TokenPayload<C>, Box<dyn Error>> {
    let jwt = FastJwt::builder().key(SigningKey::generate(Algorithm::EdDSA)?).build()?;
    let token = jwt.create_access_token("USER_ID").claims(claims).sign()?;
    Ok(jwt.verify_access_token(token.as_str())?)
}

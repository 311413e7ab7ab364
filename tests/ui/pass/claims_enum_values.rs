use std::error::Error;

use fastjwt::{Algorithm, Claims, FastJwt, SigningKey, TokenPayload, claim_value, jwt_claims};

#[claim_value]
#[derive(Debug, PartialEq)]
#[serde(rename_all = "lowercase")]
enum Role {
    Admin,
    #[serde(alias = "member")]
    User,
}

#[claim_value]
#[derive(Debug, PartialEq)]
enum Contact {
    Nowhere,
    Mail(String),
    Place(f32, f32),
    Post { street: String, number: Option<u16> },
}

#[claim_value]
#[derive(Debug, PartialEq)]
#[serde(tag = "kind", rename_all = "snake_case")]
enum Grant {
    Owner,
    Reader { folder: String },
    Writer(Folder),
    Guest(()),
    Boxed(Box<Folder>),
}

#[claim_value]
#[derive(Debug, PartialEq)]
struct Folder {
    folder: String,
}

#[claim_value]
#[derive(Debug, PartialEq)]
#[serde(tag = "kind", rename_all(serialize = "lowercase"))]
enum State {
    #[serde(alias = "open")]
    Open,
    #[serde(other)]
    Closed,
}

#[claim_value]
#[derive(Debug, PartialEq)]
struct Version(u8, #[serde(skip)] u8, u8);

#[claim_value]
#[derive(Debug, PartialEq)]
#[serde(tag = "t", content = "c")]
enum Limit {
    None,
    Bytes(u64),
}

#[claim_value]
#[derive(Debug, PartialEq)]
#[serde(untagged)]
enum Key {
    Number(u64),
    Text(String),
}

#[jwt_claims]
struct Profile {
    role: Role,
    contacts: Vec<Contact>,
    grants: Vec<Grant>,
    limits: Vec<Limit>,
    keys: Vec<Key>,
    states: Vec<State>,
    version: Version,
}

fn profile() -> Profile {
    Profile {
        role: Role::User,
        contacts: vec![
            Contact::Nowhere,
            Contact::Mail("a@b.c".into()),
            Contact::Place(1.5, 2.5),
            Contact::Post { street: "Main".into(), number: None },
        ],
        grants: vec![
            Grant::Owner,
            Grant::Reader { folder: "inbox".into() },
            Grant::Writer(Folder { folder: "drafts".into() }),
            Grant::Guest(()),
            Grant::Boxed(Box::new(Folder { folder: "sent".into() })),
        ],
        limits: vec![Limit::None, Limit::Bytes(10)],
        keys: vec![Key::Number(1), Key::Text("one".into())],
        states: vec![State::Open, State::Closed],
        version: Version(1, 0, 3),
    }
}

fn main() -> Result<(), Box<dyn Error>> {
    let read = there_and_back(&profile())?;
    assert_eq!(read.role, Role::User);
    assert_eq!(read.contacts, profile().contacts);
    assert_eq!(read.grants, profile().grants);
    assert_eq!(read.limits, profile().limits);
    assert_eq!(read.keys, profile().keys);
    assert_eq!(read.states, profile().states);
    assert_eq!(read.version, profile().version);
    Ok(())
}

/// Signs the claims, and reads them back out of the token.
fn there_and_back<C: Claims>(claims: &C) -> Result<TokenPayload<C>, Box<dyn Error>> {
    let jwt = FastJwt::builder().key(SigningKey::generate(Algorithm::EdDSA)?).build()?;
    let token = jwt.create_access_token("USER_ID").claims(claims).sign()?;
    Ok(jwt.verify_access_token(token.as_str())?)
}

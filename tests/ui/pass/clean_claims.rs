//! Claims and claim values of every shape.

#![deny(warnings, clippy::all, clippy::pedantic, missing_docs)]

use std::collections::BTreeMap;

use fastjwt::{claim_value, jwt_claims};

/// Where somebody lives.
#[claim_value]
#[derive(Debug, Clone)]
pub struct Address {
    /// The city.
    pub city: String,
    /// The lines above it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub lines: Vec<String>,
}

/// What somebody may do.
#[claim_value]
#[derive(Debug, Clone, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// Everything.
    Admin,
    /// What the groups may do.
    Member {
        /// The groups.
        groups: Vec<String>,
    },
    /// What another may do.
    Deputy(Box<Role>),
}

/// A number of an account.
#[claim_value]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Account(pub u64);

/// Who somebody is.
#[jwt_claims]
#[derive(Debug, Clone)]
#[serde(rename_all = "camelCase")]
pub struct Profile {
    /// The name.
    pub first_name: String,
    /// The age.
    #[serde(alias = "years")]
    pub age: Option<u8>,
    /// The home.
    pub address: Option<Address>,
    /// The roles by tenant.
    pub roles: BTreeMap<String, Vec<Role>>,
    /// The accounts.
    pub accounts: Vec<Account>,
    /// Not a claim.
    #[serde(skip)]
    pub seen: bool,
    /// Beside the others.
    #[serde(flatten)]
    pub person: Person,
}

/// A person.
#[claim_value]
#[derive(Debug, Clone)]
pub struct Person {
    /// The height in centimetres.
    pub height: f32,
}

/// A page of anything.
#[jwt_claims]
#[derive(Debug, Clone)]
pub struct Page<T: Clone> {
    /// What is on it.
    pub entries: Vec<T>,
    /// What comes next.
    pub next: Option<T>,
}

/// A page of pages.
#[jwt_claims]
#[derive(Debug, Clone)]
pub struct Book {
    /// The pages.
    pub pages: Vec<Leaf<Account>>,
}

/// A page of a book.
#[claim_value]
#[derive(Debug, Clone)]
pub struct Leaf<T>
where
    T: Clone,
{
    /// What is on it.
    pub text: T,
    /// The leaves glued to it.
    pub glued: Vec<Self>,
}

/// A private one.
#[jwt_claims]
struct Private {
    name: String,
    role: Role,
}

fn main() {
    let private = Private { name: String::new(), role: Role::Admin };
    let _ = (private.name, private.role);
}

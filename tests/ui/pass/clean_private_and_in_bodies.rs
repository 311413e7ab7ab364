//! What is private, in bodies or from macros.

#![deny(warnings, clippy::all, clippy::pedantic, missing_docs)]

use axum::{Router, routing::get};
use fastjwt::{FastJwt, TokenPayload, access_token_required, claim_value, jwt_claims};

macro_rules! profile {
    ($name:ident { $($field:ident: $type:ty),* }) => {
        #[jwt_claims]
        #[derive(Clone)]
        struct $name {
            $($field: $type),*
        }
    };
}

macro_rules! handler {
    ($name:ident, $payload:ty) => {
        #[access_token_required]
        async fn $name(payload: $payload) -> String {
            payload.sub.clone()
        }
    };
}

profile!(Person { name: String, age: Option<u8> });
handler!(person, TokenPayload<Person>);

#[expect(clippy::struct_excessive_bools, reason = "shown: what the user expects is fulfilled once")]
#[claim_value]
#[derive(Clone, Copy)]
struct Rights {
    read: bool,
    write: bool,
    list: bool,
    delete: bool,
}

#[jwt_claims]
#[derive(Clone)]
#[allow(clippy::upper_case_acronyms, reason = "shown: what the user allows is allowed beside it, too")]
struct RIGHTS {
    rights: Vec<Rights>,
}

fn routes() -> Router<FastJwt> {
    #[jwt_claims]
    struct Local {
        rights: Option<Rights>,
        list: Vec<u8>,
    }

    #[access_token_required]
    async fn local(payload: TokenPayload<Local>) -> String {
        let rights = payload.rights.map(|rights| [rights.read, rights.write, rights.list, rights.delete]);
        format!("{rights:?} {:?}", payload.list)
    }

    Router::new().route("/local", get(local))
}

fn main() {
    let _ = routes().route("/person", get(person));
    let person = Person { name: String::new(), age: None };
    let _ = (person.name, person.age, RIGHTS { rights: Vec::new() }.rights);
}

//! The crate under another name, as a crate of a service's own might re-export it; the name itself is taken.

mod fastjwt {}

mod platform {
    pub mod tokens {
        pub use ::fastjwt::*;
    }
}

use axum::{Router, routing::get};
use platform::tokens::{FastJwt, TokenPayload, access_token_required, jwt_claims};

#[jwt_claims(crate = crate::platform::tokens)]
struct Profile {
    age: u8,
}

#[access_token_required(crate = crate::platform::tokens, state = FastJwt, subject_param = "id")]
async fn typed(payload: TokenPayload<Profile>) -> String {
    payload.age.to_string()
}

#[access_token_required(crate = platform::tokens)]
async fn guarded() -> &'static str {
    "guarded"
}

fn main() {
    let _: Router<FastJwt> = Router::new().route("/typed/{id}", get(typed)).route("/guarded", get(guarded));
}

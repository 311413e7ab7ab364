//! The generated code names everything from the root, so that a user's modules of the same names do not get in the way.

mod core {}
mod std {}
mod serde {}
mod fastjwt {}
mod axum {}

#[allow(dead_code, reason = "only its name is of interest")]
trait Option {}
struct Guard;
struct AccessToken;
#[allow(non_upper_case_globals, reason = "only its name is of interest")]
const payload: u8 = 0;

#[::fastjwt::jwt_claims]
struct Profile {
    age: u8,
}

#[::axum::debug_handler(state = ::fastjwt::FastJwt)]
#[::fastjwt::access_token_required(state = ::fastjwt::FastJwt, subject_param = "id")]
async fn typed(user: ::fastjwt::TokenPayload<Profile>) -> ::std::string::String {
    user.age.to_string()
}

#[::fastjwt::access_token_required]
async fn guarded() -> &'static str {
    "guarded"
}

fn main() {
    let _: ::axum::Router<::fastjwt::FastJwt> = ::axum::Router::new()
        .route("/typed/{id}", ::axum::routing::get(typed))
        .route("/guarded", ::axum::routing::get(guarded));
    let _ = (Guard, AccessToken, payload);
}

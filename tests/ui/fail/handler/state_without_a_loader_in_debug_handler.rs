use fastjwt::{CurrentSubject, FastJwt, access_token_required};

struct User;

#[derive(Clone, axum::extract::FromRef)]
struct App {
    jwt: FastJwt,
}

#[access_token_required]
#[axum::debug_handler(state = App)]
async fn orders(_: CurrentSubject<User>) -> &'static str {
    "orders"
}

fn main() {}

use fastjwt::{CurrentSubject, FastJwt, access_token_required};

struct User;

#[derive(Clone, axum::extract::FromRef)]
struct App {
    jwt: FastJwt,
}

#[access_token_required(state = App)]
async fn orders(_: CurrentSubject<User>) -> &'static str {
    "orders"
}

fn main() {}

use std::sync::Arc;

use axum::{
    Router,
    extract::{FromRef, State},
    routing::get,
};
use fastjwt::{FastJwt, TokenPayload, access_token_required, refresh_token_required};

#[derive(Clone, FromRef)]
struct App {
    jwt: FastJwt,
    name: String,
}

mod nested {
    #[derive(Clone)]
    pub struct Other<T> {
        pub jwt: fastjwt::FastJwt,
        pub value: T,
    }

    impl<T> axum::extract::FromRef<Other<T>> for fastjwt::FastJwt {
        fn from_ref(other: &Other<T>) -> Self {
            other.jwt.clone()
        }
    }
}

#[access_token_required(state = App)]
async fn substate(State(name): State<String>, payload: TokenPayload) -> String {
    name + &payload.sub
}

#[refresh_token_required(state = App)]
async fn guarded() -> &'static str {
    "guarded"
}

#[access_token_required(state = nested::Other<std::collections::HashMap<String, u8>>,)]
async fn generic(payload: TokenPayload) -> String {
    payload.sub.clone()
}

#[access_token_required(state = Arc<App>)]
async fn shared(State(app): State<Arc<App>>, payload: TokenPayload) -> String {
    app.name.clone() + &payload.sub
}

#[access_token_required(state = App)]
async fn beside_a_where_clause<T>(State(_): State<T>) -> &'static str
where
    T: FromRef<App> + Clone + Send + Sync + 'static,
{
    "where"
}

fn main() {
    let _: Router<App> = Router::new()
        .route("/substate", get(substate))
        .route("/guarded", get(guarded))
        .route("/where", get(beside_a_where_clause::<String>));
    let _: Router<nested::Other<std::collections::HashMap<String, u8>>> = Router::new().route("/generic", get(generic));
    let _: Router<Arc<App>> = Router::new().route("/shared", get(shared));
}

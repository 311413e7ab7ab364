use axum::{Router, extract::State, response::IntoResponse, routing::get};
use fastjwt::{Claims, FastJwt, Realm, TokenPayload, access_token_required, jwt_claims};

#[jwt_claims]
struct Profile {
    age: u8,
}

trait Name: Clone + Send + Sync + 'static {
    fn name(&self) -> String;
}

impl Name for FastJwt {
    fn name(&self) -> String {
        "fastjwt".into()
    }
}

#[access_token_required]
async fn by_claims<C: Claims>(payload: TokenPayload<C>) -> String {
    payload.sub.clone()
}

#[access_token_required]
async fn by_state<S>(State(state): State<S>, payload: TokenPayload) -> String
where
    S: Name,
{
    state.name() + &payload.sub
}

#[access_token_required]
async fn by_realm<C, R: Realm>(payload: TokenPayload<C, R>) -> String
where
    C: Claims,
{
    payload.sub.clone()
}

#[access_token_required]
async fn by_number<const N: usize>() -> String {
    N.to_string()
}

#[access_token_required(state = S)]
async fn state_of_a_parameter<S: Name>(State(state): State<S>) -> impl IntoResponse {
    state.name()
}

fn main() {
    let _: Router<FastJwt> = Router::new()
        .route("/claims", get(by_claims::<Profile>))
        .route("/state", get(by_state::<FastJwt>))
        .route("/realm", get(by_realm::<Profile, fastjwt::DefaultRealm>))
        .route("/number", get(by_number::<3>))
        .route("/parameter", get(state_of_a_parameter::<FastJwt>));
}

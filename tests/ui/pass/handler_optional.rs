use axum::{Router, routing::get};
use fastjwt::{FastJwt, NoClaims, Realm, TokenPayload, access_token_required, fresh_token_required};

struct Staff;

impl Realm for Staff {
    const NAME: &'static str = "staff";
}

type Visitor = Option<TokenPayload>;

#[access_token_required(optional)]
async fn visitor(payload: Option<TokenPayload>) -> String {
    payload.map_or_else(|| "somebody".to_owned(), |payload| payload.sub.clone())
}

#[access_token_required(optional)]
async fn alias(#[payload] visitor: Visitor) -> String {
    visitor.map(|payload| payload.sub.clone()).unwrap_or_default()
}

#[access_token_required(optional)]
async fn written_out(payload: std::option::Option<fastjwt::TokenPayload<NoClaims>>) -> String {
    payload.map(|payload| payload.sub.clone()).unwrap_or_default()
}

#[fresh_token_required(optional, realm = Staff)]
async fn staff(payload: Option<TokenPayload<NoClaims, Staff>>) -> String {
    payload.map(|payload| payload.sub.clone()).unwrap_or_default()
}

#[access_token_required(optional, state = FastJwt)]
async fn with_a_state(payload: Option<TokenPayload>) -> String {
    payload.map(|payload| payload.sub.clone()).unwrap_or_default()
}

fn main() {
    let _: Router<FastJwt> = Router::new()
        .route("/visitor", get(visitor))
        .route("/alias", get(alias))
        .route("/out", get(written_out))
        .route("/state", get(with_a_state));
    let _: Router<FastJwt<Staff>> = Router::new().route("/staff", get(staff));
}

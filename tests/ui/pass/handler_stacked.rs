use axum::{Router, routing::get};
use fastjwt::{FastJwt, NoClaims, Realm, TokenPayload, access_token_required, fresh_token_required};

struct Staff;

impl Realm for Staff {
    const NAME: &'static str = "staff";
}

/// Both are enforced.
#[access_token_required(subject_param = "id")]
#[fresh_token_required]
async fn fresh_and_own(payload: TokenPayload) -> String {
    payload.sub.clone()
}

#[derive(Clone, axum::extract::FromRef)]
struct App {
    jwt: FastJwt,
    staff: FastJwt<Staff>,
}

#[access_token_required]
#[access_token_required(realm = Staff)]
async fn in_both_realms(payload: TokenPayload<NoClaims, Staff>) -> String {
    payload.sub.clone()
}

fn main() {
    let _: Router<App> = Router::new().route("/own/{id}", get(fresh_and_own)).route("/both", get(in_both_realms));
}

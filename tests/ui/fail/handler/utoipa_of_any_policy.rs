// A document is one for all policies that a parameter may have.
use fastjwt::{ConstPolicy, Required, access_token_required};

#[access_token_required]
#[utoipa::path(get, path = "/whoami", responses((status = 200, body = String)))]
async fn whoami<P: ConstPolicy>(payload: Required<P>) -> String {
    payload.sub.clone()
}

fn main() {}

use fastjwt::{Realm, TokenPayload, access_token_required};

struct Staff;

impl Realm for Staff {
    const NAME: &'static str = "staff";
}

#[access_token_required(optional, realm = Staff)]
async fn profile(payload: Option<TokenPayload>) -> String {
    payload.map(|payload| payload.sub.clone()).unwrap_or_default()
}

fn main() {}

use fastjwt::{Realm, TokenPayload, access_token_required};

struct Staff;

impl Realm for Staff {
    const NAME: &'static str = "staff";
}

#[access_token_required(realm = Staff)]
async fn profile(payload: TokenPayload) -> String {
    payload.sub.clone()
}

fn main() {}

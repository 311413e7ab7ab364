use fastjwt::{FastJwt, Realm, TokenPayload, access_token_required};

struct Staff;

impl Realm for Staff {
    const NAME: &'static str = "staff";
}

#[access_token_required(state = FastJwt)]
async fn profile(payload: TokenPayload<fastjwt::NoClaims, Staff>) -> String {
    payload.sub.clone()
}

fn main() {}

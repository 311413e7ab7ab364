use fastjwt::{TokenPayload, access_token_required};

#[access_token_required]
async fn profile(payload: Option<TokenPayload>) -> String {
    payload.map(|payload| payload.sub.clone()).unwrap_or_default()
}

fn main() {}

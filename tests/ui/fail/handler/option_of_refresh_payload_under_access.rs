use fastjwt::{RefreshPayload, access_token_required};

#[access_token_required]
async fn refresh(payload: Option<RefreshPayload>) -> String {
    payload.map(|payload| payload.sub.clone()).unwrap_or_default()
}

fn main() {}

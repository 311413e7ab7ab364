use fastjwt::{RefreshPayload, access_token_required};

#[access_token_required]
async fn refresh(payload: RefreshPayload) -> String {
    payload.sub.clone()
}

fn main() {}

use fastjwt::{FreshPayload, refresh_token_required};

#[refresh_token_required]
async fn refresh(payload: FreshPayload) -> String {
    payload.sub.clone()
}

fn main() {}

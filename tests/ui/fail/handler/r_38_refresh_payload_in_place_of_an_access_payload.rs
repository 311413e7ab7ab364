use fastjwt::{RefreshPayload, TokenPayload};

fn profile(payload: TokenPayload) -> String {
    payload.sub.clone()
}

async fn refresh(payload: RefreshPayload) -> String {
    profile(payload)
}

fn main() {}

use fastjwt::{TokenPayload, access_token_required};

#[access_token_required]
async fn profile(payload: TokenPayload, state: ) -> String {
    payload.sub.clone()
}

fn main() {}

//~ 2 errors: rustc tells it and goes on, and without an error of ours it could take the handler unguarded
use fastjwt::{TokenPayload, access_token_required};

#[access_token_required]
async fn profile(payload: TokenPayload, state: ) -> String {
    payload.sub.clone()
}

fn main() {}

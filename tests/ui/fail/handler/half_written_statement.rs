use fastjwt::{TokenPayload, access_token_required};

#[access_token_required]
async fn profile(payload: TokenPayload) -> String {
    let _subject = payload.;
    String::new()
}

fn main() {}

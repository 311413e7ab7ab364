use fastjwt::{TokenPayload, access_token_required};

#[access_token_required(optional = true)]
async fn profile(_payload: Option<TokenPayload>) -> &'static str {
    "profile"
}

fn main() {}
